import {c4, d2, d3} from './control-constants.ts';
import type {Subgroup} from './subgroup-sigma.ts';

/** A chart's statistic with its centre line and limits, one a point. NaN where a point has no such statistic. */
export interface Charted {
  values: Float64Array;
  center: Float64Array;
  lcl: Float64Array;
  ucl: Float64Array;
}

/** Distance of the limits from the centre, in standard errors: the 3 of Shewhart (1931) and ISO 7870-2. */
export const LIMITS_AT = 3;

/** How often a normal point in control lies beyond them. */
export const BEYOND_LIMITS = 0.0027;

/** Means of subgroups around a centre, given sigma within subgroups. @see ISO 7870-2:2023, 6.2 */
export function meanChart(subgroups: readonly Subgroup[], center: number, sigma: number): Charted {
  return charted(
    subgroups,
    ({mean}) => mean,
    n => ({center, spread: sigma / Math.sqrt(n)}),
  );
}

/** Ranges of subgroups. A subgroup of one value has none. @see ISO 7870-2:2023, 6.2 */
export function rangeChart(subgroups: readonly Subgroup[], sigma: number): Charted {
  return floored(
    charted(
      subgroups,
      ({n, range}) => (n < 2 ? Number.NaN : range),
      n => spreadOfRange(n, sigma),
    ),
  );
}

/** Standard deviations of subgroups. @see ISO 7870-2:2023, 6.3 */
export function deviationChart(subgroups: readonly Subgroup[], sigma: number): Charted {
  const spread = (n: number) => ({center: c4(n) * sigma, spread: sigma * Math.sqrt(1 - c4(n) ** 2)});
  return floored(
    charted(
      subgroups,
      ({deviation}) => deviation,
      n => (n < 2 ? NOTHING : spread(n)),
    ),
  );
}

/** Single values around a centre. @see ISO 7870-2:2023, 6.4 */
export function individualsChart(values: Float64Array, center: number, sigma: number): Charted {
  return {
    values,
    center: values.map(() => center),
    lcl: values.map(() => center - LIMITS_AT * sigma),
    ucl: values.map(() => center + LIMITS_AT * sigma),
  };
}

/** Moving ranges of neighbouring values; the first of a stage has none. */
export function movingRangeChart(values: Float64Array, sigma: number): Charted {
  const ranges = values.map((value, i) => (i === 0 ? Number.NaN : Math.abs(value - values[i - 1])));
  const {center, spread} = spreadOfRange(2, sigma);
  return {
    values: ranges,
    center: ranges.map(() => center),
    lcl: ranges.map(() => 0),
    ucl: ranges.map(() => center + LIMITS_AT * spread),
  };
}

const NOTHING = {center: Number.NaN, spread: Number.NaN};

const spreadOfRange = (n: number, sigma: number) => (n < 2 ? NOTHING : {center: d2(n) * sigma, spread: d3(n) * sigma});

/** @param of centre and standard error of the statistic for a subgroup of n */
function charted(
  subgroups: readonly Subgroup[],
  statistic: (subgroup: Subgroup) => number,
  of: (n: number) => {center: number; spread: number},
): Charted {
  const lines = subgroups.map(({n}) => of(n));
  return {
    values: Float64Array.from(subgroups, statistic),
    center: Float64Array.from(lines, ({center}) => center),
    lcl: Float64Array.from(lines, ({center, spread}) => center - LIMITS_AT * spread),
    ucl: Float64Array.from(lines, ({center, spread}) => center + LIMITS_AT * spread),
  };
}

/** What cannot be negative has no limit below zero. */
export function floored(chart: Charted): Charted {
  return {...chart, lcl: chart.lcl.map(limit => Math.max(0, limit))};
}
