import {studentUpperQuantile} from './quantiles.ts';
import {studentTail} from './tails.ts';

/** A share and the number of independent parts that it rests on, which may be fractional. */
export interface Share {
  share: number;
  size: number;
}

interface ScoreComparison {
  /** First less second. */
  difference: {value: number; low: number; high: number};
  /** First over second; value and high are null where the second is 0 (and high where nothing bounds it). */
  ratio: {value: number | null; low: number; high: number | null};
  /** Two-sided, of equal shares: below 0.05 exactly where the 95 % intervals leave out 0 and 1. */
  p: number;
}

/**
 * Difference and ratio of two shares by the score method: the error of a hypothetical value is taken at the shares that
 * agree with it, so that shares of 0 need no special care and test and intervals say the same.
 * @param options df: degrees of freedom that the sizes are known with; level: of the intervals
 * @returns null where neither share differs from 0, or both are 1
 * @see Koopman (1984), Biometrics 40:513 (ratio); Mee (1984), Biometrics 40:1175 (difference)
 */
export function compareShares(first: Share, second: Share, {df, level = 0.95}: {df: number; level?: number}) {
  const pooled = (first.share * first.size + second.share * second.size) / (first.size + second.size);
  if (!(pooled > 0 && pooled < 1)) return null;
  const t = studentUpperQuantile((1 - level) / 2, df);
  const p1 = first.share;
  const p2 = second.share;
  const ofDifference = (d: number) => standardised(p1 - p2 - d, differenceError(first, second, d));
  const ofRatio = (r: number) => standardised(p1 - r * p2, ratioError(first, second, r));
  const comparison: ScoreComparison = {
    difference: {
      value: p1 - p2,
      low: crossing(ofDifference, t, -1, p1 - p2),
      high: crossing(ofDifference, -t, p1 - p2, 1),
    },
    ratio: {
      value: p2 === 0 ? null : p1 / p2,
      low: p1 === 0 ? 0 : Math.exp(crossing(r => ofRatio(Math.exp(r)), t, -40, 40)),
      high: p2 === 0 ? null : Math.exp(crossing(r => ofRatio(Math.exp(r)), -t, -40, 40)),
    },
    p: Math.min(1, 2 * studentTail(Math.abs(ofDifference(0)), df)),
  };
  return comparison;
}

const standardised = (deviation: number, error: number) =>
  deviation === 0 ? 0 : error > 0 ? deviation / error : deviation * Number.POSITIVE_INFINITY;

/** Where a falling function passes a value. */
function crossing(f: (x: number) => number, value: number, low: number, high: number): number {
  for (let k = 0; k < 100; k++) {
    const middle = (low + high) / 2;
    if (f(middle) > value) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

const errorAt = (a: Share, p: number, b: Share, q: number, r = 1) =>
  Math.sqrt(Math.max(0, (p * (1 - p)) / a.size + (r * r * q * (1 - q)) / b.size));

/** Shares p = r q that are most likely: the smaller root of a quadratic equation. */
function ratioError(first: Share, second: Share, r: number): number {
  const x = first.share * first.size;
  const y = second.share * second.size;
  const a = (first.size + second.size) * r;
  const b = first.size * r + x + second.size + y * r;
  const c = x + y;
  // Written so that nearly equal numbers are not subtracted.
  const q = (2 * c) / (b + Math.sqrt(Math.max(0, b * b - 4 * a * c)));
  return errorAt(first, Math.min(1, r * q), second, Math.min(1, q), r);
}

/** Shares p = q + d that are most likely: where the likelihood stops rising, which is concave. */
function differenceError(first: Share, second: Share, d: number): number {
  const x = first.share * first.size;
  const y = second.share * second.size;
  const slope = (q: number) => {
    const p = q + d;
    const of = (count: number, size: number, share: number) =>
      (count > 0 ? count / share : 0) - (size - count > 0 ? (size - count) / (1 - share) : 0);
    return of(x, first.size, p) + of(y, second.size, q);
  };
  const q = crossing(slope, 0, Math.max(0, -d), Math.min(1, 1 - d));
  return errorAt(first, Math.min(1, Math.max(0, q + d)), second, q);
}
