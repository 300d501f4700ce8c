/** The exposure of parts one by one, kept to those for which it is known: what lots cannot stand in for. */
import type {Factor} from './frame.ts';
import type {Ground} from './ground.ts';
import {rankOf} from './number-margins.ts';

/** Known parts cell after cell: cell k has rows[start[k]] to rows[start[k + 1] - 1], with an exposure x each. */
export interface Column {
  start: Int32Array;
  rows: Int32Array;
  x: Float64Array;
}

type Numeric = Extract<Factor, {kind: 'number'}>;

/** @param score of a fractional midrank */
export function columnOfNumber({layout, cells}: Ground, factor: Numeric, score: (rank: number) => number): Column {
  const margins = layout.number(factor);
  const {slots, known} = margins;
  const start = new Int32Array(cells.count + 1);
  const rows = new Int32Array(known);
  const x = new Float64Array(known);
  let at = 0;
  for (let j = 0, k = 0; j < slots.cells.length; j++) {
    for (; k <= slots.cells[j]; k++) start[k] = at;
    for (let e = slots.start[j]; e < slots.start[j + 1]; e++) {
      const entry = slots.entries[e];
      const code = factor.codes[entry];
      if (code === 0) continue;
      rows[at] = factor.rows[entry];
      x[at++] = score(rankOf(margins, code));
    }
    start[k] = at;
  }
  start.fill(at, slots.cells.length > 0 ? slots.cells[slots.cells.length - 1] + 1 : 0);
  return {start, rows, x};
}

/** @param exposureAt exposure of a row of the frame, NaN where it is not known */
export function columnOfRows({cells}: Ground, exposureAt: (row: number) => number): Column {
  const start = new Int32Array(cells.count + 1);
  const rows = new Int32Array(cells.rows.length);
  const x = new Float64Array(cells.rows.length);
  let at = 0;
  for (let k = 0; k < cells.count; k++) {
    for (let r = cells.start[k]; r < cells.start[k + 1]; r++) {
      const value = exposureAt(cells.rows[r]);
      if (Number.isNaN(value)) continue;
      rows[at] = cells.rows[r];
      x[at++] = value;
    }
    start[k + 1] = at;
  }
  return {start, rows: rows.subarray(0, at), x: x.subarray(0, at)};
}

/** Place of each of the rows in an ascending list, -1 where it is not there. */
export function placesOf(rows: Int32Array, list: Int32Array): Int32Array {
  const places = new Int32Array(rows.length).fill(-1);
  for (let j = 0; j < rows.length; j++) {
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (list[middle] < rows[j]) low = middle + 1;
      else high = middle;
    }
    if (low < list.length && list[low] === rows[j]) places[j] = low;
  }
  return places;
}
