import type {StandardisedShare} from './direct-standardisation.ts';

/**
 * How alike parts of one cluster are, taken to be the same in all groups: what design effects say about it, each weighted
 * by how well it is known. Groups with an estimate of their own each would be judged by the one whose clusters happen to
 * look alike, and raise false alarms.
 * @returns in [0, 1]
 * @see Donner & Klar (2000), Design and Analysis of Cluster Randomization Trials, section 6.2; pooled design effects: Rao &
 * Scott (1992), Biometrics 48:577, equation 6
 */
export function commonCorrelation(groups: readonly StandardisedShare[]): number {
  let sum = 0;
  let weights = 0;
  for (const {share, designEffect, clusterSize, df} of groups) {
    if (designEffect === null || !(clusterSize > 1)) continue;
    const weight = share * (1 - share) * df;
    sum += (weight * (designEffect - 1)) / (clusterSize - 1);
    weights += weight;
  }
  return weights > 0 ? Math.min(1, Math.max(0, sum / weights)) : 0;
}

/** How many independent parts a group is worth at that correlation. */
export const worth = ({size, clusterSize}: StandardisedShare, correlation: number): number =>
  size / (1 + (clusterSize - 1) * correlation);
