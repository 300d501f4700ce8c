import type {Cells} from './cells.ts';
import {RowSet} from './row-set.ts';

/** The entries of a list of rows that a question asks about, cell after cell. */
export interface Slots {
  /** Cells that hold any entry, ascending. */
  cells: Int32Array;
  /** Cell j of `cells` holds entries[start[j]] to entries[start[j + 1] - 1]. */
  start: Int32Array;
  /** Places in the list of rows. */
  entries: Int32Array;
  /** Which rows these are. */
  rows: RowSet;
}

/** Sorts a list of rows into cells by counting. */
export function slotsOf(cells: Cells, rows: Int32Array): Slots {
  const sizes = new Int32Array(cells.count);
  const set = new RowSet();
  for (let e = 0; e < rows.length; e++) {
    const k = cells.cellOf[rows[e]];
    if (k >= 0) sizes[k]++;
  }
  const active: number[] = [];
  const next = new Int32Array(cells.count);
  let total = 0;
  for (let k = 0; k < sizes.length; k++) {
    if (sizes[k] === 0) continue;
    active.push(k);
    next[k] = total;
    total += sizes[k];
  }
  const start = new Int32Array(active.length + 1);
  active.forEach((k, j) => {
    start[j + 1] = start[j] + sizes[k];
  });
  const entries = new Int32Array(total);
  for (let e = 0; e < rows.length; e++) {
    const k = cells.cellOf[rows[e]];
    if (k < 0) continue;
    entries[next[k]++] = e;
    set.add(rows[e]);
  }
  return {cells: Int32Array.from(active), start, entries, rows: set};
}
