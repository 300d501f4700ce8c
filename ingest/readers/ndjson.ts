import {randomUUID} from 'node:crypto';
import {closeSync, openSync, writeSync} from 'node:fs';
import {open} from 'node:fs/promises';
import {join} from 'node:path';
import type {RecordSource} from '../../warehouse/load-plan.ts';
import {IngestError} from '../error.ts';
import {isObject} from './json-flatten.ts';
import {MadeTable} from './made-table.ts';
import {parseRows, readDocument, takeRecord} from './nested-json.ts';
import type {Reader, Reading, ReadOptions} from './reader.ts';
import {readUtf8} from './text.ts';

const LF = 0x0a;
/** DuckDB reads lines of up to 16 MB. */
const LINE_BYTES_MAX = 8 << 20;
/** What is kept of a longer one, for the quarantine. */
const START_BYTES = 500;
const HEAD_BYTES = 1 << 20;
const COLUMNS_MAX = 10_000;

/** One JSON object a line; or a document with an array of them. */
export const ndjson: Reader = {
  format: 'ndjson',
  name: 'JSON',
  extensions: ['.ndjson', '.jsonl', '.json'],
  recognises: head => /^\ufeff?\s*[{[]/.test(head.toString('utf8')),
  read: readNdjson,
};

/** @throws IngestError if no line holds an object */
async function readNdjson(path: string, {rows: said, into}: ReadOptions): Promise<Reading> {
  const rows = said === undefined ? undefined : parseRows(said, path);
  const kind = await kindOf(path, rows !== undefined && rows.outer !== undefined);
  if (kind !== 'lines') return readDocument(path, kind === 'array', rows, into);
  if (rows?.outer)
    throw new IngestError(
      `${path}: has one object on each line, so "rows" of the mapping begins with [], as in [].${rows.outer.join('.')}`,
    );
  let isNested = rows !== undefined;
  const columns = new Set<string>();
  let objects = 0;
  let firstBad = 0;
  const shape = new LineShape();
  const tooLong = await eachLine(path, (text, line) => {
    shape.see(text);
    if (text.trim() === '') return;
    const object = parseObject(text);
    if (!object) {
      // Where other lines are objects, the warehouse puts this one into quarantine.
      firstBad ||= line;
      return;
    }
    objects++;
    for (const key of Object.keys(object)) columns.add(key);
    isNested ||= Object.values(object).some(isObject);
    if (columns.size > COLUMNS_MAX)
      throw new IngestError(`${path}: up to line ${line} its objects have more than ${COLUMNS_MAX} different keys`);
  });
  if (objects === 0) {
    throw new IngestError(
      tooLong.includes(firstBad)
        ? `${path}: line ${firstBad} is longer than ${LINE_BYTES_MAX >> 20} MB, and no other is a JSON object: write one object on each line`
        : firstBad > 0
          ? `${path}: line ${firstBad} is not a JSON object, and no other line is: write one object on each line`
          : `${path}: is empty: it has no line with a JSON object`,
    );
  }
  if (isNested) return readNested(path, rows?.inner ?? [], into);
  refuseTwins([...columns], path);
  const records: RecordSource = {format: 'ndjson', path, columns: [...columns]};
  if (tooLong.length === 0 && shape.isPlain) return {records, notices: []};
  records.path = join(into, `${randomUUID()}.ndjson`);
  await copyLines(path, records.path);
  if (tooLong.length === 0) return {records, notices: []};
  const lines =
    tooLong.length === 1 ? `line ${tooLong[0]} is` : `${tooLong.length} lines, the first of them ${tooLong[0]}, are`;
  const notice = `${lines} longer than ${LINE_BYTES_MAX >> 20} MB: not read, and in the quarantine by the start`;
  return {records, notices: [notice]};
}

async function readNested(path: string, rows: readonly string[], into: string): Promise<Reading> {
  const made = new MadeTable(path, into);
  try {
    await eachLine(path, (text, line) => {
      if (text.trim() !== '') takeRecord(made, text, line, rows);
    });
    return made.reading([]);
  } finally {
    made.close();
  }
}

/**
 * A document is an array, or an object that does not end on its first line or holds a table alone.
 * @param hasArray whether somebody says that an array of it holds the records
 */
async function kindOf(path: string, hasArray: boolean): Promise<'lines' | 'array' | 'object'> {
  const file = await open(path);
  try {
    const {bytesRead, buffer} = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const head = buffer
      .toString('utf8', 0, bytesRead)
      .replace(/^\ufeff/, '')
      .trimStart();
    if (head.startsWith('[')) return 'array';
    const end = head.indexOf('\n');
    const first = parseObject(end < 0 ? head : head.slice(0, end));
    // A first line that is damaged is one of many if the next is whole.
    if (!first)
      return parseObject(head.slice(end + 1).split('\n')[0])
        ? 'lines'
        : head.includes('\n') || bytesRead === HEAD_BYTES
          ? 'object'
          : 'lines';
    const isAlone = end < 0 || head.slice(end).trim() === '';
    const members: unknown[] = Object.values(first);
    if (isAlone && hasArray) return 'object';
    return isAlone && members.length === 1 && Array.isArray(members[0]) && members[0].some(isObject)
      ? 'object'
      : 'lines';
  } finally {
    await file.close();
  }
}

/** Whether DuckDB takes the lines apart as they are: they end alike, and hold no CR and none of the sign that it cuts at. */
class LineShape {
  isPlain = true;
  #crlf: boolean | undefined;

  see(line: string): void {
    const crlf = line.endsWith('\r');
    this.#crlf ??= crlf;
    const cr = line.indexOf('\r');
    if (crlf !== this.#crlf || (cr >= 0 && cr < line.length - 1) || line.includes('\x01')) this.isPlain = false;
  }
}

/** Copies lines so that they are plain; of those that are too long the start, which is no JSON object any more. */
async function copyLines(from: string, to: string): Promise<void> {
  const file = openSync(to, 'wx', 0o600);
  try {
    await eachLine(from, text => {
      // A CR is white space to JSON; other control characters are no JSON, and this one is as good as that one.
      writeSync(file, `${text.replaceAll('\r', ' ').replaceAll('\x01', '\x02')}\n`);
    });
  } finally {
    closeSync(file);
  }
}

/** @param take gets each line, of one that is too long its start. @returns the numbers of those, at most a thousand */
async function eachLine(path: string, take: (text: string, line: number) => void): Promise<number[]> {
  const tooLong: number[] = [];
  let line = 1;
  let parts: Buffer[] = [];
  let bytes = 0;
  const end = (): void => {
    const whole = Buffer.concat(parts);
    const isWhole = bytes <= LINE_BYTES_MAX;
    if (!isWhole && tooLong.length < 1000) tooLong.push(line);
    take((isWhole ? whole : whole.subarray(0, START_BYTES)).toString('utf8').replace(/^\ufeff/, ''), line++);
    parts = [];
    bytes = 0;
  };
  await readUtf8(path, chunk => {
    for (let start = 0; start < chunk.length; ) {
      const newline = chunk.indexOf(LF, start);
      const stop = newline < 0 ? chunk.length : newline;
      if (bytes <= LINE_BYTES_MAX) parts.push(chunk.subarray(start, stop));
      bytes += stop - start;
      if (newline >= 0) end();
      start = stop + 1;
    }
  });
  if (bytes > 0) end();
  return tooLong;
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    // Counted and named by its line; whether the file can be used is decided at its end.
    return undefined;
  }
}

function refuseTwins(columns: string[], path: string): void {
  const seen = new Map<string, string>();
  for (const name of columns) {
    const twin = seen.get(name.toLowerCase());
    if (twin !== undefined)
      throw new IngestError(`${path}: has the keys "${twin}" and "${name}", alike but for case: rename one of them`);
    seen.set(name.toLowerCase(), name);
  }
}
