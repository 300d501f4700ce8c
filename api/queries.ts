/** People's SQL: who asks what, on which copy of the data, within which limits; each question is recorded. */
import {createHash} from 'node:crypto';
import {join} from 'node:path';
import {Ledger} from '../warehouse/ledger.ts';
import {hidePersons} from '../warehouse/person-texts.ts';
import type {QueryQuestion} from '../warehouse/query-answers.ts';
import {QuestionError} from '../warehouse/question-error.ts';
import type {QueryForm} from '../warehouse/sandbox/job.ts';
import type {Answer} from '../warehouse/sandbox/process.ts';
import {Sandbox, type SandboxLimits} from '../warehouse/sandbox/sandbox.ts';
import {type Snapshot, Snapshots} from '../warehouse/sandbox/snapshots.ts';
import type {Warehouse} from '../warehouse/store.ts';
import {FishboneError} from './errors.ts';
import {translateError} from './translate-error.ts';

/** Who asks, and how it is to be told. */
export interface Asking {
  by: string | null;
  /** Whether persons are told by their names. */
  seesNames: boolean;
  form: QueryForm;
  signal?: AbortSignal;
}

/** One entry of the record `W/queries/ledger`, chained like the warehouse's own. */
interface Entry {
  by: string | null;
  sql: string;
  /** Of the whole text, should it be longer than what is kept of it. */
  sha256: string;
  params: string[];
  asOf: number | null;
  rows: number | null;
  ms: number | null;
  /** 'answered', 'asked' where nobody was there to see how it ended, or the code of the error. */
  outcome: string;
}

const KEPT_CHARACTERS = 4_000;
const USUAL_ROWS = 100_000;

export class Queries {
  readonly #warehouse: Warehouse;
  readonly #limits: SandboxLimits;
  readonly #snapshots: Snapshots;
  readonly #sandbox: Sandbox;
  #record: Promise<Ledger> | null = null;

  constructor(warehouse: Warehouse, limits: SandboxLimits) {
    this.#warehouse = warehouse;
    this.#limits = limits;
    this.#snapshots = new Snapshots(warehouse);
    this.#sandbox = new Sandbox(join(warehouse.folder, 'tmp'), limits);
  }

  /**
   * Answers from a copy of the data; the answer says of which position.
   * @throws SqlRefused, QueryStopped, QueriesWaiting; FishboneError CANCELLED when nobody waits for it any more
   */
  async ask(question: QueryQuestion, {by, form, seesNames, signal}: Asking): Promise<Answer> {
    const {fresh = false, asOf} = question;
    this.#refuseFuture(asOf);
    const beganMs = Date.now();
    const seen: Pick<Entry, 'asOf' | 'rows'> = {asOf: null, rows: null};
    try {
      const answer = await this.#snapshots.lend({fresh, asOf}, snapshot => {
        seen.asOf = asOf ?? snapshot.asOf;
        return this.#sandbox.run(this.#job(question, snapshot, {form, seesNames}), signal);
      });
      await this.#keep(question, {
        by,
        asOf: seen.asOf,
        rows: answer.rows,
        ms: Date.now() - beganMs,
        outcome: 'answered',
      });
      return answer;
    } catch (thrown) {
      const error = signal?.aborted ? new FishboneError('CANCELLED', 'nobody waits for the answer any more') : thrown;
      const {code} = translateError(error);
      // Nothing was run; and whoever asks too much should not fill the disk by it.
      if (code !== 'OVERLOADED') await this.#keep(question, {by, ...seen, ms: Date.now() - beganMs, outcome: code});
      throw error;
    }
  }

  /** For a command line that owns the warehouse: what is given back asks the database itself, when it is closed. */
  async atRest(question: QueryQuestion, form: QueryForm): Promise<() => Promise<Answer>> {
    const {asOf = this.#warehouse.position} = question;
    this.#refuseFuture(asOf);
    const path = join(this.#warehouse.folder, 'warehouse.duckdb');
    const job = this.#job(question, {path, asOf}, {form, seesNames: true});
    // Only who owns the warehouse may write to the record, so it cannot say how it went.
    await this.#keep(question, {by: null, asOf, rows: null, ms: null, outcome: 'asked'});
    const sandbox = new Sandbox(join(this.#warehouse.folder, 'tmp'), this.#limits);
    return async () => {
      try {
        return await sandbox.run(job);
      } finally {
        await sandbox.close();
      }
    };
  }

  forgetOld(): Promise<void> {
    return this.#snapshots.forgetOld();
  }

  async close(): Promise<void> {
    await this.#sandbox.close();
    await this.#snapshots.settled();
    await (await this.#record?.catch(() => null))?.close();
  }

  #refuseFuture(asOf: number | undefined): void {
    const {position} = this.#warehouse;
    if (asOf !== undefined && asOf > position) {
      throw new QuestionError(`position ${asOf} is not reached yet: the newest is ${position}`, {
        hint: 'ask for that position or an earlier one',
      });
    }
  }

  #job(
    {sql, params = {}, asOf, limit = USUAL_ROWS}: QueryQuestion,
    snapshot: Snapshot,
    {form, seesNames}: Pick<Asking, 'form' | 'seesNames'>,
  ) {
    return {
      sql,
      params,
      form,
      database: snapshot.path,
      asOf: asOf ?? snapshot.asOf,
      timeZone: this.#warehouse.timeZone,
      names: seesNames ? [...this.#warehouse.persons.names()] : [],
      maxRows: limit,
    };
  }

  /** The record says no names of persons, so that an erasure need not touch it; values of parameters are not in it. */
  async #keep({sql, params = {}}: QueryQuestion, what: Omit<Entry, 'sql' | 'sha256' | 'params'>): Promise<void> {
    const hidden = hidePersons(sql, this.#warehouse.persons.names());
    const entry: Entry = {
      ...what,
      sql: hidden.slice(0, KEPT_CHARACTERS),
      sha256: createHash('sha256').update(hidden).digest('hex'),
      params: Object.keys(params),
    };
    this.#record ??= Ledger.open(join(this.#warehouse.folder, 'queries')).catch(error => {
      this.#record = null;
      throw error;
    });
    await (await this.#record).append('query', entry);
  }
}
