import type {Entry} from './given.ts';
import type {Ground} from './ground.ts';
import {splitScore} from './score-test.ts';

/** An entry's score as a vector of lots and, where it differs within lots, a sample of parts. */
interface Direction {
  between: Float64Array;
  within: Float64Array | null;
  /** Squared length of both together. */
  length: number;
}

const SAMPLED_ROWS = 2000;

/**
 * Tells how alike the exposures of two entries are: the correlation of their scores within strata, between lots and
 * within them, from margins alone. Directions are worked out once an entry.
 */
export function likenessOf(ground: Ground): (a: Entry, b: Entry) => number {
  const directions = new Map<Entry['candidate'], Direction>();
  const sample = sampledRows(ground);
  const directionOf = (entry: Entry): Direction => {
    const known = directions.get(entry.candidate);
    if (known !== undefined) return known;
    const direction = direct(entry, sample);
    directions.set(entry.candidate, direction);
    return direction;
  };
  return (a, b) => {
    const [one, other] = [directionOf(a), directionOf(b)];
    if (one.length === 0 || other.length === 0) return 0;
    let product = dot(one.between, other.between);
    if (one.within !== null && other.within !== null) product += dot(one.within, other.within);
    return product / Math.sqrt(one.length * other.length);
  };
}

function direct({tested: {outcome}, candidate}: Entry, sample: ReturnType<typeof sampledRows>): Direction {
  const exposure = candidate.exposure();
  const score = splitScore(outcome, exposure);
  if (score === null) return {between: new Float64Array(0), within: null, length: 0};
  const between = score.coefficient;
  const lots = dot(between, between);
  if (exposure.within === null) return {between, within: null, length: lots};
  const x = candidate.at(sample.rows);
  const within = new Float64Array(sample.rows.length);
  for (let j = 0; j < within.length; j++) {
    const k = sample.cellOf[j];
    // A part within its lot counts 1 / (1 - rho), in the same units as the lots: scale^2 / (n w) is the variance v.
    const variance = outcome.parts[k] > 0 ? outcome.scale[k] ** 2 / (outcome.parts[k] * outcome.weight[k]) : 0;
    const value = x[j] - exposure.mean[k];
    within[j] = Number.isNaN(value) ? 0 : value * Math.sqrt((variance * sample.each) / (1 - outcome.correlation));
  }
  return {between, within, length: lots + dot(within, within)};
}

/** Evenly spaced rows, each standing for `each` of them. */
function sampledRows({cells}: Ground) {
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
