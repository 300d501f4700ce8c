import {betaUpperQuantile, fUpperQuantile} from './quantiles.ts';
import {fTail} from './tails.ts';

/** Values of `p` parameters measured together: a subgroup is a list of rows; single observations are subgroups of one row. */
export type Vectors = readonly (readonly number[])[];

/** Centre and covariance that points are judged by. */
export interface Reference {
  mean: number[];
  covariance: number[][];
  /** Subgroups that it was estimated from, and their common size. */
  subgroups: number;
  n: number;
}

/**
 * Centre and covariance within subgroups of equal size n >= 2, or for single observations that of all of them.
 * @throws RangeError for subgroups of unequal size, rows of unequal length, or too few of them
 */
export function referenceOf(subgroups: readonly Vectors[]): Reference {
  const n = subgroups[0]?.length ?? 0;
  const p = subgroups[0]?.[0]?.length ?? 0;
  const m = subgroups.length;
  if (subgroups.some(rows => rows.length !== n || rows.some(row => row.length !== p)))
    throw new RangeError('subgroups must have one size and one set of parameters');
  const means = subgroups.map(meanOf);
  const mean = meanOf(means);
  const scatter = Array.from({length: p}, () => new Array<number>(p).fill(0));
  subgroups.forEach((rows, g) => {
    const from = n > 1 ? means[g] : mean;
    for (const row of rows) {
      for (let i = 0; i < p; i++) for (let j = 0; j < p; j++) scatter[i][j] += (row[i] - from[i]) * (row[j] - from[j]);
    }
  });
  const degrees = n > 1 ? m * (n - 1) : m - 1;
  if (degrees <= p) throw new RangeError(`${m} subgroups of ${n} are too few for ${p} parameters`);
  return {mean, covariance: scatter.map(row => row.map(value => value / degrees)), subgroups: m, n};
}

/** T^2 of each subgroup mean (or observation). @throws RangeError where a parameter is constant or a sum of others */
export function tSquared(subgroups: readonly Vectors[], {mean, covariance, n}: Reference): Float64Array {
  const factor = cholesky(covariance);
  return Float64Array.from(subgroups, rows => {
    const from = meanOf(rows).map((value, i) => value - mean[i]);
    const solved = forward(factor, from);
    return n * solved.reduce((sum, value) => sum + value * value, 0);
  });
}

/**
 * Upper limit of T^2. `baseline` points helped to estimate the reference; new ones did not.
 * @param alpha chance of a false alarm a point
 * @see Tracy, Young & Mason (1992), J. Quality Technology 24:88; Montgomery, Introduction to Statistical Quality Control, 11.3
 */
export function tSquaredLimit({mean, subgroups: m, n}: Reference, phase: 'baseline' | 'new', alpha: number): number {
  const p = mean.length;
  if (n === 1) {
    if (phase === 'baseline') return ((m - 1) ** 2 / m) * betaUpperQuantile(alpha, p / 2, (m - p - 1) / 2);
    return ((p * (m + 1) * (m - 1)) / (m * (m - p))) * fUpperQuantile(alpha, p, m - p);
  }
  const degrees = m * n - m - p + 1;
  const lots = phase === 'baseline' ? m - 1 : m + 1;
  return ((p * lots * (n - 1)) / degrees) * fUpperQuantile(alpha, p, degrees);
}

/** Chance that a process in control gives a new point a T^2 beyond this one. @see Montgomery, 11.3 (its F distributions) */
export function tSquaredTail(value: number, {mean, subgroups: m, n}: Reference): number {
  const p = mean.length;
  if (n === 1) return fTail((value * m * (m - p)) / (p * (m + 1) * (m - 1)), p, m - p);
  const degrees = m * n - m - p + 1;
  return fTail((value * degrees) / (p * (m + 1) * (n - 1)), p, degrees);
}

function meanOf(rows: Vectors): number[] {
  return (rows[0] ?? []).map((_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);
}

/** Lower triangle L with L L' = the matrix. */
function cholesky(matrix: readonly (readonly number[])[]): number[][] {
  const factor: number[][] = matrix.map(row => row.map(() => 0));
  for (let i = 0; i < matrix.length; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i][j];
      for (let k = 0; k < j; k++) rest -= factor[i][k] * factor[j][k];
      if (i !== j) factor[i][j] = rest / factor[j][j];
      else if (rest > 1e-12 * matrix[i][i]) factor[i][i] = Math.sqrt(rest);
      else throw new RangeError(`parameter ${i + 1} is constant or follows from the others`);
    }
  }
  return factor;
}

function forward(factor: readonly (readonly number[])[], right: readonly number[]): number[] {
  const solved: number[] = [];
  for (let i = 0; i < right.length; i++) {
    let rest = right[i];
    for (let k = 0; k < i; k++) rest -= factor[i][k] * solved[k];
    solved.push(rest / factor[i][i]);
  }
  return solved;
}
