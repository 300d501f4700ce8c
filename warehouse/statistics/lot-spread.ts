/** Values of one lot: how many, their mean, and the sum of their squared distances from it. */
export interface LotValues {
  n: number;
  mean: number;
  squares: number;
}

/** How much a standard deviation and a mean of all values rest on, when values of a lot resemble each other. */
export interface LotSpread {
  lots: number;
  /** Degrees of freedom of the overall standard deviation: n - 1 without any likeness, lots - 1 when lots are all that differs. */
  degrees: number;
  /** Variance of the mean of all values. */
  meanVariance: number;
  /** Share of the variance that lies between lots, 0 where they differ no more than chance has it. */
  correlation: number;
  /** Values in a value's own lot, averaged over values. */
  crowd: number;
}

/**
 * The overall sum of squares is that between lots plus that within them, each with its own degrees of freedom; Satterthwaite's
 * formula gives those of the total. The variance of the mean follows from the components of variance, also of lots that
 * differ in size.
 * @returns null where there are fewer than two lots, or no lot has two values
 * @see Satterthwaite (1946), Biometrics Bulletin 2:110; Searle, Casella & McCulloch (1992), Variance Components, section 3.6
 */
export function lotSpread(given: readonly LotValues[]): LotSpread | null {
  const lots = given.filter(({n}) => n > 0);
  const n = lots.reduce((sum, lot) => sum + lot.n, 0);
  const k = lots.length;
  if (k < 2 || n === k) return null;
  const origin = lots[0].mean;
  const mean = origin + lots.reduce((sum, lot) => sum + lot.n * (lot.mean - origin), 0) / n;
  const between = lots.reduce((sum, lot) => sum + lot.n * (lot.mean - mean) ** 2, 0);
  const within = lots.reduce((sum, lot) => sum + lot.squares, 0);
  const crowd = lots.reduce((sum, lot) => sum + lot.n ** 2, 0) / n;
  const insideLots = within / (n - k);
  const ofLots = Math.max(0, (between / (k - 1) - insideLots) / ((n - crowd) / (k - 1)));
  const total = between + within;
  return {
    lots: k,
    degrees: Math.min(n - 1, total ** 2 / (between ** 2 / (k - 1) + within ** 2 / (n - k))),
    // Lots that differ less than chance has it do not make the mean better known than independent values would.
    meanVariance: ofLots > 0 ? insideLots / n + (ofLots * crowd) / n : total / (n - 1) / n,
    correlation: ofLots > 0 ? ofLots / (ofLots + insideLots) : 0,
    crowd,
  };
}
