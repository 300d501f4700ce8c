/** Images as evidence, by the digest of their bytes: `W/images/ab/cdef...`, and beside a large one a small picture for people. */
import {mkdir, open, readdir, rename, rm, stat} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {exists} from './archive.ts';

const DIGEST = /^[0-9a-f]{64}$/;

/** @param digest SHA-256 of the file's bytes, in hexadecimal digits */
export const imagePath = (folder: string, digest: string): string =>
  join(folder, 'images', digest.slice(0, 2), digest.slice(2));

/** A WebP of at most 256 x 256 pixels; an image that is no larger has none. */
export const thumbnailPath = (folder: string, digest: string): string => `${imagePath(folder, digest)}.webp`;

/**
 * Keeps an image; what is kept already stays as it is. Both files bear their names only when they are whole and on the
 * disk, the image last.
 * @param thumbnail makes the small picture; null where the image is small itself
 */
export async function keepImage(
  folder: string,
  digest: string,
  bytes: Uint8Array,
  thumbnail: (() => Promise<Uint8Array>) | null,
): Promise<void> {
  const path = imagePath(folder, digest);
  if (await exists(path)) return;
  await mkdir(dirname(path), {recursive: true});
  if (thumbnail) await writeOnce(thumbnailPath(folder, digest), await thumbnail());
  await writeOnce(path, bytes);
}

async function writeOnce(path: string, bytes: Uint8Array): Promise<void> {
  // Several processes may keep the same image at once.
  const unfinished = join(dirname(path), `.${process.pid}-${Date.now()}-${counter++}.unfinished`);
  try {
    const file = await open(unfinished, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, {force: true});
    throw error;
  }
}

let counter = 0;

export interface KeptImage {
  digest: string;
  path: string;
  bytes: number;
  /** When it was kept. */
  keptMs: number;
}

/** @returns null when no image of this digest is kept */
export async function findImage(folder: string, digest: string): Promise<KeptImage | null> {
  const path = imagePath(folder, digest);
  const found = await stat(path).catch(() => null);
  return found && {digest, path, bytes: found.size, keptMs: found.mtimeMs};
}

/** All kept images, by digest. */
export async function* keptImages(folder: string): AsyncGenerator<KeptImage> {
  for (const start of await namesIn(join(folder, 'images'))) {
    for (const rest of await namesIn(join(folder, 'images', start))) {
      const digest = `${start}${rest}`;
      const image = DIGEST.test(digest) ? await findImage(folder, digest) : null;
      if (image) yield image;
    }
  }
}

/** Files that were being written when a process died: those from before a time. */
export async function unfinishedImages(
  folder: string,
  beforeMs: number,
  found: (path: string) => Promise<void>,
): Promise<void> {
  for (const start of await namesIn(join(folder, 'images'))) {
    for (const name of await namesIn(join(folder, 'images', start))) {
      const path = join(folder, 'images', start, name);
      if (!name.endsWith('.unfinished')) continue;
      const {mtimeMs} = await stat(path);
      if (mtimeMs < beforeMs) await found(path);
    }
  }
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.sort((a, b) => (a < b ? -1 : 1));
}
