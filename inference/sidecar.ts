/** What is told of images in files beside them: one a file, or one list of all. */
import {readFile} from 'node:fs/promises';
import {basename, dirname, extname, relative, resolve, sep} from 'node:path';
import {z} from 'zod';
import {CsvRecords} from '../ingest/readers/csv-records.ts';
import {type ImageName, utcTime} from './file-name.ts';

const COLUMNS = ['part', 'step', 'station', 'at'] as const;
type Told = Partial<Record<(typeof COLUMNS)[number], string>>;

const Sidecar = z.strictObject({
  part: z.string().min(1),
  step: z.string().min(1).nullable().optional(),
  station: z.string().min(1).nullable().optional(),
  at: z.string().min(1).nullable().optional(),
});

/** The places where what is told of an image may be, beside it. */
export function sidecarsOf(path: string): string[] {
  return [`${path}.json`, `${path.slice(0, path.length - extname(path).length)}.json`];
}

/** `image.png.json` or `image.json`: `{"part", "step", "station", "at"}`. */
export async function besideEach(path: string): Promise<ImageName | {reason: string}> {
  for (const sidecar of sidecarsOf(path)) {
    let text: string;
    try {
      text = await readFile(sidecar, 'utf8');
    } catch (error) {
      const {code} = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') continue;
      return {reason: `${basename(sidecar)} cannot be read (${code})`};
    }
    return toldBy(text, basename(sidecar));
  }
  return {reason: `there is no ${sidecarsOf(basename(path)).join(' or ')} beside it`};
}

/** @param name of the sidecar, for people */
export function toldBy(text: string, name: string): ImageName | {reason: string} {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return {reason: `${name} is not JSON: ${(error as Error).message}`};
  }
  const told = Sidecar.safeParse(json);
  if (!told.success) {
    const [{path: field, message}] = told.error.issues;
    return {reason: `${name}: ${field.length > 0 ? `${field.join('.')}: ` : ''}${message}`};
  }
  const {part, step, station, at} = told.data;
  return named({part, step: step ?? '', station: station ?? '', at: at ?? ''}, name);
}

/**
 * A list `image,part,step,station,at`, with commas or semicolons: an image is named by its path from the list's folder, or
 * by its bare name where only one has it.
 * @throws SyntaxError for a list that cannot be read, with the line
 */
export async function listOf(list: string): Promise<(path: string) => Promise<ImageName | {reason: string}>> {
  const rows = await readList(list);
  const home = dirname(resolve(list));
  const name = basename(list);
  return async path => {
    const inside = relative(home, resolve(path)).split(sep).join('/');
    const row = rows.get(inside) ?? rows.get(basename(path));
    return row ? named(row, name) : {reason: `${name} says nothing of ${inside}`};
  };
}

async function readList(list: string): Promise<Map<string, Told>> {
  let text: string;
  try {
    text = (await readFile(list, 'utf8')).replace(/^\ufeff/, '');
  } catch (error) {
    throw new SyntaxError(`the list ${list} cannot be read (${(error as NodeJS.ErrnoException).code})`, {cause: error});
  }
  const [header = ''] = text.split('\n', 1);
  const delimiter = header.includes(',') ? ',' : ';';
  const rows = new Map<string, Told>();
  let columns: string[] | null = null;
  const refuse = (line: number, what: string): never => {
    throw new SyntaxError(`${list}, line ${line}: ${what}`);
  };
  const records = new CsvRecords(delimiter, ({fields, line, fault}) => {
    if (fault !== undefined) refuse(line, fault);
    if (columns === null) {
      columns = fields.map(field => field.trim().toLowerCase());
      checkColumns(columns, what => refuse(line, what));
      return;
    }
    if (fields.length !== columns.length) refuse(line, `${fields.length} fields, the header has ${columns.length}`);
    const row = Object.fromEntries(columns.map((column, k) => [column, fields[k]])) as Told & {image: string};
    const image = row.image.replaceAll('\\', '/');
    if (rows.has(image)) refuse(line, `'${image}' is listed twice`);
    rows.set(image, row);
  });
  records.feed(text);
  records.end();
  return rows;
}

function checkColumns(columns: readonly string[], refuse: (what: string) => never): void {
  for (const needed of ['image', 'part']) if (!columns.includes(needed)) refuse(`there is no column '${needed}'`);
  const strange = columns.find((name, k) => !['image', ...COLUMNS].includes(name) || columns.indexOf(name) !== k);
  if (strange !== undefined)
    refuse(`the column '${strange}' is not known, or stands twice: image, ${COLUMNS.join(', ')}`);
}

function named({part, step, station, at}: Told, where: string): ImageName | {reason: string} {
  if (!part) return {reason: `${where} says no part`};
  const time = at ? utcTime(at) : null;
  if (time === undefined) return {reason: `${where} has no time with an offset: '${at}'`};
  return {part, step: step || null, station: station || null, inspected_at: time};
}
