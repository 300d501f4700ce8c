/**
 * The one seam between engines: what differs from one to the next when the same question is asked. All SQL beside it is of
 * the kind that every engine reads: COUNT, SUM, MIN, MAX, CASE, equi-joins, GROUP BY and ranks.
 */

/** How a column is held; a time is a whole number of microseconds since 1970, so that no engine's clock or zone matters. */
export type Kind = 'text' | 'number' | 'integer' | 'time';

/** The files of one plant, and of one month where its table is so large; as the place names them. */
export interface Slice {
  plant: string;
  /** 'all' where the table is not split. */
  month: string;
  /** Their folder within the place, which holds these files and no others. */
  folder: string;
  files: readonly string[];
  bytes: number;
  /** Whom its rows concern: when the first and the last of these parts were first inspected, null where none was; where that is known. */
  concerns?: {from: string; to: string} | null;
}

/** A table over all plants that are asked. */
export interface CompanyTable {
  name: string;
  /** Those that any plant has, and how they are held. */
  columns: ReadonlyMap<string, Kind>;
  rows: number;
  slices: readonly Slice[];
}

/** Values of a query that came from outside, by the name that stands for them. */
export type Values = Record<string, string | number>;

/** What an engine says it did for one query; null where it does not tell. */
export interface Counters {
  bytesRead: number | null;
  rowsRead: number | null;
  /** Between machines. */
  bytesShuffled: number | null;
  bytesReturned: number | null;
}

export interface Rows {
  names: string[];
  /** Numbers, texts and null. An integer beyond 2^53 is refused, not rounded. */
  rows: (string | number | null)[][];
  counters: Counters;
}

export interface Engine {
  /** As people know it, with its version. */
  readonly name: string;
  /** Most bytes that it takes of one query. */
  readonly longestQuery: number;
  /** Told once what can be asked: it reads no files but theirs. */
  open(tables: readonly CompanyTable[]): Promise<void>;
  /** SQL of a relation over the slices of a table: `plant`, and the columns by their names; a column that no plant has is null. */
  table(table: CompanyTable, columns: readonly string[]): string;
  /** SQL of a null of a kind. */
  nothing(kind: Kind): string;
  /** SQL of the texts of a group in their order, with ' + ' between them. */
  joined(sql: string): string;
  /** SQL of a value, which is put among `values` where the engine takes bound ones. */
  value(values: Values, value: string | number): string;
  /** @throws EngineError; AbortError once `signal` says so, when the engine has been told to stop */
  ask(sql: string, values: Values, signal?: AbortSignal): Promise<Rows>;
  close(): Promise<void>;
}

/** An engine that cannot be reached, is too old, lacks memory or a table, or says something else; with its own words. */
export class EngineError extends Error {
  readonly code = 'ENGINE';
  override name = 'EngineError';
  readonly hint?: string;
  constructor(message: string, {hint, cause}: {hint?: string; cause?: unknown} = {}) {
    super(message, cause === undefined ? undefined : {cause});
    this.hint = hint;
  }
}

/** A whole number as an engine sent it. @throws EngineError beyond 2^53, where it would be rounded */
export function wholeNumber(text: string | number | bigint): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new EngineError(`a count is beyond what can be told exactly: ${text}`);
}

/** Names and texts as SQL has them: a sign in them that would end them is doubled. */
export const sqlName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
