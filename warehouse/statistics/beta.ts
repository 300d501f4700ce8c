import {logGamma} from './gamma.ts';

/**
 * Regularised incomplete beta function I_x(a, b): the cdf of a beta distribution, a, b > 0 and x in [0, 1]. Small
 * values keep their relative precision, so tails are asked for as such: I_x(a, b) or I_(1-x)(b, a), never 1 - I.
 * @see Abramowitz & Stegun 26.5.8 (continued fraction, by the modified Lentz method)
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (!(a > 0 && b > 0)) throw new RangeError(`invalid shape: ${a}, ${b}`);
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x);
  return (Math.exp(front) * fraction(x, a, b)) / a;
}

function fraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    h *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    const step = c * d;
    h *= step;
    // A unit in the last place above or below 1 is as near as some fractions come.
    if (Math.abs(step - 1) < 3e-16) break;
  }
  return h;
}
