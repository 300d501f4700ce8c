/** A warehouse folder, opened: the sole owner of its database, its one writer, and its readers at a position. */
import {mkdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {DuckDBInstance} from '@duckdb/node-api';
import {adoptFolder, makeArchive, makeFolder, sweepArchive} from './archive.ts';
import type {Caretaker} from './caretaker.ts';
import {removeReplaced} from './compact.ts';
import type {Receipt} from './data-answers.ts';
import {forgetDatabase, ofDamage, openOwned, unusable, WarehouseUnusable} from './database-file.ts';
import {ofDisk} from './disk-refused.ts';
import {openSession, QueryError, type Session} from './duckdb.ts';
import {finishErasures} from './erase.ts';
import {Holdings} from './holdings.ts';
import {Known} from './known.ts';
import {Ledger, type LedgerEntry} from './ledger.ts';
import {type FindLines, failureOf, load} from './load.ts';
import type {LoadPlan} from './load-plan.ts';
import {makeViewsAtOnce} from './made-views.ts';
import {migrate, SchemaUnknown} from './migrations.ts';
import {LookUpUnreadable, Persons} from './persons.ts';
import {changesFacts, project, runsOf} from './project.ts';
import {pseudonymiseArchive} from './pseudonymise-archive.ts';
import {QuestionError} from './question-error.ts';
import {lendRaw} from './raw-files.ts';
import {Readers} from './readers.ts';
import {type Refusal, refusalOf} from './refuse.ts';
import {missingFiles, refuseForeign, refuseShort, wrongCounts} from './start-check.ts';
import {viewsOfSteps} from './step-tables.ts';
import {Variables} from './variables/variables.ts';
import type {Problem} from './verify.ts';
import {viewsOfTables} from './views.ts';

export {forgetDatabase};

/** Few plants kept records by machine before; one that did says so. */
const BEFORE_ANY_RECORD = '1990-01-01';

interface Settings {
  /** The plant's calendar, an IANA name; UTC by default. */
  timeZone?: string;
  /** An ISO date: times before it are quarantined as skewed. */
  since?: string;
  /** What the database may use, in 10^6 bytes; half of the machine's (or its container's) by default. */
  memoryLimitMb?: number;
  /** Modules of others by the name of their factor: paths from the folder. */
  variables?: Readonly<Record<string, string>>;
}

export class Warehouse {
  readonly folder: string;
  readonly ledger: Ledger;
  /** What the archive holds, by what the ledger says. */
  readonly holdings: Holdings;
  /** What the archive had lost when the warehouse was opened: rows are served, but could not be made anew from it. */
  problems: readonly Problem[] = [];
  /** Says `change` when something may have been added to the ledger, or the position has caught up with it. */
  readonly changes = new EventTarget();
  /** The plant's calendar, an IANA name. */
  readonly timeZone: string;
  /** Who is behind a pseudonym. */
  readonly persons: Persons;
  /** Since when there is anything to tell of the plant: an ISO date. */
  readonly since: string;
  /** What modules of others add to the factors. */
  readonly variables: Variables;
  readonly #known = new Known();
  readonly #instance: DuckDBInstance;
  readonly #writer: Session;
  readonly #readers: Readers;
  #position = 0;
  #writing: Promise<unknown> = Promise.resolve();
  #tending: Promise<unknown> = Promise.resolve();
  readonly #stopping = new AbortController();
  /** What is in the ledger is acknowledged, even if the database could not take it: it catches up before it is used. */
  #behind = false;
  /** The last entry that the database has, as of the last look. */
  #projected = 0;
  #isFollowing = false;

  private constructor(
    folder: string,
    ledger: Ledger,
    instance: DuckDBInstance,
    writer: Session,
    persons: Persons,
    variables: Variables,
    settings: Settings,
  ) {
    this.persons = persons;
    this.variables = variables;
    this.timeZone = settings.timeZone ?? 'UTC';
    this.since = settings.since ?? BEFORE_ANY_RECORD;
    this.folder = folder;
    this.ledger = ledger;
    this.holdings = new Holdings(folder, () => ledger.entries());
    this.#instance = instance;
    this.#writer = writer;
    const now = () => ({position: this.#position, edition: persons.edition});
    this.#readers = new Readers(instance, this.timeZone, variables, now);
  }

  /**
   * Opens (or makes) the warehouse in a folder and brings its database up to the ledger.
   * @throws WarehouseUnusable when another process holds it, or its database says more than its ledger
   * @throws LedgerDamaged when the ledger was altered; DiskRefused when the disk is full or read-only
   */
  static async open(folder: string, settings: Settings = {}): Promise<Warehouse> {
    try {
      return await Warehouse.#open(folder, settings);
    } catch (thrown) {
      const error = ofDisk(thrown, folder);
      throw error instanceof QueryError ? unusable(error, folder) : error;
    }
  }

  static async #open(folder: string, settings: Settings): Promise<Warehouse> {
    await makeFolder(folder);
    await makeArchive(folder);
    const instance = await openOwned(folder, settings.memoryLimitMb);
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
      refuseShort(folder, ledger.head.seq, await sweepArchive(folder, ledger.head.seq));
      writer = await openSession(instance);
      await migrate(writer);
      persons = await Persons.open(folder, await openSession(instance));
      if (!(await pseudonymiseArchive({folder, ledger, session: writer, persons}))) {
        await makeViewsAtOnce(writer, [...viewsOfTables(), ...(await viewsOfSteps(writer))]);
        const variables = await Variables.load(folder, settings.variables ?? {});
        const warehouse = new Warehouse(folder, ledger, instance, writer, persons, variables, settings);
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
        projected: this.#projected,
        findLines,
        replays,
        since: this.since,
      };
      const {receipt, behind} = await load(context, plan);
      this.#behind = behind !== null;
      if (behind)
        receipt.notices.push(`recorded, but the database cannot follow for now: ${behind.message.split('\n')[0]}`);
      else if (receipt.batch !== null) this.#position = receipt.batch;
      return receipt;
    });
  }

  /**
   * Records what is durable when this resolves; the database has it then, or catches up before it is used.
   * @param prepared a folder of files that become the entry's own in the archive
   */
  append(kind: string, body: unknown, prepared?: string): Promise<LedgerEntry> {
    return this.#write(async () => {
      const adopt = prepared === undefined ? undefined : (seq: number) => adoptFolder(this.folder, seq, prepared);
      return this.#applied(await this.ledger.append(kind, body, undefined, adopt));
    });
  }

  /**
   * Records what changes no facts: what people decide, and what became of it. It waits for no batch that is being loaded
   * and shares its fsync with others; the database follows on its own. Durable when it resolves.
   */
  async note(kind: string, body: unknown): Promise<LedgerEntry> {
    try {
      return await this.ledger.append(kind, body);
    } catch (error) {
      throw ofDisk(error, this.folder);
    } finally {
      this.#follow();
      this.changes.dispatchEvent(new Event('change'));
    }
  }

  /** Keeps a file that could not be used at all, for the quarantine. @returns null when its bytes are known already */
  refuse(refusal: Refusal): Promise<LedgerEntry | null> {
    return this.#write(async () => {
      const body = await refusalOf(this, refusal);
      if (body === null) return null;
      return this.#applied(await this.ledger.append('batch', body));
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

  entries(): readonly LedgerEntry[] {
    return this.ledger.entries();
  }

  /**
   * Reads at one position, in one transaction: whatever is asked within sees the same rows.
   * @param asOf a batch number; the newest by default
   * @throws QuestionError if there is no such position yet; DiskRefused when the database cannot be brought up to the ledger
   */
  async read<T>(
    asOf: number | undefined,
    ask: (session: Session, asOf: number) => Promise<T>,
    about?: string,
  ): Promise<T> {
    if (this.#behind) {
      // A disk that takes nothing keeps nobody from asking about facts that are whole.
      await this.#write(() => Promise.resolve()).catch((error: unknown) => {
        if (this.entries().slice(this.#projected).some(changesFacts)) throw error;
      });
    }
    if (asOf !== undefined && asOf > this.#position) {
      throw new QuestionError(`position ${asOf} is not reached yet: the newest is ${this.#position}`, {
        hint: 'ask for that position or an earlier one',
      });
    }
    return this.#readers.read(asOf, ask, about).catch((error: unknown) => {
      throw ofDamage(error, this.folder);
    });
  }

  /** Whether none of these inspections was ever recorded. @returns null where memory does not know, or the database is behind */
  areNewInspections(ids: readonly string[]): boolean | null {
    return this.#behind ? null : this.#known.areNewIds('inspections', ids);
  }

  /** Has `areNewInspections` know, once what is being stored is stored. */
  learnInspections(): Promise<unknown> {
    return this.#write(() => this.#known.learn(this.#writer, 'inspections'));
  }

  /** A session that sees no position, for what lies beside the facts: whoever takes it closes it. */
  aside(): Promise<Session> {
    return openSession(this.#instance);
  }

  /** Lends the raw bytes of a loaded file. @returns null when they are not kept any more */
  lendRaw<T>(digest: string, use: (path: string) => Promise<T>): Promise<T | null> {
    return lendRaw(this.folder, digest, use);
  }

  async close(): Promise<void> {
    this.#stopping.abort(new Error('the warehouse is being closed'));
    await this.#tending.catch(() => undefined);
    await this.#writing.catch(() => undefined);
    await this.#readers.close();
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
    this.#projected = applied.seq;
    if (applied.seq > 0 && applied.hash === this.ledger.head.hash) {
      this.#position = applied.batch;
      this.#behind = false;
      return;
    }
    refuseForeign(this.folder, applied, entries);
    this.#position = applied.batch;
    const missing = entries.slice(applied.seq);
    if (missing.some(changesFacts)) this.#known.forget();
    for (const run of runsOf(missing)) {
      await project(this.#writer, this.holdings, run);
      this.#projected = run.at(-1)!.seq;
      for (const entry of run) {
        const {batch} = entry.body as {batch?: number | null};
        if (entry.kind === 'batch' && typeof batch === 'number') this.#position = batch;
      }
    }
    this.#behind = false;
  }

  /** Projects an entry that was written just now, and the notes before it. */
  async #applied(entry: LedgerEntry): Promise<LedgerEntry> {
    const entries = this.ledger.entries().slice(this.#projected, entry.seq);
    this.#behind = (await failureOf(project(this.#writer, this.holdings, entries))) !== null;
    return entry;
  }

  /** Brings the database up to the ledger when it is its turn. */
  #follow(): void {
    if (this.#isFollowing || this.#stopping.signal.aborted) return;
    this.#isFollowing = true;
    this.#writing = this.#writing
      .catch(() => undefined)
      .then(() => {
        this.#isFollowing = false;
        return this.#catchUp();
      })
      .catch(() => {
        this.#behind = true;
      });
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
      .then(change)
      .catch((error: unknown) => {
        throw ofDisk(error, this.folder);
      })
      .finally(() => this.changes.dispatchEvent(new Event('change')));
    this.#writing = mine;
    return mine;
  }
}
