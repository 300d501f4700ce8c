/**
 * What `ingest/` hands to the warehouse: where the bytes are, how to read records out of them, and how each canonical
 * table's columns are made from a record. It is data, not code: the warehouse compiles it to SQL.
 */

import type {LotFigures} from './statistics/scale-change.ts';

/** How to read records. Every field arrives as text, exactly as it was sent. */
export type RecordSource =
  | {
      format: 'csv';
      path: string;
      delimiter: string;
      quote: string;
      columns: string[];
      /**
       * Rows to skip: empty lines before the header, and the header (one row, though a quoted name may hold line breaks). 0 =
       * the file has no header, and its first row is a record.
       */
      headerLines: number;
    }
  | {
      format: 'ndjson';
      path: string;
      columns: string[];
      /**
       * The lines were made from a file of another format, which is the raw file: each says in `$line` where it stands
       * there, and one that is no record says in `$reason` why, and in `$text` what was sent.
       */
      made?: true;
    }
  /** `paths`: where columns are fields of structs, the names of each from the outside in. */
  | {format: 'parquet'; path: string; columns: string[]; paths?: string[][]};

/** How one value is made from a record. */
export type Expression =
  | {from: 'column'; column: string}
  | {from: 'constant'; value: string}
  /** The record's line in the file (CSV, NDJSON, what is made from other files) or its ordinal (Parquet). */
  | {from: 'line'}
  /** 1 for the first record of the file with the same values of these columns, 2 for the second, and so on. */
  | {from: 'occurrence'; of: string[]}
  /** The n-th piece (0 = first; negative counts from the end) of a column split at a separator. */
  | {from: 'split'; column: string; separator: string; take: number}
  /**
   * A look-up, where '' stands for a missing value; a value that is not listed is a reject unless `otherwise` says what
   * it becomes ('keep' keeps it).
   */
  | {
      from: 'map';
      column: string;
      values: Record<string, string | null>;
      otherwise: 'reject' | 'keep' | {value: string | null};
    }
  /** Pieces set together, for ids that need two columns to be unique; missing if any piece is missing. */
  | {from: 'join'; pieces: Expression[]; separator: string};

export interface TablePlan {
  table: string;
  /** Canonical column -> how it is made. */
  columns: Record<string, Expression>;
  /** Records to take: those where every listed column has one of the listed values (null = missing). */
  only?: {column: string; values: (string | null)[]}[];
  /** Records to take: those where each of these columns has a value. */
  present?: string[];
  /** Take one row per distinct result (a work order named on each of its reports). */
  distinct?: boolean;
  /** Wide measurements: source column -> parameter. `columns` then gives `part` and optionally step, run, measured_at. */
  parameters?: Record<string, string>;
  /** What is kept out though it could be read: it is not what came before from the same source. */
  distrust?: Distrust[];
}

/** Rows in which a column has a value, or one of them, go into the quarantine with the reason. */
interface Distrust {
  /** Named to whoever looks into the quarantine. */
  field: string;
  reason: string;
  /** Canonical column; without it, every row. */
  column?: string;
  is?: string;
}

export interface LoadPlan {
  /** Names the file in receipts and in the quarantine. */
  source: string;
  /** The raw file, kept as evidence. */
  path: string;
  records: RecordSource;
  tables: TablePlan[];
  /** IANA name; needed when a time has no offset. */
  timeZone?: string;
  /** strptime patterns tried in order for times, after ISO 8601. */
  timeFormats: string[];
  /** Texts that mean "missing" besides the empty cell, such as "?" or "NaN". */
  missing: string[];
  /** Columns that are read in one case, so that spellings which differ in nothing else are the same; left out if there are none. */
  foldCase?: Record<string, 'lower' | 'upper'>;
  /** Decimal sign of numbers: '.' or ','. */
  decimal: '.' | ',';
  notices: string[];
  /** What the file was read with, as it was said: kept in the ledger, so that a replay can say the same again. */
  how?: {table?: string; wide?: boolean; timeZone?: string; encoding?: string; sheet?: string; mapping?: unknown};
  dryRun?: boolean;
  /** The format says itself what its tables are, units and limits included. */
  selfDescribing?: true;
  /** What the file looks like beside those before it; kept in the ledger with what was accepted. */
  drift?: {profile: SourceProfile; findings: DriftFinding[]};
}

/** What was accepted from a source: the next file is compared with it. */
export interface SourceProfile {
  /** Which files are of one kind: see `driftKey`. */
  key: string;
  /** The header that is accepted. */
  columns: string[];
  series: Record<string, LotFigures>;
  missing: Record<string, number>;
  records: number;
}

export interface DriftFinding {
  name: DriftName;
  /** Of the file; of a renamed one, as it is called now. */
  column: string;
  /** Its series, for a scale. */
  series: string | null;
  /** What it was called before. */
  was: string | null;
  text: string;
  figures: Record<string, number | string | null>;
  /** Whether its values wait in the quarantine. */
  quarantined: boolean;
  /** The quartiles, or the missing share, that a person may accept. */
  now: LotFigures | number | null;
}

type DriftName = (typeof DRIFT_NAMES)[number];
export const DRIFT_NAMES = [
  'drift.column-renamed',
  'drift.column-new',
  'drift.column-missing',
  'drift.unit',
  'drift.code',
  'drift.scale',
  'drift.missing',
] as const;
