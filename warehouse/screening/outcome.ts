import {type CentredSums, centredSums} from '../statistics/permutation-moments.ts';
import {type CellSums, type Cells, type HeldSums, held} from './cells.ts';

/**
 * The outcome by cell, ready to be permuted: what lots would look like if nothing but their own fate set them apart. Every
 * array has one entry for each cell that holds parts, in order of time; an exposure is aligned to its outcome.
 */
export interface Outcome extends HeldSums {
  stratumOf: Int32Array;
  /** Places of each stratum. */
  members: Int32Array[];
  /** Weighted mean outcome of each stratum. */
  rate: Float64Array;
  /** 1 / (1 + (n - 1) rho): how much each part of a lot counts, given that it shares its lot's fate. */
  weight: Float64Array;
  /** Parts times weight. */
  counted: Float64Array;
  /** Pearson residual of each cell: mean 0 and the same variance in all cells of a stratum. */
  residual: Float64Array;
  /** What a residual of one stands for in the score: sqrt(n v w). */
  scale: Float64Array;
  residualSums: CentredSums[];
  /** Correlation of two parts of a lot, pooled within strata. */
  correlation: number;
}

/**
 * Weighs and standardises the outcome of every cell within its stratum.
 * @param stratumOf by place
 */
export function outcomeByLot(sums: HeldSums, stratumOf: Int32Array, strata: number): Outcome {
  const {cells, parts, mean, squares, cubes} = sums;
  const members = membersOf(stratumOf, strata);
  const crude = members.map(at => weightedMean(mean, parts, at));
  const correlation = intraclassCorrelation(sums, members, crude);
  const weight = parts.map(n => 1 / (1 + (n - 1) * correlation));
  const rate = new Float64Array(strata);
  const residual = new Float64Array(parts.length);
  const scale = new Float64Array(parts.length);
  const counted = parts.map((n, k) => n * weight[k]);
  members.forEach((at, s) => {
    rate[s] = weightedMean(mean, counted, at);
    const variance = varianceAround(sums, at, rate[s]);
    for (const k of at) {
      scale[k] = Math.sqrt(counted[k] * variance);
      residual[k] = variance > 0 ? (Math.sqrt(counted[k]) * (mean[k] - rate[s])) / Math.sqrt(variance) : 0;
    }
  });
  const residualSums = members.map(at => centredSums(residual, at));
  const outcome = {cells, parts, mean, squares, cubes, stratumOf, members, rate, weight, counted, residual, scale};
  return {...outcome, residualSums, correlation};
}

/** The outcome of cells within the strata of the question. */
export function outcomeIn({stratumOf, strata}: Cells, sums: CellSums): Outcome {
  const some = held(sums);
  return outcomeByLot(
    some,
    some.cells.map(k => stratumOf[k]),
    strata,
  );
}

function membersOf(stratumOf: Int32Array, strata: number): Int32Array[] {
  const lists: number[][] = Array.from({length: strata}, () => []);
  for (let k = 0; k < stratumOf.length; k++) lists[stratumOf[k]].push(k);
  return lists.map(list => Int32Array.from(list));
}

export function weightedMean(values: Float64Array, weights: Float64Array, at: Int32Array): number {
  let sum = 0;
  let weight = 0;
  for (let k = 0; k < at.length; k++) {
    sum += values[at[k]] * weights[at[k]];
    weight += weights[at[k]];
  }
  return weight > 0 ? sum / weight : 0;
}

/** Mean squared distance of the parts of a stratum from its rate: p (1 - p) for a share. */
function varianceAround({parts, mean, squares}: HeldSums, at: Int32Array, rate: number): number {
  let sum = 0;
  let count = 0;
  for (const k of at) {
    sum += squares[k] + parts[k] * (mean[k] - rate) ** 2;
    count += parts[k];
  }
  return count > 0 ? sum / count : 0;
}

/**
 * Moment estimate of the correlation within lots: what the lots' totals vary by beyond independent parts.
 * @see Williams (1982), Appl. Statist. 31:144
 */
function intraclassCorrelation(sums: HeldSums, members: readonly Int32Array[], crude: readonly number[]): number {
  let excess = 0;
  let pairs = 0;
  members.forEach((at, s) => {
    const variance = varianceAround(sums, at, crude[s]);
    if (!(variance > 0) || at.length < 2) return;
    let total = 0;
    for (const k of at) total += sums.parts[k];
    for (const k of at) {
      const n = sums.parts[k];
      excess += (n * (sums.mean[k] - crude[s])) ** 2 / variance - n * (1 - n / total);
      pairs += n * (n - 1);
    }
  });
  return pairs > 0 ? Math.min(0.9, Math.max(0, excess / pairs)) : 0;
}
