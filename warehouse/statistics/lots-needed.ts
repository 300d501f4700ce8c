import {normalUpperQuantile} from './normal.ts';

/** How often a change that is there should be seen. */
const POWER = 0.8;

/**
 * Lots that each of two groups would need to show a change of a share by a factor, at 5 % and with a power of 80 %, were
 * all lots like those seen.
 * @param share that both have if nothing changed
 * @param groups independent parts that a lot of each is worth
 * @returns not rounded; 0 < share < 1
 * @see Fleiss (1981), Statistical Methods for Rates and Proportions, 2nd ed., chapter 3; on the logarithmic scale, on which
 * halving and doubling are alike
 */
export function lotsNeeded(share: number, factor: number, groups: readonly {partsALot: number}[]): number {
  const z = normalUpperQuantile(0.025) + normalUpperQuantile(1 - POWER);
  const perLot = groups.reduce((sum, {partsALot}) => sum + (1 - share) / (share * partsALot), 0);
  return (z * z * perLot) / Math.log(factor) ** 2;
}
