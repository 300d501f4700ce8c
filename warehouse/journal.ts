/**
 * What was acknowledged before it is in a batch: `W/journal/<n>.ndjson`, a line an fsync behind its SHA-256, and an empty
 * line when that fsync is done. A cut of power tears the last line and no other, and no empty line follows it; whatever
 * else is not as it was written was altered. A file goes when what it says is in the ledger; what a process that died left
 * there is recorded when the folder is opened next.
 * What no batch takes, though it takes others, is set aside in `W/journal/set-aside`: it holds nobody up and is not lost.
 */
import {createHash} from 'node:crypto';
import {mkdir, readdir, readFile, rename, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {exists} from './archive.ts';
import {diskFiles, type LedgerFile, type LedgerFiles} from './ledger-file.ts';

interface Waiting<T> {
  value: T;
  text: string;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** A file that is written no more, and what it says, in order. */
export interface Turned<T> {
  path: string;
  values: T[];
}

export class Journal<T> {
  readonly #folder: string;
  readonly #bodyOf: (value: T) => unknown;
  readonly #files: LedgerFiles;
  #path = '';
  #file: LedgerFile | null = null;
  #length = 0;
  #values: T[] = [];
  #waiting: Waiting<T>[] = [];
  #work: Promise<unknown> = Promise.resolve();
  #next = 0;

  /** @param bodyOf what of a value is written, as JSON */
  constructor(warehouse: string, bodyOf: (value: T) => unknown, files: LedgerFiles = diskFiles) {
    this.#folder = folderOf(warehouse);
    this.#bodyOf = bodyOf;
    this.#files = files;
  }

  /** How many values are in it and in no turned file. */
  get size(): number {
    return this.#values.length;
  }

  /** What is in it and in no turned file. */
  get values(): readonly T[] {
    return this.#values;
  }

  /** Resolves when it is on the disk; those that come while others are being written share an fsync. */
  append(value: T): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({value, text: JSON.stringify(this.#bodyOf(value)), resolve, reject});
      void this.#inTurn(() => this.#write());
    });
  }

  /** Begins another file. @returns the one before it, null when nothing is in it */
  turn(): Promise<Turned<T> | null> {
    return this.#inTurn(async () => {
      if (this.#values.length === 0) return null;
      const turned = {path: this.#path, values: this.#values};
      const before = this.#file;
      await this.#begin();
      await before?.close().catch(() => undefined);
      return turned;
    });
  }

  /** What it says is in the ledger now. */
  async remove({path}: Turned<unknown>): Promise<void> {
    await rm(path, {force: true});
  }

  async close(): Promise<void> {
    await this.#work;
    await this.#file?.close();
    if (this.#file && this.#values.length === 0) await rm(this.#path, {force: true});
    this.#file = null;
  }

  #inTurn<R>(work: () => Promise<R>): Promise<R> {
    const mine = this.#work.then(work);
    this.#work = mine.catch(() => undefined);
    return mine;
  }

  async #write(): Promise<void> {
    const group = this.#waiting.splice(0);
    if (group.length === 0) return;
    try {
      if (!this.#file) await this.#begin();
      const bytes = Buffer.from(lineOf(`{"group":[${group.map(({text}) => text).join(',')}]}`));
      await this.#file!.write(bytes, this.#length);
      await this.#file!.sync();
      this.#length += bytes.length;
    } catch (error) {
      // What could not be written whole is no part of it; the next write goes over it.
      await this.#file?.truncate(this.#length).catch(() => undefined);
      for (const {reject} of group) reject(error);
      return;
    }
    for (const {value, resolve} of group) {
      this.#values.push(value);
      resolve();
    }
    // Nobody waits for it but the next write.
    await this.#markSynced();
  }

  /** A byte that waits for no disk: it is there after all but a cut of power, and tells one from damage. */
  async #markSynced(): Promise<void> {
    const isMarked = await this.#file!.write(SYNCED, this.#length).then(
      () => true,
      () => false,
    );
    if (isMarked) this.#length += SYNCED.length;
  }

  async #begin(): Promise<void> {
    if (this.#next === 0) {
      await mkdir(this.#folder, {recursive: true});
      await this.#files.syncFolder(join(this.#folder, '..'));
      this.#next = 1 + Math.max(0, ...(await numbersIn(this.#folder)));
    }
    const path = join(this.#folder, `${this.#next}.ndjson`);
    const file = await this.#files.open(path);
    try {
      await this.#files.syncFolder(this.#folder);
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
    this.#next++;
    [this.#path, this.#file, this.#length, this.#values] = [path, file, 0, []];
  }
}

export interface JournalFile extends Turned<unknown> {
  /** The end of a write that was never acknowledged, in bytes. */
  torn: number;
  /** Lines (1 = first) that were on the disk and are not what was written. */
  altered: number[];
}

/** What stands in the journal of a warehouse folder that no process has open, oldest first. */
export const readJournal = (warehouse: string): Promise<JournalFile[]> => readFolder(folderOf(warehouse));

/** What was set aside there, a line a file. A file has its name since it was whole, so that none can be torn. */
export async function readSetAside(warehouse: string): Promise<JournalFile[]> {
  const files = await readFolder(asideOf(warehouse));
  return files.map(file => (file.torn > 0 ? {...file, torn: 0, altered: [1]} : file));
}

/** Resolves when it is on the disk. @returns its path */
export async function setAside(warehouse: string, body: unknown, files: LedgerFiles = diskFiles): Promise<string> {
  const folder = asideOf(warehouse);
  await mkdir(folder, {recursive: true});
  await files.syncFolder(folderOf(warehouse));
  const path = join(folder, `${1 + Math.max(0, ...(await numbersIn(folder)))}.ndjson`);
  const beginning = `${path}.tmp`;
  await rm(beginning, {force: true});
  const file = await files.open(beginning);
  try {
    await file.write(Buffer.from(lineOf(JSON.stringify(body))), 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beginning, path);
  await files.syncFolder(folder);
  return path;
}

async function readFolder(folder: string): Promise<JournalFile[]> {
  if (!(await exists(folder))) return [];
  const files: JournalFile[] = [];
  for (const n of (await numbersIn(folder)).sort((a, b) => a - b))
    files.push(await readOne(join(folder, `${n}.ndjson`)));
  return files;
}

async function readOne(path: string): Promise<JournalFile> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  if (lines.at(-1) === '') lines.pop();
  const bodies = lines.map(bodyIn);
  // What stands before a line that is whole, or before an empty one, was on the disk.
  const written = lines.findLastIndex((line, k) => line === '' || bodies[k] !== null) + 1;
  const altered = bodies.slice(0, written).flatMap((body, k) => (body === null && lines[k] !== '' ? [k + 1] : []));
  const values = bodies.flatMap(body => (body === null ? [] : groupOf(JSON.parse(body))));
  return {path, values, torn: Buffer.byteLength(lines.slice(written).join('\n')), altered};
}

/** Before there were groups, and where something is set aside, a line is one. */
function groupOf(body: unknown): unknown[] {
  const {group} = body as {group?: unknown};
  return Array.isArray(group) ? group : [body];
}

function bodyIn(line: string): string | null {
  const body = line.slice(DIGEST_LENGTH + 1);
  return line.slice(0, DIGEST_LENGTH) === digestOf(body) ? body : null;
}

const lineOf = (text: string): string => `${digestOf(text)} ${text}\n`;

const SYNCED = Buffer.from('\n');
const DIGEST_LENGTH = 64;
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const folderOf = (warehouse: string): string => join(warehouse, 'journal');
const asideOf = (warehouse: string): string => join(folderOf(warehouse), 'set-aside');

async function numbersIn(folder: string): Promise<number[]> {
  return (await readdir(folder)).flatMap(name => /^(\d+)\.ndjson$/.exec(name)?.[1] ?? []).map(Number);
}
