import {readdir, stat} from 'node:fs/promises';
import {extname, join} from 'node:path';

const EXTENSIONS = ['.png', '.jpg', '.jpeg', '.tif', '.tiff', '.bmp'];

/**
 * Files as named, folders with everything below them, each folder by name.
 * @returns the images; the files of a folder that do not look like images; what is not there
 */
export async function findImages(paths: readonly string[]) {
  const images = new Set<string>();
  const skipped: string[] = [];
  const failures: {image: string; reason: string}[] = [];
  for (const path of paths) {
    try {
      if (!(await stat(path)).isDirectory()) images.add(path);
      else {
        for (const file of await filesBelow(path)) {
          if (EXTENSIONS.includes(extname(file).toLowerCase())) images.add(file);
          else skipped.push(file);
        }
      }
    } catch (error) {
      failures.push({image: path, reason: whyUnopened(error as NodeJS.ErrnoException)});
    }
  }
  return {images: [...images], skipped, failures};
}

function whyUnopened({code, message}: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'does not exist: check the path';
  if (code === 'EACCES') return 'may not be read: ask whoever owns it';
  return `cannot be opened: ${message}`;
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true});
  const files = entries.filter(entry => !entry.isDirectory()).map(entry => join(entry.parentPath, entry.name));
  return files.sort((a, b) => (a < b ? -1 : 1));
}
