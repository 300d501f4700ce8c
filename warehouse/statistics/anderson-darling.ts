import type {Condensed} from './condensed.ts';
import type {Distribution} from './distributions.ts';
import {gradientsOf, type Regular} from './information.ts';
import {pearsonThreeTail} from './pearson-three.ts';
import {solveSymmetric} from './solve.ts';

const SMALLEST = 1e-300;

/**
 * Anderson and Darling's A squared: how far a sample is from a distribution, the tails weighing most.
 * @see D'Agostino & Stephens (1986), Goodness-of-Fit Techniques, formula 4.2
 */
export function andersonDarlingStatistic(
  {x, weight, n}: Condensed,
  {below, above}: Pick<Distribution, 'below' | 'above'>,
): number {
  let sum = 0;
  let before = 0;
  for (let i = 0; i < x.length; i++) {
    const w = weight[i];
    // The sums of 2 k - 1, and of 2 (n - k) + 1, over the ranks k that this value stands for.
    const up = w * (2 * before + w);
    const down = w * (2 * (n - before) - w);
    sum += up * Math.log(Math.max(SMALLEST, below(x[i]))) + down * Math.log(Math.max(SMALLEST, above(x[i])));
    before += w;
  }
  return -n - sum / n;
}

const POINTS = 128;

/**
 * p of A squared when the parameters were estimated from the same sample by maximum likelihood. In large samples A squared is a
 * weighted sum of squared normals whose weights are the eigenvalues of a kernel that the estimation makes smaller; its first
 * three moments are traces of that kernel, and a Pearson III distribution takes them. Within 2 % of the published points of
 * A squared (the tables of D'Agostino & Stephens and of Lockhart & Stephens are the test), for 20 values and more.
 * @see Durbin (1973), Ann. Statist. 1:279; Stephens (1976), Ann. Statist. 4:357
 */
export function andersonDarlingTail(statistic: number, fitted: Regular): number {
  const {moments} = kernelOf(fitted);
  const [mean, variance, third] = moments;
  return pearsonThreeTail((statistic - mean) / Math.sqrt(variance), third / variance ** 1.5);
}

function kernelOf(fitted: Regular): {moments: [number, number, number]} {
  const nodes = Array.from({length: POINTS}, (_, k) => {
    const u = (k + 0.5) / POINTS;
    // Points come closer towards both ends, where the kernel bends most.
    return {s: u * u * (3 - 2 * u), width: (6 * u * (1 - u)) / POINTS};
  });
  const {slopes, information} = gradientsOf(
    fitted,
    nodes.map(({s}) => s),
  );
  const solved = solveSymmetric(
    information,
    slopes.map(slope => Float64Array.from(slope)),
  );
  const kernel = nodes.map((a, i) =>
    nodes.map((b, j) => {
      const lost = slopes[i].reduce((sum, slope, k) => sum + slope * solved[j][k], 0);
      const plain = Math.min(a.s, b.s) - a.s * b.s;
      return ((plain - lost) / Math.sqrt(a.s * (1 - a.s) * b.s * (1 - b.s))) * Math.sqrt(a.width * b.width);
    }),
  );
  let trace = 0;
  let squares = 0;
  let cubes = 0;
  for (let i = 0; i < POINTS; i++) {
    trace += kernel[i][i];
    for (let j = 0; j < POINTS; j++) {
      squares += kernel[i][j] ** 2;
      let product = 0;
      for (let k = 0; k < POINTS; k++) product += kernel[i][k] * kernel[j][k];
      cubes += product * kernel[i][j];
    }
  }
  return {moments: [trace, 2 * squares, 8 * cubes]};
}
