/** A 95 % interval for a proportion. */
const Z = 1.959963984540054;

/**
 * Wilson's score interval.
 * @param count successes, 0..n
 * @param n trials; may be fractional (an effective sample size)
 * @see Wilson (1927), J. Am. Stat. Assoc. 22:209
 */
export function wilson(count: number, n: number): {low: number; high: number} {
  if (!(n > 0)) return {low: 0, high: 1};
  const p = count / n;
  const centre = p + (Z * Z) / (2 * n);
  const half = Z * Math.sqrt((p * (1 - p)) / n + (Z * Z) / (4 * n * n));
  const scale = 1 + (Z * Z) / n;
  return {low: Math.max(0, (centre - half) / scale), high: Math.min(1, (centre + half) / scale)};
}
