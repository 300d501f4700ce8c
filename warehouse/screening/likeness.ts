/** How alike exposures are: the correlation of their scores within strata, between lots and within them, from margins alone. */
import type {Entry} from './given.ts';
import type {Ground} from './ground.ts';
import {splitScore} from './score-test.ts';

/** An entry's score as a vector of lots and, where it differs within lots, a sample of parts. */
export interface Direction {
  /** By cell of the ground. */
  between: Float64Array;
  within: Float64Array | null;
  /** Squared length of both together. */
  length: number;
}

/** Evenly spaced rows, each standing for `each` of them. */
interface Sample {
  rows: Int32Array;
  cellOf: Int32Array;
  each: number;
}

const SAMPLED_ROWS = 2000;
const samples = new WeakMap<Ground, Sample>();

export function directionOf(ground: Ground, {tested: {outcome}, candidate}: Entry): Direction {
  const between = new Float64Array(ground.cells.count);
  const exposure = candidate.exposure();
  const score = splitScore(outcome, exposure);
  if (score === null) return {between, within: null, length: 0};
  const {cells, parts, scale, counted, correlation} = outcome;
  for (let k = 0; k < cells.length; k++) between[cells[k]] = score.coefficient[k];
  const lots = dot(between, between);
  if (exposure.within === null) return {between, within: null, length: lots};
  const sample = sampleOf(ground);
  const meanOf = new Float64Array(between.length);
  const unitOf = new Float64Array(between.length);
  for (let k = 0; k < cells.length; k++) {
    meanOf[cells[k]] = exposure.mean[k];
    // A part within its lot counts 1 / (1 - rho), in the same units as the lots: scale^2 / (n w) is the variance v.
    if (parts[k] > 0) unitOf[cells[k]] = Math.sqrt(((scale[k] ** 2 / counted[k]) * sample.each) / (1 - correlation));
  }
  const within = candidate.at(sample.rows);
  for (let j = 0; j < within.length; j++) {
    const value = (within[j] - meanOf[sample.cellOf[j]]) * unitOf[sample.cellOf[j]];
    within[j] = Number.isNaN(value) ? 0 : value;
  }
  return {between, within, length: lots + dot(within, within)};
}

/** Correlation of two directions, in [-1, 1]. */
export function likeness(a: Direction, b: Direction): number {
  if (a.length === 0 || b.length === 0) return 0;
  let product = dot(a.between, b.between);
  if (a.within !== null && b.within !== null) product += dot(a.within, b.within);
  return product / Math.sqrt(a.length * b.length);
}

function sampleOf(ground: Ground): Sample {
  const before = samples.get(ground);
  if (before !== undefined) return before;
  const {cells} = ground;
  const total = cells.rows.length;
  const size = Math.min(total, SAMPLED_ROWS);
  const [rows, cellOf] = [new Int32Array(size), new Int32Array(size)];
  for (let j = 0, k = 0; j < size; j++) {
    const at = Math.floor(((j + 0.5) * total) / size);
    while (cells.start[k + 1] <= at) k++;
    rows[j] = cells.rows[at];
    cellOf[j] = k;
  }
  const sample = {rows, cellOf, each: total / size};
  samples.set(ground, sample);
  return sample;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}
