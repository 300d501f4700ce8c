import type {RecordSource, TablePlan} from '../../warehouse/load-plan.ts';
import type {Encoding} from './encodings.ts';
import type {Totals} from './totals.ts';

/** What reading a file finds out: how to take records out of it, and what is worth saying on the receipt. */
export interface Reading {
  records: RecordSource;
  notices: string[];
  /** Of a format that says itself what it holds; the tables of others are said by a mapping or by the file's name. */
  tables?: TablePlan[];
  /** How the format writes times, as strptime patterns. */
  timeFormats?: string[];
}

/** What is said of how a table stands in its file: each is left out unless somebody says it. */
export interface Layout {
  /** Names for the columns of a file that does not name them itself. */
  names?: readonly string[];
  /** Of text. */
  encoding?: Encoding;
  /** Lines before the header. */
  skipLines?: number;
  /** Rows that the header has. */
  headerRows?: number;
  totals?: Totals;
  /** Decimal sign of its numbers; '.' if nobody says it. */
  decimal?: '.' | ',';
}

export interface ReadOptions extends Layout {
  /** A folder for records that are made from the file; whoever gives it removes it when they are loaded. */
  into: string;
  /** Of a workbook: the sheet that is meant. */
  sheet?: string;
  /** Of nested JSON: which of its arrays holds the records. */
  rows?: string;
  /** What was said about its tables, as a person says it: --mapping, --table or --wide. */
  told?: string;
}

/** One format. `recognises` looks at the first bytes only; `read` may go through the file but keeps none of it. */
export interface Reader {
  format: 'csv' | 'ndjson' | 'parquet' | 'dfq' | 'cfx' | 'b2mml' | 'xlsx' | 'arrow';
  /** As a person calls it. */
  name: string;
  /** It says itself what its tables are, so that a mapping has no say. */
  ownTables?: true;
  /** What a mapping may say of its layout. */
  layout?: readonly (keyof Layout)[];
  /** Of file names, with the dot, in lower case; the first is the usual one. */
  extensions: readonly string[];
  recognises(head: Buffer): boolean;
  /** @throws IngestError */
  read(path: string, options: ReadOptions): Promise<Reading>;
}
