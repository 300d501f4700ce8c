/** How alike exposures are: the correlation of their scores within strata, between lots and within them, from margins alone. */
import type {Entry} from './given.ts';
import type {Ground} from './ground.ts';
import type {Outcome} from './outcome.ts';
import {remembered} from './remembered.ts';
import {betweenLots} from './score-test.ts';

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

export function directionOf(ground: Ground, entry: Entry): Direction {
  const {coefficient, within, length} = scoresOf(ground, entry);
  const between = new Float64Array(ground.cells.count);
  const {cells} = entry.tested.outcome;
  for (let k = 0; k < coefficient.length; k++) between[cells[k]] = coefficient[k];
  return {between, within, length};
}

/** Correlation of an entry with each direction, in [-1, 1]. There are many entries, so none is written out as a direction. */
export function likenesses(ground: Ground, entry: Entry, directions: readonly Direction[]): number[] {
  const {coefficient, within, length} = scoresOf(ground, entry);
  const {cells} = entry.tested.outcome;
  return directions.map(direction => {
    if (length === 0 || direction.length === 0) return 0;
    let product = 0;
    for (let k = 0; k < coefficient.length; k++) product += direction.between[cells[k]] * coefficient[k];
    if (within !== null && direction.within !== null) product += dot(direction.within, within);
    return product / Math.sqrt(length * direction.length);
  });
}

/** The score of an entry by place of its outcome, and of the sampled parts. */
function scoresOf(ground: Ground, {tested: {outcome}, candidate}: Entry) {
  const {mean, varies} = candidate.shares();
  const {coefficient, hasContrast} = betweenLots(outcome, mean);
  if (!hasContrast && !varies) return {coefficient: new Float64Array(0), within: null, length: 0};
  const lots = dot(coefficient, coefficient);
  if (!varies) return {coefficient, within: null, length: lots};
  const {placeOf, unit} = unitsOf(ground, outcome);
  const within = candidate.at(sampleOf(ground).rows);
  let length = 0;
  for (let j = 0; j < within.length; j++) {
    const value = (within[j] - mean[placeOf[j]]) * unit[j];
    within[j] = Number.isNaN(value) ? 0 : value;
    length += within[j] * within[j];
  }
  return {coefficient, within, length: lots + length};
}

interface Units {
  /** Place in an outcome of the cell of each sampled part; 0 where it has none. */
  placeOf: Int32Array;
  /** What a sampled part counts; 0 where its cell has no place. */
  unit: Float64Array;
}

const units = new WeakMap<Outcome, Units>();

/** What the sampled parts count in an outcome; many factors share one. */
function unitsOf(ground: Ground, outcome: Outcome): Units {
  return remembered(units, outcome, () => countUnits(ground, outcome));
}

function countUnits(ground: Ground, outcome: Outcome): Units {
  const {cells, parts, scale, counted, correlation} = outcome;
  const {cellOf, each} = sampleOf(ground);
  const placeOfCell = new Int32Array(ground.cells.count).fill(-1);
  for (let k = 0; k < cells.length; k++) if (parts[k] > 0) placeOfCell[cells[k]] = k;
  // A part within its lot counts 1 / (1 - rho), in the same units as the lots: scale^2 / (n w) is the variance v.
  const unit = Float64Array.from(cellOf, cell => {
    const k = placeOfCell[cell];
    return k < 0 ? 0 : Math.sqrt(((scale[k] ** 2 / counted[k]) * each) / (1 - correlation));
  });
  return {placeOf: Int32Array.from(cellOf, cell => Math.max(0, placeOfCell[cell])), unit};
}

function sampleOf(ground: Ground): Sample {
  return remembered(samples, ground, () => drawSample(ground));
}

function drawSample({cells}: Ground): Sample {
  const total = cells.rows.length;
  const size = Math.min(total, SAMPLED_ROWS);
  const rows = new Int32Array(size);
  const cellOf = new Int32Array(size);
  for (let j = 0, k = 0; j < size; j++) {
    const at = Math.floor(((j + 0.5) * total) / size);
    while (cells.start[k + 1] <= at) k++;
    rows[j] = cells.rows[at];
    cellOf[j] = k;
  }
  return {rows, cellOf, each: total / size};
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}
