/** The six panels that show a capability: two charts, the last subgroups, histogram, probability plot, spans. */
import type {Mark, Panel, SixPack} from '../capability-answers.ts';
import type {Ends} from '../chart-answers.ts';
import type {Limits} from '../statistics/capability.ts';
import type {Fitted} from '../statistics/fitted-distributions.ts';
import {histogram} from '../statistics/histogram.ts';
import {normalDensity, normalTail, normalUpperQuantile} from '../statistics/normal.ts';
import type {Charted} from '../statistics/shewhart.ts';
import {quantileOf} from './fits.ts';
import type {GroupedValues} from './grouped-values.ts';
import type {Within} from './stability.ts';
import {isoTime, withParts} from './values.ts';

/** More points than a chart can show become so many marks, each from the lowest to the highest of its points. */
const MARKS = 240;
const LAST = 25;
const VALUES_OF_ONE = 40;
const QUANTILES = 160;
const CURVE = 120;

export interface Shown {
  points: GroupedValues;
  sorted: Float64Array;
  within: Within;
  mean: number;
  sigmaOverall: number;
  limits: Limits;
  acceptance: {lsl: number | null; usl: number | null} | null;
  fitted: Fitted;
  /** Independent values that would know the mean as well, and degrees of freedom of sigma. */
  effective: {mean: number; degrees: number};
}

export function sixPack(shown: Shown): SixPack {
  const {points, within} = shown;
  const single = within.means.kind === 'imr';
  const first = single ? null : firstsOf(points.group, points.names.length);
  const began = (i: number) => isoTime(points.at[first === null ? i : first[i]]);
  const nameOf = (i: number) => (single ? (began(i) ?? String(i + 1)) : points.names[i]);
  const {group, ends} = points;
  const endsOf = (i: number) => (single ? (began(i) === null ? ends?.[group[i]] : undefined) : ends?.[i]);
  const named = {nameOf, endsOf, began};
  return {
    means: panel(within.means.kind, within.means.chart, named),
    spread: panel(within.spread.kind, within.spread.chart, named),
    last: last(points, single, named),
    histogram: withCurves(shown),
    probability: probability(shown),
    spans: spans(shown),
  };
}

/** Place of the first value of each subgroup, the values standing in the order of these. */
function firstsOf(group: Int32Array, groups: number): Int32Array {
  const first = new Int32Array(groups);
  for (let i = group.length - 1; i >= 0; i--) first[group[i]] = i;
  return first;
}

interface Named {
  nameOf: (i: number) => string;
  endsOf: (i: number) => Ends | undefined;
  began: (i: number) => string | null;
}

/** @returns a chart of at most 240 marks; a point that has no statistic (the range of one value) is none */
function panel(kind: Panel['kind'], chart: Charted, {nameOf, endsOf, began}: Named): Panel {
  const {values, lcl, ucl, center} = chart;
  const places = Array.from(values.keys()).filter(i => !Number.isNaN(values[i]));
  const size = Math.ceil(places.length / MARKS);
  const marks: Mark[] = [];
  for (let from = 0; from < places.length; from += size) {
    const group = places.slice(from, from + size);
    const [first, final] = [endsOf(group[0]), endsOf(group[group.length - 1])];
    marks.push({
      x: nameOf(group[0]),
      to: nameOf(group[group.length - 1]),
      ...withParts(first && final && {first: first.first, last: final.last}),
      at: began(group[0]),
      place: (group[0] + group[group.length - 1]) / 2 + 1,
      points: group.length,
      low: group.reduce((least, i) => Math.min(least, values[i]), Number.POSITIVE_INFINITY),
      high: group.reduce((most, i) => Math.max(most, values[i]), Number.NEGATIVE_INFINITY),
      lcl: finite(group.reduce((most, i) => Math.max(most, lcl[i]), Number.NEGATIVE_INFINITY)),
      ucl: finite(group.reduce((least, i) => Math.min(least, ucl[i]), Number.POSITIVE_INFINITY)),
      outside: group.reduce((count, i) => count + Number(values[i] < lcl[i] || values[i] > ucl[i]), 0),
    });
  }
  return {
    kind,
    center: center[places[places.length >> 1]],
    outside: marks.reduce((sum, mark) => sum + mark.outside, 0),
    points: places.length,
    marks,
  };
}

const finite = (value: number) => (Number.isFinite(value) ? value : null);

/** The last 25 subgroups with their values, of a large one forty from the lowest to the highest. */
function last({values, group, names}: GroupedValues, single: boolean, {nameOf, endsOf}: Named): SixPack['last'] {
  const first = Math.max(0, (single ? values.length : names.length) - LAST);
  const members = new Map<number, number[]>();
  for (let i = values.length - 1; i >= 0; i--) {
    const g = single ? i : group[i];
    if (g < first) break;
    const of = members.get(g) ?? [];
    of.push(values[i]);
    members.set(g, of);
  }
  return [...members].reverse().map(([g, of]) => {
    const sorted = Float64Array.from(of).sort();
    const few = sorted.length <= VALUES_OF_ONE;
    return {
      x: nameOf(g),
      ...withParts(endsOf(g)),
      place: g + 1,
      n: sorted.length,
      mean: sorted.reduce((sum, x) => sum + x, 0) / sorted.length,
      values: few
        ? Array.from(sorted)
        : Array.from({length: VALUES_OF_ONE}, (_, k) => quantileOf(sorted, k / (VALUES_OF_ONE - 1))),
    };
  });
}

/** Densities in the unit of the bars: values that a bin of this width would hold. */
function withCurves({sorted, mean, within, sigmaOverall, fitted}: Shown): SixPack['histogram'] {
  const n = sorted.length;
  const {width, bins} = histogram(sorted);
  const margin = 0.1 * (sorted[n - 1] - sorted[0]);
  const from = Math.min(sorted[0] - margin, mean - 3.5 * sigmaOverall);
  const to = Math.max(sorted[n - 1] + margin, mean + 3.5 * sigmaOverall);
  const curve = (density: (x: number) => number) =>
    Array.from({length: CURVE + 1}, (_, k) => {
      const x = from + (k / CURVE) * (to - from);
      const count = n * width * density(x);
      return {x, count: Number.isFinite(count) ? count : 0};
    });
  const normal = (sigma: number) => (x: number) => normalDensity((x - mean) / sigma) / sigma;
  return {
    width,
    bins,
    curves: [
      {name: 'within', points: curve(normal(within.sigma.value))},
      {name: 'overall', points: curve(normal(sigmaOverall))},
      ...(fitted.name === 'normal'
        ? []
        : [{name: 'fitted' as const, points: curve(x => (fitted.below(x) > 0 ? Math.exp(fitted.logDensity(x)) : 0))}]),
    ],
  };
}

/**
 * Normal probability plot: the values against normal quantiles, the line of mean and overall sigma with its 95 % band, and where
 * the fitted distribution would have them.
 * @see Nelson (1982), Applied Life Data Analysis, section 6.3 (the band of a normal percentile)
 */
function probability({sorted, mean, sigmaOverall, fitted, effective}: Shown): SixPack['probability'] {
  const n = sorted.length;
  const count = Math.min(n, QUANTILES);
  const points = Array.from({length: count}, (_, k) => {
    // With many values the outermost stay themselves, and what lies between is evenly spaced in z.
    const share = n <= QUANTILES ? (k + 0.5) / n : shareAt(k, count, n);
    const i = Math.min(n - 1, Math.max(0, Math.round(share * n - 0.5)));
    return {z: zOf((i + 0.5) / n), share: (i + 0.5) / n, value: sorted[i]};
  });
  const end = Math.max(3, points[points.length - 1].z);
  const lines = Array.from({length: 61}, (_, k) => {
    const z = -end + (k / 60) * 2 * end;
    const share = 1 - normalTail(z);
    const half = 1.959964 * sigmaOverall * Math.sqrt(1 / effective.mean + z ** 2 / (2 * effective.degrees));
    const normal = mean + z * sigmaOverall;
    return {
      z,
      share,
      normal,
      low: normal - half,
      high: normal + half,
      fitted: fitted.name === 'normal' ? null : finite(fitted.quantile(share)),
    };
  });
  return {points, lines};
}

function shareAt(k: number, count: number, n: number): number {
  const end = zOf(1 - 0.5 / n);
  return 1 - normalTail(-end + (k / (count - 1)) * 2 * end);
}

const zOf = (share: number) => -normalUpperQuantile(share);

function spans({mean, within, sigmaOverall, limits, acceptance, fitted}: Shown): SixPack['spans'] {
  const threeSigma = (sigma: number) => ({low: mean - 3 * sigma, center: mean, high: mean + 3 * sigma});
  return [
    {name: 'within', ...threeSigma(within.sigma.value)},
    {name: 'overall', ...threeSigma(sigmaOverall)},
    ...(fitted.name === 'normal'
      ? []
      : [
          {
            name: 'percentiles' as const,
            low: fitted.quantile(0.00135),
            center: fitted.quantile(0.5),
            high: fitted.quantile(0.99865),
          },
        ]),
    {name: 'limits', low: limits.lsl, center: limits.target, high: limits.usl},
    ...(acceptance === null
      ? []
      : [{name: 'acceptance' as const, low: acceptance.lsl, center: null, high: acceptance.usl}]),
  ];
}
