/** Two one-sided cumulative sums in standard errors: `above` >= 0 and `below` <= 0; a signal where either passes `limit`. */
export interface Cusum {
  above: Float64Array;
  below: Float64Array;
  limit: number;
}

/**
 * Tabular CUSUM of standardised points.
 * @param z (value - target) / standard error
 * @param reference half of the shift to be found, in standard errors (k)
 * @param decision height at which it signals (h)
 * @see Page (1954), Biometrika 41:100; Montgomery, Introduction to Statistical Quality Control, 9.1; ISO 7870-4
 */
export function cusumChart(
  z: Float64Array,
  {reference = 0.5, decision = 5}: {reference?: number; decision?: number} = {},
): Cusum {
  if (!(reference >= 0 && decision > 0)) throw new RangeError(`invalid reference ${reference} or decision ${decision}`);
  const above = new Float64Array(z.length);
  const below = new Float64Array(z.length);
  let up = 0;
  let down = 0;
  for (let i = 0; i < z.length; i++) {
    up = Math.max(0, up + z[i] - reference);
    down = Math.min(0, down + z[i] + reference);
    above[i] = up;
    below[i] = down;
  }
  return {above, below, limit: decision};
}
