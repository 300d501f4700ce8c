import type {LedgerEntry} from '../../warehouse/ledger.ts';
import type {BatchBody} from '../../warehouse/project.ts';
import {type Family, figure} from './exposition.ts';

const WHAT = ['accepted', 'rejected', 'duplicates', 'conflicts'] as const;
const HELP: Readonly<Record<(typeof WHAT)[number], string>> = {
  accepted: 'rows that were accepted',
  rejected: 'rows that went to the quarantine',
  duplicates: 'rows that were known already',
  conflicts: 'rows that contradict what is known',
};

/** Rows by table, as the ledger says it: they go on counting where an earlier server stopped. */
export class LedgerCounts {
  readonly #tables = new Map<string, Record<(typeof WHAT)[number], number>>();
  #batches = 0;
  #refused = 0;
  #read = 0;

  follow(entries: readonly LedgerEntry[]): Family[] {
    for (; this.#read < entries.length; this.#read++) {
      const {kind, body} = entries[this.#read];
      if (kind === 'batch') this.#add(body as BatchBody);
    }
    return [
      ...WHAT.map(
        (what): Family => ({
          name: `fishbone_rows_${what}_total`,
          type: 'counter',
          help: HELP[what],
          samples: [...this.#tables].map(([table, counts]) => ({labels: {table}, value: counts[what]})),
        }),
      ),
      figure('fishbone_batches_total', 'counter', 'batches of accepted rows', this.#batches),
      figure('fishbone_files_refused_total', 'counter', 'files of which nothing was accepted', this.#refused),
    ];
  }

  #add({batch, tables}: BatchBody): void {
    if (batch === null) this.#refused++;
    else this.#batches++;
    for (const row of tables) {
      const counts = this.#tables.get(row.table) ?? {accepted: 0, rejected: 0, duplicates: 0, conflicts: 0};
      for (const what of WHAT) counts[what] += row[what];
      this.#tables.set(row.table, counts);
    }
  }
}
