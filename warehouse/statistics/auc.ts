/**
 * Chance that a defective part ranks above a good one (ties count half): the area under the ROC curve, Mann-Whitney's
 * U over the number of pairs.
 * @param count parts whose value is known
 * @param hits defective ones among them
 * @param rankSum their fractional midranks, added up
 * @returns null where there are no defective or no good parts
 */
export function areaUnderCurve(count: number, hits: number, rankSum: number): number | null {
  if (hits === 0 || hits === count) return null;
  // rank * count + 1/2 is the ordinary midrank.
  return (rankSum * count + hits / 2 - (hits * (hits + 1)) / 2) / (hits * (count - hits));
}
