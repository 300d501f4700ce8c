import {IngestError} from '../error.ts';
import type {Reader, Reading} from './reader.ts';
import {readUtf8} from './text.ts';

const LF = 0x0a;
const LINE_BYTES_MAX = 64 << 20;
const COLUMNS_MAX = 10_000;

/** One JSON object a line. */
export const ndjson: Reader = {
  format: 'ndjson',
  name: 'JSON',
  extensions: ['.ndjson', '.jsonl', '.json'],
  recognises: head => /^\ufeff?\s*[{[]/.test(head.toString('utf8')),
  read: readNdjson,
};

/** @throws IngestError if no line holds an object */
async function readNdjson(path: string): Promise<Reading> {
  const columns = new Set<string>();
  let objects = 0;
  let firstBad = 0;
  await eachLine(path, (text, line) => {
    if (text.trim() === '') return;
    const object = parseObject(text);
    if (!object) {
      if (objects === 0 && text.trimStart().startsWith('['))
        throw new IngestError(`${path}: is a JSON array: write one object on each line, without brackets and commas`);
      // Where other lines are objects, the warehouse puts this one into quarantine.
      firstBad ||= line;
      return;
    }
    objects++;
    for (const key of Object.keys(object)) columns.add(key);
    if (columns.size > COLUMNS_MAX)
      throw new IngestError(`${path}: up to line ${line} its objects have more than ${COLUMNS_MAX} different keys`);
  });
  if (objects === 0) {
    throw new IngestError(
      firstBad > 0
        ? `${path}: line ${firstBad} is not a JSON object, and no other line is: write one object on each line`
        : `${path}: is empty: it has no line with a JSON object`,
    );
  }
  refuseTwins([...columns], path);
  return {records: {format: 'ndjson', path, columns: [...columns]}, notices: []};
}

async function eachLine(path: string, take: (text: string, line: number) => void): Promise<void> {
  let line = 1;
  let parts: Buffer[] = [];
  let bytes = 0;
  const end = (): void => {
    take(
      Buffer.concat(parts)
        .toString('utf8')
        .replace(/^\ufeff/, ''),
      line++,
    );
    parts = [];
    bytes = 0;
  };
  await readUtf8(path, chunk => {
    for (let start = 0; start < chunk.length; ) {
      const newline = chunk.indexOf(LF, start);
      const stop = newline < 0 ? chunk.length : newline;
      bytes += stop - start;
      if (bytes > LINE_BYTES_MAX) throw new IngestError(`${path}: line ${line} is longer than 64 MB`);
      parts.push(chunk.subarray(start, stop));
      if (newline >= 0) end();
      start = stop + 1;
    }
  });
  if (bytes > 0) end();
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
