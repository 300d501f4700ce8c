/**
 * An immutable snapshot for data scientists and other engines: every table as Parquet, one DuckDB file, a manifest.
 *   1 a folder that is not finished yet · 2 a table after the other, noted when it is whole · 3 the DuckDB file ·
 *   4 the manifest · 5 the folder gets its name · 6 `latest.json` names the newest · 7 what killed runs left goes, and older
 *   ones go, if so many are not to be kept
 */
import {randomUUID} from 'node:crypto';
import {appendFile, chmod, mkdir, readdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {syncFile, writeWhole} from '../archive.ts';
import {inside} from '../backup-folder.ts';
import {quoteName, quoteText, type Session} from '../duckdb.ts';
import {exportable, withPseudonyms} from '../export-table.ts';
import {folderFor} from '../folder-for.ts';
import {diskFiles} from '../ledger-file.ts';
import {QuestionError} from '../question-error.ts';
import {codeVersion} from '../screening/code-version.ts';
import type {Warehouse} from '../store.ts';
import {firstInspections} from '../views.ts';
import {
  fileAt,
  filesOf,
  MANIFEST,
  type Manifest,
  type PublishedFile,
  type PublishedMonth,
  type PublishedTable,
  readManifest,
  sealed,
} from './manifest.ts';

export interface PublishQuestion {
  asOf?: number;
  /** Persons by their names; otherwise pseudonyms stand for them. */
  names?: boolean;
  /** Leaves the DuckDB file out. */
  parquetOnly?: boolean;
  /** So many snapshots are kept, the newest; all if it is not said. */
  keep?: number;
  /** Rows from which on a table is split by month. */
  largeRows?: number;
  /** Into a place that the plants of a company share: there, into a folder of this plant's own. */
  company?: boolean;
}

export interface Published {
  folder: string;
  position: number;
  tables: number;
  rows: number;
  bytes: number;
  /** It had been published before, and is as it was. */
  already: boolean;
  removed: string[];
}

/** What finished snapshots are called. */
const SNAPSHOT = /^position-\d{8}$/;
const LEFTOVER = /^\.position-\d{8}-(unfinished|going)$/;
const LARGE_ROWS = 5_000_000;
/** In a place that plants share: a question about a window of all of them then reads so much less. */
const LARGE_ROWS_OF_MANY = 1_000_000;
const DONE = 'done.ndjson';
/** For everybody: what was published does not change. DuckDB then opens its file only with `read_only`. */
const READ_ONLY = 0o444;

/** Per folder, what is being published into it: two at once would write into the same unfinished folder. */
const busy = new Map<string, Promise<unknown>>();

/**
 * Publishes a position into a folder, one at a time. Killed at any point it leaves no snapshot that looks finished; asked for the
 * same position again, it goes on behind the last table that was whole.
 * @throws QuestionError for a position that is not reached, a folder within the warehouse or of another one, and for a position that
 * was published there in another way
 */
export async function publish(warehouse: Warehouse, into: string, question: PublishQuestion): Promise<Published> {
  const folder = publishedInto(warehouse, into, question);
  if (!inside(resolve(warehouse.folder), folder).startsWith('..'))
    throw new QuestionError(`${folder} is within the warehouse: publish into a folder outside of it`);
  const before = busy.get(folder) ?? Promise.resolve();
  const publishing = before.then(() => publishInto(warehouse, folder, question));
  const settled = publishing.catch(() => undefined);
  busy.set(folder, settled);
  try {
    return await publishing;
  } finally {
    if (busy.get(folder) === settled) busy.delete(folder);
  }
}

/** The folder that a warehouse publishes into: of its own where it is in a place that plants share. */
export const publishedInto = (
  warehouse: Warehouse,
  into: string,
  {company}: Pick<PublishQuestion, 'company'>,
): string => (company ? join(resolve(into), plantFolder(plantOf(warehouse))) : resolve(into));

/**
 * The folder of a plant in the place that plants share, Hive style. Engines differ in how they read signs in the names of
 * folders, so all but letters, digits, `_` and `-` are told as `~` and the code of the sign.
 */
const plantFolder = (plant: string): string =>
  `plant=${plant.replaceAll(/[^A-Za-z0-9_-]/gu, sign => `~${sign.codePointAt(0)!.toString(16)}~`)}`;

function plantOf(warehouse: Warehouse): string {
  const {plant} = (warehouse.entries().find(({kind}) => kind === 'plant')?.body ?? {plant: 'plant-1'}) as {
    plant: string;
  };
  return plant;
}

async function publishInto(warehouse: Warehouse, folder: string, question: PublishQuestion): Promise<Published> {
  const position = question.asOf ?? warehouse.position;
  const name = nameOf(position);
  await folderFor(folder);
  await refuseOthers(warehouse, folder);
  const known = await readManifest(join(folder, name));
  if (known) refuseOtherWay(known, join(folder, name), question);
  else await make(warehouse, folder, name, {...question, asOf: position});
  const manifest = known ?? (await readManifest(join(folder, name)))!;
  const newest = (await snapshotsIn(folder)).at(-1)!;
  await writeWhole(join(folder, 'latest.json'), {folder: newest, position: Number(newest.slice('position-'.length))});
  await removeLeftovers(folder);
  const removed = question.keep === undefined ? [] : await forget(folder, question.keep, name);
  return {
    folder: join(folder, name),
    position,
    tables: manifest.tables.length,
    rows: manifest.tables.reduce((sum, {rows}) => sum + rows, 0),
    bytes: filesOf(manifest).reduce((sum, {bytes}) => sum + bytes, 0),
    already: known !== null,
    removed,
  };
}

const nameOf = (position: number): string => `position-${String(position).padStart(8, '0')}`;

export async function snapshotsIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter(name => SNAPSHOT.test(name)).sort();
}

/** When the newest snapshot in a folder was made; 0 where there is none. */
export async function lastPublishedMs(folder: string): Promise<number> {
  const newest = (await snapshotsIn(folder).catch(() => [])).at(-1);
  const manifest = newest === undefined ? null : await readManifest(join(folder, newest));
  return manifest ? Date.parse(manifest.publishedAt) : 0;
}

/** A position says nothing without its ledger: snapshots of another warehouse would be taken for ones of this. */
async function refuseOthers(warehouse: Warehouse, folder: string): Promise<void> {
  const newest = (await snapshotsIn(folder)).at(-1);
  const manifest = newest === undefined ? null : await readManifest(join(folder, newest));
  if (!manifest) return;
  const {seq, hash} = manifest.ledger;
  if (warehouse.entries().find(entry => entry.seq === seq)?.hash === hash) return;
  throw new QuestionError(`${folder} has snapshots of another warehouse (plant ${manifest.plant})`, {
    hint: 'publish into a folder of its own',
  });
}

function refuseOtherWay(known: Manifest, where: string, {names = false, parquetOnly = false}: PublishQuestion): void {
  const hint = 'publish into another folder, or remove that one first';
  if (known.names !== names)
    throw new QuestionError(`${where} is there already, ${known.names ? 'with names' : 'with pseudonyms'}`, {hint});
  if (known.database === null && !parquetOnly)
    throw new QuestionError(`${where} is there already, without a DuckDB file`, {hint});
}

async function make(
  warehouse: Warehouse,
  folder: string,
  name: string,
  {asOf, names = false, parquetOnly = false, company = false, ...question}: PublishQuestion,
): Promise<void> {
  const largeRows = question.largeRows ?? (company ? LARGE_ROWS_OF_MANY : LARGE_ROWS);
  // Where persons are named, nobody may stay who was erased since.
  const edition = names ? randomUUID() : `${largeRows}-${codeVersion()}`;
  const unfinished = join(folder, `.${name}-unfinished`);
  // What another version began is begun anew.
  const noted = await readFile(join(unfinished, 'edition'), 'utf8').catch(() => null);
  if (noted !== edition) await rm(unfinished, {recursive: true, force: true});
  await mkdir(unfinished, {recursive: true});
  await writeFile(join(unfinished, 'edition'), edition);
  const done = await whatIsDone(unfinished);
  const head = warehouse.ledger.head;

  const tables = await warehouse.read(asOf, async session => {
    const written: PublishedTable[] = [];
    for (const table of await exportable(session)) {
      const before = done.get(table);
      const made = before ?? (await writeTable(session, unfinished, table, {names, largeRows}));
      if (!before) await appendFile(join(unfinished, DONE), `${JSON.stringify(made)}\n`);
      written.push(made);
    }
    return written;
  });
  const database = parquetOnly ? null : await writeDatabase(warehouse, unfinished, tables);
  const manifest = sealed({
    format: 1,
    plant: plantOf(warehouse),
    position: asOf!,
    ledger: {seq: head.seq, hash: head.hash},
    publishedAt: new Date().toISOString(),
    code: codeVersion(),
    timeZone: warehouse.timeZone,
    names,
    tables,
    database,
  });
  for (const {path} of filesOf(manifest)) {
    // A run that was killed may have got as far as that.
    await chmod(join(unfinished, path), 0o644);
    await syncFile(join(unfinished, path));
    await chmod(join(unfinished, path), READ_ONLY);
  }
  await writeWhole(join(unfinished, MANIFEST), manifest);
  await chmod(join(unfinished, MANIFEST), READ_ONLY);
  await rm(join(unfinished, DONE), {force: true});
  await rm(join(unfinished, 'edition'), {force: true});
  await rename(unfinished, join(folder, name));
  await diskFiles.syncFolder(folder);
}

/** Tables that a run before had finished, if their files are as it left them. */
async function whatIsDone(unfinished: string): Promise<Map<string, PublishedTable>> {
  const text = await readFile(join(unfinished, DONE), 'utf8').catch(() => '');
  const done = new Map<string, PublishedTable>();
  // The last line may have been cut off by what ended that run.
  for (const line of text.split('\n').slice(0, -1)) {
    const table = JSON.parse(line) as PublishedTable;
    const same = await Promise.all(
      table.files.map(async file => (await fileAt(unfinished, file.path).catch(() => null))?.sha256 === file.sha256),
    );
    if (same.every(Boolean)) done.set(table.table, table);
  }
  return done;
}

/** By which of its times a table is split where it is large. */
const TIMES = ['inspected_at', 'measured_at', 'at', 'started_at', 'made_at', 'consumed_at'];

async function writeTable(
  session: Session,
  folder: string,
  table: string,
  {names, largeRows}: {names: boolean; largeRows: number},
): Promise<PublishedTable> {
  const relation = names ? `main.${quoteName(table)}` : withPseudonyms(table);
  const shape = await session.shape(`from ${relation}`);
  const {rows} = await session.row<{rows: number}>(`select count(*) as "rows" from main.${quoteName(table)}`);
  const time = rows >= largeRows ? TIMES.find(column => shape.names.includes(column)) : undefined;
  const within = fileName(table);
  await rm(join(folder, within), {recursive: true, force: true});
  await mkdir(join(folder, within), {recursive: true});
  const to = (path: string) => quoteText(join(folder, path));
  if (time === undefined) {
    await session.run(`copy (from ${relation}) to ${to(`${within}/data.parquet`)} (format parquet, compression zstd)`);
  } else {
    await session.run(
      `copy (select *, ${monthOf(quoteName(time))} as "month" from ${relation}) to ${to(within)}
       (format parquet, compression zstd, partition_by ("month"), overwrite_or_ignore, filename_pattern 'data_{i}')`,
    );
  }
  const files: PublishedFile[] = [];
  for (const path of await filesIn(folder, within)) files.push(await fileAt(folder, path));
  const columns = shape.names.map((name, c) => ({name, type: shape.types[c].toString()}));
  const months = time === undefined || !OF_PARTS.test(table) ? undefined : await monthsOf(session, table, time);
  return {table, rows, columns, partitionedBy: time === undefined ? null : 'month', months, files};
}

/** Tables whose rows are of parts, of a lot of them or of an order. */
const OF_PARTS = /^(parts|operations|measurements|inspections|step_.*)$/;

/** Whom the rows of each month concern: when the parts were first inspected, by the rule of `views.ts`. */
async function monthsOf(session: Session, table: string, time: string): Promise<PublishedMonth[]> {
  const month = `${monthOf(quoteName(time))} as "month"`;
  const of = `main.${quoteName(table)}`;
  const throughParts = (column: string) =>
    `select ${monthOf(`t.${quoteName(time)}`)} as "month", p.part from ${of} t join main.parts p using (${column})`;
  const concerned =
    table === 'operations'
      ? [throughParts('lot'), throughParts('work_order')].map(sql => ` union all ${sql}`).join('')
      : '';
  const said = (moment: string) => `strftime(${moment} at time zone 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')`;
  return session.rows<PublishedMonth>(
    `-- One row per month: the first and the last first inspection of the parts that its rows concern.
     with concerned as (select ${month}, part from ${of}${concerned}),
     first as (
       select part, min(inspected_at) as inspected_at from main.inspections where result in ('pass', 'fail') group by part
     )
     select "month", ${said('min(inspected_at)')} as "from", ${said('max(inspected_at)')} as "to"
     from concerned left join first using (part)
     group by "month" order by "month"`,
  );
}

/** SQL of the month in which a row is published. */
const monthOf = (time: string): string => `coalesce(strftime(${time} at time zone 'UTC', '%Y-%m'), 'none')`;

async function filesIn(folder: string, within: string): Promise<string[]> {
  const found = await readdir(join(folder, within), {recursive: true});
  return found
    .filter(name => name.endsWith('.parquet'))
    .map(name => `${within}/${name.replaceAll('\\', '/')}`)
    .sort();
}

/** One file that needs no other: tables, not views over paths that change when it is copied. */
async function writeDatabase(
  warehouse: Warehouse,
  folder: string,
  tables: readonly PublishedTable[],
): Promise<PublishedFile> {
  const path = join(folder, 'fishbone.duckdb');
  await rm(path, {force: true});
  const session = await warehouse.aside();
  const {home} = await session.row<{home: string}>('select current_database() as home');
  // All sessions see what is attached: two folders may be published into at once.
  const name = `published-${randomUUID()}`;
  await session.run(`attach ${quoteText(path)} as ${quoteName(name)}`);
  try {
    await session.run(`use ${quoteName(name)}`);
    for (const {table, files, columns, partitionedBy} of tables) {
      const names = columns.map(column => quoteName(column.name)).join(', ');
      const from = `read_parquet([${files.map(file => quoteText(join(folder, file.path))).join(', ')}], hive_partitioning = ${partitionedBy !== null})`;
      await session.run(`create table main.${quoteName(table)} as select ${names} from ${from}`);
    }
    await session.run(`create view main.first_inspections as ${firstInspections('inspections')}`);
    await session.run(`checkpoint ${quoteName(name)}`);
  } finally {
    await session.run(`use ${quoteName(home)}`);
    await session.run(`detach ${quoteName(name)}`);
    session.connection.closeSync();
  }
  return fileAt(folder, 'fishbone.duckdb');
}

/** A folder's name for a table: steps may be called anything. */
const fileName = (table: string): string => encodeURIComponent(table).replaceAll('.', '%2E').replaceAll('*', '%2A');

/** What runs that were killed left: of other positions, which nobody goes on with, and of what was being removed. */
async function removeLeftovers(folder: string): Promise<void> {
  const left = (await readdir(folder)).filter(name => LEFTOVER.test(name));
  for (const name of left) await rm(join(folder, name), {recursive: true, force: true});
}

async function forget(folder: string, keep: number, made: string): Promise<string[]> {
  const names = await snapshotsIn(folder);
  const old = names.slice(0, Math.max(0, names.length - keep)).filter(name => name !== made);
  for (const name of old) {
    // First its name, so that nobody takes half of it for the whole.
    const going = join(folder, `.${name}-going`);
    await rename(join(folder, name), going);
    await rm(going, {recursive: true, force: true});
  }
  return old;
}
