import {open} from 'node:fs/promises';
import {IngestError} from '../error.ts';
import {twinsIn} from './csv-head.ts';
import {columnPaths} from './parquet-schema.ts';
import type {Reader, Reading} from './reader.ts';

const MAGIC = 'PAR1';
const FOOTER_BYTES_MAX = 64 << 20;

/** Apache Parquet; only its schema is read here, DuckDB reads the rest. */
export const parquet: Reader = {
  format: 'parquet',
  name: 'Parquet',
  extensions: ['.parquet', '.pq'],
  recognises: head => head.subarray(0, 4).toString('latin1') === MAGIC,
  read: readParquet,
};

/**
 * The file ends in: schema and more, as long as the next four bytes say; its length; the magic word.
 * @throws IngestError if the end is not there
 * @see https://parquet.apache.org/docs/file-format/
 */
async function readParquet(path: string): Promise<Reading> {
  const file = await open(path);
  try {
    const {size} = await file.stat();
    const tail = Buffer.alloc(8);
    if (size >= 12) await file.read(tail, 0, 8, size - 8);
    const footerBytes = tail.readUInt32LE(0);
    if (tail.toString('latin1', 4) !== MAGIC)
      throw new IngestError(
        `${path}: is a Parquet file that was cut off (its end is missing): copy or export it again`,
      );
    if (footerBytes > FOOTER_BYTES_MAX || footerBytes + 12 > size) throw damaged(path);
    const footer = Buffer.alloc(footerBytes);
    await file.read(footer, 0, footerBytes, size - 8 - footerBytes);
    const paths = schemaOf(footer, path);
    const columns = paths.map(names => names.join('.'));
    const twins = twinsIn(columns);
    if (twins) throw new IngestError(`${path}: ${twins}: rename one of them`);
    const isNested = paths.some(({length}) => length > 1);
    return {records: {format: 'parquet', path, columns, ...(isNested && {paths})}, notices: []};
  } finally {
    await file.close();
  }
}

function schemaOf(footer: Buffer, path: string): string[][] {
  try {
    return columnPaths(footer);
  } catch (cause) {
    throw damaged(path, cause);
  }
}

function damaged(path: string, cause?: unknown): IngestError {
  return new IngestError(`${path}: is a Parquet file whose footer is damaged: copy or export it again`, {cause});
}
