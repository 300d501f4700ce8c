/** A warehouse folder, opened: the sole owner of its database, its one writer, and its readers at a position. */
import {mkdir, rm} from 'node:fs/promises';
import {availableParallelism, totalmem} from 'node:os';
import {join} from 'node:path';
import type {DuckDBInstance} from '@duckdb/node-api';
import type {Receipt} from './answers.ts';
import {adoptFolder, makeArchive, sweepArchive} from './archive.ts';
import type {Caretaker} from './caretaker.ts';
import {removeReplaced} from './compact.ts';
import {openDatabase, openSession, quoteName, quoteText, type Session} from './duckdb.ts';
import {type Erased, erasePerson, finishErasures} from './erase.ts';
import {Holdings} from './holdings.ts';
import {Known} from './known.ts';
import {Ledger, type LedgerEntry} from './ledger.ts';
import {type FindLines, load} from './load.ts';
import type {LoadPlan} from './load-plan.ts';
import {migrate, SchemaUnknown} from './migrations.ts';
import {LookUpUnreadable, Persons} from './persons.ts';
import {project, runsOf} from './project.ts';
import {pseudonymiseArchive} from './pseudonymise-archive.ts';
import {lendRaw} from './raw-files.ts';
import {parquetColumns} from './staging.ts';
import {missingFiles, wrongCounts} from './start-check.ts';
import {createStepViews} from './step-tables.ts';
import type {Problem} from './verify.ts';
import {createViews} from './views.ts';

const DATABASE = 'warehouse.duckdb';
const MAX_IDLE = 4;
/** Few plants kept records by machine before; one that did says so. */
const BEFORE_ANY_RECORD = '1990-01-01';

interface Settings {
  /** The plant's calendar, an IANA name; UTC by default. */
  timeZone?: string;
  /** An ISO date: times before it are quarantined as skewed. */
  since?: string;
}

/** The warehouse cannot be used as it is; `hint` says what to do. */
export class WarehouseUnusable extends Error {
  readonly reason: 'held' | 'short' | 'damaged';
  readonly hint: string;
  constructor(reason: 'held' | 'short' | 'damaged', message: string, hint: string, cause?: unknown) {
    super(message, {cause});
    this.name = 'WarehouseUnusable';
    this.reason = reason;
    this.hint = hint;
  }
}

export class Warehouse {
  readonly folder: string;
  readonly ledger: Ledger;
  /** What the archive holds, by what the ledger says. */
  readonly holdings: Holdings;
  /** What the archive had lost when the warehouse was opened: rows are served, but could not be made anew from it. */
  problems: readonly Problem[] = [];
  /** The plant's calendar, an IANA name. */
  readonly timeZone: string;
  /** Who is behind a pseudonym. */
  readonly persons: Persons;
  readonly #since: string;
  readonly #known = new Known();
  readonly #instance: DuckDBInstance;
  readonly #writer: Session;
  /** With the temporary tables of what was asked: they hold for one position and one edition of the names. */
  readonly #idle: {session: Session; at: string}[] = [];
  #position = 0;
  #writing: Promise<unknown> = Promise.resolve();
  #tending: Promise<unknown> = Promise.resolve();
  readonly #stopping = new AbortController();
  #closed = false;

  private constructor(
    folder: string,
    ledger: Ledger,
    instance: DuckDBInstance,
    writer: Session,
    persons: Persons,
    settings: Settings,
  ) {
    this.persons = persons;
    this.timeZone = settings.timeZone ?? 'UTC';
    this.#since = settings.since ?? BEFORE_ANY_RECORD;
    this.folder = folder;
    this.ledger = ledger;
    this.holdings = new Holdings(folder, () => ledger.entries());
    this.#instance = instance;
    this.#writer = writer;
  }

  /**
   * Opens (or makes) the warehouse in a folder and brings its database up to the ledger.
   * @throws WarehouseUnusable when another process holds it, or its database says more than its ledger
   * @throws LedgerDamaged when the ledger was altered
   */
  static async open(folder: string, settings: Settings = {}): Promise<Warehouse> {
    await makeArchive(folder);
    const instance = await openOwned(folder);
    let ledger: Ledger | null = null;
    let writer: Session | null = null;
    let persons: Persons | null = null;
    const letGo = async () => {
      writer?.connection.closeSync();
      persons?.close();
      instance.closeSync();
      await ledger?.close();
    };
    try {
      // What a process that died left there may say names.
      await rm(join(folder, 'tmp'), {recursive: true, force: true});
      await mkdir(join(folder, 'tmp'));
      ledger = await Ledger.open(folder);
      const lost = await sweepArchive(folder, ledger.head.seq);
      if (lost !== null) {
        throw new WarehouseUnusable(
          'short',
          `the ledger in ${folder} ends at entry ${ledger.head.seq}, but the archive has batch files of entry ${lost}: acknowledged entries are missing`,
          'restore the ledger from a backup; the archive is left as it is',
        );
      }
      writer = await openSession(instance);
      await migrate(writer);
      persons = await Persons.open(folder, await openSession(instance));
      if (!(await pseudonymiseArchive({folder, ledger, session: writer, persons}))) {
        await createViews(writer);
        await createStepViews(writer);
        const warehouse = new Warehouse(folder, ledger, instance, writer, persons, settings);
        await warehouse.#startUp();
        await finishErasures(folder, ledger.entries(), warehouse.holdings, persons);
        return warehouse;
      }
    } catch (error) {
      await letGo();
      const isKnown = error instanceof SchemaUnknown || error instanceof LookUpUnreadable;
      throw isKnown ? new WarehouseUnusable('damaged', `${folder}: ${error.message}`, error.hint, error) : error;
    }
    // The database was made from files that say names: none of its bytes may stay.
    await letGo();
    await forgetDatabase(folder);
    return Warehouse.open(folder, settings);
  }

  /** The newest position: the number of the last batch of accepted rows. */
  get position(): number {
    return this.#position;
  }

  /** When the last batch was accepted, or null. */
  get lastBatchAt(): string | null {
    return this.ledger.entries().findLast(e => e.kind === 'batch')?.at ?? null;
  }

  /** Loads one file; loads run one after the other. */
  load(plan: LoadPlan, findLines: FindLines, replays?: number): Promise<Receipt> {
    return this.#write(async () => {
      const context = {
        folder: this.folder,
        ledger: this.ledger,
        holdings: this.holdings,
        persons: this.persons,
        known: this.#known,
        session: this.#writer,
        nextBatch: this.#position + 1,
        findLines,
        replays,
        since: this.#since,
      };
      const {receipt} = await load(context, plan);
      if (receipt.batch !== null) this.#position = receipt.batch;
      return receipt;
    });
  }

  /**
   * Records decisions: what `append` writes to the ledger is durable when it resolves. The database follows: see `settled`.
   * @param prepared a folder of files that become the entry's own in the archive
   */
  append(kind: string, body: unknown, prepared?: string): Promise<LedgerEntry> {
    return this.#write(async () => {
      if (prepared !== undefined) await adoptFolder(this.folder, this.ledger.head.seq + 1, prepared);
      const entry = await this.ledger.append(kind, body);
      await project(this.#writer, this.holdings, [entry]);
      return entry;
    });
  }

  /** Work on the archive itself: one after the other, while batches go on being committed. */
  tend<T>(work: (care: Caretaker) => Promise<T>): Promise<T> {
    const mine = this.#tending
      .catch(() => undefined)
      .then(async () => {
        this.#stopping.signal.throwIfAborted();
        const session = await openSession(this.#instance);
        try {
          return await work({
            folder: this.folder,
            holdings: this.holdings,
            entries: () => this.entries(),
            session,
            signal: this.#stopping.signal,
            record: (kind, body, prepared) => this.append(kind, body, prepared),
          });
        } finally {
          session.connection.closeSync();
        }
      });
    this.#tending = mine;
    return mine;
  }

  /** Forgets who a person is. @throws NotFound when nothing here says the name */
  erasePerson(name: string, by: string): Promise<Erased> {
    return this.tend(care => erasePerson(care, this.persons, {name, by}));
  }

  entries(): readonly LedgerEntry[] {
    return this.ledger.entries();
  }

  /**
   * Reads at one position, in one transaction: whatever is asked within sees the same rows.
   * @param asOf a batch number; the newest by default
   * @throws RangeError if there is no such position yet
   */
  async read<T>(asOf: number | undefined, ask: (session: Session, asOf: number) => Promise<T>): Promise<T> {
    const position = asOf ?? this.#position;
    if (position > this.#position) {
      throw new RangeError(`position ${position} is not reached yet: the newest is ${this.#position}`);
    }
    const at = `${position} ${this.persons.edition}`;
    const session = await this.#sessionAt(position, at);
    try {
      await session.run('begin transaction');
      const answer = await ask(session, position);
      // Nothing is written but temporary tables: they stay with the session for the next question at this position.
      await session.run('commit');
      return answer;
    } catch (error) {
      await session.run('rollback').catch(() => undefined);
      throw error;
    } finally {
      if (this.#closed || this.#idle.length >= MAX_IDLE) session.connection.closeSync();
      else this.#idle.push({session, at});
    }
  }

  /** An idle session that has looked from this position before, or one made ready for it. */
  async #sessionAt(position: number, at: string): Promise<Session> {
    const known = this.#idle.findIndex(i => i.at === at);
    if (known >= 0) return this.#idle.splice(known, 1)[0].session;
    const session = this.#idle.shift()?.session ?? (await openSession(this.#instance));
    const old = await session.rows<{name: string}>('select table_name as name from duckdb_tables() where temporary');
    for (const {name} of old) await session.run(`drop table ${quoteName(name)}`);
    await session.run(`set variable as_of = ${Math.trunc(position)}`);
    await session.run(`set variable time_zone = ${quoteText(this.timeZone)}`);
    return session;
  }

  /** The columns of a Parquet file, by its own footer. */
  parquetColumns(path: string): Promise<string[]> {
    return this.read(undefined, session => parquetColumns(session, path));
  }

  /** Lends the raw bytes of a loaded file, as they came. @returns null when they are not kept any more */
  lendRaw<T>(digest: string, use: (path: string) => Promise<T>): Promise<T | null> {
    return lendRaw(this.folder, digest, use);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopping.abort(new Error('the warehouse is being closed'));
    await this.#tending.catch(() => undefined);
    await this.#writing.catch(() => undefined);
    for (const {session} of this.#idle) session.connection.closeSync();
    this.#writer.connection.closeSync();
    this.persons.close();
    this.#instance.closeSync();
    await this.ledger.close();
    await rm(join(this.folder, 'tmp'), {recursive: true, force: true});
  }

  /** Projects what the ledger has and the database has not: after a crash, or into an empty database (rebuild). */
  async #catchUp(): Promise<void> {
    const applied = await this.#writer.row<{seq: number; batch: number; hash: string}>('select * from applied');
    const entries = this.ledger.entries();
    if (applied.seq > 0 && applied.hash === this.ledger.head.hash) {
      this.#position = applied.batch;
      return;
    }
    const known = entries.find(e => e.seq === applied.seq);
    if (applied.seq > 0 && known?.hash !== applied.hash) {
      throw new WarehouseUnusable(
        'short',
        applied.seq > this.ledger.head.seq
          ? `the ledger in ${this.folder} ends at entry ${this.ledger.head.seq}, but the database has entry ${applied.seq}: acknowledged entries are missing`
          : `the database in ${this.folder} was made from another ledger (entry ${applied.seq} differs)`,
        'run "fishbone verify" to see what is missing, then restore the ledger from a backup or run "fishbone rebuild"',
      );
    }
    this.#position = applied.batch;
    this.#known.forget();
    for (const run of runsOf(entries.filter(e => e.seq > applied.seq))) {
      await project(this.#writer, this.holdings, run);
      for (const entry of run) {
        const {batch} = entry.body as {batch?: number | null};
        if (entry.kind === 'batch' && typeof batch === 'number') this.#position = batch;
      }
    }
  }

  /** Short facts are never served in silence; a loss in the archive is told, and the whole facts are served. */
  async #startUp(): Promise<void> {
    const {problems, files} = missingFiles(this.folder, this.holdings);
    const {seq} = await this.#writer.row<{seq: number}>('select seq from applied');
    const needed = this.holdings.batches().filter(b => b.seq > seq);
    const lost = needed.flatMap(({rows}) => rows.flatMap(({file}) => (file && files.has(file) ? [file.path] : [])));
    if (lost.length > 0) {
      throw new WarehouseUnusable(
        'damaged',
        `the database in ${this.folder} has entries up to ${seq} of ${this.ledger.head.seq}, and the archive has lost what comes after: ${lost[0]}${lost.length > 1 ? ` and ${lost.length - 1} more files` : ''}`,
        'put them back from a backup (they have the same paths there), or restore the whole of it into another folder',
      );
    }
    await this.#catchUp();
    const wrong = await wrongCounts(this.#writer, this.holdings);
    if (wrong.length > 0) {
      throw new WarehouseUnusable(
        'short',
        `the database in ${this.folder} does not have what was accepted: ${wrong.join('; ')}`,
        'nothing acknowledged is lost by it: "fishbone rebuild" makes the database anew; "fishbone verify" tells more',
      );
    }
    this.problems = problems;
    // Not before its successor is known to be there.
    if (problems.length === 0) await removeReplaced(this.folder, this.holdings);
  }

  async #write<T>(change: () => Promise<T>): Promise<T> {
    const mine = this.#writing
      .catch(() => undefined)
      // After a failure between ledger and database (a full disk), the database first catches up.
      .then(() => this.#catchUp())
      .then(change);
    this.#writing = mine;
    return mine;
  }
}

/** Removes the database, so that opening the warehouse makes it anew from ledger and archive. */
export async function forgetDatabase(folder: string): Promise<void> {
  await rm(join(folder, DATABASE), {force: true});
  await rm(join(folder, `${DATABASE}.wal`), {force: true});
}

const by = (pid: string | undefined) =>
  pid === String(process.pid) ? 'this process already' : `another process${pid ? ` (${pid})` : ''}`;

async function openOwned(folder: string): Promise<DuckDBInstance> {
  try {
    return await openDatabase(join(folder, DATABASE), {
      temporaryFolder: join(folder, 'tmp'),
      memoryLimitMb: Math.floor(Math.min(process.constrainedMemory() || totalmem(), totalmem()) / 2 / 1e6),
      threads: availableParallelism(),
    });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    if (/lock|being used by another process/i.test(message)) {
      const pid = /PID (\d+)/.exec(message)?.[1];
      throw new WarehouseUnusable(
        'held',
        `the warehouse in ${folder} is in use by ${by(pid)}`,
        'stop that process, or let it do the work: a running server is used by itself',
        cause,
      );
    }
    throw new WarehouseUnusable(
      'damaged',
      `the database in ${folder} cannot be opened: ${message.split('\n')[0]}`,
      'nothing acknowledged is lost: "fishbone rebuild" makes the database anew from ledger and archive',
      cause,
    );
  }
}
