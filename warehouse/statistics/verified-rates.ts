/** A share with its interval. */
export interface Bounded {
  value: number;
  low: number;
  high: number;
}

/**
 * The rate of bad parts when only some inspected parts were reviewed, each result with a fraction of its own: the reviewed
 * fails speak for all fails and the reviewed passes for all passes. The errors of the three shares are carried into the interval.
 * @param fails share of inspected parts that failed
 * @param badOfFails of reviewed fails, the share that is bad; any where nothing failed
 * @param badOfPasses of reviewed passes, the share that is bad; any where nothing passed
 * @see Begg & Greenes (1983), Biometrics 39:207; Zou & Donner (2008), Stat. Med. 27:1693 (the interval)
 */
export function verifiedRate(fails: Bounded, badOfFails: Bounded, badOfPasses: Bounded): Bounded {
  const value = fails.value * badOfFails.value + (1 - fails.value) * badOfPasses.value;
  const slope = badOfFails.value - badOfPasses.value;
  const reach = (low: boolean) => {
    const by = (of: Bounded, weight: number) => (weight * (of.value - (low === weight > 0 ? of.low : of.high))) ** 2;
    return Math.sqrt(by(fails, slope) + by(badOfFails, fails.value) + by(badOfPasses, 1 - fails.value));
  };
  return {value, low: Math.max(0, value - reach(true)), high: Math.min(1, value + reach(false))};
}

/**
 * Of the parts that are one thing in truth, the share that the inspector told so, by the same weighting. Sensitivity: `told`
 * the bad share of fails, `missed` that of passes, `odds` fails per pass. Specificity: the good shares, passes per fail.
 * @returns null where neither result holds any such part
 * @see Begg & Greenes (1983), Biometrics 39:207; Newcombe (2016), Stat. Methods Med. Res. 25:1774 (the interval)
 */
export function verifiedShare(odds: number, told: Bounded, missed: Bounded): Bounded | null {
  if (told.value === 0 && missed.value === 0) return null;
  const {low, high} = ratioBounds(missed, told);
  const share = (ratio: number) => (ratio === Number.POSITIVE_INFINITY ? 0 : 1 / (1 + ratio / odds));
  return {value: share(missed.value / told.value), low: share(high), high: share(low)};
}

/** Bounds of a / b, independent and both at least 0. */
function ratioBounds(a: Bounded, b: Bounded): {low: number; high: number} {
  const product = a.value * b.value;
  const ofA = {low: a.low * (2 * a.value - a.low), high: a.high * (2 * a.value - a.high)};
  const ofB = {low: b.low * (2 * b.value - b.low), high: b.high * (2 * b.value - b.high)};
  const root = (x: number) => Math.sqrt(Math.max(0, product ** 2 - x));
  return {
    low: ofB.high === 0 ? ofA.low / (2 * product || 1) : Math.max(0, (product - root(ofA.low * ofB.high)) / ofB.high),
    high: ofB.low <= 0 ? Number.POSITIVE_INFINITY : (product + root(ofA.high * ofB.low)) / ofB.low,
  };
}
