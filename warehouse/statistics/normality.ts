import {normalTail} from './normal.ts';

/**
 * Anderson-Darling test of normality with mean and sigma estimated: A^2 adjusted for size and its p.
 * @param sorted at least 8 values in ascending order, not all equal
 * @see D'Agostino & Stephens (1986), Goodness-of-Fit Techniques, table 4.9
 */
export function andersonDarling(sorted: Float64Array): {statistic: number; p: number} {
  const n = sorted.length;
  if (n < 8) throw new RangeError(`too few values: ${n}`);
  const mean = sorted.reduce((sum, x) => sum + x, 0) / n;
  const sigma = Math.sqrt(sorted.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1));
  if (!(sigma > 0)) throw new RangeError('all values are equal');
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const below = normalTail((mean - sorted[i]) / sigma);
    const above = normalTail((sorted[n - 1 - i] - mean) / sigma);
    sum += (2 * i + 1) * (Math.log(below) + Math.log(above));
  }
  const statistic = -n - sum / n;
  return {statistic, p: tail(statistic * (1 + 0.75 / n + 2.25 / n ** 2))};
}

function tail(a: number): number {
  if (a >= 0.6) return Math.min(1, Math.exp(1.2937 - 5.709 * a + 0.0186 * a * a));
  if (a >= 0.34) return Math.exp(0.9177 - 4.279 * a - 1.38 * a * a);
  if (a >= 0.2) return 1 - Math.exp(-8.318 + 42.796 * a - 59.938 * a * a);
  return 1 - Math.exp(-13.436 + 101.14 * a - 223.73 * a * a);
}
