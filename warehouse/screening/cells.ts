import type {Frame} from './frame.ts';

/** The rows of a frame by cell: one lot within one stratum, in the order of the lots. */
export interface Cells {
  count: number;
  /** Row numbers, cell after cell; cell k holds rows[start[k]] to rows[start[k + 1] - 1]. */
  rows: Int32Array;
  start: Int32Array;
  /** Cell of each row of the frame, -1 where it is left out. */
  cellOf: Int32Array;
  stratumOf: Int32Array;
  strata: number;
  lotOf: Int32Array;
}

/** Sorts the rows into cells by counting; rows for which `keep` is 0 are left out. */
export function cellsOf(frame: Frame, keep: Uint8Array): Cells {
  const strata = Math.max(1, frame.strata.length);
  const sizes = new Int32Array(frame.lots * strata);
  for (let i = 0; i < frame.parts; i++) if (keep[i]) sizes[frame.lot[i] * strata + frame.stratum[i]]++;
  const keys: number[] = [];
  for (let key = 0; key < sizes.length; key++) if (sizes[key] > 0) keys.push(key);
  const start = new Int32Array(keys.length + 1);
  const cellOfKey = new Int32Array(sizes.length);
  keys.forEach((key, k) => {
    cellOfKey[key] = k;
    start[k + 1] = start[k] + sizes[key];
  });
  const next = start.slice();
  const rows = new Int32Array(start[keys.length]);
  const cellOf = new Int32Array(frame.parts).fill(-1);
  for (let i = 0; i < frame.parts; i++) {
    if (!keep[i]) continue;
    const k = cellOfKey[frame.lot[i] * strata + frame.stratum[i]];
    cellOf[i] = k;
    rows[next[k]++] = i;
  }
  return {
    count: keys.length,
    rows,
    start,
    cellOf,
    stratumOf: Int32Array.from(keys, key => key % strata),
    strata,
    lotOf: Int32Array.from(keys, key => Math.floor(key / strata)),
  };
}

/** Per cell: how many rows hold a value, its mean there, and the centred sums of squares and cubes. */
export interface CellSums {
  parts: Float64Array;
  mean: Float64Array;
  squares: Float64Array;
  cubes: Float64Array;
}

/** Sums of the cells that hold any value, ascending: arrays have one entry for each of them, its "place". */
export interface HeldSums extends CellSums {
  cells: Int32Array;
}

/** Leaves out the cells that hold nothing. */
export function held({parts, mean, squares, cubes}: CellSums): HeldSums {
  const cells = Int32Array.from(parts.keys()).filter(k => parts[k] > 0);
  const at = (values: Float64Array) => Float64Array.from(cells, k => values[k]);
  return {cells, parts: at(parts), mean: at(mean), squares: at(squares), cubes: at(cubes)};
}

/** Centred sums of a row variable by cell, the mean taken off first. NaN is missing. */
export function sumsByCell(cells: Cells, values: Float64Array): CellSums {
  const [parts, mean, squares, cubes] = [0, 1, 2, 3].map(() => new Float64Array(cells.count));
  for (let k = 0; k < cells.count; k++) {
    let count = 0;
    let sum = 0;
    for (let at = cells.start[k]; at < cells.start[k + 1]; at++) {
      const value = values[cells.rows[at]];
      if (Number.isNaN(value)) continue;
      count++;
      sum += value;
    }
    if (count === 0) continue;
    const centre = sum / count;
    let second = 0;
    let third = 0;
    for (let at = cells.start[k]; at < cells.start[k + 1]; at++) {
      const d = values[cells.rows[at]] - centre;
      if (Number.isNaN(d)) continue;
      second += d * d;
      third += d * d * d;
    }
    parts[k] = count;
    mean[k] = centre;
    squares[k] = second;
    cubes[k] = third;
  }
  return {parts, mean, squares, cubes};
}

/** Sum of (x - mean x) y over the rows of each cell. NaN in x is missing. */
export function crossByCell(cells: Cells, x: Float64Array, mean: Float64Array, y: Float64Array): Float64Array {
  const cross = new Float64Array(cells.count);
  for (let k = 0; k < cells.count; k++) {
    let sum = 0;
    for (let at = cells.start[k]; at < cells.start[k + 1]; at++) {
      const row = cells.rows[at];
      const product = (x[row] - mean[k]) * y[row];
      if (!Number.isNaN(product)) sum += product;
    }
    cross[k] = sum;
  }
  return cross;
}

/** Centred sums of so many ones among so many parts. */
export function defectiveByCell(parts: Float64Array, defective: Float64Array): CellSums {
  const [mean, squares, cubes] = [0, 1, 2].map(() => new Float64Array(parts.length));
  for (let k = 0; k < parts.length; k++) {
    const n = parts[k];
    const d = defective[k];
    if (d === 0) continue;
    mean[k] = d / n;
    squares[k] = (d * (n - d)) / n;
    cubes[k] = (d * (n - d) * (n - 2 * d)) / (n * n);
  }
  return {parts, mean, squares, cubes};
}
