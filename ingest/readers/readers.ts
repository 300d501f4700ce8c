import {open, stat} from 'node:fs/promises';
import {extname} from 'node:path';
import {IngestError} from '../error.ts';
import {csv} from './csv.ts';
import {ndjson} from './ndjson.ts';
import {parquet} from './parquet.ts';
import type {Reader, Reading} from './reader.ts';

/** Every format that can be read. Asked in this order; CSV, which anything may be, comes last. */
const READERS: readonly Reader[] = [parquet, ndjson, csv];

/** Endings of the files that a folder is searched for. */
export const EXTENSIONS: ReadonlySet<string> = new Set(READERS.flatMap(reader => reader.extensions));

/** First bytes of what is often sent by mistake, and what to do instead. */
const FOREIGN: readonly {starts: readonly number[]; what: string}[] = [
  {
    starts: [0x50, 0x4b, 0x03, 0x04],
    what: 'an Excel workbook or ZIP archive: save the sheet as CSV UTF-8, or unpack it',
  },
  {starts: [0xd0, 0xcf, 0x11, 0xe0], what: 'an old Excel workbook: save the sheet as CSV UTF-8'},
  {starts: [0x1f, 0x8b], what: 'compressed (gzip): unpack it first'},
  {starts: [0xff, 0xfe], what: 'UTF-16 text: save it as UTF-8'},
  {starts: [0xfe, 0xff], what: 'UTF-16 text: save it as UTF-8'},
  {starts: [0x89, 0x50, 0x4e, 0x47], what: 'a PNG image: images go through `fishbone infer`'},
  {starts: [0xff, 0xd8, 0xff], what: 'a JPEG image: images go through `fishbone infer`'},
  {starts: [0x25, 0x50, 0x44, 0x46], what: 'a PDF document: export the table as CSV'},
];

/**
 * Reads any file of a known format; its content, not its name, says which.
 * @param names of the columns of a delimited file without a header
 * @throws IngestError if it is none, or not what its name says
 */
export async function read(path: string, names?: readonly string[]): Promise<Reading> {
  const head = await firstBytes(path);
  if (head.length === 0) throw new IngestError(`${path}: is empty (0 bytes): export it again`);
  const foreign = FOREIGN.find(({starts}) => starts.every((byte, i) => head[i] === byte));
  if (foreign) throw new IngestError(`${path}: is ${foreign.what}`);
  const reader = READERS.find(one => one.recognises(head))!;
  const ending = extname(path).toLowerCase();
  if (EXTENSIONS.has(ending) && !reader.extensions.includes(ending)) {
    const named = READERS.find(one => one.extensions.includes(ending))!;
    throw new IngestError(
      `${path}: is ${reader.name} by its content, not ${named.name} as its name says: rename it to end in ` +
        `${reader.extensions[0]}, or send the file that was meant`,
    );
  }
  if (names && reader.format !== 'csv')
    throw new IngestError(
      `${path}: is ${reader.name}, which names its columns itself: leave "columns" out of the mapping`,
    );
  return reader.read(path, names);
}

async function firstBytes(path: string): Promise<Buffer> {
  const status = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'does not exist: check the path' : `cannot be read: ${cause.message}`;
    throw new IngestError(`${path}: ${why}`, {cause});
  });
  if (!status.isFile()) throw new IngestError(`${path}: is not a file: name a file or a folder of files`);
  const file = await open(path).catch((cause: Error) => {
    throw new IngestError(`${path}: cannot be read: ${cause.message}`, {cause});
  });
  try {
    const {bytesRead, buffer} = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
