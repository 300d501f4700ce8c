import {lstat, mkdir, readdir, rename, rm, stat, writeFile} from 'node:fs/promises';
import {basename, dirname, extname, join, resolve} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import type {Receipt} from '../../warehouse/data-answers.ts';
import type {Running, Surroundings} from './feed.ts';

const LOCK = /\.(lock|lck)$/i;
/** A name under which a file is still being written, or that says that another one is. */
const UNFINISHED = /^[.~]|~$|\.(part|partial|tmp|temp|filepart|crdownload|lock|lck|swp)$/i;

/** Where files are put away: of no depth are these looked into. */
const PUT_AWAY = ['done', 'refused'];

const MOVED_MS = 10 * 60_000;

interface Watching {
  path: string;
  /** Whether folders in it are watched too, at any depth. */
  below: boolean;
  everySeconds: number;
  settledSeconds: number;
  after: 'move' | 'leave' | 'remove';
}

/** What is done with a file that rests. */
export interface Taking {
  /** So many at the same time. */
  atOnce: number;
  /** Names of files, as seen from the watched folder, that belong to this one and go where it goes; by themselves they are not taken. */
  companions(name: string): string[];
  /**
   * @param rests since when it looks as it does
   * @returns its receipt; one without a digest says that it is not taken yet: it is tried again
   */
  take(path: string, rests: {ctimeMs: number; restedMs: number}): Promise<Receipt>;
}

/** How a file looked; one that looks the same for long enough is whole. */
interface Look {
  size: number;
  mtimeMs: number;
  ctimeMs: number;
  ino: number;
  sinceMs: number;
}

/**
 * Watches a folder by looking, which works on network shares too: takes in each file once it rests, then moves it away (or
 * leaves it, and takes it again only when it changes; or removes it).
 */
export async function watchFolder(settings: Watching, around: Surroundings, taking: Taking): Promise<Running> {
  const watched = new WatchedFolder(settings, around, taking);
  await watched.check();
  around.meter.is('connected');
  const ended = watched.watch();
  return {
    stop: async () => {
      watched.stop();
      await ended;
    },
  };
}

class WatchedFolder {
  /** In this round, of any file. */
  #isHeldUp = false;
  readonly #settings: Watching;
  readonly #around: Surroundings;
  readonly #taking: Taking;
  readonly #path: string;
  readonly #looks = new Map<string, Look>();
  /** Files that are left where they are, as they looked when they were taken. */
  readonly #left = new Map<string, string>();
  /** Files that were moved to `done/` lately: one that grows there was still open. */
  readonly #moved = new Map<string, {name: string; size: number; untilMs: number}>();
  readonly #stopping = new AbortController();

  constructor(settings: Watching, around: Surroundings, taking: Taking) {
    this.#settings = settings;
    this.#around = around;
    this.#taking = taking;
    this.#path = resolve(around.home, settings.path);
  }

  async check(): Promise<void> {
    const found = await stat(this.#path).catch((cause: Error) => {
      throw new Error(`the folder ${this.#path} cannot be watched: ${cause.message}`, {cause});
    });
    if (!found.isDirectory()) throw new Error(`${this.#path} is not a folder`);
  }

  stop(): void {
    this.#stopping.abort();
  }

  async watch(): Promise<void> {
    const {signal} = this.#stopping;
    while (!signal.aborted) {
      try {
        this.#isHeldUp = false;
        await this.#round();
        this.#around.meter.is('connected');
        if (!this.#isHeldUp) this.#around.meter.goesOn();
      } catch (error) {
        // A share that is away comes back.
        this.#around.meter.failed(error);
        this.#around.meter.is('disconnected');
      }
      await wait(this.#settings.everySeconds * 1000, undefined, {signal}).catch(() => undefined);
    }
  }

  async #round(): Promise<void> {
    await this.#bringBack();
    const all = await this.#names();
    const names = all.filter(name => !UNFINISHED.test(basename(name)));
    // `parts.csv.lock` says that `parts.csv` is being written.
    const locked = new Set(all.flatMap(name => (LOCK.test(name) ? [name.replace(LOCK, '')] : [])));
    const companions = new Set(names.flatMap(name => this.#taking.companions(name)));
    const there = new Set(names);
    for (const name of this.#looks.keys()) if (!there.has(name)) this.#looks.delete(name);
    const resting: {name: string; look: Look}[] = [];
    for (const name of names) {
      const look = locked.has(name) || companions.has(name) ? undefined : await this.#look(name);
      if (look && this.#left.get(name) !== appearanceOf(look) && this.#isResting(look)) resting.push({name, look});
    }
    // As they were finished: what a later file corrects has come before.
    resting.sort((a, b) => a.look.mtimeMs - b.look.mtimeMs || (a.name < b.name ? -1 : 1));
    const {atOnce} = this.#taking;
    for (let k = 0; k < resting.length; k += atOnce) {
      if (this.#stopping.signal.aborted) return;
      await Promise.all(resting.slice(k, k + atOnce).map(({name, look}) => this.#take(name, look)));
    }
  }

  /** Of all files, as seen from the watched folder. A folder in it that cannot be read keeps no other from being read. */
  async #names(folder = ''): Promise<string[]> {
    const names: string[] = [];
    const entries = await readdir(join(this.#path, folder), {withFileTypes: true}).catch(
      (error: NodeJS.ErrnoException) => {
        if (folder === '') throw error;
        if (error.code === 'ENOENT') return [];
        this.#isHeldUp = true;
        this.#around.meter.isHeldUp(new Error(`${folder}: ${error.message}`, {cause: error}));
        return [];
      },
    );
    for (const entry of entries) {
      const name = join(folder, entry.name);
      if (entry.isFile()) names.push(name);
      const isWatched = entry.isDirectory() && !entry.name.startsWith('.') && !PUT_AWAY.includes(entry.name);
      if (this.#settings.below && isWatched) names.push(...(await this.#names(name)));
    }
    return names;
  }

  async #look(name: string): Promise<Look | undefined> {
    const found = await lstat(join(this.#path, name)).catch(() => undefined);
    if (!found?.isFile()) return undefined;
    const {size, mtimeMs, ctimeMs, ino} = found;
    const before = this.#looks.get(name);
    const look = {size, mtimeMs, ctimeMs, ino, sinceMs: performance.now()};
    if (before && appearanceOf(before) === appearanceOf(look)) return before;
    this.#looks.set(name, look);
    return look;
  }

  #isResting({size, sinceMs}: Look): boolean {
    const {settledSeconds} = this.#settings;
    // An empty file is one that somebody has only opened, unless files are renamed into place.
    const neededMs = (size === 0 && settledSeconds > 0 ? Math.max(60, settledSeconds) : settledSeconds) * 1000;
    return performance.now() - sinceMs >= neededMs;
  }

  async #take(name: string, look: Look): Promise<void> {
    const {meter} = this.#around;
    const path = join(this.#path, name);
    meter.took();
    try {
      const {ctimeMs, sinceMs} = look;
      const receipt = await this.#taking.take(path, {ctimeMs, restedMs: performance.now() - sinceMs});
      const after = await lstat(path).catch(() => undefined);
      // Somebody wrote on while it was read: what was taken of it is known when it is taken again.
      const changed = after !== undefined && appearanceOf(after) !== appearanceOf(look);
      if (receipt.digest === '' || changed) return meter.gaveBack(1);
      await this.#putAway(name, look, receipt);
      meter.settled(outcomeOf(receipt));
      if (receipt.status === 'rejected') meter.refused(`${name} is refused: ${reasonOf(receipt)}`);
    } catch (error) {
      // The others are taken all the same; this one is tried again in the next round.
      meter.gaveBack(1);
      this.#isHeldUp = true;
      meter.isHeldUp(new Error(`${name}: ${(error as Error).message}`, {cause: error}));
    }
  }

  async #putAway(name: string, look: Look, receipt: Receipt): Promise<void> {
    const isRefused = receipt.status === 'rejected';
    const {after} = this.#settings;
    if (after === 'leave') {
      this.#left.set(name, appearanceOf(look));
      return;
    }
    const companions = this.#taking.companions(name);
    if (after === 'remove' && !isRefused) {
      for (const one of [name, ...companions]) await rm(join(this.#path, one), {force: true});
      return;
    }
    const into = join(this.#path, isRefused ? 'refused' : 'done');
    await mkdir(join(into, dirname(name)), {recursive: true});
    const place = await freePlace(into, name);
    // The reason first: a refused file without one would be a riddle.
    if (isRefused) await writeFile(`${place}.reason.txt`, `${reasonOf(receipt)}\n`);
    await rename(join(this.#path, name), place);
    for (const companion of companions) await this.#putBeside(companion, into);
    if (!isRefused) this.#moved.set(place, {name, size: look.size, untilMs: performance.now() + MOVED_MS});
  }

  async #putBeside(companion: string, into: string): Promise<void> {
    await rename(join(this.#path, companion), await freePlace(into, companion)).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      },
    );
  }

  /** Whoever had a file open goes on writing wherever it is moved: what was added is taken as well. */
  async #bringBack(): Promise<void> {
    for (const [place, {name, size, untilMs}] of this.#moved) {
      const found = await lstat(place).catch(() => undefined);
      const grew = found !== undefined && found.size !== size;
      if (grew) {
        await mkdir(join(this.#path, dirname(name)), {recursive: true});
        await rename(place, await freePlace(this.#path, name));
      }
      if (grew || !found || performance.now() > untilMs) this.#moved.delete(place);
    }
  }
}

function appearanceOf({size, mtimeMs, ino}: Pick<Look, 'size' | 'mtimeMs' | 'ino'>): string {
  return `${size} ${mtimeMs} ${ino}`;
}

function reasonOf({tables, notices, batch}: Receipt): string {
  const counts = tables.map(({table, rejected}) => `${table}: ${rejected} rows refused`);
  const where =
    tables.length > 0 ? [`why, row by row: "fishbone quarantine list"${batch === null ? '' : ` (${batch})`}`] : [];
  return [...notices, ...counts, ...where].join('; ');
}

function outcomeOf({status, tables}: Receipt) {
  const sum = (what: 'accepted' | 'duplicates' | 'rejected') => tables.reduce((all, table) => all + table[what], 0);
  const rejected = sum('rejected');
  return {
    accepted: status === 'duplicate' ? 0 : sum('accepted'),
    duplicates: sum('duplicates'),
    rejected: status === 'rejected' && rejected === 0 ? 1 : rejected,
  };
}

/** A name that nothing has yet: what was put away earlier stays. @param name with the folders that it is in */
async function freePlace(folder: string, name: string): Promise<string> {
  const ending = extname(name);
  const stem = basename(name, ending);
  for (let n = 1; ; n++) {
    const place = join(folder, dirname(name), n === 1 ? basename(name) : `${stem}.${n}${ending}`);
    const isTaken = await lstat(place).then(
      () => true,
      () => false,
    );
    if (!isTaken) return place;
  }
}
