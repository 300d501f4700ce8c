/** What a disk surely holds at any moment, told from the calls that made it so; and the folder that a power cut would leave. */
import {
  type BigIntStats,
  fstatSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {dirname, join} from 'node:path';
import type {Point} from './points.ts';

type Kept = {bytes: Buffer} | {names: Map<string, string>};

/**
 * Keeps, by inode, a file's bytes as of its last fsync and a folder's names as of its own. Nothing else is counted on.
 * The database is left out altogether: it is a projection.
 */
export class DurableDisk {
  readonly #kept = new Map<string, Kept>();
  readonly #root: string;

  /** @param root exists, its own name durable, and is empty */
  constructor(root: string) {
    this.#root = root;
    this.#keep(root);
  }

  /** To be told of every point, after the call. */
  see({when, call, path, fd}: Point): void {
    if (when === 'after' && call === 'sync' && path.startsWith(this.#root)) this.#keep(path, fd);
  }

  /**
   * Writes what a cut would leave now.
   * @param names 'lost': folders as they were synced; 'kept': all names are there, but bytes only as far as they were synced
   */
  cut(into: string, names: 'lost' | 'kept'): void {
    this.#restore(inodeOf(statSync(this.#root, {bigint: true})), this.#root, into, names);
  }

  #keep(path: string, fd?: number): void {
    const stats = fd === undefined ? statSync(path, {bigint: true}) : fstatSync(fd, {bigint: true});
    if (stats.isFile()) this.#kept.set(inodeOf(stats), {bytes: readFileSync(path)});
    else {
      const names = readdirSync(path).map((name): [string, string] => [
        name,
        inodeOf(lstatSync(join(path, name), {bigint: true})),
      ]);
      this.#kept.set(inodeOf(stats), {names: new Map(names)});
    }
  }

  #restore(inode: string, now: string, into: string, names: 'lost' | 'kept'): void {
    const kept = this.#kept.get(inode);
    // Whether it is a file or a folder is known from what it was last; its content is nobody's promise.
    const isFolder = kept ? 'names' in kept : isFolderNow(now);
    if (!isFolder) {
      mkdirSync(dirname(into), {recursive: true});
      writeFileSync(into, kept && 'bytes' in kept ? kept.bytes : Buffer.alloc(0));
      return;
    }
    mkdirSync(into, {recursive: true});
    const children = new Map(kept && 'names' in kept ? kept.names : []);
    if (names === 'kept' && isFolderNow(now)) {
      for (const name of readdirSync(now)) children.set(name, inodeOf(lstatSync(join(now, name), {bigint: true})));
    }
    for (const [name, child] of children) {
      if (!name.startsWith('warehouse.duckdb')) this.#restore(child, join(now, name), join(into, name), names);
    }
  }
}

const inodeOf = ({dev, ino}: BigIntStats): string => `${dev}:${ino}`;

function isFolderNow(path: string): boolean {
  return statSync(path, {throwIfNoEntry: false})?.isDirectory() ?? false;
}
