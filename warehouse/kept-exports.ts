/**
 * Exported files, kept for who asks for the same again: a position has one file of a table, and a notebook that is run once more
 * should not wait until ten million rows are sorted once more. They go when others need the room, when a name in them is
 * forgotten, and with the process.
 */
import {existsSync} from 'node:fs';
import {rm, statfs} from 'node:fs/promises';
import {join} from 'node:path';
import type {Exported} from './export-table.ts';
import type {Persons} from './persons.ts';
import type {Warehouse} from './store.ts';

/** Bytes. What is smaller is soon made anew. */
const WORTH = 2 ** 21;
/** Bytes of all that nobody reads now, and as a part of the room that the disk has left. */
const MOST = 4 * 2 ** 30;
const SHARE = 1 / 10;

interface Kept {
  exported: Exported;
  bytes: number;
  edition: number;
  readers: number;
}

/** Of each warehouse, by its names; the one asked for last comes last. */
const shelves = new WeakMap<Persons, Map<string, Kept>>();

const shelfOf = (persons: Persons): Map<string, Kept> => {
  const shelf = shelves.get(persons) ?? new Map<string, Kept>();
  shelves.set(persons, shelf);
  return shelf;
};

const nameOf = (table: string, columns: readonly string[] | undefined, position: number): string =>
  JSON.stringify([table, columns ?? null, position]);

/** @returns null when it was not asked for lately */
export function keptExport(
  warehouse: Warehouse,
  table: string,
  {columns, asOf = warehouse.position}: {columns?: readonly string[]; asOf?: number},
): Exported | null {
  const shelf = shelfOf(warehouse.persons);
  const name = nameOf(table, columns, asOf);
  const kept = shelf.get(name);
  if (kept === undefined || kept.edition !== warehouse.persons.edition) return null;
  shelf.delete(name);
  // Somebody may have tidied up.
  if (!existsSync(kept.exported.path)) return null;
  shelf.set(name, kept);
  return lent(warehouse, shelf, name, kept);
}

/**
 * @param exported whole: no page of it
 * @param edition of the persons' names, from before it was made
 * @returns the same; its `remove` leaves the file to who asks next, if it is worth that
 */
export function keepExport(
  warehouse: Warehouse,
  table: string,
  columns: readonly string[] | undefined,
  {exported, bytes, edition}: Pick<Kept, 'exported' | 'bytes' | 'edition'>,
): Exported {
  const shelf = shelfOf(warehouse.persons);
  const name = nameOf(table, columns, exported.asOf);
  if (bytes < WORTH || shelf.has(name) || edition !== warehouse.persons.edition) return exported;
  const kept = {exported, bytes, edition, readers: 0};
  shelf.set(name, kept);
  return lent(warehouse, shelf, name, kept);
}

/** Of a file that is being read the name goes now, the file when its last reader is done. */
export async function forgetExports(persons: Persons): Promise<void> {
  const shelf = shelfOf(persons);
  const all = [...shelf.values()];
  shelf.clear();
  for (const {exported, readers} of all) if (readers === 0) await exported.remove();
}

function lent(warehouse: Warehouse, shelf: Map<string, Kept>, name: string, kept: Kept): Exported {
  kept.readers++;
  let isBack = false;
  const remove = async () => {
    if (isBack) return;
    isBack = true;
    kept.readers--;
    if (shelf.get(name) !== kept) {
      if (kept.readers === 0) await rm(kept.exported.path, {force: true});
    } else await makeRoom(warehouse, shelf);
  };
  return {...kept.exported, remove};
}

/** The one that nobody asked for the longest goes first. */
async function makeRoom(warehouse: Warehouse, shelf: Map<string, Kept>): Promise<void> {
  const {bavail, bsize} = await statfs(join(warehouse.folder, 'tmp'));
  const idle = [...shelf].filter(([, {readers}]) => readers === 0);
  const many = howManyGo(
    idle.map(([, {bytes}]) => bytes),
    bavail * bsize,
  );
  for (const [name, {exported}] of idle.slice(0, many)) {
    shelf.delete(name);
    await exported.remove();
  }
}

/** @param sizes in bytes, in the order in which they may go @param free bytes that the disk has left beside them */
export function howManyGo(sizes: readonly number[], free: number): number {
  let bytes = sizes.reduce((sum, size) => sum + size, 0);
  const most = Math.min(MOST, (free + bytes) * SHARE);
  let many = 0;
  while (bytes > most) bytes -= sizes[many++];
  return many;
}
