import type {LevelCounts} from './exposure.ts';
import type {Ground} from './ground.ts';
import type {Line} from './line.ts';
import {BINS} from './number-margins.ts';

export interface Threshold {
  op: '<' | '>=';
  value: number;
}

export interface Cut {
  op: '<' | '>=';
  /** In twentieths of the line. */
  at: number;
}

/** The cut that is told, and the one by which the parts of a cell are judged. */
export interface Found {
  cut: Cut;
  cutOf: (cell: number) => Cut;
  sought: boolean;
}

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
 */
export function findThreshold(ground: Ground, name: string, line: Line, sides: Sides): Found {
  const {cells} = ground;
  const halfOf = new Uint8Array(cells.count);
  const lots = [0, 0];
  for (let k = 0; k < cells.count; k++) {
    // Cells of a lot stand together.
    const same = k > 0 && cells.lotOf[k] === cells.lotOf[k - 1];
    halfOf[k] = same ? halfOf[k - 1] : hash(`${name}/${cells.lotOf[k]}/${ground.frame.outcomeLabel}`) & 1;
    if (!same) lots[halfOf[k]]++;
  }
  if (Math.min(...lots) < FEWEST_LOTS_A_HALF) {
    return {cut: sides.fixed, cutOf: () => sides.fixed, sought: false};
  }
  const counts = [0, 1].map(half => countBins(ground, line, k => halfOf[k] === half));
  const both = counts[0].map((one, at) => one.map((value, i) => value + counts[1][at][i]));
  const cuts = counts.map(half => bestCut(half, cells.strata, sides.ops));
  return {cut: bestCut(both, cells.strata, sides.ops), cutOf: k => cuts[1 - halfOf[k]], sought: true};
}

/** Parts on the side of the cut of their cell, and their outcomes, by cell. */
export function beyond({margins: {slots}, parts: counts, sums: outcomes}: Line, cutOf: Found['cutOf']): LevelCounts {
  const [parts, sums] = [new Float64Array(slots.cells.length), new Float64Array(slots.cells.length)];
  for (let j = 0; j < parts.length; j++) {
    const {op, at} = cutOf(slots.cells[j]);
    const [from, to] = op === '<' ? [0, at] : [at, BINS];
    for (let b = j * BINS + from; b < j * BINS + to; b++) {
      parts[j] += counts[b];
      sums[j] += outcomes[b];
    }
  }
  return {cells: slots.cells, parts, sums};
}

/** Per stratum and twentieth of the line: parts and sum of outcomes, one after the other. */
function countBins(
  {cells}: Ground,
  {margins: {slots}, parts, sums}: Line,
  include: (cell: number) => boolean,
): Float64Array[] {
  const [counted, added] = [new Float64Array(cells.strata * BINS), new Float64Array(cells.strata * BINS)];
  for (let j = 0; j < slots.cells.length; j++) {
    const k = slots.cells[j];
    if (!include(k)) continue;
    for (let b = 0; b < BINS; b++) {
      counted[cells.stratumOf[k] * BINS + b] += parts[j * BINS + b];
      added[cells.stratumOf[k] * BINS + b] += sums[j * BINS + b];
    }
  }
  return [counted, added];
}

/** The side and rank at which the stratified score stands furthest above its expectation. */
function bestCut([parts, sums]: Float64Array[], strata: number, ops: readonly ('<' | '>=')[]): Cut {
  let best = {op: ops[0], at: BINS / 2, z: Number.NEGATIVE_INFINITY};
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
      if (z > best.z) best = {op, at: cut, z};
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
