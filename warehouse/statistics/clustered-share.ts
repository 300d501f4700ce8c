import {effectiveSize, knownBy} from './effective-size.ts';
import {wilson} from './wilson.ts';

/** Things of one cluster, and how many of them count; where some speak for more than others, by their weights. */
export interface Cluster {
  n: number;
  count: number;
  /** Sum of the squared weights; `n` where every thing weighs 1. */
  squares?: number;
  /** So many clusters are alike; 1 unless said. */
  times?: number;
}

/**
 * A share with its 95 % interval, clusters as the unit: Wilson's interval at the number of independent things that would be as
 * sure. Never surer than the things themselves, or, where these weigh differently, than (sum w)^2 / sum w^2 of them.
 * @returns null without things; `effective` is that number
 * @see Korn & Graubard (1998), Surv. Methodol. 24:193 (effective sizes); Cochran, Sampling Techniques, ch. 6 (the ratio's variance);
 * Kish (1965), Survey Sampling, 11.2 (weights)
 */
export function clusteredShare(clusters: readonly Cluster[]) {
  const filled = clusters.filter(({n}) => n > 0);
  const sum = (of: (cluster: Cluster) => number) =>
    filled.reduce((total, cluster) => total + (cluster.times ?? 1) * of(cluster), 0);
  const n = sum(cluster => cluster.n);
  if (n === 0) return null;
  const count = sum(cluster => cluster.count);
  const value = count / n;
  const many = sum(() => 1);
  const things = n ** 2 / sum(({squares, n: own}) => squares ?? own);
  // One cluster tells nothing of how clusters differ, and clusters of one need not.
  if (many === 1 || many === n) return {value, n, count, effective: things, ...wilson(value * things, things)};
  const between = sum(cluster => (cluster.count - value * cluster.n) ** 2);
  const variance = ((many / (many - 1)) * between) / n ** 2;
  const effective = knownBy(many) * effectiveSize(value, variance, things);
  return {value, n, count, effective, ...wilson(value * effective, effective)};
}
