import {incompleteBeta} from './beta.ts';
import {chiSquaredTail, fTail, studentTail} from './tails.ts';

/** The x whose upper tail is p: P(X > x) = p, 0 < p < 1. */
export const chiSquaredUpperQuantile = (p: number, degrees: number): number =>
  positiveUpperQuantile(x => chiSquaredTail(x, degrees), p);

export const fUpperQuantile = (p: number, numerator: number, denominator: number): number =>
  positiveUpperQuantile(f => fTail(f, numerator, denominator), p);

export function studentUpperQuantile(p: number, degrees: number): number {
  if (p > 0.5) return -studentUpperQuantile(1 - p, degrees);
  return p === 0.5 ? 0 : positiveUpperQuantile(t => studentTail(t, degrees), p);
}

/** The x in (0, 1) of a beta distribution whose upper tail is p. */
export function betaUpperQuantile(p: number, a: number, b: number): number {
  const odds = positiveUpperQuantile(o => incompleteBeta(1 / (1 + o), b, a), p);
  return odds / (1 + odds);
}

/** Bisection on a logarithmic scale: a falling tail over (0, infinity) crosses p once. */
function positiveUpperQuantile(tail: (x: number) => number, p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`invalid p: ${p}`);
  let low = 1e-12;
  let high = 1;
  while (tail(high) > p) high *= 4;
  while (low > 1e-300 && tail(low) < p) low *= 1e-12;
  for (let k = 0; k < 300 && high > low * (1 + 1e-15); k++) {
    const middle = Math.sqrt(low * high);
    if (tail(middle) > p) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}
