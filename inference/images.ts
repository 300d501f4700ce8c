import {stat} from 'node:fs/promises';
import {extname, join} from 'node:path';
import {isPattern, matching, sortedEntries} from './glob.ts';

const EXTENSIONS = ['.png', '.jpg', '.jpeg', '.tif', '.tiff', '.bmp'];

/** Whether a file's name says that it is an image. */
const looksLikeImage = (file: string): boolean => EXTENSIONS.includes(extname(file).toLowerCase());

/** An image; a file of a folder that does not look like one; or what cannot be opened, and why. */
export type Found = {image: string} | {skipped: string} | {missing: string; reason: string};

/**
 * Files as named, folders with everything below them, patterns: one after the other, each folder by name. Only the names of
 * the folder that is being read are in memory. What is named twice comes twice, and is the same inspection.
 */
export async function* findImages(paths: readonly string[]): AsyncGenerator<Found> {
  for (const path of paths) {
    try {
      const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' && isPattern(path)) return null;
        throw error;
      });
      if (found === null) yield* described(path);
      else if (found.isDirectory()) yield* filesBelow(path);
      else yield {image: path};
    } catch (error) {
      yield {missing: path, reason: whyUnopened(error as NodeJS.ErrnoException)};
    }
  }
}

async function* described(pattern: string): AsyncGenerator<Found> {
  let count = 0;
  for await (const path of matching(pattern)) {
    count++;
    yield looksLikeImage(path) ? {image: path} : {skipped: path};
  }
  if (count === 0) yield {missing: pattern, reason: 'no file fits this pattern: check the path'};
}

async function* filesBelow(folder: string): AsyncGenerator<Found> {
  let entries: Awaited<ReturnType<typeof sortedEntries>>;
  try {
    entries = await sortedEntries(folder);
  } catch (error) {
    yield {missing: folder, reason: whyUnopened(error as NodeJS.ErrnoException)};
    return;
  }
  for (const {name, isDirectory} of entries) {
    const path = join(folder, name);
    if (isDirectory) yield* filesBelow(path);
    else yield looksLikeImage(path) ? {image: path} : {skipped: path};
  }
}

function whyUnopened({code, message}: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'does not exist: check the path';
  if (code === 'EACCES') return 'may not be read: ask whoever owns it';
  return `cannot be opened: ${message}`;
}
