import {studentUpperQuantile} from './quantiles.ts';

/**
 * Agreement of several raters beyond chance. The interval leaves out one thing after the other (jackknife).
 * @param counts one row a thing: how many raters put it into each category, the same number of ratings in every row
 * @returns null where all ratings are the same one category, or for fewer than two things; categories that nobody used have null
 * @see Fleiss (1971), Psychol. Bull. 76:378; Fleiss & Davies (1982), Am. J. Epidemiol. 115:841 (the jackknife)
 */
export function fleissKappa(counts: readonly (readonly number[])[]) {
  const things = counts.length;
  if (things < 2) return null;
  const raters = counts[0].reduce((sum, count) => sum + count, 0);
  if (raters < 2 || counts.some(row => row.reduce((sum, count) => sum + count, 0) !== raters))
    throw new RangeError(`invalid counts: every row needs the same number of ratings, 2 or more`);
  const totals = counts[0].map((_, j) => counts.reduce((sum, row) => sum + row[j], 0));
  const pairs = counts.map(row => row.reduce((sum, count) => sum + count * (count - 1), 0));
  const allPairs = pairs.reduce((sum, p) => sum + p, 0);
  const value = kappaFrom(totals, allPairs, things, raters);
  if (value === null) return null;
  const without = counts.map((row, i) =>
    kappaFrom(
      totals.map((total, j) => total - row[j]),
      allPairs - pairs[i],
      things - 1,
      raters,
    ),
  );
  return {value, ...jackknife(value, without), categories: totals.map((_, j) => ofCategory(counts, j, raters))};
}

function kappaFrom(totals: readonly number[], pairs: number, things: number, raters: number): number | null {
  const observed = pairs / (things * raters * (raters - 1));
  const expected = totals.reduce((sum, total) => sum + (total / (things * raters)) ** 2, 0);
  return totals.some(total => total === things * raters) ? null : (observed - expected) / (1 - expected);
}

/** Bounds are null where leaving out one thing leaves a single category: the interval then says nothing. */
function jackknife(value: number, without: readonly (number | null)[]) {
  const known = without.filter(kappa => kappa !== null);
  const n = without.length;
  if (known.length < n) return {standardError: null, low: null, high: null};
  const mean = known.reduce((sum, kappa) => sum + kappa, 0) / n;
  const standardError = Math.sqrt(((n - 1) / n) * known.reduce((sum, kappa) => sum + (kappa - mean) ** 2, 0));
  const half = studentUpperQuantile(0.025, n - 1) * standardError;
  return {standardError, low: Math.max(-1, value - half), high: Math.min(1, value + half)};
}

/** One category against all others. */
function ofCategory(counts: readonly (readonly number[])[], category: number, raters: number): number | null {
  const all = counts.length * raters;
  const share = counts.reduce((sum, row) => sum + row[category], 0) / all;
  if (share === 0 || share === 1) return null;
  const apart = counts.reduce((sum, row) => sum + row[category] * (raters - row[category]), 0);
  return 1 - apart / (all * (raters - 1) * share * (1 - share));
}
