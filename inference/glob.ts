import {opendir} from 'node:fs/promises';
import {join} from 'node:path';

/** Whether a path that does not exist as it is may be meant as a pattern. */
export const isPattern = (path: string): boolean => /[*?]/.test(path);

/**
 * The files that a pattern describes, in the order of their names, folder by folder: `*` any characters of a name, `?` one,
 * `**` any folders below. (No regular expressions: theirs can run for hours.)
 * @throws what the file system says of a folder that cannot be opened; one that is not there has no files
 */
export async function* matching(pattern: string): AsyncGenerator<string> {
  const pieces = pattern.split(/[\\/]/);
  const fixed = pieces.findIndex(isPattern);
  const base = pieces.slice(0, fixed).join('/');
  yield* below(base === '' ? (pattern.startsWith('/') ? '/' : '.') : base, pieces.slice(fixed));
}

async function* below(folder: string, [first, ...rest]: readonly string[]): AsyncGenerator<string> {
  const isLast = rest.length === 0;
  if (first === '**' && !isLast) yield* below(folder, rest);
  for (const entry of await sortedEntries(folder)) {
    const path = join(folder, entry.name);
    if (first === '**') {
      if (entry.isDirectory) yield* below(path, [first, ...rest]);
      else if (isLast) yield path;
    } else if (fits(entry.name, first)) {
      if (isLast && !entry.isDirectory) yield path;
      else if (!isLast && entry.isDirectory) yield* below(path, rest);
    }
  }
}

/** The names of one folder, sorted: of all that is below it, never more than this is in memory. */
export async function sortedEntries(folder: string): Promise<{name: string; isDirectory: boolean}[]> {
  const entries: {name: string; isDirectory: boolean}[] = [];
  try {
    for await (const entry of await opendir(folder)) entries.push({name: entry.name, isDirectory: entry.isDirectory()});
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @param pattern with `*` and `?`; each character of the name is compared with few of it */
export function fits(name: string, pattern: string): boolean {
  let [at, star, resume] = [0, -1, 0];
  let i = 0;
  while (i < name.length) {
    if (at < pattern.length && pattern[at] !== '*' && (pattern[at] === '?' || pattern[at] === name[i])) {
      i++;
      at++;
    } else if (pattern[at] === '*') {
      star = at++;
      resume = i;
    } else if (star >= 0) {
      at = star + 1;
      i = ++resume;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
