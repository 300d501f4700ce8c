/** Several plants' newest snapshots and the engine that is asked about them: one table of each kind over all plants. */

import type {PublishedMonth} from '../publish/manifest.ts';
import {QuestionError} from '../question-error.ts';
import type {CompanyTable, Counters, Engine, Kind, Slice, Values} from './dialect.ts';
import {EngineError, sqlText} from './dialect.ts';
import {chooseSnapshots, type Place, type Snapshot} from './place.ts';
import {slicesWithin, type Window} from './slices.ts';

const KINDS: Record<string, Kind> = {
  VARCHAR: 'text',
  DOUBLE: 'number',
  INTEGER: 'integer',
  BIGINT: 'integer',
  'TIMESTAMP WITH TIME ZONE': 'time',
};

export class Company {
  readonly engine: Engine;
  readonly snapshots: readonly Snapshot[];
  /** What was left out of the choice, and why. */
  readonly notes: readonly string[];
  readonly tables: ReadonlyMap<string, CompanyTable>;
  /** What the engine says it did since this was opened. */
  readonly counters: Counters & {queries: number};

  private constructor(engine: Engine, snapshots: readonly Snapshot[], notes: readonly string[]) {
    this.engine = engine;
    this.snapshots = snapshots;
    this.notes = notes;
    this.tables = tablesOf(snapshots);
    this.counters = {queries: 0, bytesRead: null, rowsRead: null, bytesShuffled: null, bytesReturned: null};
  }

  /**
   * @param plants only these, by the keys of their folders
   * @throws QuestionError for a place or a snapshot that cannot be read; EngineError
   */
  static async open(
    place: Place,
    engine: Engine,
    choice: {plants?: readonly string[]; before?: string} = {},
  ): Promise<Company> {
    const {snapshots, notes} = await chooseSnapshots(place, choice);
    const company = new Company(engine, snapshots, notes);
    await engine.open([...company.tables.values()]);
    return company;
  }

  /** Whether names of things have to say of which plant they are. */
  get isSeveral(): boolean {
    return this.snapshots.length > 1;
  }

  /** One question, with values of its own. */
  asking(signal?: AbortSignal): Asking {
    return new Asking(this, signal);
  }

  get plants(): {plant: string; name: string; position: number; publishedAt: string}[] {
    return this.snapshots.map(({plant, manifest}) => ({
      plant,
      name: manifest.plant,
      position: manifest.position,
      publishedAt: manifest.publishedAt,
    }));
  }

  close(): Promise<void> {
    return this.engine.close();
  }
}

/** SQL being put together, and the values in it. */
export class Asking {
  readonly company: Company;
  readonly signal: AbortSignal | undefined;
  readonly #window: Window | null;
  /** Of the query in the making, which all that are made of one another share. */
  readonly #making: {values: Values};

  constructor(company: Company, signal?: AbortSignal, window: Window | null = null, making = {values: {}}) {
    this.company = company;
    this.signal = signal;
    this.#window = window;
    this.#making = making;
  }

  /**
   * The same query, of whose tables only the months are read that concern parts first inspected in a window. For relations
   * whose rows are of one part each, and are then joined to the parts of that window: others may be wrong or missing in it.
   */
  within({from, to}: Window): Asking {
    const window = from === undefined && to === undefined ? null : {from, to};
    return new Asking(this.company, this.signal, window, this.#making);
  }

  /** The same query, with all of its tables. */
  whole(): Asking {
    return this.within({});
  }

  /** SQL of a relation: `plant` and these columns, of all plants. */
  table(name: string, ...columns: string[]): string {
    const table = this.company.tables.get(name);
    if (table === undefined) throw new EngineError(`no plant has published a table ${name}`);
    const {slices} = table;
    return this.company.engine.table(
      this.#window === null ? table : {...table, slices: slicesWithin(name, slices, this.#window)},
      columns,
    );
  }

  /** SQL of a null of a kind. */
  nothing(kind: Kind): string {
    return this.company.engine.nothing(kind);
  }

  /** SQL of a value that came from outside. */
  value(value: string | number): string {
    return this.company.engine.value(this.#making.values, value);
  }

  /** SQL of the name of a thing that belongs to a plant: qualified where several plants are asked. @param of what has `plant` */
  named(of: string, sql: string): string {
    return this.company.isSeveral ? `(${of}.plant || '/' || ${sql})` : sql;
  }

  /** SQL of a list of texts that this program made itself. */
  texts(texts: readonly string[]): string {
    return texts.map(sqlText).join(', ');
  }

  /** Asks, and begins anew. @returns one object a row */
  async rows<T>(sql: string): Promise<T[]> {
    const {engine, counters} = this.company;
    const {values} = this.#making;
    this.#making.values = {};
    this.signal?.throwIfAborted();
    if (sql.length > engine.longestQuery)
      throw new EngineError(`the query has ${sql.length} characters, and ${engine.name} takes ${engine.longestQuery}`, {
        hint: 'ask for fewer plants',
      });
    const told = await engine.ask(sql, values, this.signal);
    counters.queries++;
    for (const what of ['bytesRead', 'rowsRead', 'bytesShuffled', 'bytesReturned'] as const) {
      const more = told.counters[what];
      if (more !== null) counters[what] = (counters[what] ?? 0) + more;
    }
    return told.rows.map(row => Object.fromEntries(told.names.map((name, k) => [name, row[k]])) as T);
  }

  /** @returns the only row */
  async row<T>(sql: string): Promise<T> {
    const rows = await this.rows<T>(sql);
    if (rows.length !== 1)
      throw new EngineError(`${this.company.engine.name} gave ${rows.length} rows in the place of one`);
    return rows[0];
  }
}

function tablesOf(snapshots: readonly Snapshot[]): Map<string, CompanyTable> {
  const tables = new Map<string, {name: string; columns: Map<string, Kind>; rows: number; slices: Slice[]}>();
  for (const {plant, folder, manifest} of snapshots) {
    for (const {table, columns, files, rows, partitionedBy, months} of manifest.tables) {
      const all = tables.get(table) ?? {name: table, columns: new Map<string, Kind>(), rows: 0, slices: []};
      tables.set(table, all);
      all.rows += rows;
      for (const {name, type} of columns) {
        const kind = KINDS[type];
        if (kind === undefined)
          throw new QuestionError(`plant ${plant} publishes ${table}.${name} as ${type}, which is not known`);
        const before = all.columns.get(name);
        if (before !== undefined && before !== kind)
          throw new QuestionError(`${table}.${name} is a ${before} at one plant and a ${kind} at ${plant}`);
        all.columns.set(name, kind);
      }
      const byFolder = new Map<string, Slice>();
      for (const {path, bytes} of files) {
        const within = `${folder}/${path.slice(0, path.lastIndexOf('/'))}`;
        const month = partitionedBy === null ? 'all' : (/\/month=([^/]+)\//.exec(path)?.[1] ?? 'all');
        const concerns = concernsOf(months?.find(one => one.month === month));
        const slice = byFolder.get(within) ?? {plant, month, folder: within, files: [], bytes: 0, concerns};
        byFolder.set(within, {
          ...slice,
          files: [...slice.files, `${folder}/${path}`],
          bytes: slice.bytes + bytes,
        });
      }
      all.slices.push(...byFolder.values());
    }
  }
  return tables;
}

function concernsOf(month: PublishedMonth | undefined): Slice['concerns'] {
  if (month === undefined) return undefined;
  const {from, to} = month;
  return from === null || to === null ? null : {from, to};
}
