import {gammaTail} from './gamma.ts';
import {normalDensity, normalTail} from './normal.ts';

/**
 * Upper tail of the standardised Pearson type III distribution (mean 0, variance 1) with positive skewness: a shifted
 * gamma of shape 4 / skewness^2. It is the three-moment approximation of a permutation distribution in the tail towards
 * which that is skewed; in the other tail it ends abruptly and would give false p near 0, so a negative skewness throws.
 * @see Mielke & Berry (2007), Permutation Methods, 2nd ed., section 2.2
 */
export function pearsonThreeTail(z: number, skewness: number): number {
  if (!(skewness >= 0)) throw new RangeError(`invalid skewness: ${skewness}`);
  if (skewness < 1e-6) return normalTail(z);
  const shape = 4 / (skewness * skewness);
  const x = shape + (z * 2) / skewness;
  return shape <= 2000 || x <= 0 ? gammaTail(shape, x) : largeShapeTail(shape, x);
}

/** Lugannani & Rice (1980), Adv. Appl. Probab. 12:475, whose relative error for a gamma falls with 1 / shape. */
function largeShapeTail(shape: number, x: number): number {
  const ratio = (x - shape) / shape;
  if (Math.abs(ratio) * Math.sqrt(shape) < 1e-3)
    return normalTail(ratio * Math.sqrt(shape)) - 1 / (3 * Math.sqrt(2 * Math.PI * shape));
  const w = Math.sign(ratio) * Math.sqrt(2 * shape * (ratio - Math.log1p(ratio)));
  const u = ratio * Math.sqrt(shape);
  return normalTail(w) + normalDensity(w) * (1 / u - 1 / w);
}
