/** ClickHouse over the published files: its dialect, and how its answers are read. Whoever runs it is behind `ClickhouseCall`. */
import {
  type CompanyTable,
  type Engine,
  EngineError,
  type Kind,
  type Rows,
  sqlName,
  sqlText,
  type Values,
  wholeNumber,
} from './dialect.ts';

/** Runs one query. @returns the answer in the format JSONCompact */
export type ClickhouseCall = (query: {sql: string; values: Values; signal?: AbortSignal}) => Promise<string>;

/** Before this, subqueries and names were resolved in another way. */
const OLDEST = [24, 3] as const;

/** Without these, what is missing becomes 0 or '', and integers beyond 2^53 are rounded on their way. */
const SETTINGS = {
  cast_keep_nullable: 1,
  join_use_nulls: 1,
  aggregate_functions_null_for_empty: 1,
  prefer_column_name_to_alias: 1,
  use_hive_partitioning: 0,
  input_format_parquet_allow_missing_columns: 1,
  session_timezone: "'UTC'",
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_denormals: 1,
  max_ast_elements: 5_000_000,
  max_expanded_ast_elements: 5_000_000,
};

const TYPES: Record<Kind, string> = {
  text: 'Nullable(String)',
  number: 'Nullable(Float64)',
  integer: 'Nullable(Int64)',
  time: 'Nullable(Int64)',
};

/** How a column stands in the files. */
const STORED: Record<Kind, string> = {...TYPES, time: "Nullable(DateTime64(6, 'UTC'))"};

export interface ClickhouseSettings {
  call: ClickhouseCall;
  /** The place as the engine sees it: a folder, within its `user_files` where it is a server; or the address of an S3 bucket. */
  place: string;
  /** Of an S3 bucket: SQL of what stands between its address and the format, such as the name of a collection. */
  close?: () => Promise<void>;
}

/** @throws EngineError for one that cannot be reached or is too old */
export async function clickhouseEngine({call, place, close}: ClickhouseSettings): Promise<Engine> {
  const settings = Object.entries(SETTINGS)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ');
  const ask = async (sql: string, values: Values, signal?: AbortSignal) =>
    read(await told(call, {sql: `${sql}\nsettings ${settings}`, values, signal}));
  // Without the settings: one that is too old does not know them all.
  const version = String(read(await told(call, {sql: 'select version() as version', values: {}})).rows[0][0]);
  mustBeNewEnough(version);
  return {
    name: `ClickHouse ${version}`,
    // A parser takes a query in whole: 256 KiB unless it was told otherwise.
    longestQuery: 10_000_000,
    open: async () => undefined,
    table: (table, columns) => relation(place, table, columns),
    nothing: kind => `cast(null as ${TYPES[kind]})`,
    joined: sql => `arrayStringConcat(arraySort(groupArray(${sql})), ' + ')`,
    value(values, value) {
      const name = `v${Object.keys(values).length}`;
      values[name] = value;
      return `{${name}:${typeof value === 'number' ? 'Float64' : 'String'}}`;
    },
    ask,
    close: close ?? (async () => undefined),
  };
}

function mustBeNewEnough(version: string): void {
  const [year, month] = version.split('.').map(Number);
  if (year > OLDEST[0] || (year === OLDEST[0] && month >= OLDEST[1])) return;
  throw new EngineError(`ClickHouse ${version} is too old: ${OLDEST.join('.')} is the oldest that can be asked`);
}

function relation(place: string, table: CompanyTable, columns: readonly string[]): string {
  const files = table.slices.flatMap(slice => slice.files);
  const there = columns.filter(column => table.columns.has(column));
  const structure = there.map(column => `\`${column.replaceAll('`', '``')}\` ${STORED[table.columns.get(column)!]}`);
  const told = columns.map(column => {
    const kind = table.columns.get(column);
    const own = `f.${sqlName(column)}`;
    const value =
      kind === undefined ? `cast(null as ${TYPES.text})` : kind === 'time' ? `toUnixTimestamp64Micro(${own})` : own;
    return `${value} as ${sqlName(column)}`;
  });
  // A backslash in a text would begin an escape.
  const text = (said: string) => sqlText(said.replaceAll('\\', '\\\\'));
  const all = files.length === 1 ? `${place}/${files[0]}` : `${place}/{${files.join(',')}}`;
  const from = /^https?:/.test(place) ? 's3' : 'file';
  return `(select ${["extract(f._path, '.*plant=([^/]*)/position-') as plant", ...told].join(', ')}
    from ${from}(${text(all)}, 'Parquet', ${text(structure.join(', '))}) f)`;
}

/** What it says when something is wrong, in words of this program where it is known what to do. */
const KNOWN: readonly [RegExp, string, string][] = [
  [
    /MEMORY_LIMIT_EXCEEDED|Memory limit/i,
    'is short of memory for this question',
    'narrow it with product, from and to, or plants',
  ],
  [
    /FILE_DOESNT_EXIST|CANNOT_STAT|doesn't exist/i,
    'does not find a published file',
    'it has to see the place: engine.place says where',
  ],
  [
    /ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ETIMEDOUT|ECONNRESET|socket hang up|Timeout error/i,
    'cannot be reached',
    'is it running, and is engine.url right?',
  ],
  [
    /AUTHENTICATION_FAILED|REQUIRED_PASSWORD/i,
    'refuses the user or the password',
    'engine.user and engine.passwordFile say them',
  ],
];

async function told(call: ClickhouseCall, query: Parameters<ClickhouseCall>[0]): Promise<string> {
  try {
    return await call(query);
  } catch (cause) {
    query.signal?.throwIfAborted();
    const said = wordsOf(cause);
    const known = KNOWN.find(([pattern]) => pattern.test(said));
    throw new EngineError(
      known ? `ClickHouse ${known[1]}: ${said.slice(0, 300)}` : `ClickHouse: ${said.slice(0, 2000)}`,
      {
        hint: known?.[2],
        cause,
      },
    );
  }
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const {code} = error as {code?: unknown};
  return [typeof code === 'string' ? code : '', error.message, error.cause === undefined ? '' : wordsOf(error.cause)]
    .filter(Boolean)
    .join(' ');
}

interface Said {
  meta: {name: string; type: string}[];
  data: (string | number | boolean | null)[][];
  statistics?: {rows_read?: number; bytes_read?: number};
}

function read(text: string): Rows {
  let said: Said;
  try {
    said = JSON.parse(text) as Said;
  } catch (cause) {
    // A query that fails while it is being answered ends in words, not in JSON.
    throw new EngineError(`ClickHouse broke off its answer: ${text.slice(-500)}`, {cause});
  }
  const readers = said.meta.map(({type}) => readerOf(type));
  return {
    names: said.meta.map(({name}) => name),
    rows: said.data.map(row => row.map((value, k) => (value === null ? null : readers[k](value)))),
    counters: {
      bytesRead: said.statistics?.bytes_read ?? null,
      rowsRead: said.statistics?.rows_read ?? null,
      bytesShuffled: null,
      bytesReturned: Buffer.byteLength(text),
    },
  };
}

function readerOf(type: string): (value: string | number | boolean) => string | number {
  if (/^(Nullable\()?U?Int/.test(type)) return value => wholeNumber(value as string);
  if (/Float|Decimal/.test(type)) return value => (typeof value === 'string' ? float(value) : Number(value));
  if (/Bool/.test(type)) return Number;
  return String;
}

const float = (text: string) =>
  /^[+-]?inf/i.test(text) ? (text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY) : Number(text);
