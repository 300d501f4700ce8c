import {incompleteBeta} from './beta.ts';
import {clusterRatio} from './cluster-ratio.ts';
import {studentUpperQuantile} from './quantiles.ts';
import {studentTail} from './tails.ts';

/**
 * Whether two that judged the same things differ in how often they say yes: exact, two-sided, the things as independent.
 * @param first only the first said yes; `second`: only the second
 * @see McNemar (1947), Psychometrika 12:153; Clopper & Pearson's binomial in the place of the chi-squared
 */
export function mcNemarExact(first: number, second: number): number {
  const n = first + second;
  const least = Math.min(first, second);
  // Half and half is the likeliest, and no tail is above 1.
  if (2 * least >= n) return 1;
  return Math.min(1, 2 * incompleteBeta(0.5, n - least, least + 1));
}

/** What one cluster (a lot) brings: things that both judged, and of how many only the one or the other said yes. */
export interface PairedCluster {
  n: number;
  first: number;
  second: number;
}

/**
 * The difference of two shares of the same things, clusters as the unit: whatever is alike within a lot.
 * @returns null below two clusters, or where no cluster tells them apart
 * @see Obuchowski (1998), Stat. Med. 17:1495; Student's t by the number of clusters instead of the normal distribution
 */
export function pairedDifference(clusters: readonly PairedCluster[]) {
  const {
    ratio,
    variance,
    clusters: many,
  } = clusterRatio(clusters.filter(({n}) => n > 0).map(({n, first, second}) => ({count: first - second, of: n})));
  if (many < 2 || !(variance > 0)) return null;
  const error = Math.sqrt(variance);
  const reach = studentUpperQuantile(0.025, many - 1) * error;
  return {
    value: ratio,
    low: Math.max(-1, ratio - reach),
    high: Math.min(1, ratio + reach),
    p: Math.min(1, 2 * studentTail(Math.abs(ratio) / error, many - 1)),
    clusters: many,
  };
}
