/** The archive: raw bytes as evidence by digest, and each batch's accepted rows and rejects as Parquet, the truth of `rebuild`. */
import {createHash} from 'node:crypto';
import {createReadStream, createWriteStream} from 'node:fs';
import {mkdir, open, readdir, rename, rm, stat, writeFile} from 'node:fs/promises';
import {dirname, join, resolve} from 'node:path';
import {Transform} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {createGunzip} from 'node:zlib';
import {diskFiles} from './ledger-file.ts';

export const rawPath = (folder: string, digest: string): string => join(folder, 'archive', 'raw', digest);
export const batchFolder = (folder: string, seq: number): string =>
  join(folder, 'archive', 'batches', String(seq).padStart(8, '0'));

/** Where the raw bytes of a digest are: as they came, or packed since then. Null when they are nowhere. */
export async function findRaw(folder: string, digest: string): Promise<{path: string; packed: boolean} | null> {
  const path = rawPath(folder, digest);
  if (await exists(path)) return {path, packed: false};
  return (await exists(packedPath(folder, digest))) ? {path: packedPath(folder, digest), packed: true} : null;
}

export const packedPath = (folder: string, digest: string): string => `${rawPath(folder, digest)}.gz`;

/** Length and SHA-256 (hex) of a file; of a packed one, those of what is packed in it. @throws if it cannot be unpacked */
export async function sealOf(path: string, packed = false): Promise<{bytes: number; sha256: string}> {
  const hash = createHash('sha256');
  let bytes = 0;
  const count = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  };
  if (packed) await pipeline(createReadStream(path), createGunzip(), count);
  else await pipeline(createReadStream(path, {highWaterMark: 1 << 18}), count);
  return {bytes, sha256: hash.digest('hex')};
}

/** Makes the warehouse's folder, its name durable. */
export async function makeFolder(folder: string): Promise<void> {
  const made = await mkdir(join(folder, 'tmp'), {recursive: true});
  if (made !== undefined && made !== join(resolve(folder), 'tmp')) await diskFiles.syncFolder(dirname(made));
}

export async function makeArchive(folder: string): Promise<void> {
  await mkdir(join(folder, 'archive', 'raw'), {recursive: true});
  await mkdir(join(folder, 'archive', 'batches'), {recursive: true});
  await diskFiles.syncFolder(join(folder, 'archive'));
}

/** Small pieces cost more in handing them on than in reading them. */
const PIECE_BYTES = 1 << 20;

/** Keeps a file's bytes as evidence; a no-op if they are kept already. @returns their length and digest */
export async function keepRaw(folder: string, path: string): Promise<{bytes: number; sha256: string}> {
  const hash = createHash('sha256');
  let bytes = 0;
  const temporary = join(folder, 'archive', 'raw', `.incoming-${process.pid}-${Date.now()}`);
  const digesting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  try {
    await pipeline(
      createReadStream(path, {highWaterMark: PIECE_BYTES}),
      digesting,
      createWriteStream(temporary, {highWaterMark: PIECE_BYTES}),
    );
    const sha256 = hash.digest('hex');
    if (await findRaw(folder, sha256)) {
      await rm(temporary);
    } else {
      await syncFile(temporary);
      await rename(temporary, rawPath(folder, sha256));
      await diskFiles.syncFolder(join(folder, 'archive', 'raw'));
    }
    return {bytes, sha256};
  } catch (error) {
    await rm(temporary, {force: true});
    throw error;
  }
}

/**
 * An entry's folder is whole or not there. The first half: its files, on the disk, under a name that is swept away after a
 * crash. @returns where
 */
export async function prepareFolder(
  folder: string,
  name: string,
  write: (into: string) => Promise<void>,
): Promise<string> {
  const temporary = join(folder, 'archive', 'batches', `${name}.tmp`);
  await rm(temporary, {recursive: true, force: true});
  await mkdir(temporary);
  try {
    await write(temporary);
    for (const file of await readdir(temporary)) await syncFile(join(temporary, file));
    await diskFiles.syncFolder(temporary);
    return temporary;
  } catch (error) {
    await rm(temporary, {recursive: true, force: true});
    throw error;
  }
}

/** The second half: what was prepared becomes the folder of a ledger entry that is about to be written. */
export async function adoptFolder(folder: string, seq: number, prepared: string): Promise<void> {
  await rm(batchFolder(folder, seq), {recursive: true, force: true});
  await rename(prepared, batchFolder(folder, seq));
  await diskFiles.syncFolder(join(folder, 'archive', 'batches'));
}

/**
 * Clears away what a process that died was still writing: whatever bears no final name, and the one batch that may have
 * been whole but not yet in the ledger, which is set aside in `archive/set-aside`.
 * @returns the number of the first batch that lies beyond that, which only a ledger that lost entries explains; nothing is
 * touched then
 */
export async function sweepArchive(folder: string, lastSeq: number): Promise<number | null> {
  const batches = join(folder, 'archive', 'batches');
  const names = await readdir(batches);
  const beyond = names.filter(n => /^\d+$/.test(n) && Number(n) > lastSeq + 1).sort();
  if (beyond.length > 0) return Number(beyond[0]);
  for (const name of names) {
    if (name.endsWith('.tmp')) await rm(join(batches, name), {recursive: true, force: true});
    else if (Number(name) === lastSeq + 1) {
      await mkdir(join(folder, 'archive', 'set-aside'), {recursive: true});
      await rename(join(batches, name), join(folder, 'archive', 'set-aside', `${name}-${Date.now()}`));
    }
  }
  for (const name of await readdir(join(folder, 'archive', 'raw'))) {
    if (name.startsWith('.')) await rm(join(folder, 'archive', 'raw', name), {force: true});
  }
  return null;
}

/** Removes raw bytes, packed or not. */
export async function removeRaw(folder: string, digest: string): Promise<void> {
  for (const path of [rawPath(folder, digest), packedPath(folder, digest)]) await rm(path, {force: true});
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Writes JSON so that the file is the old one or the new one, whole and on the disk, whenever the process ends.
 * @param mode who may read it, where that is not everybody who may look into the folder
 */
export async function writeWhole(path: string, content: unknown, mode?: number): Promise<void> {
  const unfinished = `${path}.unfinished`;
  try {
    await writeFile(unfinished, `${JSON.stringify(content, null, 1)}\n`, {mode});
    await syncFile(unfinished);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, {force: true}).catch(() => undefined);
    throw error;
  }
  await diskFiles.syncFolder(dirname(path));
}
