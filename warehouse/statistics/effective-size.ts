import {studentUpperQuantile} from './quantiles.ts';
import {wilson} from './wilson.ts';

const Z = 1.959963984540054;

/**
 * How many independent parts would tell as much about a share as the clusters do: never more than there are parts, since
 * lots whose parts are less alike than chance has them are chance themselves. Where nothing (or everything) failed,
 * clusters cannot show how they differ, and the parts stand for themselves.
 * @param variance of the share, by clusters
 * @see Korn & Graubard (1998), Survey Methodology 24:193; Rao & Scott (1992), Biometrics 48:577
 */
export function effectiveSize(share: number, variance: number, parts: number): number {
  const binomial = share * (1 - share);
  return binomial > 0 && variance > 0 ? Math.min(parts, binomial / variance) : parts;
}

/** A variance from few clusters is itself unsure: as much as Student's quantile lies above the normal one. */
export const knownBy = (clusters: number): number => (Z / studentUpperQuantile(0.025, clusters - 1)) ** 2;

/**
 * 95 % interval of a share that was observed in clusters: Wilson's, of the effective size, with Student's t in place of
 * the normal quantile because the variance is known only as well as `clusters` let it be.
 */
export function clusteredShareInterval(
  share: number,
  {variance, parts, clusters}: {variance: number; parts: number; clusters: number},
): {low: number; high: number} | null {
  if (clusters < 2 || !(parts > 0)) return null;
  const size = effectiveSize(share, variance, parts) * knownBy(clusters);
  return wilson(share * size, size);
}
