import {logGamma} from './gamma.ts';

/** Logarithm of the binomial coefficient, n over k, 0 <= k <= n. */
export function logChoose(n: number, k: number): number {
  return k <= 0 || k >= n ? 0 : logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

// Counting draws asks for the same small factorials millions of times.
const SMALL_FACTORIALS = Float64Array.from({length: 1024}, (_, n) => logGamma(n + 1));

function logFactorial(n: number): number {
  return n < SMALL_FACTORIALS.length ? SMALL_FACTORIALS[n] : logGamma(n + 1);
}

/**
 * Upper tail of the hypergeometric distribution, P(X >= x): X marked among `drawn` taken without replacement from
 * `total`, of which `marked` are marked. Summed from the observed value outwards, so small tails are exact.
 */
export function hypergeometricTail(x: number, total: number, marked: number, drawn: number): number {
  const lowest = Math.max(0, drawn + marked - total);
  const highest = Math.min(drawn, marked);
  if (x <= lowest) return 1;
  if (x > highest) return 0;
  let term = Math.exp(logChoose(marked, x) + logChoose(total - marked, drawn - x) - logChoose(total, drawn));
  let sum = term;
  for (let k = x; k < highest; k++) {
    term *= ((marked - k) * (drawn - k)) / ((k + 1) * (total - marked - drawn + k + 1));
    sum += term;
    if (term < sum * 1e-17) break;
  }
  return Math.min(1, sum);
}
