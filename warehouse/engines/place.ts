/**
 * The place that the plants of a company publish into, without knowing of each other: each a folder of its own, in it a
 * snapshot a position. A snapshot is there once its manifest is, and the manifest is the only list of its files.
 */
import {readdir, readFile, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {momentOf} from '../moment.ts';
import {isWhole, MANIFEST, Manifest} from '../publish/manifest.ts';
import {QuestionError} from '../question-error.ts';

/** A folder, or whatever holds names with bytes behind them. */
export interface Place {
  /** As people know it. */
  name: string;
  /** Names of the folders and files right under a folder; none where there is no such folder. */
  list(folder: string): Promise<string[]>;
  /** @returns null where there is none */
  text(path: string): Promise<string | null>;
  /** Every file under a folder with its size, by its path from there. */
  sizes(folder: string): Promise<Map<string, number>>;
}

export function folderPlace(folder: string): Place {
  const orNone = (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  };
  return {
    name: folder,
    list: async within => (await readdir(join(folder, within)).catch(orNone)) ?? [],
    text: path => readFile(join(folder, path), 'utf8').catch(orNone),
    async sizes(within) {
      const sizes = new Map<string, number>();
      const entries = await readdir(join(folder, within), {recursive: true, withFileTypes: true});
      for (const entry of entries) {
        if (entry.isDirectory()) continue;
        const path = join(entry.parentPath, entry.name);
        const name = path.slice(join(folder, within).length + 1).replaceAll('\\', '/');
        sizes.set(name, (await stat(path)).size);
      }
      return sizes;
    },
  };
}

/** What one plant has published, as it is asked. */
export interface Snapshot {
  /** The key of the plant: what its folder is called. */
  plant: string;
  folder: string;
  manifest: Manifest;
}

const PLANT = /^plant=([A-Za-z0-9_~-]+)$/;
const SNAPSHOT = /^position-\d{8}$/;

export interface Chosen {
  snapshots: Snapshot[];
  notes: string[];
}

/**
 * Of every plant the newest snapshot that is finished.
 * @param plants only these, by their keys; all if it is not said
 * @param before only what was published until then, an ISO time
 * @throws QuestionError for a place without any, a plant that is not there, and a snapshot that is not what was published
 */
export async function chooseSnapshots(
  place: Place,
  {plants, before}: {plants?: readonly string[]; before?: string} = {},
): Promise<Chosen> {
  if (before !== undefined && Number.isNaN(momentOf(before)))
    throw new QuestionError(`before is not a time in ISO 8601: "${before}"`);
  const there = (await place.list('')).flatMap(name => PLANT.exec(name)?.[1] ?? []).sort();
  if (there.length === 0)
    throw new QuestionError(`no plant has published into ${place.name}`, {
      hint: 'each plant does: fishbone publish PLACE --company',
    });
  for (const plant of plants ?? [])
    if (!there.includes(plant))
      throw new QuestionError(`no plant "${plant}" has published into ${place.name}`, {
        hint: `there are ${there.join(', ')}`,
      });
  const chosen: Chosen = {snapshots: [], notes: []};
  for (const plant of plants ?? there) {
    const found = await newestOf(place, plant, before);
    if (typeof found === 'string') chosen.notes.push(found);
    else chosen.snapshots.push(found);
  }
  if (chosen.snapshots.length === 0)
    throw new QuestionError(`no plant has finished a snapshot in ${place.name}: ${chosen.notes.join('; ')}`);
  for (const snapshot of chosen.snapshots) await mustBeWhole(place, snapshot);
  return chosen;
}

/** @returns why not, where the plant has none that is finished */
async function newestOf(place: Place, plant: string, before: string | undefined): Promise<Snapshot | string> {
  const names = (await place.list(`plant=${plant}`)).filter(name => SNAPSHOT.test(name)).sort();
  for (const name of names.reverse()) {
    const folder = `plant=${plant}/${name}`;
    const text = await place.text(`${folder}/${MANIFEST}`);
    // Half there: it is being written, or whoever wrote it was stopped.
    if (text === null) continue;
    const manifest = readable(text, `${place.name}/${folder}/${MANIFEST}`);
    if (before === undefined || Date.parse(manifest.publishedAt) <= momentOf(before)) return {plant, folder, manifest};
  }
  if (names.length === 0) return `plant ${plant} has published nothing yet`;
  return before === undefined
    ? `plant ${plant} has finished no snapshot yet`
    : `plant ${plant} had finished no snapshot by ${before}`;
}

function readable(text: string, where: string): Manifest {
  const hint = 'publish that plant again';
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch (cause) {
    throw new QuestionError(`the manifest ${where} is damaged: it is no JSON`, {hint, cause});
  }
  const format = (said as {format?: unknown} | null)?.format;
  if (typeof format === 'number' && format > 1)
    throw new QuestionError(`the manifest ${where} is of format ${format}, and this version reads 1`, {
      hint: 'ask with a version as new as the one that published it',
    });
  const parsed = Manifest.safeParse(said);
  if (!parsed.success || !isWhole(parsed.data))
    throw new QuestionError(`the manifest ${where} is not what was published`, {hint, cause: parsed.error});
  return parsed.data;
}

/** What is named and missing would be left out of every figure, what is there and not named would be counted. */
async function mustBeWhole(place: Place, {plant, folder, manifest}: Snapshot): Promise<void> {
  const sizes = await place.sizes(folder);
  const expected = new Map(manifest.tables.flatMap(({files}) => files.map(({path, bytes}) => [path, bytes] as const)));
  const hint = `publish plant ${plant} again, or leave it out`;
  for (const [path, bytes] of expected) {
    const found = sizes.get(path);
    const where = `${place.name}/${folder}/${path}`;
    if (found === undefined)
      throw new QuestionError(`the manifest of plant ${plant} names ${where}, which is missing`, {hint});
    if (found !== bytes)
      throw new QuestionError(`${where} has ${found} bytes, and the manifest of plant ${plant} says ${bytes}`, {hint});
  }
  for (const path of sizes.keys())
    if (path.endsWith('.parquet') && !expected.has(path))
      throw new QuestionError(
        `${place.name}/${folder}/${path} was not published by plant ${plant}: engines would read it`,
        {
          hint: 'remove it',
        },
      );
}
