/** Lives ended by SIGKILL at points of their own, and what is found afterwards: by a restart, and by going on. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {cpSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type Content, checksums} from '../../warehouse/content.ts';
import {forgetDatabase} from '../../warehouse/database-file.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {verify} from '../../warehouse/verify.ts';
import {FILES, live} from './life.ts';

export interface Death {
  /** Whether the process was killed; it lives on where the point does not come. */
  killed: boolean;
  /** What it had acknowledged, line by line. */
  said: string[];
}

/** What must hold after every death; each broken promise is one line. */
export interface Aftermath {
  broken: string[];
  restartMs: number;
}

export type Facts = Record<string, Content>;

/** Where a life begins: in an empty folder, or in a warehouse whose database is gone, so that opening makes it anew. */
export const BEGINNINGS = ['empty', 'behind'] as const;
export type Beginning = (typeof BEGINNINGS)[number];

/** An undisturbed life in `whole`, and the facts that it leaves: what every interrupted one must come to. */
export async function wholeLife(whole: string): Promise<Facts> {
  const warehouse = await Warehouse.open(whole);
  await live(warehouse);
  const facts = await factsOf(warehouse);
  await warehouse.close();
  return facts;
}

export function begin(beginning: Beginning, whole: string, folder: string): Promise<void> {
  if (beginning === 'empty') return Promise.resolve();
  cpSync(whole, folder, {recursive: true});
  return forgetDatabase(folder);
}

/** All points of one life, in order: deterministic but for names with a process id or a time. */
export async function pointsOf(folder: string): Promise<string[]> {
  const {said} = await runChild('life-to-be-killed.ts', [folder, '0']);
  return said.filter(line => line.startsWith('point ')).map(line => line.slice('point '.length));
}

/** One life that is killed at point `deadly`: its number (1 = first), or its text where that is the same in each life. */
export async function dieAt(folder: string, deadly: number | string): Promise<Death> {
  return runChild('life-to-be-killed.ts', [folder, String(deadly)]);
}

/**
 * Opens what a death left, as a restart does, and compares with what was acknowledged; then lives on, as a sender does
 * that got no answer and sends again, and compares with an undisturbed life.
 */
export async function afterDeath(folder: string, {said}: Death, expected: Facts): Promise<Aftermath> {
  const start = performance.now();
  const warehouse = await Warehouse.open(folder);
  const restartMs = performance.now() - start;
  const broken = await brokenPromises(warehouse, said);
  await live(warehouse);
  const facts = await factsOf(warehouse);
  await warehouse.close();
  for (const table of new Set([...Object.keys(expected), ...Object.keys(facts)])) {
    if (TIMED.has(table) ? facts[table]?.rows === expected[table]?.rows : same(facts[table], expected[table])) continue;
    broken.push(
      `differs: ${table} has ${facts[table]?.rows} rows, an undisturbed life leaves ${expected[table]?.rows}`,
    );
  }
  const {problems} = await verify(folder);
  broken.push(...problems.map(({what, where}) => `verify: ${where}: ${what}`));
  return {broken, restartMs};
}

/** Opens what a power cut left. @returns what is missing of what had been said until then, and what verify finds */
export async function afterCut(folder: string, said: readonly string[]): Promise<string[]> {
  const warehouse = await Warehouse.open(folder);
  const broken = await brokenPromises(warehouse, said);
  await warehouse.close();
  const {problems} = await verify(folder);
  return [...broken, ...problems.map(({what, where}) => `verify: ${where}: ${what}`)];
}

async function brokenPromises(warehouse: Warehouse, said: readonly string[]): Promise<string[]> {
  const broken: string[] = [];
  for (const {name, rows, found} of await countFiles(warehouse)) {
    const acknowledged = said.some(line => line.startsWith(`acknowledged ${name} `));
    if (acknowledged && found === 0) broken.push(`lost: ${name} was acknowledged`);
    else if (found !== 0 && found !== rows) broken.push(`partial: ${found} of ${rows} rows of ${name}`);
  }
  const decisions = warehouse.entries().filter(({kind}) => kind === 'hold').length;
  if (said.includes('decided') && decisions === 0) broken.push('lost: the decision was acknowledged');
  return broken;
}

/** Their rows bear the time of the entry, or the source's path: of them the number is compared. */
const TIMED = new Set(['batches', 'decisions', 'rejects']);

const same = (a: Content | undefined, b: Content | undefined) => a?.rows === b?.rows && a?.sum === b?.sum;

async function countFiles(warehouse: Warehouse): Promise<{name: string; rows: number; found: number}[]> {
  return warehouse.read(undefined, async session => {
    const counts = [];
    for (const {name, rows, from} of FILES) {
      const {found} = await session.row<{found: number}>(`select count(*) as found from ${from}`);
      counts.push({name, rows, found});
    }
    return counts;
  });
}

/** @throws if they are not all there */
export async function factsOf(warehouse: Warehouse): Promise<Facts> {
  for (const {name, rows, found} of await countFiles(warehouse)) {
    if (found !== rows) throw new Error(`${name}: ${found} rows instead of ${rows}`);
  }
  return warehouse.read(undefined, checksums);
}

/** @param name of a script beside this one @throws when it ends otherwise than well or by SIGKILL */
export async function runChild(name: string, args: readonly string[]): Promise<Death> {
  const script = new URL(name, import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {stdio: ['ignore', 'pipe', 'pipe']});
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => err.push(bytes));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (signal !== 'SIGKILL' && code !== 0)
    throw new Error(`the life ended with ${code}: ${Buffer.concat(err).toString()}`);
  return {killed: signal === 'SIGKILL', said: Buffer.concat(out).toString().split('\n')};
}

/** A folder that is gone when `use` is done. */
export async function within<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'fishbone-fault-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}
