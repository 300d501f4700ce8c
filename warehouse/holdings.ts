/**
 * What the archive holds, by what the ledger says: the files of each batch, where the rows of small batches went when they
 * were merged, and what a retention rule took away. Verify, rebuild, backup and the check at the start all ask here.
 */
import {join} from 'node:path';
import {batchFolder} from './archive.ts';
import {quoteText} from './duckdb.ts';
import type {LedgerEntry} from './ledger.ts';
import type {BatchBody} from './project.ts';

export type Form = 'long' | 'wide' | 'rejects';

/** A file in the archive folder of a ledger entry. Entries of early versions do not say `bytes`. */
export interface FileRecord {
  table: string;
  form: Form;
  file: string;
  rows: number;
  bytes?: number;
  sha256: string;
}

/** Rows that moved: those of the batches' file `of` are in file `into` of this entry now, or gone when that is null. */
export interface Rewrite {
  of: string;
  /** Ledger entries of the batches. */
  seqs: number[];
  /** How many rows are left of each; all of them when absent. */
  rows?: number[];
  into: string | null;
}

/** An entry whose files took the place of earlier ones: a compaction, or a retention rule applied. */
export interface RewriteBody {
  files: FileRecord[];
  rewrites: Rewrite[];
}

/** What a retention entry says besides: what it took away for good. */
export interface RetentionBody extends RewriteBody {
  /** Readings taken before this are gone, of batches up to `batch`; null when the rule had nothing to say of them. */
  readingsBefore: string | null;
  /** The newest position when it was applied. */
  batch: number;
  /** Digests of raw files that are gone. */
  raw: string[];
  /** What the rules were, as configured. */
  rules: Record<string, string>;
  /** Readings, raw files and answers that are gone, and about how many bytes that is. */
  gone: {readings: number; bytes: number; raw: number; answers: number};
}

/** A file that should be there. Several batches share one that was merged. */
export interface HeldFile extends FileRecord {
  path: string;
  /** Its rows bear columns `seq` and `batch`, because they come from several batches. */
  merged: boolean;
}

/** The rows of one batch in one file. */
export interface HeldRows {
  /** As the batch named the file at first. */
  of: string;
  table: string;
  form: Form;
  /** How many there are now, and how many there were when they were accepted. */
  rows: number;
  accepted: number;
  /** Null when a retention rule took all of them. */
  file: HeldFile | null;
}

/** Kinds of entries whose files took the place of earlier ones. */
const REWRITES: ReadonlySet<string> = new Set(['compaction', 'retention', 'pseudonyms', 'erasure']);

export class Holdings {
  readonly #folder: string;
  readonly #entries: () => readonly LedgerEntry[];
  #seen = 0;
  readonly #batches = new Map<number, {batch: number | null; at: string; rows: HeldRows[]}>();
  readonly #users = new Map<HeldFile, number>();
  readonly #replaced: string[] = [];
  readonly #goneRaw = new Set<string>();
  readonly #raw = new Map<string, {at: string; bytes: number | null}>();

  /** @param entries of the ledger, which may grow */
  constructor(folder: string, entries: () => readonly LedgerEntry[]) {
    this.#folder = folder;
    this.#entries = entries;
  }

  /** Every file of rows that should be there. */
  files(): HeldFile[] {
    this.#follow();
    return [...this.#users.keys()];
  }

  /** Raw bytes that should be there: by digest, when a batch of them was last loaded and how long they are, if known. */
  raw(): ReadonlyMap<string, {at: string; bytes: number | null}> {
    this.#follow();
    return this.#raw;
  }

  /** Digests of raw bytes that a retention rule took and that did not come again. */
  goneRaw(): ReadonlySet<string> {
    this.#follow();
    return this.#goneRaw;
  }

  /** Paths of files whose rows stand elsewhere now or are gone: what is still there of them may be removed. */
  replaced(): readonly string[] {
    this.#follow();
    return this.#replaced;
  }

  /** The rows of a batch, file by file in the order in which they are projected. */
  rowsOf(seq: number): readonly HeldRows[] {
    this.#follow();
    return this.#batches.get(seq)?.rows ?? [];
  }

  /** All batches: their ledger entry, their position if any row was accepted, and when that was. */
  batches(): {seq: number; batch: number | null; at: string; rows: readonly HeldRows[]}[] {
    this.#follow();
    return [...this.#batches].map(([seq, held]) => ({seq, ...held}));
  }

  #follow(): void {
    const entries = this.#entries();
    for (; this.#seen < entries.length; this.#seen++) {
      const entry = entries[this.#seen];
      if (entry.kind === 'batch') this.#hold(entry, entry.body as BatchBody);
      if (REWRITES.has(entry.kind)) this.#rewrite(entry, entry.body as RewriteBody);
      if (entry.kind !== 'retention' && entry.kind !== 'erasure') continue;
      for (const digest of (entry.body as Pick<RetentionBody, 'raw'>).raw) {
        this.#raw.delete(digest);
        this.#goneRaw.add(digest);
      }
    }
  }

  #hold({seq, at}: LedgerEntry, body: BatchBody): void {
    const rows = body.files.map((record): HeldRows => {
      const file = this.#file(seq, record, false);
      this.#users.set(file, 1);
      return {...record, of: record.file, accepted: record.rows, file};
    });
    this.#batches.set(seq, {batch: body.batch, at, rows});
    this.#goneRaw.delete(body.digest);
    this.#raw.set(body.digest, {at, bytes: body.rawBytes ?? null});
  }

  #rewrite({seq}: LedgerEntry, {files, rewrites}: RewriteBody): void {
    const made = new Map(files.map(record => [record.file, this.#file(seq, record, true)]));
    for (const file of made.values()) this.#users.set(file, 0);
    for (const {of, seqs, rows, into} of rewrites) {
      for (const [k, from] of seqs.entries()) {
        const held = this.#batches.get(from)?.rows.find(h => h.of === of);
        if (!held) continue;
        this.#letGo(held.file);
        held.file = into === null ? null : (made.get(into) ?? null);
        held.rows = into === null ? 0 : (rows?.[k] ?? held.rows);
        if (held.file) this.#users.set(held.file, this.#users.get(held.file)! + 1);
      }
    }
  }

  #letGo(file: HeldFile | null): void {
    if (!file) return;
    const left = this.#users.get(file)! - 1;
    if (left > 0) this.#users.set(file, left);
    else {
      this.#users.delete(file);
      this.#replaced.push(file.path);
    }
  }

  #file(seq: number, record: FileRecord, merged: boolean): HeldFile {
    return {...record, path: join(batchFolder(this.#folder, seq), record.file), merged};
  }
}

/** SQL for the rows of one batch in a file, with the columns that the batch's own file had. */
export function relationOf(file: HeldFile, seq: number): string {
  const from = `read_parquet(${quoteText(file.path)})`;
  return file.merged ? `(select * exclude (seq, batch) from ${from} where seq = ${Math.trunc(seq)})` : from;
}
