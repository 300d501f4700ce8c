import type {Distribution} from './distributions.ts';
import {solveSymmetric} from './solve.ts';

/** What is known of estimates whose likelihood is regular: they scatter as the inverse of Fisher's information. */
export interface Regular {
  estimates: readonly number[];
  at: (estimates: readonly number[]) => Distribution;
}

const POINTS = 2000;

/** Fisher's information in one value: the mean square of the score over the distribution itself. */
function informationOf(fitted: Regular): Float64Array {
  const width = fitted.estimates.length;
  const total = new Float64Array(width * width);
  const here = fitted.at(fitted.estimates);
  const either = neighbours(fitted);
  for (let k = 0; k < POINTS; k++) {
    const u = (k + 0.5) / POINTS;
    const x = here.quantile(u * u * (3 - 2 * u));
    const mass = (6 * u * (1 - u)) / POINTS;
    const score = either.map(({up, down, step}) => (up.logDensity(x) - down.logDensity(x)) / (2 * step));
    for (let i = 0; i < width; i++) for (let j = 0; j < width; j++) total[i * width + j] += mass * score[i] * score[j];
  }
  return total;
}

/** How the share below each quantile changes with each estimate, and Fisher's information. */
export function gradientsOf(fitted: Regular, shares: readonly number[]) {
  const here = fitted.at(fitted.estimates);
  const either = neighbours(fitted);
  const slopes = shares.map(share => {
    const x = here.quantile(share);
    return either.map(({up, down, step}) => (up.below(x) - down.below(x)) / (2 * step));
  });
  return {slopes, information: informationOf(fitted)};
}

/**
 * Standard error of something worked out from the estimates, by the delta method.
 * @param n values behind the estimates; an effective number where they are not independent
 * @see Lehmann & Casella (1998), Theory of Point Estimation, 2nd ed., theorem 6.5.1
 */
export function standardError(of: (distribution: Distribution) => number, fitted: Regular, n: number): number {
  const gradient = Float64Array.from(neighbours(fitted), ({up, down, step}) => (of(up) - of(down)) / (2 * step));
  const [solved] = solveSymmetric(informationOf(fitted), [gradient]);
  return Math.sqrt(gradient.reduce((sum, slope, k) => sum + slope * solved[k], 0) / n);
}

const QUARTILES = [0.1, 0.25, 0.5, 0.75, 0.9];
/** So small a share moves by a step: far from both rounding and bending. */
const SMALL_SHARE = 1e-5;

/** The distribution with each estimate a little higher and a little lower. */
function neighbours({estimates, at}: Regular) {
  const here = at(estimates);
  const unit = Math.abs(here.quantile(0.75) - here.quantile(0.25));
  const places = QUARTILES.map(share => here.quantile(share));
  return estimates.map((estimate, k) => {
    const moved = (by: number) => at(estimates.map((value, j) => (j === k ? value + by : value)));
    let step = 1e-3 * (Math.abs(estimate) || unit);
    while (places.some((x, i) => Math.abs(moved(step).below(x) - QUARTILES[i]) > SMALL_SHARE)) step /= 2;
    return {up: moved(step), down: moved(-step), step};
  });
}
