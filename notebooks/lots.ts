/** How alike the parts of a lot are. */

export interface LotCount {
  parts: number;
  defective: number;
}

/**
 * Correlation of two parts of the same lot in being defective, by analysis of variance over unequal lots. It may come out
 * below 0, when lots are more alike than chance would make them.
 * @param lots at least two, and one of them with at least two parts; else NaN, as where no part or every part is defective
 * @see Ridout, Demétrio & Firth (1999), Biometrics 55:137, the estimator ρ_AOV
 */
export function correlationWithinLots(lots: readonly LotCount[]): number {
  const sum = (of: (lot: LotCount) => number) => lots.reduce((total, lot) => total + of(lot), 0);
  const parts = sum(lot => lot.parts);
  const defective = sum(lot => lot.defective);
  const squares = sum(lot => lot.defective ** 2 / lot.parts);
  const between = (squares - defective ** 2 / parts) / (lots.length - 1);
  const within = (defective - squares) / (parts - lots.length);
  const typicalSize = (parts - sum(lot => lot.parts ** 2) / parts) / (lots.length - 1);
  return (between - within) / (between + (typicalSize - 1) * within);
}

/**
 * By how much the variance of a share grows because lots share their fate: 1 for parts that do not. Unequal lots amount to
 * lots of the size that a part sees on average.
 * @see Kish (1965), Survey Sampling, section 5.4
 */
export function designEffect(sizes: readonly number[], correlation: number): number {
  const parts = sizes.reduce((sum, size) => sum + size, 0);
  const seen = sizes.reduce((sum, size) => sum + size * size, 0) / parts;
  return 1 + (seen - 1) * correlation;
}
