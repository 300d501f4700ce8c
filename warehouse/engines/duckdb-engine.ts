/** DuckDB in this process over the published files: the default, and what every other engine is held against. */
import {tmpdir} from 'node:os';
import {openDatabase, openSession, type Session} from '../duckdb.ts';
import {
  type CompanyTable,
  type Engine,
  EngineError,
  type Kind,
  type Rows,
  sqlName,
  sqlText,
  type Values,
} from './dialect.ts';

const TYPES: Record<Kind, string> = {text: 'varchar', number: 'double', integer: 'bigint', time: 'bigint'};

export interface DuckdbSettings {
  /** What it may use, in 10^6 bytes. */
  memoryLimitMb?: number;
  threads?: number;
  temporaryFolder?: string;
  /** Files of the place that have to be brought into the folder first. */
  bring?: (paths: readonly string[]) => Promise<void>;
}

/** @param place the folder that plants publish into, on this machine */
export async function duckdbEngine(
  place: string,
  {memoryLimitMb = 4000, threads = 2, temporaryFolder = tmpdir(), bring}: DuckdbSettings = {},
): Promise<Engine> {
  const instance = await openDatabase(':memory:', {temporaryFolder, memoryLimitMb, threads});
  const session = await openSession(instance);
  const wanted = new Set<string>();
  return {
    name: 'DuckDB',
    longestQuery: 50_000_000,
    open: async () => undefined,
    table(table, columns) {
      for (const {files} of table.slices) for (const file of files) wanted.add(file);
      return relation(place, table, columns);
    },
    nothing: kind => `cast(null as ${TYPES[kind]})`,
    joined: sql => `string_agg(${sql}, ' + ' order by ${sql})`,
    value(values, value) {
      const name = `v${Object.keys(values).length}`;
      values[name] = value;
      return `cast($${name} as ${typeof value === 'number' ? 'double' : 'varchar'})`;
    },
    async ask(sql, values, signal) {
      await bring?.([...wanted]);
      wanted.clear();
      return ask(session, sql, values, signal);
    },
    async close() {
      session.connection.closeSync();
      instance.closeSync();
    },
  };
}

function relation(place: string, table: CompanyTable, columns: readonly string[]): string {
  const files = table.slices.flatMap(slice => slice.files.map(file => sqlText(`${place}/${file}`)));
  const told = columns.map(column => {
    const kind = table.columns.get(column);
    const own = `f.${sqlName(column)}`;
    const value = kind === undefined ? 'null' : kind === 'time' ? `epoch_us(${own})` : own;
    return `cast(${value} as ${TYPES[kind ?? 'text']}) as ${sqlName(column)}`;
  });
  // Of the name of a file its last "plant=", should the place itself lie in a folder called so.
  const plant = `regexp_extract(f."fishbone file", '.*/plant=([^/]*)/position-', 1)`;
  return `(select ${[`${plant} as plant`, ...told].join(', ')}
    from read_parquet([${files.join(', ')}], union_by_name = true, hive_partitioning = false, filename = 'fishbone file') f)`;
}

async function ask(session: Session, sql: string, values: Values, signal?: AbortSignal): Promise<Rows> {
  signal?.throwIfAborted();
  const stop = () => session.connection.interrupt();
  signal?.addEventListener('abort', stop, {once: true});
  try {
    const {names, columns, rows} = await session.columns(sql, usedIn(sql, values));
    const told = columns.map(column =>
      column.map(value => (typeof value === 'bigint' ? exact(value) : (value as string | number | null))),
    );
    const counters = {bytesRead: null, rowsRead: null, bytesShuffled: null, bytesReturned: null};
    return {names, rows: Array.from({length: rows}, (_, r) => told.map(column => column[r])), counters};
  } catch (cause) {
    signal?.throwIfAborted();
    throw new EngineError(`DuckDB: ${cause instanceof Error ? cause.message : String(cause)}`, {cause});
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** Not every piece of SQL that was made is asked in the end, and DuckDB refuses values that stand nowhere. */
function usedIn(sql: string, values: Values): Values {
  const used = new Set(sql.match(/\$v\d+/g));
  return Object.fromEntries(Object.entries(values).filter(([name]) => used.has(`$${name}`)));
}

function exact(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < -BigInt(Number.MAX_SAFE_INTEGER))
    throw new EngineError(`a count is beyond what can be told exactly: ${value}`);
  return Number(value);
}
