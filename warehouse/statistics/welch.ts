import {studentUpperQuantile} from './quantiles.ts';
import {studentTail} from './tails.ts';

/** A group's size, mean and sum of squared deviations from that mean. */
export interface Moments {
  n: number;
  mean: number;
  squares: number;
}

export interface Welch {
  /** First mean less second. */
  difference: number;
  /** 95 % interval of the difference. */
  low: number;
  high: number;
  t: number;
  /** Degrees of freedom, by Welch and Satterthwaite: not a whole number. */
  df: number;
  /** Two-sided. */
  p: number;
}

/**
 * Difference of two means where the variances need not be equal, every observation independent.
 * @returns null where a group has fewer than two observations, neither group varies, or a value is not finite
 * @see Welch (1947), Biometrika 34:28; Satterthwaite (1946), Biometrics Bulletin 2:110
 */
export function welch(first: Moments, second: Moments): Welch | null {
  if (first.n < 2 || second.n < 2) return null;
  const [a, b] = [first, second].map(({n, squares}) => squares / (n - 1) / n);
  const variance = a + b;
  const difference = first.mean - second.mean;
  if (!(variance > 0 && Number.isFinite(variance) && Number.isFinite(difference))) return null;
  // As shares of the variance: squared as they are, tiny variances would underflow.
  const df = 1 / ((a / variance) ** 2 / (first.n - 1) + (b / variance) ** 2 / (second.n - 1));
  const error = Math.sqrt(variance);
  const half = studentUpperQuantile(0.025, df) * error;
  const t = difference / error;
  return {
    difference,
    low: difference - half,
    high: difference + half,
    t,
    df,
    p: Math.min(1, 2 * studentTail(Math.abs(t), df)),
  };
}
