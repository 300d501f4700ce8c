import {normalUpperQuantile} from './normal.ts';
import {chiSquaredUpperQuantile} from './quantiles.ts';

export interface Limits {
  lsl: number | null;
  usl: number | null;
  target: number | null;
}

export interface Index {
  value: number;
  low: number;
  high: number;
}

/** What is known of a process: where it is, how much it varies, and what that rests on. */
export interface Spread {
  mean: number;
  sigma: number;
  /** Degrees of freedom of sigma. */
  degrees: number;
  /** Values behind the mean. */
  n: number;
}

/**
 * (usl - lsl) / 6 sigma: Cp with sigma within subgroups, Pp with the overall one. Null without both limits.
 * @see ISO 22514-2; the interval by chi-squared: Chou, Owen & Borrego (1990), J. Quality Technology 22:223
 */
export function potential({lsl, usl}: Limits, {sigma, degrees}: Spread, alpha = 0.05): Index | null {
  if (lsl === null || usl === null) return null;
  return scaled((usl - lsl) / (6 * sigma), degrees, alpha);
}

/**
 * Distance of the mean from the nearer limit over 3 sigma: Cpk or Ppk. With one limit, from that one.
 * @see Bissell (1990), Appl. Statist. 39:331 (the interval)
 */
export function performance({lsl, usl}: Limits, {mean, sigma, degrees, n}: Spread, alpha = 0.05): Index | null {
  const sides = [usl === null ? null : (usl - mean) / (3 * sigma), lsl === null ? null : (mean - lsl) / (3 * sigma)];
  const given = sides.filter(side => side !== null);
  if (given.length === 0) return null;
  const value = Math.min(...given);
  const half = normalUpperQuantile(alpha / 2) * Math.sqrt(1 / (9 * n) + value ** 2 / (2 * degrees));
  return {value, low: value - half, high: value + half};
}

/**
 * (usl - lsl) / 6 tau, tau the root mean square distance from the target: Cpm. Null without both limits and a target.
 * @see Boyles (1991), J. Quality Technology 23:17
 */
export function towardsTarget({lsl, usl, target}: Limits, {mean, sigma, n}: Spread, alpha = 0.05): Index | null {
  if (lsl === null || usl === null || target === null) return null;
  const off = ((mean - target) / sigma) ** 2;
  const value = (usl - lsl) / (6 * sigma * Math.sqrt(1 + off));
  return scaled(value, (n * (1 + off) ** 2) / (1 + 2 * off), alpha);
}

/** Parts per million beyond the limits. */
export interface Beyond {
  below: number;
  above: number;
  total: number;
}

/** Parts per million expected beyond each limit of a distribution that has these tails. */
export function expectedBeyond(
  {lsl, usl}: Limits,
  {below, above}: {below: (x: number) => number; above: (x: number) => number},
): Beyond {
  const low = lsl === null ? 0 : below(lsl) * 1e6;
  const high = usl === null ? 0 : above(usl) * 1e6;
  return {below: low, above: high, total: low + high};
}

/**
 * Pp and Ppk of any distribution from its percentiles: the range of 99.73 % stands in for 6 sigma, the median for the mean.
 * @see ISO 22514-2:2017, method M4 (percentiles); Clements (1989), Quality Progress 22(9):95
 */
export function byPercentiles({lsl, usl}: Limits, {low, median, high}: {low: number; median: number; high: number}) {
  const pp = lsl === null || usl === null ? null : (usl - lsl) / (high - low);
  const sides = [
    usl === null ? null : (usl - median) / (high - median),
    lsl === null ? null : (median - lsl) / (median - low),
  ].filter(side => side !== null);
  return {pp, ppk: sides.length === 0 ? null : Math.min(...sides)};
}

/**
 * Limits that prove conformance: each specification limit drawn in by the guard band, for the uncertainty of the measurement.
 * @see ISO 14253-1:2017 (decision rules for verifying conformity)
 */
export function acceptance({lsl, usl}: Limits, band: number): {lsl: number | null; usl: number | null} {
  // 73.95 + 0.02 is a little more than 73.97 in binary, and a value of 73.97 would fall on the wrong side.
  const exact = (limit: number) => Number(limit.toPrecision(12));
  return {lsl: lsl === null ? null : exact(lsl + band), usl: usl === null ? null : exact(usl - band)};
}

/** A ratio over an estimated sigma: its interval follows the chi distribution of sigma. */
function scaled(value: number, degrees: number, alpha: number): Index {
  const bound = (p: number) => value * Math.sqrt(chiSquaredUpperQuantile(p, degrees) / degrees);
  return {value, low: bound(1 - alpha / 2), high: bound(alpha / 2)};
}
