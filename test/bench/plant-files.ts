/** Files of a plant of any size, made by DuckDB: the same numbers every time. */
import {join} from 'node:path';
import {openDatabase, openSession, quoteText, type Session} from '../../warehouse/duckdb.ts';

export type Format = 'csv' | 'parquet';

/** Works with a database in memory, for making files. */
export async function withMaker<T>(folder: string, work: (maker: Session) => Promise<T>): Promise<T> {
  const instance = await openDatabase(':memory:', {temporaryFolder: folder, memoryLimitMb: 6000, threads: 2});
  const session = await openSession(instance);
  try {
    return await work(session);
  } finally {
    session.connection.closeSync();
    instance.closeSync();
  }
}

/** Writes what a query answers. @returns its path */
export async function writeFile(maker: Session, folder: string, name: string, query: string): Promise<string> {
  const path = join(folder, name);
  const options = path.endsWith('.csv') ? 'format csv, header' : 'format parquet';
  await maker.run(`copy (${query}) to ${quoteText(path)} (${options})`);
  return path;
}

/** An id of part `i`: parts do not arrive in the order of their ids. */
const partId = (i: string, parts: number) => `'P' || lpad(((${i}) * 7919 % ${parts})::varchar, 9, '0')`;

/** A value with four decimals, different for every part and parameter. */
const measured = (i: string, p: string | number) => `round(10 + ${p} + (hash(${i}, ${p}) % 100000) / 10000.0, 4)`;

const instant = (i: string) => `strftime(timestamp '2026-01-01' + to_seconds(${i}), '%Y-%m-%dT%H:%M:%SZ')`;

/** Queries for the rows of canonical tables, and how raw DuckDB would be told their types. */
export const TABLES = {
  parts: (parts: number) => `select ${partId('i', parts)} as part, 'HX' as product, 'L' || (i // 100) as lot,
    ${instant('i')} as made_at from range(${parts}) t(i)`,
  operations: (parts: number) => `select ${partId('i', parts)} as part, 'bore' as step, 'B' || (i % 4) as station,
    'T' || (i % 12) as tool, ${instant('i')} as started_at, ${instant('i + 30')} as ended_at from range(${parts}) t(i)`,
  inspections: (parts: number) => `select 'I' || md5(i::varchar) as inspection, ${partId('i', parts)} as part,
    ${instant('i')} as inspected_at, 'final' as step, 'V1' as station, 'aoi@1' as inspector,
    case when i % 97 = 0 then 'fail' else 'pass' end as result, (hash(i) % 1000) / 1000.0 as confidence
    from range(${parts}) t(i)`,
  wide: (parts: number, parameters: number) => `select ${partId('i', parts)} as part, 'bore' as step,
    ${Array.from({length: parameters}, (_, p) => `${measured('i', p)} as p${p}`).join(', ')} from range(${parts}) t(i)`,
  long: (parts: number, parameters: number) => `select ${partId('i', parts)} as part, 'p' || p as parameter,
    ${measured('i', 'p')} as value, 'bore' as step, ${instant('i')} as measured_at
    from range(${parts}) t(i), range(${parameters}) u(p)`,
};

/** Columns of the bare table that raw DuckDB copies the same file into. */
export function bareColumns(table: keyof typeof TABLES, parameters: number): string {
  const bare = {
    parts: 'part varchar, product varchar, lot varchar, made_at timestamptz',
    operations:
      'part varchar, step varchar, station varchar, tool varchar, started_at timestamptz, ended_at timestamptz',
    inspections: `inspection varchar, part varchar, inspected_at timestamptz, step varchar, station varchar,
      inspector varchar, result varchar, confidence double`,
    wide: `part varchar, step varchar, ${Array.from({length: parameters}, (_, p) => `p${p} double`).join(', ')}`,
    long: 'part varchar, parameter varchar, value double, step varchar, measured_at timestamptz',
  };
  return bare[table];
}
