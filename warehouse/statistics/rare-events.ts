import {normalDensity, normalTail, normalUpperQuantile} from './normal.ts';
import {wilson} from './wilson.ts';

/**
 * Correlation between two parts of a lot of being beyond a limit, when their values are normal and correlated: far smaller than
 * that of the values where few are beyond.
 * @param share of all parts that are beyond, in (0, 1)
 * @param correlation of the values, in [0, 1)
 * @see Pearson (1900), Phil. Trans. R. Soc. A 195:1 (the tetrachoric relation, as one integral)
 */
export function correlationBeyond(share: number, correlation: number): number {
  const z = normalUpperQuantile(share);
  const common = Math.sqrt(correlation);
  const own = Math.sqrt(1 - correlation);
  const step = 0.02;
  let both = 0;
  for (let t = -9; t <= 9; t += step) both += normalDensity(t) * normalTail((z - common * t) / own) ** 2 * step;
  return Math.max(0, (both - share * share) / (share * (1 - share)));
}

/**
 * The most that a share can be, at 97.5 % confidence, when none of n parts was beyond: the bound and the correlation at that
 * bound are found together.
 * @param crowd parts in a part's own lot, averaged over parts
 */
export function mostWhenNoneWasSeen(n: number, crowd: number, correlation: number): number {
  let high = wilson(0, n).high;
  for (let k = 0; k < 40; k++) {
    const effective = n / (1 + (crowd - 1) * correlationBeyond(Math.min(0.5, high), correlation));
    high = wilson(0, effective).high;
  }
  return high;
}
