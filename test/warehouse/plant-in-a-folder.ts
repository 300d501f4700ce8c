/** A real warehouse in a temporary folder, fed by tables that a test can count by hand. */
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, onTestFinished} from 'vitest';
import {planFile} from '../../ingest/ingest.ts';
import {linesOfRecords} from '../../ingest/line-numbers.ts';
import type {Receipt} from '../../warehouse/data-answers.ts';
import {Warehouse} from '../../warehouse/store.ts';

/** A table as a test writes it: its name, then CSV with one row a line; spaces around cells are for the reader's eyes. */
export type Table = [table: string, csv: string];

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'fishbone-warehouse-'));
  onTestFinished(() => rmSync(path, {recursive: true, force: true}));
  return path;
}

let empty: Promise<Buffer> | undefined;

/**
 * Puts an empty database into a folder, as a process leaves it that dies before its first batch: making one takes most of
 * the time of a small test. How one is made is tested where it is what is tested.
 */
export async function startEmpty(into: string): Promise<void> {
  empty ??= makeEmpty();
  mkdirSync(into, {recursive: true});
  writeFileSync(join(into, 'warehouse.duckdb'), await empty);
}

async function makeEmpty(): Promise<Buffer> {
  const path = mkdtempSync(join(tmpdir(), 'fishbone-empty-'));
  await (await Warehouse.open(path)).close();
  const bytes = readFileSync(join(path, 'warehouse.duckdb'));
  rmSync(path, {recursive: true});
  return bytes;
}

/** A new warehouse. Whoever opens it closes it. */
export async function emptyWarehouse(into = folder()): Promise<Warehouse> {
  await startEmpty(into);
  return Warehouse.open(into);
}

/** A warehouse with these tables, each its own batch, in this order. It closes when the test is over. */
export async function plantOf(tables: readonly Table[], into = folder()): Promise<Warehouse> {
  if (!existsSync(join(into, 'warehouse.duckdb'))) await startEmpty(into);
  const warehouse = await Warehouse.open(into);
  onTestFinished(() => warehouse.close());
  for (const table of tables) await feed(warehouse, table);
  return warehouse;
}

/** Loads one table as one file. `replays`: the ledger entry whose rejected rows it corrects. */
export async function feed(warehouse: Warehouse, [table, csv]: Table, replays?: number): Promise<Receipt> {
  const into = mkdtempSync(join(warehouse.folder, `${table}-`));
  const path = join(into, `${table}.csv`);
  writeFileSync(path, tidy(csv));
  return warehouse.load(await planFile(path), linesOfRecords, replays);
}

/** One such warehouse for all tests of a file that only read it. */
export function sharedPlant(tables: readonly Table[]): () => Warehouse {
  let warehouse: Warehouse | undefined;
  const into = mkdtempSync(join(tmpdir(), 'fishbone-warehouse-'));
  beforeAll(async () => {
    warehouse = await emptyWarehouse(into);
    for (const table of tables) await feed(warehouse, table);
  });
  afterAll(async () => {
    await warehouse?.close();
    rmSync(into, {recursive: true, force: true});
  });
  return () => warehouse!;
}

/** As given, backwards, and beginning in the middle. */
export function orders<T>(things: readonly T[]): T[][] {
  const middle = Math.ceil(things.length / 2);
  return [[...things], things.toReversed(), [...things.slice(middle), ...things.slice(0, middle)]];
}

const tidy = (csv: string) =>
  `${csv
    .trim()
    .split('\n')
    .map(line =>
      line
        .split(',')
        .map(cell => cell.trim())
        .join(','),
    )
    .join('\n')}\n`;
