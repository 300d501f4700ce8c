import type {Cells} from './cells.ts';
import {RowSet} from './row-set.ts';

/** What a category says of lots and strata before any outcome is looked at: parts by level and cell, where there are any. */
export interface CategoryMargins {
  /** Level c has the cells cells[start[c]] to cells[start[c + 1] - 1], ascending, and as many parts in each. */
  start: Int32Array;
  cells: Int32Array;
  parts: Int32Array;
  /** Parts of each cell whose level is known, and which rows they are. */
  knownByCell: Float64Array;
  rows: string;
  known: number;
  /** How many different levels occur. */
  kinds: number;
}

/** Counts every level of a category by cell in one pass over the rows; memory follows the combinations that occur. */
export function categoryMargins(cells: Cells, codes: Int32Array, levels: number): CategoryMargins {
  const counts = new Int32Array(levels);
  const seen: number[] = [];
  const found: {cell: number[]; code: number[]; parts: number[]} = {cell: [], code: [], parts: []};
  const knownByCell = new Float64Array(cells.count);
  const start = new Int32Array(levels + 1);
  for (let k = 0; k < cells.count; k++) {
    for (let at = cells.start[k]; at < cells.start[k + 1]; at++) {
      const code = codes[cells.rows[at]];
      if (code < 0) continue;
      if (counts[code]++ === 0) seen.push(code);
    }
    for (const code of seen) {
      found.cell.push(k);
      found.code.push(code);
      found.parts.push(counts[code]);
      knownByCell[k] += counts[code];
      start[code + 1]++;
      counts[code] = 0;
    }
    seen.length = 0;
  }
  for (let code = 0; code < levels; code++) start[code + 1] += start[code];
  const next = start.slice();
  const byLevel = {cells: new Int32Array(found.cell.length), parts: new Int32Array(found.cell.length)};
  found.code.forEach((code, e) => {
    byLevel.cells[next[code]] = found.cell[e];
    byLevel.parts[next[code]++] = found.parts[e];
  });
  const known = knownByCell.reduce((sum, n) => sum + n, 0);
  let kinds = 0;
  for (let code = 0; code < levels; code++) kinds += Number(start[code + 1] > start[code]);
  const rows = known === cells.rows.length ? allRows(cells) : rowsKnown(cells, codes);
  return {start, ...byLevel, knownByCell, known, kinds, rows};
}

const names = new WeakMap<Cells, string>();

function allRows(cells: Cells): string {
  const before = names.get(cells);
  if (before !== undefined) return before;
  const all = new RowSet();
  for (const row of cells.rows) all.add(row);
  names.set(cells, all.name);
  return all.name;
}

function rowsKnown({rows}: Cells, codes: Int32Array): string {
  const known = new RowSet();
  for (let at = 0; at < rows.length; at++) if (codes[rows[at]] >= 0) known.add(rows[at]);
  return known.name;
}
