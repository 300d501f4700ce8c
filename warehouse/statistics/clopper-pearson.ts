import {betaUpperQuantile} from './quantiles.ts';

/**
 * Exact interval of a proportion: it covers at least at its level, whatever the proportion.
 * @param count successes, 0..n
 * @see Clopper & Pearson (1934), Biometrika 26:404
 */
export function clopperPearson(count: number, n: number, alpha = 0.05): {low: number; high: number} {
  if (!(n > 0 && count >= 0 && count <= n)) throw new RangeError(`invalid count: ${count} of ${n}`);
  return {
    low: count === 0 ? 0 : betaUpperQuantile(1 - alpha / 2, count, n - count + 1),
    high: count === n ? 1 : betaUpperQuantile(alpha / 2, count + 1, n - count),
  };
}
