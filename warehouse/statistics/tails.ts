import {incompleteBeta} from './beta.ts';
import {gammaTail} from './gamma.ts';

/** Upper tail of the chi-squared distribution, P(X > x). */
export function chiSquaredTail(x: number, degrees: number): number {
  return gammaTail(degrees / 2, x / 2);
}

/** Upper tail of Student's t distribution, P(T > t); for both sides double it at |t|. */
export function studentTail(t: number, degrees: number): number {
  const half = 0.5 * incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
  return t >= 0 ? half : 1 - half;
}

/** Upper tail of the F distribution, P(F > f). */
export function fTail(f: number, numerator: number, denominator: number): number {
  return f <= 0 ? 1 : incompleteBeta(denominator / (denominator + numerator * f), denominator / 2, numerator / 2);
}
