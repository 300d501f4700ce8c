import {open, readdir, stat} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {extname} from 'node:path';
import {IngestError} from '../error.ts';
import {foreignKind} from '../foreign.ts';
import {arrow} from './arrow.ts';
import {b2mml} from './b2mml.ts';
import {cfx} from './cfx.ts';
import {csv} from './csv.ts';
import {dfq} from './dfq.ts';
import {decoderOf, encodingOf} from './encodings.ts';
import {ndjson} from './ndjson.ts';
import {parquet} from './parquet.ts';
import type {Layout, Reader, Reading, ReadOptions} from './reader.ts';
import {xlsx} from './xlsx.ts';

/** Every format that can be read. Asked in this order; CSV, which anything may be, comes last. */
const READERS: readonly Reader[] = [parquet, arrow, xlsx, dfq, cfx, b2mml, ndjson, csv];

/** What a format that is no text of rows says itself, if it does not take it from a mapping. */
const LAYOUT: readonly {of: keyof Layout; said: string; itself: string}[] = [
  {of: 'names', said: '"columns"', itself: 'names its columns itself'},
  {of: 'encoding', said: '"encoding" (or --encoding)', itself: 'has an encoding of its own'},
  {of: 'skipLines', said: '"skipLines"', itself: 'has no lines before its records'},
  {of: 'headerRows', said: '"headerRows"', itself: 'has no header rows'},
  {of: 'totals', said: '"totals"', itself: 'has no rows of totals that could be told from others'},
];

/** Endings of the files that a folder is searched for. */
export const EXTENSIONS: ReadonlySet<string> = new Set(READERS.flatMap(reader => reader.extensions));

/**
 * Reads any file of a known format; its content, not its name, says which.
 * @param options the layout of a delimited file, where it is said
 * @throws IngestError if it is none, or not what its name says
 */
export async function read(path: string, options: Partial<ReadOptions> = {}): Promise<Reading> {
  const head = await firstBytes(path);
  if (head.length === 0) throw new IngestError(`${path}: is empty (0 bytes): export it again`);
  const known = READERS.find(one => one.format !== 'csv' && one.recognises(head));
  const encoding = known ? undefined : encodingOf(head, path, options.encoding).encoding;
  const isWide = encoding?.startsWith('utf-16') ?? false;
  const text = encoding && isWide ? Buffer.from(decoderOf(encoding).decode(head)) : head;
  const reader = known ?? READERS.find(one => one.recognises(text))!;
  // Only CSV, which anything may be, is not sure of it.
  const foreign = reader.format === 'csv' ? foreignKind(path, text) : undefined;
  if (foreign) throw new IngestError(`${path}: is ${foreign}`);
  if (isWide && reader.format !== 'csv')
    throw new IngestError(`${path}: is ${reader.name} in UTF-16: save it as UTF-8`);
  const ending = extname(path).toLowerCase();
  if (EXTENSIONS.has(ending) && !reader.extensions.includes(ending)) {
    const named = READERS.findLast(one => one.extensions.includes(ending))!;
    if (reader.format === 'csv' && isBinary(text))
      throw new IngestError(
        `${path}: is not ${named.name}, as its name says, nor any other kind of file that is read: ` +
          'its first bytes are binary, of no known format. It is damaged or encrypted: export it again',
      );
    throw new IngestError(
      `${path}: is ${reader.name} by its content, not ${named.name} as its name says: rename it to end in ` +
        `${reader.extensions[0]}, or send the file that was meant`,
    );
  }
  if (options.told && reader.ownTables)
    throw new IngestError(
      `${path}: is ${reader.name}, which says itself what its tables are: leave out ${options.told}`,
    );
  const strange = LAYOUT.find(({of}) => options[of] !== undefined && !reader.layout?.includes(of));
  if (strange)
    throw new IngestError(
      `${path}: is ${reader.name}, which ${strange.itself}: leave ${strange.said} out of the mapping`,
    );
  if (options.sheet !== undefined && reader.format !== 'xlsx')
    throw new IngestError(
      `${path}: is ${reader.name}, which has no sheets: leave out --sheet ("sheet" of the mapping)`,
    );
  if (options.rows !== undefined && reader.format !== 'ndjson')
    throw new IngestError(`${path}: is ${reader.name}, not JSON: leave "rows" out of the mapping`);
  return reader.read(path, {into: tmpdir(), ...options});
}

/** A control character or two may stray into a text; of random bytes every tenth is one. */
const BINARY_FROM = 0.02;

function isBinary(head: Buffer): boolean {
  // Tab, ends of lines and pages, the end of an old DOS file and ESC are of texts.
  const isControl = (byte: number) => byte < 32 && !(byte >= 9 && byte <= 13) && byte !== 26 && byte !== 27;
  return head.filter(isControl).length > BINARY_FROM * head.length;
}

async function firstBytes(path: string): Promise<Buffer> {
  const status = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'does not exist: check the path' : `cannot be read: ${cause.message}`;
    throw new IngestError(`${path}: ${why}`, {cause});
  });
  if (status.isDirectory()) {
    await readdir(path).catch((cause: Error) => {
      throw new IngestError(
        `${path}: the folder cannot be looked into, so nothing in it is taken in: ${cause.message}; let this user read it, or leave it out`,
        {cause},
      );
    });
  }
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
