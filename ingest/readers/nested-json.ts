import {IngestError} from '../error.ts';
import {flatten, isObject, parseExactly} from './json-flatten.ts';
import {JsonScan} from './json-scan.ts';
import {MadeTable} from './made-table.ts';
import type {Reading} from './reader.ts';
import {readUtf8} from './text.ts';

export interface Rows {
  /** Keys to the array in a document; undefined if each value of the outermost level is a record. */
  outer: string[] | undefined;
  /** From there on, the keys to the arrays whose elements make records. */
  inner: string[];
}

/** `results[].defects`: arrays bear `[]`, the last one need not. A leading `[]` stands for the records themselves. */
export function parseRows(rows: string, path: string): Rows {
  if (!/^(\[\]|[^.[\]]+(\[\])?)(\.[^.[\]]+(\[\])?)*$/.test(rows))
    throw new IngestError(`${path}: "rows" of the mapping is "${rows}": write it as results[].defects`);
  const segments = rows.split('.');
  if (segments[0] === '[]') return {outer: undefined, inner: segments.slice(1).map(bare)};
  const first = segments.findIndex(segment => segment.endsWith('[]'));
  const outer = first < 0 ? segments : segments.slice(0, first + 1);
  return {outer: outer.map(bare), inner: segments.slice(outer.length).map(bare)};
}

const bare = (segment: string): string => segment.replace(/\[\]$/, '');

/** A document that is an array of objects, or an object that holds one: element by element. */
export async function readDocument(
  path: string,
  isArray: boolean,
  rows: Rows | undefined,
  into: string,
): Promise<Reading> {
  if (isArray && rows?.outer)
    throw new IngestError(
      `${path}: is an array, so "rows" of the mapping begins with [], as in [].${rows.outer.join('.')}`,
    );
  if (!isArray && rows && !rows.outer)
    throw new IngestError(`${path}: is one JSON object, so "rows" of the mapping begins with the name of its array`);
  const keys = isArray ? [] : (rows?.outer ?? [await onlyArray(path)]);
  const around = await scan(path, keys, () => {});
  if (!around.found) throw new IngestError(`${path}: has no array "${keys.join('.')}": correct "rows" of the mapping`);
  const outer = outerFields(around.rest, keys, path);
  const made = new MadeTable(path, into);
  try {
    await scan(path, keys, (text, line) => takeRecord(made, text, line, rows?.inner ?? [], outer));
    return made.reading([]);
  } finally {
    made.close();
  }
}

/** A text that should be an object becomes records, or is put into quarantine. */
export function takeRecord(
  made: MadeTable,
  text: string,
  line: number,
  rows: readonly string[],
  around: Record<string, string> = {},
): void {
  try {
    const value = parseExactly(text);
    if (isObject(value)) for (const fields of flatten(value, rows, around)) made.put(line, fields);
    else made.refuse(line, 'not a JSON object', text);
  } catch (error) {
    if (error instanceof IngestError) throw error;
    made.refuse(line, error instanceof SyntaxError ? 'not a JSON object' : (error as Error).message, text);
  }
}

/** The array of objects in a document that holds one, and nothing else that could be a record. */
async function onlyArray(path: string): Promise<string> {
  const {arrays} = await scan(path, undefined, () => {});
  const [only] = arrays;
  if (arrays.size === 1) return only;
  const found = [...arrays].map(name => `"${name}"`).join(', ');
  throw new IngestError(
    arrays.size === 0
      ? `${path}: is one JSON object without an array of objects: write one object on each line, or an array of them`
      : `${path}: is one JSON object with the arrays ${found}: say in a mapping which holds the records, as in "rows": "${only}"`,
  );
}

/** What stands beside the array belongs to each of its records: `$.batch`. */
function outerFields(rest: string, keys: readonly string[], path: string): Record<string, string> {
  let value: unknown;
  try {
    value = parseExactly(rest);
  } catch (cause) {
    throw new IngestError(`${path}: is not valid JSON outside of its records: ${(cause as Error).message}`, {cause});
  }
  if (!isObject(value)) return {};
  const [fields] = flatten(value, []);
  delete fields[keys.join('.')];
  return Object.fromEntries(Object.entries(fields).map(([name, text]) => [`$.${name}`, text]));
}

async function scan(
  path: string,
  keys: readonly string[] | undefined,
  take: (text: string, line: number) => void,
): Promise<JsonScan> {
  const found = new JsonScan(path, keys, take);
  const decoder = new TextDecoder();
  await readUtf8(path, chunk => found.feed(decoder.decode(chunk, {stream: true})));
  found.end();
  return found;
}
