/**
 * Chance that a defective part ranks above a good one (ties count half): the area under the ROC curve, Mann-Whitney's
 * U over the number of pairs.
 * @param rank fractional midranks over exactly the parts that are not NaN
 * @param defective 1 = defective, 0 = good
 * @returns null where there are no defective or no good parts
 */
export function areaUnderCurve(rank: Float64Array, defective: Float64Array): number | null {
  let count = 0;
  let hits = 0;
  let rankSum = 0;
  for (let i = 0; i < rank.length; i++) {
    if (Number.isNaN(rank[i])) continue;
    count++;
    hits += defective[i];
    rankSum += rank[i] * defective[i];
  }
  if (hits === 0 || hits === count) return null;
  // rank * count + 1/2 is the ordinary midrank.
  const area = (rankSum * count + hits / 2 - (hits * (hits + 1)) / 2) / (hits * (count - hits));
  // Rounding may carry it a hair beyond.
  return Math.min(1, Math.max(0, area));
}
