/** How things are timed here: baseline and candidate by turns, medians of several runs, ratios of pairs. */
import {mkdirSync, mkdtempSync, readdirSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';

/** Where the benchmark writes: some ten gigabytes for the largest. */
const HOME = process.env.FISHBONE_BENCH ?? join(process.cwd(), 'bench-data');

export interface Cost {
  ms: number;
  /** Of all threads of this process. */
  cpuMs: number;
}

export interface Table {
  title: string;
  head: string[];
  rows: (string | number)[][];
}

export async function cost<T>(work: () => Promise<T>): Promise<Cost & {result: T}> {
  const cpu = process.cpuUsage();
  const since = performance.now();
  const result = await work();
  const ms = performance.now() - since;
  const {user, system} = process.cpuUsage(cpu);
  return {ms, cpuMs: (user + system) / 1000, result};
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The smallest value that at least this share of the values does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

/** A folder that goes when the work is done. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  mkdirSync(HOME, {recursive: true});
  const folder = mkdtempSync(join(HOME, 'bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

/** Bytes of everything below a path. */
export function bytesIn(path: string): number {
  const found = statSync(path);
  if (!found.isDirectory()) return found.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0);
}

export const round = (value: number, decimals = 0): number => Number(value.toFixed(decimals));

export function print({title, head, rows}: Table): void {
  console.log(`\n**${title}**\n`);
  console.log(`| ${head.join(' | ')} |`);
  console.log(`|${head.map(() => '---|').join('')}`);
  for (const row of rows) printRow(row);
}

/** One more row of the table that was printed last: of long runs, as they go. */
export function printRow(row: readonly (string | number)[]): void {
  console.log(`| ${row.join(' | ')} |`);
}
