import {readdir, stat} from 'node:fs/promises';
import {basename, extname, join} from 'node:path';
import {CANONICAL} from '../warehouse/canonical.ts';
import {foreignName} from './foreign.ts';
import {EXTENSIONS} from './readers/readers.ts';

export interface Expanded {
  files: string[];
  skipped: {path: string; reason: string}[];
}

/**
 * Turns folders into the files in them, in the order in which they are best loaded: master data before what refers to
 * it, then by name. Files that are named outright are all taken, also those that do not exist: reading them says so. So are
 * folders that cannot be looked into.
 */
export async function expandPaths(paths: readonly string[]): Promise<Expanded> {
  const expanded: Expanded = {files: [], skipped: []};
  for (const path of paths) {
    const status = await stat(path).catch(() => undefined);
    if (status?.isDirectory()) await expandFolder(path, expanded);
    else expanded.files.push(path);
  }
  const files = [...new Set(expanded.files)].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return {files, skipped: expanded.skipped};
}

async function expandFolder(folder: string, into: Expanded): Promise<void> {
  const entries = await readdir(folder, {withFileTypes: true}).catch(() => null);
  // What it holds nobody can say: it is told like a file that cannot be read, and the others are taken in.
  if (!entries) into.files.push(folder);
  for (const entry of entries ?? []) {
    const path = join(folder, entry.name);
    const reason = reasonToSkip(entry.name, entry.isDirectory());
    if (reason) into.skipped.push({path, reason});
    else if (entry.isDirectory()) await expandFolder(path, into);
    else into.files.push(path);
  }
}

function reasonToSkip(name: string, isFolder: boolean): string | undefined {
  if (name.startsWith('.')) return 'hidden';
  if (isFolder) return name === 'images' ? 'images go through `fishbone infer`' : undefined;
  if (name === 'truth.json') return 'says what is hidden in a made-up plant';
  if (EXTENSIONS.has(extname(name).toLowerCase())) return undefined;
  return foreignName(name) ?? `not a kind of file that is read: tables come as ${[...EXTENSIONS].join(', ')}`;
}

/** The canonical tables are listed with master data first. */
function rank(path: string): number {
  const place = Object.keys(CANONICAL).indexOf(basename(path).split('.')[0]);
  return place < 0 ? Number.MAX_SAFE_INTEGER : place;
}
