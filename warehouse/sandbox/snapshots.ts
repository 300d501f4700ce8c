/**
 * Copies of the database for people's SQL, made while batches are being committed: a database that one process has open no
 * other can read. The newest is kept as long as the warehouse is open, in a folder that is emptied at every start.
 */
import {mkdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {quoteText} from '../duckdb.ts';
import type {Warehouse} from '../store.ts';

export interface Snapshot {
  path: string;
  asOf: number;
}

/** For a newer copy that is being made, a question that did not ask for it waits no longer. */
const PATIENCE_MS = 2_000;

/** Not for people's SQL: what was rejected, who decided what, how far the ledger was projected. */
const NOT_COPIED = ['fact.rejects', 'fact.decisions', 'main.applied', 'main.migrations'];

export class Snapshots {
  readonly #warehouse: Warehouse;
  readonly #folder: string;
  #newest: (Snapshot & {entry: number}) | null = null;
  #making: Promise<Snapshot> | null = null;
  /** Copies that queries are reading: they go when the last of those has its answer. */
  readonly #readers = new Map<string, number>();
  #made = 0;

  constructor(warehouse: Warehouse) {
    this.#warehouse = warehouse;
    this.#folder = join(warehouse.folder, 'tmp', 'snapshots');
  }

  /**
   * Lends a copy that is not removed meanwhile: the newest there is, and of facts that changed since a new one if it is
   * there soon.
   * @param wish waits for a copy that has the facts as they are now, or at least this position
   */
  async lend<T>(wish: {fresh: boolean; asOf?: number}, use: (snapshot: Snapshot) => Promise<T>): Promise<T> {
    const snapshot = await this.#choose(wish);
    const {path} = snapshot;
    this.#readers.set(path, (this.#readers.get(path) ?? 0) + 1);
    try {
      return await use(snapshot);
    } finally {
      this.#readers.set(path, this.#readers.get(path)! - 1);
      if (this.#readers.get(path) === 0) this.#readers.delete(path);
      if (path !== this.#newest?.path && !this.#readers.has(path)) await rm(path, {force: true});
    }
  }

  /** What a retention rule took is in no copy any more when this resolves, but for one that is being read. */
  async forgetOld(): Promise<void> {
    await this.settled();
    if (this.#newest && this.#newest.entry < this.#lastChange()) await this.#make();
  }

  async settled(): Promise<void> {
    await this.#making?.catch(() => undefined);
  }

  async #choose({fresh, asOf = 0}: {fresh: boolean; asOf?: number}): Promise<Snapshot> {
    if (this.#newest?.entry === this.#lastChange()) return this.#newest;
    const old = this.#newest;
    if (fresh || old === null || old.asOf < asOf) {
      // One that was begun before may be of an earlier position.
      await this.#making?.catch(() => undefined);
      return this.#make();
    }
    let patience: NodeJS.Timeout | undefined;
    const later = new Promise<Snapshot>(resolve => {
      patience = setTimeout(() => resolve(old), PATIENCE_MS);
    });
    // Where there is no room for a new one, the old one still answers, and says of which position.
    const made = this.#make().catch(() => old);
    return Promise.race([made, later]).finally(() => clearTimeout(patience));
  }

  #make(): Promise<Snapshot> {
    this.#making ??= this.#copy().finally(() => {
      this.#making = null;
    });
    return this.#making;
  }

  async #copy(): Promise<Snapshot> {
    // So that the database has all that the ledger has.
    await this.#warehouse.read(undefined, () => Promise.resolve());
    const entry = this.#lastChange();
    if (this.#newest?.entry === entry) return this.#newest;
    await mkdir(this.#folder, {recursive: true});
    const path = join(this.#folder, `${++this.#made}.duckdb`);
    const session = await this.#warehouse.aside();
    let asOf: number;
    try {
      await session.run(`attach ${quoteText(path)} as people`);
      try {
        const {name} = await session.row<{name: string}>('select current_database() as name');
        await session.run(`copy from database "${name}" to people`);
        asOf = (await session.row<{batch: number}>('select batch from people.main.applied')).batch;
        for (const table of NOT_COPIED) await session.run(`drop table people.${table}`);
      } finally {
        await session.run('detach people');
      }
    } catch (error) {
      await rm(path, {force: true});
      await rm(`${path}.wal`, {force: true});
      throw error;
    } finally {
      session.connection.closeSync();
    }
    // What was committed while the copy began is in it, too: under an earlier entry, so that it is made anew, not missed.
    const old = this.#newest?.path;
    this.#newest = {path, asOf, entry};
    if (old !== undefined && !this.#readers.has(old)) await rm(old, {force: true});
    return this.#newest;
  }

  /** The entry that last changed facts: batches, and what takes from them. */
  #lastChange(): number {
    return this.#warehouse.entries().findLast(({kind}) => CHANGES.has(kind))?.seq ?? 0;
  }
}

const CHANGES: ReadonlySet<string> = new Set(['batch', 'retention']);
