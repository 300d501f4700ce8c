/**
 * p of Anderson and Darling's A squared for normality with mean and sigma (n - 1) estimated from the n values, 8 and more.
 * @see D'Agostino & Stephens (1986), Goodness-of-Fit Techniques, table 4.9
 */
export function normalityTail(statistic: number, n: number): number {
  if (n < 8) throw new RangeError(`too few values: ${n}`);
  const a = statistic * (1 + 0.75 / n + 2.25 / n ** 2);
  // The published formula is for A squared up to 13 and turns upwards far beyond it.
  if (a > 13) return tail(13);
  return tail(a);
}

function tail(a: number): number {
  if (a >= 0.6) return Math.min(1, Math.exp(1.2937 - 5.709 * a + 0.0186 * a * a));
  if (a >= 0.34) return Math.exp(0.9177 - 4.279 * a - 1.38 * a * a);
  if (a >= 0.2) return 1 - Math.exp(-8.318 + 42.796 * a - 59.938 * a * a);
  return 1 - Math.exp(-13.436 + 101.14 * a - 223.73 * a * a);
}
