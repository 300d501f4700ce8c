/** The warehouse's database file: made whole, opened by one process, thrown away where it can be made anew. */
import {link, rm} from 'node:fs/promises';
import {availableParallelism, totalmem} from 'node:os';
import {join} from 'node:path';
import type {DuckDBInstance} from '@duckdb/node-api';
import {exists} from './archive.ts';
import {ofDisk} from './disk-refused.ts';
import {openDatabase, QueryError} from './duckdb.ts';

const DATABASE = 'warehouse.duckdb';

/** What to do about any damage to a database. */
const REBUILD = 'nothing acknowledged is lost: "fishbone rebuild" makes the database anew from ledger and archive';

/** The warehouse cannot be used as it is; `hint` says what to do. */
export class WarehouseUnusable extends Error {
  readonly reason: 'held' | 'short' | 'damaged';
  readonly code: 'WAREHOUSE_BUSY' | 'WAREHOUSE_DAMAGED';
  readonly hint: string;
  constructor(reason: 'held' | 'short' | 'damaged', message: string, hint: string, cause?: unknown) {
    super(message, {cause});
    this.name = 'WarehouseUnusable';
    this.reason = reason;
    this.code = reason === 'held' ? 'WAREHOUSE_BUSY' : 'WAREHOUSE_DAMAGED';
    this.hint = hint;
  }
}

export function unusable(error: QueryError, folder: string): WarehouseUnusable {
  const why = error.message.split('\n')[0];
  return new WarehouseUnusable('damaged', `the database in ${folder} cannot be used: ${why}`, REBUILD, error);
}

/** A block of the database that is not as it was written shows only when it is read. */
export const ofDamage = (error: unknown, folder: string): unknown =>
  error instanceof QueryError && /Corrupt database file/.test(error.message) ? unusable(error, folder) : error;

const by = (pid: string | undefined) =>
  pid === String(process.pid) ? 'this process already' : `another process${pid ? ` (${pid})` : ''}`;

/** @throws WarehouseUnusable when another process holds it, or it cannot be opened; DiskRefused */
export async function openOwned(folder: string, memoryLimitMb?: number): Promise<DuckDBInstance> {
  try {
    const settings = {
      temporaryFolder: join(folder, 'tmp'),
      memoryLimitMb:
        memoryLimitMb ?? Math.floor(Math.min(process.constrainedMemory() || totalmem(), totalmem()) / 2 / 1e6),
      threads: availableParallelism(),
    };
    await makeDatabase(folder, settings);
    return await openDatabase(join(folder, DATABASE), settings);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    if (/set lock on file|is locked: |being used by another process/i.test(message)) {
      const pid = /PID (\d+)/.exec(message)?.[1];
      throw new WarehouseUnusable(
        'held',
        `the warehouse in ${folder} is in use by ${by(pid)}`,
        'stop that process, or let it do the work: a running server is used by itself',
        cause,
      );
    }
    const refused = ofDisk(cause, folder);
    if (refused !== cause) throw refused;
    throw new WarehouseUnusable(
      'damaged',
      `the database in ${folder} cannot be opened: ${message.split('\n')[0]}`,
      REBUILD,
      cause,
    );
  }
}

/** Removes the database, so that opening the warehouse makes it anew from ledger and archive. */
export async function forgetDatabase(folder: string): Promise<void> {
  // In this order: without its log it is an older state of itself, but a log alone would be replayed into the next one.
  await rm(join(folder, `${DATABASE}.wal`), {force: true});
  await rm(join(folder, DATABASE), {force: true});
}

/** A database's first bytes are several writes, and half of them cannot be opened: they get their name when all are there. */
async function makeDatabase(folder: string, settings: Parameters<typeof openDatabase>[1]): Promise<void> {
  if (await exists(join(folder, DATABASE))) return;
  // Not those of another process that makes it at the same time.
  const unfinished = join(folder, 'tmp', `${process.pid}-${DATABASE}`);
  await rm(unfinished, {force: true});
  (await openDatabase(unfinished, settings)).closeSync();
  // A log alone would be replayed into the new one.
  await rm(join(folder, `${DATABASE}.wal`), {force: true});
  // Unlike a rename, a link never replaces what another process made meanwhile.
  await link(unfinished, join(folder, DATABASE)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(unfinished, {force: true});
}
