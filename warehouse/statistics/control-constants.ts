/**
 * Constants that turn ranges and standard deviations of small normal samples into sigma, computed rather than looked up
 * in short tables.
 */
import {logGamma} from './gamma.ts';
import {normalDensity, normalTail} from './normal.ts';

/**
 * Mean of a sample's standard deviation (n - 1 in its denominator) in units of sigma, n >= 2; n need not be whole, so that
 * it serves for degrees of freedom too: c4(degrees + 1).
 * @see ISO 7870-2:2023, Annex A; Montgomery, Introduction to Statistical Quality Control, appendix VI
 */
export function c4(n: number): number {
  if (!(n > 1)) throw new RangeError(`invalid n: ${n}`);
  // Beyond this the logarithms of two large numbers would cancel; the series is good to 1e-12 there.
  if (n > 1000) return 1 - 1 / (4 * n) - 7 / (32 * n ** 2) - 19 / (128 * n ** 3);
  return Math.sqrt(2 / (n - 1)) * Math.exp(logGamma(n / 2) - logGamma((n - 1) / 2));
}

/** Mean of the range of n standard normal values, 2 <= n <= 1000. */
export function d2(n: number): number {
  return rangeMoments(n).mean;
}

/** Standard deviation of the range of n standard normal values. */
export function d3(n: number): number {
  return rangeMoments(n).deviation;
}

const known = new Map<number, {mean: number; deviation: number}>();

/**
 * The mean by the integral of 1 - Phi^n - (1 - Phi)^n; the mean square by the density of the range, n (n - 1) times the
 * integral of phi(x) phi(x + w) (Phi(x + w) - Phi(x))^(n - 2) over x.
 * @see Tippett (1925), Biometrika 17:364
 */
function rangeMoments(n: number): {mean: number; deviation: number} {
  if (!(Number.isInteger(n) && n >= 2 && n <= 1000)) throw new RangeError(`invalid n: ${n}`);
  const before = known.get(n);
  if (before) return before;
  let mean = 0;
  let square = 0;
  for (let k = 0; k <= STEPS; k++) {
    mean += (1 - CDF[k] ** n - CDF[STEPS - k] ** n) * STEP;
    let density = 0;
    for (let j = 0; j + k <= STEPS; j++) density += PHI[j] * PHI[j + k] * (CDF[j + k] - CDF[j]) ** (n - 2);
    square += (k * STEP) ** 2 * density * n * (n - 1) * STEP * STEP;
  }
  const moments = {mean, deviation: Math.sqrt(square - mean * mean)};
  known.set(n, moments);
  return moments;
}

// The trapezium rule is exact to many digits for functions that vanish smoothly at both ends.
const HALF_WIDTH = 8.5;
const STEP = 0.02;
const STEPS = Math.round((2 * HALF_WIDTH) / STEP);
const PHI = Float64Array.from({length: STEPS + 1}, (_, k) => normalDensity(k * STEP - HALF_WIDTH));
const CDF = Float64Array.from({length: STEPS + 1}, (_, k) => normalTail(HALF_WIDTH - k * STEP));
