/** The one door to DuckDB: opening, querying, and what leaves as values. No other module may open a database. */
import {realpathSync} from 'node:fs';
import {basename, dirname, join, resolve} from 'node:path';
import {
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBIntegerVector,
  DuckDBListValue,
  type DuckDBResult,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
  INTEGER,
  LIST,
  VARCHAR,
} from '@duckdb/node-api';
import {joined, plainItems} from './plain-items.ts';
import {asPlain} from './plain-values.ts';
import {heard, isListening} from './statements.ts';
import type {Variables} from './variables/variables.ts';

type SqlValue = string | number | boolean | null;
export type Bindings = Record<string, SqlValue | readonly string[] | readonly number[]>;
export type Row = Record<string, unknown>;

/** A failed query: keeps its cause and its SQL. */
export class QueryError extends Error {
  declare readonly sql: string;
  constructor(sql: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`${reason}\n  in: ${sql.length > 1500 ? `${sql.slice(0, 1500)} ...` : sql}`, {cause});
    this.name = 'QueryError';
    Object.defineProperty(this, 'sql', {value: sql, enumerable: false});
  }
}

/** A connection with the conventions of this code: named bindings, exact values, errors that keep their SQL. */
export class Session {
  readonly connection: DuckDBConnection;
  /** What it finds made for the position it looks from (`newest.ts`); null where it makes its own. */
  kept: ReadonlySet<string> | null = null;
  /** Variables that hold which parts a filter lets through, for the position it looks from (`filter.ts`). */
  readonly filters = new Set<string>();
  /** What modules of others add to the factors; null where it looks from no position. */
  variables: Variables | null = null;

  /** What was found from the position that it looks from; it holds as long as its temporary tables. Null elsewhere. */
  known: Map<unknown, unknown> | null = null;

  constructor(connection: DuckDBConnection) {
    this.connection = connection;
  }

  /** Finds what is the same for as long as the session looks from its position: once, not for every question. */
  async once<T>(key: unknown, find: () => Promise<T> | T): Promise<T> {
    if (this.known?.has(key) && !isListening()) return this.known.get(key) as T;
    const {known} = this;
    const found = await find();
    known?.set(key, found);
    return found;
  }

  /** Runs statements for their effect. */
  async run(sql: string, bindings: Bindings = {}): Promise<void> {
    heard(sql, bindings);
    try {
      await this.connection.run(sql, ...asParameters(bindings));
    } catch (cause) {
      throw new QueryError(sql, cause);
    }
  }

  /** @returns one object a row; times as ISO 8601 in UTC, integers beyond 2^53 as text */
  async rows<T extends Row = Row>(sql: string, bindings: Bindings = {}): Promise<T[]> {
    heard(sql, bindings);
    try {
      const reader = await this.connection.runAndReadAll(sql, ...asParameters(bindings));
      const names = reader.deduplicatedColumnNames();
      return reader.getRows().map(row => Object.fromEntries(names.map((name, k) => [name, asPlain(row[k])])) as T);
    } catch (cause) {
      throw new QueryError(sql, cause);
    }
  }

  /** @returns the only row. @throws if there is not exactly one */
  async row<T extends Row = Row>(sql: string, bindings: Bindings = {}): Promise<T> {
    const rows = await this.rows<T>(sql, bindings);
    if (rows.length !== 1) throw new QueryError(sql, new Error(`expected one row, got ${rows.length}`));
    return rows[0];
  }

  /**
   * Columns of integers and doubles, copied whole.
   * @throws if a column is of another type or holds a null
   */
  async typed(sql: string, bindings: Bindings = {}): Promise<(Int32Array | Float64Array)[]> {
    const pieces: (Int32Array | Float64Array)[][] = [];
    const types = await this.eachPiece(
      sql,
      columns => {
        for (let c = 0; c < columns.length; c++) {
          pieces[c] ??= [];
          pieces[c].push(columns[c].slice());
        }
      },
      bindings,
    );
    return types.map((type, c) => joined(pieces[c] ?? [], type === DuckDBTypeId.INTEGER));
  }

  /**
   * Hands out columns of integers and doubles piece by piece, as DuckDB holds them: what is to be kept must be copied.
   * @returns the types of the columns
   * @throws if a column is of another type or holds a null
   */
  async eachPiece(
    sql: string,
    take: (columns: (Int32Array | Float64Array)[], rows: number) => void,
    bindings: Bindings = {},
  ): Promise<DuckDBTypeId[]> {
    heard(sql, bindings);
    try {
      const result = await this.connection.run(sql, ...asParameters(bindings));
      const types = result.columnNames().map((_, c) => result.columnTypeId(c));
      for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
        const {rowCount} = chunk;
        take(
          types.map((_, c) => plainItems(chunk!.getColumnVector(c), rowCount)),
          rowCount,
        );
      }
      return types;
    } catch (cause) {
      throw new QueryError(sql, cause);
    }
  }

  /**
   * Answers piece by piece: of each, one array a column. All columns must be `uinteger` without nulls. The answer is made
   * whole before the first piece is handed out: a stream out of a join of millions of rows may come to a halt.
   */
  async *chunks(sql: string): AsyncGenerator<Uint32Array[]> {
    try {
      const result = await this.connection.run(sql);
      for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
        const {rowCount} = chunk;
        yield Array.from({length: chunk.columnCount}, (_, c) => {
          const {items} = chunk!.getColumnVector(c) as unknown as {items: Uint32Array};
          return items.subarray(0, rowCount);
        });
      }
    } catch (cause) {
      throw new QueryError(sql, cause);
    }
  }

  /**
   * An answer that is made while it is taken, in pieces of at most 2,048 rows; for a plain scan, see `chunks`.
   * The next piece is fetched while the one before it is used.
   */
  async stream(sql: string, bindings: Bindings = {}): Promise<Streamed> {
    heard(sql, bindings);
    try {
      const result = await this.connection.stream(sql, ...asParameters(bindings));
      return {
        names: result.deduplicatedColumnNames(),
        types: result.columnTypes(),
        chunks: fetched(result, sql, this.connection),
      };
    } catch (cause) {
      throw new QueryError(sql, cause);
    }
  }

  /** The columns of an answer. */
  async shape(sql: string): Promise<Pick<Streamed, 'names' | 'types'>> {
    try {
      const result = await this.connection.run(`select * from (${sql}) limit 0`);
      return {names: result.deduplicatedColumnNames(), types: result.columnTypes()};
    } catch (cause) {
      throw new QueryError(sql, cause);
    }
  }

  /** @returns one array a column, in the query's order: numbers (null becomes NaN) or texts (null stays) */
  async columns(sql: string, bindings: Bindings = {}): Promise<{names: string[]; columns: unknown[][]; rows: number}> {
    heard(sql, bindings);
    try {
      const result = await this.connection.run(sql, ...asParameters(bindings));
      const names = result.deduplicatedColumnNames();
      const columns: unknown[][] = names.map(() => []);
      let rows = 0;
      for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
        for (let c = 0; c < names.length; c++) {
          const vector = chunk.getColumnVector(c);
          const column = columns[c];
          for (let r = 0; r < chunk.rowCount; r++) column.push(vector.getItem(r));
        }
        rows += chunk.rowCount;
      }
      return {names, columns, rows};
    } catch (cause) {
      throw new QueryError(sql, cause);
    }
  }

  /** Integers without nulls, a column an array, read in pieces so that others get their turn. @param rows how many at most */
  async integers(sql: string, rows: number): Promise<Int32Array[]> {
    try {
      const result = await this.connection.run(sql);
      const columns = Array.from({length: result.columnCount}, () => new Int32Array(rows));
      let filled = 0;
      for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
        for (const [c, column] of columns.entries()) {
          const vector = chunk.getColumnVector(c);
          for (let r = 0; r < chunk.rowCount; r++) column[filled + r] = vector.getItem(r) as number;
        }
        filled += chunk.rowCount;
      }
      return columns.map(column => column.subarray(0, filled));
    } catch (cause) {
      throw new QueryError(sql, cause);
    }
  }

  /** Makes a temporary table of integer columns, all of one length. */
  async integerTable(name: string, columns: Record<string, ArrayLike<number>>): Promise<void> {
    const names = Object.keys(columns);
    const values = Object.values(columns);
    await this.run(
      `create or replace temp table ${quoteName(name)} (${names.map(c => `${quoteName(c)} integer`).join(', ')})`,
    );
    const appender = await this.connection.createAppender(name, 'main', 'temp');
    for (let from = 0; from < values[0].length; from += VECTOR_ROWS) {
      const to = Math.min(from + VECTOR_ROWS, values[0].length);
      const chunk = DuckDBDataChunk.create(
        names.map(() => INTEGER),
        to - from,
      );
      for (const [c, column] of values.entries()) {
        const vector = chunk.getColumnVector(c) as DuckDBIntegerVector;
        for (let k = from; k < to; k++) vector.setItem(k - from, column[k]);
        vector.flush();
      }
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
  }
}

export interface Streamed {
  names: string[];
  types: DuckDBType[];
  chunks: AsyncGenerator<DuckDBDataChunk>;
}

async function* fetched(
  result: DuckDBResult,
  sql: string,
  connection: DuckDBConnection,
): AsyncGenerator<DuckDBDataChunk> {
  let isDone = false;
  let next = result.fetchChunk();
  try {
    for (let chunk = await next; chunk && chunk.rowCount > 0; chunk = await next) {
      next = result.fetchChunk();
      yield chunk;
    }
    isDone = true;
  } catch (cause) {
    isDone = true;
    throw new QueryError(sql, cause);
  } finally {
    // Whoever takes no more may close the session: not while it is being asked. An answer that is not taken to its end
    // keeps the database open until it is told that nobody wants it.
    if (!isDone) {
      connection.interrupt();
      for (let left = await next.catch(() => null); left && left.rowCount > 0; )
        left = await result.fetchChunk().catch(() => null);
    }
  }
}

/** Rows that fit into one vector of the engine. */
const VECTOR_ROWS = 2048;

/** Files that this process has open: a second opening would raise no error, lose commits and release the lock. */
const open = new Set<string>();

/** Whether this process has the database file open. */
export const isOpenHere = (path: string): boolean => open.has(realPath(path));

/**
 * Opens a database file with settings that suit a server in a plant.
 * @throws what DuckDB says; Error "locked" when this process has it open already
 */
export async function openDatabase(
  path: string,
  settings: {temporaryFolder: string; memoryLimitMb: number; threads: number},
  more: Readonly<Record<string, string>> = {},
): Promise<DuckDBInstance> {
  const real = path === ':memory:' ? null : realPath(path);
  if (real !== null && open.has(real))
    throw new Error(`${path} is locked: this process has it open (PID ${process.pid})`);
  if (real !== null) open.add(real);
  try {
    const instance = await create(path, settings, more);
    const close = instance.closeSync.bind(instance);
    instance.closeSync = () => {
      if (real !== null) open.delete(real);
      close();
    };
    return instance;
  } catch (error) {
    if (real !== null) open.delete(real);
    throw error;
  }
}

/** The same for every way to name a file, whether it exists yet or not. */
function realPath(path: string): string {
  const absolute = resolve(path);
  try {
    return join(realpathSync(dirname(absolute)), basename(absolute));
  } catch {
    // Its folder does not exist: then nobody has it open under another name.
    return absolute;
  }
}

function create(
  path: string,
  settings: {temporaryFolder: string; memoryLimitMb: number; threads: number},
  more: Readonly<Record<string, string>>,
) {
  return DuckDBInstance.create(path, {
    threads: String(settings.threads),
    memory_limit: `${settings.memoryLimitMb}MB`,
    temp_directory: settings.temporaryFolder,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    // What is freed goes back to the system at once: else the process holds up to a third more than the limit says.
    allocator_background_threads: 'true',
    allocator_bulk_deallocation_flush_threshold: '32MB',
    ...more,
  });
}

export async function openSession(instance: DuckDBInstance): Promise<Session> {
  const session = new Session(await instance.connect());
  await session.run("set TimeZone = 'UTC'");
  return session;
}

/** An SQL identifier. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** An SQL text literal, for the few places that take no bound value (paths, views). A NUL in it would end the statement. */
export function quoteText(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return quoted.includes('\0') ? `(${quoted.replaceAll('\0', "' || chr(0) || '")})` : quoted;
}

/** Values, and the types that a list does not tell by its first item: one may begin with a whole number, or be empty. */
function asParameters(bindings: Bindings): [Record<string, DuckDBValue>, Record<string, DuckDBType>] {
  const values: Record<string, DuckDBValue> = {};
  const types: Record<string, DuckDBType> = {};
  for (const [name, value] of Object.entries(bindings)) {
    if (!Array.isArray(value)) values[name] = value as DuckDBValue;
    else {
      values[name] = new DuckDBListValue(value as DuckDBValue[]);
      if (value.length === 0) types[name] = LIST(VARCHAR);
      else if (value.some(item => typeof item === 'number' && !Number.isInteger(item))) types[name] = LIST(DOUBLE);
    }
  }
  return [values, types];
}
