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
  /** By place. */
  cutOf: (place: number) => Cut;
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
  const {strata, lotOf} = ground.cells;
  const {cells} = line.margins;
  const seed = hash(`${name}/${ground.frame.outcomeLabel}`);
  const halfOf = Uint8Array.from(cells, k => mixed(seed, lotOf[k]) & 1);
  const lots = [0, 0];
  // Cells of a lot stand together.
  for (let j = 0; j < cells.length; j++) if (j === 0 || lotOf[cells[j]] !== lotOf[cells[j - 1]]) lots[halfOf[j]]++;
  if (Math.min(...lots) < FEWEST_LOTS_A_HALF) {
    return {cut: sides.fixed, cutOf: () => sides.fixed, sought: false};
  }
  const counts = countBins(ground, line, halfOf);
  const both = counts[0].map((one, at) => one.map((value, i) => value + counts[1][at][i]));
  const cuts = counts.map(half => bestCut(half, strata, sides.ops));
  return {cut: bestCut(both, strata, sides.ops), cutOf: place => cuts[1 - halfOf[place]], sought: true};
}

/** Parts on the side of the cut of their cell, and their outcomes, by cell. */
export function beyond(
  ground: Ground,
  {margins: {cells}, parts: counts, events}: Line,
  cutOf: Found['cutOf'],
): LevelCounts {
  const parts = new Float64Array(cells.length);
  const sums = new Float64Array(cells.length);
  for (let j = 0; j < parts.length; j++) {
    const {op, at} = cutOf(j);
    const [from, to] = op === '<' ? [0, at] : [at, BINS];
    for (let b = j * BINS + from; b < j * BINS + to; b++) parts[j] += counts[b];
  }
  for (let e = 0; e < events.y.length; e++) {
    const {op, at} = cutOf(events.place[e]);
    if (events.bin[e] >= at === (op === '>=')) sums[events.place[e]] += events.y[e];
  }
  return {places: ground.everyPlace(cells.length), parts, sums};
}

/** Of each half, by stratum and twentieth of the line: parts and sum of outcomes. */
function countBins({cells: {strata, stratumOf}}: Ground, {margins, parts, events}: Line, halfOf: Uint8Array) {
  const {cells} = margins;
  const counts = [0, 1].map(() => [new Float64Array(strata * BINS), new Float64Array(strata * BINS)]);
  for (let j = 0; j < cells.length; j++) {
    const into = counts[halfOf[j]][0];
    const to = stratumOf[cells[j]] * BINS;
    for (let b = 0; b < BINS; b++) into[to + b] += parts[j * BINS + b];
  }
  for (let e = 0; e < events.y.length; e++) {
    const j = events.place[e];
    counts[halfOf[j]][1][stratumOf[cells[j]] * BINS + events.bin[e]] += events.y[e];
  }
  return counts;
}

/** The side and rank at which the stratified score stands furthest above its expectation. */
function bestCut([parts, sums]: Float64Array[], strata: number, ops: readonly ('<' | '>=')[]): Cut {
  let best = {op: ops[0], at: BINS / 2, z: Number.NEGATIVE_INFINITY};
  for (let cut = 1; cut < BINS; cut++) {
    let deviation = 0;
    let variance = 0;
    for (let s = 0; s < strata; s++) {
      let n = 0;
      let sum = 0;
      let below = 0;
      let belowSum = 0;
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
  return h >>> 0;
}

/** A bit that depends on seed and lot alone. */
function mixed(seed: number, lot: number): number {
  let h = Math.imul(seed ^ Math.imul(lot + 1, 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
