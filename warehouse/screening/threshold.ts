import type {Ground} from './candidate.ts';
import type {Cells} from './cells.ts';

export interface Threshold {
  op: '<' | '>=';
  value: number;
}

export interface Cut {
  op: '<' | '>=';
  rank: number;
}

/** Parts beyond a cut, row by row (1, 0, NaN where missing), and the cut that is told. */
interface Beyond {
  rows: Float64Array;
  cut: Cut;
  sought: boolean;
}

const BINS = 20;
const FEWEST_LOTS_A_HALF = 20;

/** The sides of a number line that may be the harmful one, and the rank to cut at where none may be sought. */
export interface Sides {
  ops: readonly ('<' | '>=')[];
  fixed: Cut;
}

/**
 * Where on a number line harm begins, cross-fitted: the cut that separates best in one half of the lots is judged in
 * the other, so that the effect beside it does not profit from the search. The cut told is the best over all lots.
 * With fewer than 20 lots a half none is sought: the fixed cut, which is the score's own, stands in for it.
 * @param ranks fractional ranks to cut at, NaN where missing
 */
export function findThreshold(ground: Ground, name: string, ranks: Float64Array, sides: Sides): Beyond {
  const {cells} = ground;
  const halfOf = Uint8Array.from(cells.lotOf, lot => hash(`${name}/${lot}/${ground.frame.outcomeLabel}`) & 1);
  const lotsOf = [new Set<number>(), new Set<number>()];
  for (const [k, lot] of cells.lotOf.entries()) lotsOf[halfOf[k]].add(lot);
  if (Math.min(lotsOf[0].size, lotsOf[1].size) < FEWEST_LOTS_A_HALF) return fixedSide(ranks, sides.fixed);
  const counts = [0, 1].map(half => countBins(ground, ranks, k => halfOf[k] === half));
  const both = counts[0].map((one, at) => one.map((value, i) => value + counts[1][at][i]));
  const cuts = counts.map(half => bestCut(half, cells.strata, sides.ops));
  const told = bestCut(both, cells.strata, sides.ops);
  const rows = new Float64Array(ranks.length).fill(Number.NaN);
  forRows(cells, (row, k) => {
    const cut = cuts[1 - halfOf[k]];
    if (!Number.isNaN(ranks[row])) rows[row] = Number(ranks[row] >= cut.rank === (cut.op === '>='));
  });
  return {rows, cut: {op: told.op, rank: told.rank}, sought: true};
}

function fixedSide(ranks: Float64Array, cut: Cut): Beyond {
  const rows = ranks.map(rank => (Number.isNaN(rank) ? rank : Number(rank >= cut.rank === (cut.op === '>='))));
  return {rows, cut, sought: false};
}

/** Per stratum and twentieth of the ranks: parts and sum of outcomes, one after the other. */
function countBins({cells, outcomes}: Ground, ranks: Float64Array, include: (cell: number) => boolean): Float64Array[] {
  const parts = new Float64Array(cells.strata * BINS);
  const sums = new Float64Array(cells.strata * BINS);
  forRows(cells, (row, k) => {
    if (!include(k) || Number.isNaN(ranks[row])) return;
    const bin = cells.stratumOf[k] * BINS + Math.min(BINS - 1, Math.floor(ranks[row] * BINS));
    parts[bin]++;
    sums[bin] += outcomes[row];
  });
  return [parts, sums];
}

function forRows(cells: Cells, visit: (row: number, cell: number) => void): void {
  for (let k = 0; k < cells.count; k++) {
    for (let at = cells.start[k]; at < cells.start[k + 1]; at++) visit(cells.rows[at], k);
  }
}

/** The side and rank at which the stratified score stands furthest above its expectation. */
function bestCut([parts, sums]: Float64Array[], strata: number, ops: readonly ('<' | '>=')[]) {
  let best = {op: ops[0], rank: 0.5, z: Number.NEGATIVE_INFINITY};
  for (let cut = 1; cut < BINS; cut++) {
    let [deviation, variance] = [0, 0];
    for (let s = 0; s < strata; s++) {
      let [n, sum, below, belowSum] = [0, 0, 0, 0];
      for (let b = 0; b < BINS; b++) {
        n += parts[s * BINS + b];
        sum += sums[s * BINS + b];
        if (b < cut) {
          below += parts[s * BINS + b];
          belowSum += sums[s * BINS + b];
        }
      }
      if (n === 0) continue;
      deviation += belowSum - (below * sum) / n;
      variance += (below * (n - below)) / n;
    }
    if (variance === 0) continue;
    for (const op of ops) {
      const z = ((op === '<' ? 1 : -1) * deviation) / Math.sqrt(variance);
      if (z > best.z) best = {op, rank: cut / BINS, z};
    }
  }
  return best;
}

/** FNV-1a, so that the split is the same in every run. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return (h ^ (h >>> 15)) >>> 0;
}
