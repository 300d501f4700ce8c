import type {CellSums, HeldSums} from './cells.ts';
import type {Column} from './column.ts';
import type {Exposure} from './exposure.ts';
import type {Ground} from './ground.ts';
import type {Outcome} from './outcome.ts';

/** Power sums of x and y over the parts of one cell and class, about the centres. */
const N = 0;
const X1 = 1;
const X2 = 2;
const X3 = 3;
const Y1 = 4;
const Y2 = 5;
const Y3 = 6;
const XY = 7;
const WIDTH = 8;

/**
 * An exposure and the outcome, each less the weighted mean of its stratum and class, added up by cell, in the outcome's places. One pass over the
 * parts: sums by cell and class say the rest.
 * @param classes of each row of the frame
 * @param count how many classes there are
 */
export function relativeToClasses(
  {cells, outcomes, outcome: whole, frame}: Ground,
  {cells: places, weight}: Outcome,
  {start, rows, x}: Column,
  classes: Uint8Array,
  count: number,
): {outcome: HeldSums; exposure: Exposure} {
  const middle = x.length > 0 ? x[x.length >> 1] : 0;
  // About the mean where outcomes are numbers; where they are 0 and 1, most need not be touched.
  const level = frame.outcomeKind === 'numeric' ? (whole.rate[cells.stratumOf[0]] ?? 0) : 0;
  const table = new Float64Array(places.length * count * WIDTH);
  for (let j = 0; j < places.length; j++) {
    for (let at = start[places[j]]; at < start[places[j] + 1]; at++) {
      const to = (j * count + classes[rows[at]]) * WIDTH;
      const d = x[at] - middle;
      const dd = d * d;
      table[to + N]++;
      table[to + X1] += d;
      table[to + X2] += dd;
      table[to + X3] += dd * d;
      const y = outcomes[rows[at]] - level;
      if (y === 0) continue;
      const yy = y * y;
      table[to + Y1] += y;
      table[to + Y2] += yy;
      table[to + Y3] += yy * y;
      table[to + XY] += d * y;
    }
  }
  const stratumOf = places.map(k => cells.stratumOf[k]);
  const means = meansOf(table, stratumOf, cells.strata, weight, count);
  const outcome = emptySums(places.length);
  const score = emptySums(places.length);
  const cross = new Float64Array(places.length);
  for (let k = 0; k < places.length; k++) {
    let n = 0;
    let u1 = 0;
    let u2 = 0;
    let u3 = 0;
    let v1 = 0;
    let v2 = 0;
    let v3 = 0;
    let uv = 0;
    for (let c = 0; c < count; c++) {
      const at = (k * count + c) * WIDTH;
      const size = table[at + N];
      if (size === 0) continue;
      const group = stratumOf[k] * count + c;
      const mx = means.x[group];
      const my = means.y[group];
      n += size;
      u1 += table[at + X1] - size * mx;
      u2 += table[at + X2] - 2 * mx * table[at + X1] + size * mx * mx;
      u3 += table[at + X3] - 3 * mx * table[at + X2] + 3 * mx * mx * table[at + X1] - size * mx ** 3;
      v1 += table[at + Y1] - size * my;
      v2 += table[at + Y2] - 2 * my * table[at + Y1] + size * my * my;
      v3 += table[at + Y3] - 3 * my * table[at + Y2] + 3 * my * my * table[at + Y1] - size * my ** 3;
      uv += table[at + XY] - my * table[at + X1] - mx * table[at + Y1] + size * mx * my;
    }
    if (n === 0) continue;
    put(score, k, n, u1, u2, u3);
    put(outcome, k, n, v1, v2, v3);
    cross[k] = uv - (u1 / n) * v1;
  }
  return {
    outcome: {cells: places, ...outcome},
    exposure: {mean: score.mean, within: {squares: score.squares, cubes: score.cubes, cross}},
  };
}

/** Weighted means by stratum and class. */
function meansOf(table: Float64Array, stratumOf: Int32Array, strata: number, weight: Float64Array, count: number) {
  const [x, y, total] = [0, 1, 2].map(() => new Float64Array(strata * count));
  for (let k = 0; k < stratumOf.length; k++) {
    for (let c = 0; c < count; c++) {
      const at = (k * count + c) * WIDTH;
      const group = stratumOf[k] * count + c;
      x[group] += weight[k] * table[at + X1];
      y[group] += weight[k] * table[at + Y1];
      total[group] += weight[k] * table[at + N];
    }
  }
  const over = (sums: Float64Array) => sums.map((sum, group) => (total[group] > 0 ? sum / total[group] : 0));
  return {x: over(x), y: over(y)};
}

function emptySums(cells: number): CellSums {
  const [parts, mean, squares, cubes] = [0, 1, 2, 3].map(() => new Float64Array(cells));
  return {parts, mean, squares, cubes};
}

function put(to: CellSums, k: number, n: number, s1: number, s2: number, s3: number): void {
  const mean = s1 / n;
  to.parts[k] = n;
  to.mean[k] = mean;
  to.squares[k] = Math.max(0, s2 - mean * s1);
  to.cubes[k] = s3 - 3 * mean * s2 + 2 * mean * mean * s1;
}
