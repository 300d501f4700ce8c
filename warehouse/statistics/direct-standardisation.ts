import {type Cluster, clusterRatio} from './cluster-ratio.ts';

/** One stratum (a product) of a group, and its share in the mix that all groups are brought to. */
export interface StandardStratum {
  weight: number;
  clusters: readonly Cluster[];
  /**
   * The rate at which the size is taken, if not that observed: a stratum of a few parts in which nothing failed by chance
   * would otherwise count as known without error.
   */
  rate?: number;
}

export interface StandardisedShare {
  share: number;
  /** How many parts of one stratum would tell as much, were parts independent. */
  size: number;
  /** By how much the clusters widen the variance; null where nothing (or everything) failed, or no stratum has two. */
  designEffect: number | null;
  clusters: number;
  /** Clusters less strata. */
  df: number;
  /** Parts of the cluster that a part is in, on average. */
  clusterSize: number;
}

/**
 * What the share of a group would be with a stated mix of strata. Its variance is that of the strata's ratios, clusters as
 * the unit; a stratum of a single cluster adds none of its own, hence the factor over all of them.
 * @param strata weights that add up to 1; each has parts
 * @see Fleiss (1981), Statistical Methods for Rates and Proportions, 2nd ed., chapter 14
 */
export function directlyStandardised(strata: readonly StandardStratum[]): StandardisedShare {
  let share = 0;
  let spread = 0;
  let binomial = 0;
  let clusters = 0;
  let parts = 0;
  let squares = 0;
  let expected = 0;
  let expectedVariance = 0;
  let perPart = 0;
  for (const {weight, clusters: lots, rate} of strata) {
    const {ratio, variance, clusters: n} = clusterRatio(lots);
    const ofStratum = lots.reduce((sum, lot) => sum + lot.of * (lot.times ?? 1), 0);
    share += weight * ratio;
    clusters += n;
    parts += ofStratum;
    squares += lots.reduce((sum, lot) => sum + lot.of * lot.of * (lot.times ?? 1), 0);
    if (n > 1) spread += (weight * weight * variance * (n - 1)) / n;
    binomial += (weight * weight * ratio * (1 - ratio)) / ofStratum;
    const p = rate ?? ratio;
    expected += weight * p;
    expectedVariance += (weight * weight * p * (1 - p)) / ofStratum;
    perPart += (weight * weight) / ofStratum;
  }
  const df = clusters - strata.length;
  return {
    share,
    // At the rate of each stratum where they differ; where nothing failed, as if all had one rate.
    size: expectedVariance > 0 ? (expected * (1 - expected)) / expectedVariance : 1 / perPart,
    designEffect: binomial > 0 && df > 0 ? (spread * clusters) / df / binomial : null,
    clusters,
    df,
    clusterSize: squares / parts,
  };
}
