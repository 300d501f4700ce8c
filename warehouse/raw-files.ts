/** Raw bytes after they were acknowledged: packed when nobody waits for it, and given back as they came. */
import {createReadStream, createWriteStream} from 'node:fs';
import {link, mkdtemp, open, readdir, rename, rm, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {pipeline} from 'node:stream/promises';
import {createGunzip, createGzip} from 'node:zlib';
import {exists, findRaw, packedPath, rawPath, sealOf, syncFile} from './archive.ts';
import type {Caretaker} from './caretaker.ts';
import {diskFiles} from './ledger-file.ts';

/** A file of fewer bytes takes as much room on the disk when it is packed. */
const SMALL_BYTES = 4096;

interface Packed {
  files: number;
  bytesBefore: number;
  bytesAfter: number;
  /** Files whose bytes are no longer those of their name: they are left as they are, for `verify` to tell. */
  altered: string[];
}

/**
 * Packs what is kept as it came, file by file. A file is removed only when its packed copy is on the disk and was
 * unpacked to the same digest, so a kill at any point leaves at least one of them whole.
 */
export async function packRawFiles({folder, signal}: Pick<Caretaker, 'folder' | 'signal'>): Promise<Packed> {
  const packed: Packed = {files: 0, bytesBefore: 0, bytesAfter: 0, altered: []};
  for (const digest of await readdir(join(folder, 'archive', 'raw'))) {
    signal.throwIfAborted();
    if (!/^[0-9a-f]{64}$/.test(digest)) continue;
    const {size} = await stat(rawPath(folder, digest));
    if (size < SMALL_BYTES || (await isPackedAlready(rawPath(folder, digest)))) continue;
    const after = await packRaw(folder, digest);
    if (after === null) packed.altered.push(rawPath(folder, digest));
    else {
      packed.files++;
      packed.bytesBefore += size;
      packed.bytesAfter += after;
    }
  }
  return packed;
}

/** @returns the length of the packed file; null when the bytes are not those of the digest */
async function packRaw(folder: string, digest: string): Promise<number | null> {
  const raw = join(folder, 'archive', 'raw');
  const whole = packedPath(folder, digest);
  // A run that was killed before it could remove the plain file left a packed one.
  if (!(await exists(whole)) || !(await unpacksTo(whole, digest))) {
    const temporary = join(raw, `.packing-${digest}`);
    await pipeline(createReadStream(rawPath(folder, digest)), createGzip(), createWriteStream(temporary));
    if (!(await unpacksTo(temporary, digest))) {
      await rm(temporary);
      return null;
    }
    await syncFile(temporary);
    await rename(temporary, whole);
    await diskFiles.syncFolder(raw);
  }
  await rm(rawPath(folder, digest));
  await diskFiles.syncFolder(raw);
  return (await stat(whole)).size;
}

async function unpacksTo(path: string, digest: string): Promise<boolean> {
  try {
    return (await sealOf(path, true)).sha256 === digest;
  } catch {
    // Not a whole gzip file: as good as another digest.
    return false;
  }
}

/** Parquet, gzip, zip and zstd files do not get smaller. */
async function isPackedAlready(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const {buffer} = await file.read(Buffer.alloc(4), 0, 4, 0);
    return ['50415231', '504b0304', '28b52ffd'].includes(buffer.toString('hex')) || buffer.readUInt16BE() === 0x1f8b;
  } finally {
    await file.close();
  }
}

/**
 * Lends raw bytes as a file of their own, as they came, until `use` is done with it.
 * @returns null when they are not kept any more
 */
export async function lendRaw<T>(folder: string, digest: string, use: (path: string) => Promise<T>): Promise<T | null> {
  const found = await findRaw(folder, digest);
  if (!found) return null;
  const into = await mkdtemp(join(folder, 'tmp', 'raw-'));
  try {
    const path = join(into, digest);
    if (found.packed) await pipeline(createReadStream(found.path), createGunzip(), createWriteStream(path));
    // A second name for the same bytes, which packing cannot take away.
    else await link(found.path, path);
    return await use(path);
  } finally {
    await rm(into, {recursive: true, force: true});
  }
}
