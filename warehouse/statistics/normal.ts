import {gammaTail} from './gamma.ts';

/** Upper tail of the standard normal distribution, P(Z > z), with relative precision down to 1e-300. */
export function normalTail(z: number): number {
  const half = 0.5 * gammaTail(0.5, 0.5 * z * z);
  return z >= 0 ? half : 1 - half;
}

/** Density of the standard normal distribution. */
export function normalDensity(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}

/**
 * The z whose upper tail is p, 0 < p < 1: normalUpperQuantile(0.025) = 1.959964.
 * @see Abramowitz & Stegun 26.2.23 for the start, then Newton's method on the logarithm of the tail
 */
export function normalUpperQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`invalid p: ${p}`);
  if (p > 0.5) return -normalUpperQuantile(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  let z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (let k = 0; k < 4; k++) {
    const tail = normalTail(z);
    z += ((Math.log(tail) - Math.log(p)) * tail) / normalDensity(z);
  }
  return z;
}
