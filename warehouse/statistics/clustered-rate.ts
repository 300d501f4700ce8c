import {chiSquaredUpperQuantile, studentUpperQuantile} from './quantiles.ts';

/**
 * 95 % interval of a rate (events a unit, which may exceed 1) that was observed in clusters: symmetric on the logarithmic
 * scale, so that it stays above 0, and never narrower than that of a Poisson count.
 * Without any event: from 0 to the exact Poisson limit, the units as independent.
 * @param variance of the rate, by clusters
 * @see Garwood (1936), Biometrika 28:437, for the limit without events
 */
export function clusteredRateInterval(
  rate: number,
  {variance, units, clusters}: {variance: number; units: number; clusters: number},
): {low: number; high: number} | null {
  if (clusters < 2 || !(units > 0)) return null;
  if (rate === 0) return {low: 0, high: chiSquaredUpperQuantile(0.025, 2) / (2 * units)};
  const error = Math.sqrt(Math.max(variance, rate / units)) / rate;
  const factor = Math.exp(studentUpperQuantile(0.025, clusters - 1) * error);
  return {low: rate / factor, high: rate * factor};
}
