/** What one cluster (a lot) brings to a ratio: `count` of `of`, and how many clusters are exactly like it. */
export interface Cluster {
  count: number;
  of: number;
  times?: number;
}

/**
 * A ratio of sums over clusters, and its variance by linearisation with the clusters as the unit: what happens within a
 * cluster may be correlated in any way.
 * @returns variance: NaN below two clusters
 * @see Cochran (1977), Sampling Techniques, 3rd ed., sections 2.11 and 3.12
 */
export function clusterRatio(clusters: readonly Cluster[]): {ratio: number; variance: number; clusters: number} {
  let count = 0;
  let of = 0;
  for (const {count: y, of: x, times = 1} of clusters) {
    count += times * y;
    of += times * x;
  }
  const ratio = count / of;
  const influences = clusters.map(({count: y, of: x, times}) => ({value: (y - ratio * x) / of, times}));
  return {ratio, ...influenceVariance(influences)};
}

/**
 * Variance of a smooth function of sums over clusters, from how far each cluster moves it. The influences add up to 0.
 * @see Woodruff (1971), J. Am. Stat. Assoc. 66:411
 */
export function influenceVariance(influences: readonly {value: number; times?: number}[]) {
  let squares = 0;
  let clusters = 0;
  for (const {value, times = 1} of influences) {
    squares += times * value * value;
    clusters += times;
  }
  return {variance: clusters < 2 ? Number.NaN : (squares * clusters) / (clusters - 1), clusters};
}
