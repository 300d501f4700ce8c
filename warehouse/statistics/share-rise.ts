/** Whether a share has risen above its usual one, from counts: so many of so many now, so many of so many before. */
import {incompleteBeta} from './beta.ts';

interface Counted {
  size: number;
  marked: number;
}

/**
 * The chance of as many marked or more now, had the share not changed. Of all that are marked, those of now are then binomial
 * with share size / (size + usual size): exact for rare marks whatever their rate, and on the safe side for common ones.
 * @param designEffect by how much the usual counts vary more than independent ones would: 1 or more; divides all counts
 * @returns 1 when nothing is known of what is usual
 * @see Przyborowski & Wilenski (1940), Biometrika 31:313; for the design effect Rao & Scott (1992), Biometrics 48:577
 */
export function riseTail(now: Counted, usual: Counted, designEffect = 1): number {
  if (now.marked === 0 || usual.size === 0) return 1;
  const share = now.size / (now.size + usual.size);
  return incompleteBeta(share, now.marked / designEffect, usual.marked / designEffect + 1);
}

/** The chance of as many marked or more, were each marked with this chance: exact binomial. */
export function atLeast({size, marked}: Counted, chance: number): number {
  return marked === 0 ? 1 : incompleteBeta(chance, marked, size - marked + 1);
}

/** Sums over groups of different size: how many, their sizes, what is marked in them, and the products of these. */
export interface GroupSums {
  groups: number;
  size: number;
  marked: number;
  markedSquared: number;
  markedTimesSize: number;
  sizeSquared: number;
}

/**
 * By how much the share of groups varies more than if all in them were independent: the variance of the ratio estimator over
 * that of the binomial.
 * @returns 1 or more; 1 where fewer than two groups, or none or all marked, say nothing
 * @see Rao & Scott (1992), Biometrics 48:577, eq. 2
 */
export function designEffect(sums: GroupSums): number {
  const {groups, size, marked, markedSquared, markedTimesSize, sizeSquared} = sums;
  const share = marked / size;
  if (groups < 2 || marked === 0 || marked === size) return 1;
  const residual = markedSquared - 2 * share * markedTimesSize + share ** 2 * sizeSquared;
  return Math.max(1, ((groups / (groups - 1)) * residual) / (size * share * (1 - share)));
}
