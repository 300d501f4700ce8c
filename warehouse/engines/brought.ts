/**
 * Files of a bucket that were brought to this machine for DuckDB: what was published does not change, so each comes once. Those
 * of snapshots that nobody asked about for a day go.
 */
import {randomUUID} from 'node:crypto';
import {mkdir, readdir, rename, rm, stat, utimes} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {Bucket} from '../publish/bucket.ts';
import {fileAt, type PublishedFile} from '../publish/manifest.ts';
import {EngineError} from './dialect.ts';
import type {Snapshot} from './place.ts';

const UNUSED_MS = 86_400_000;

export class Brought {
  readonly folder: string;
  readonly #bucket: Bucket;
  readonly #files = new Map<string, PublishedFile>();
  readonly #here = new Set<string>();

  /** @param folder of its own */
  constructor(folder: string, bucket: Bucket) {
    this.folder = folder;
    this.#bucket = bucket;
  }

  /** Which snapshots are asked about. */
  async about(snapshots: readonly Snapshot[]): Promise<void> {
    for (const {plant, folder, manifest} of snapshots) {
      await mkdir(join(this.folder, folder), {recursive: true});
      await utimes(join(this.folder, folder), new Date(), new Date());
      for (const {path, bytes, sha256} of manifest.tables.flatMap(({files}) => files))
        this.#files.set(`${folder}/${path}`, {path, bytes, sha256});
      await this.#forget(`plant=${plant}`);
    }
  }

  /**
   * @param paths within the place
   * @throws StoreError; EngineError for a file that is not what was published
   */
  async bring(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      if (this.#here.has(path)) continue;
      const into = join(this.folder, path);
      const {bytes, sha256} = this.#files.get(path)!;
      if ((await stat(into).catch(() => null))?.size !== bytes) {
        await mkdir(dirname(into), {recursive: true});
        const coming = `${path}.${randomUUID()}.coming`;
        try {
          await this.#bucket.bring(path, join(this.folder, coming));
          if ((await fileAt(this.folder, coming)).sha256 !== sha256)
            throw new EngineError(`${this.#bucket.name}/${path} is not what was published: its bytes have changed`, {
              hint: 'publish that plant again',
            });
          await rename(join(this.folder, coming), into);
        } finally {
          await rm(join(this.folder, coming), {force: true});
        }
      }
      this.#here.add(path);
    }
  }

  async #forget(plant: string): Promise<void> {
    for (const name of await readdir(join(this.folder, plant))) {
      const path = join(this.folder, plant, name);
      if (Date.now() - (await stat(path)).mtimeMs > UNUSED_MS) await rm(path, {recursive: true, force: true});
    }
  }
}
