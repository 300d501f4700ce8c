import {describe, expect, test} from 'vitest';
import {clusterRatio, influenceVariance} from '../../../warehouse/statistics/cluster-ratio.ts';
import {clusteredRateInterval} from '../../../warehouse/statistics/clustered-rate.ts';
import {commonCorrelation, worth} from '../../../warehouse/statistics/common-correlation.ts';
import {directlyStandardised} from '../../../warehouse/statistics/direct-standardisation.ts';
import {clusteredShareInterval, effectiveSize} from '../../../warehouse/statistics/effective-size.ts';
import {sigmaLevel} from '../../../warehouse/statistics/sigma-level.ts';

/**
 * Weil's litters of rats (survivors, litter size): table 1 of Rao & Scott (1992), Biometrics 48:577. The design effects of
 * that table are printed to seven digits by the documentation of `rsb` in the R package PF.
 */
const CONTROL = litters('13/13 12/12 9/9 9/9 8/8 8/8 12/13 11/12 9/10 9/10 8/9 11/13 4/5 5/7 7/10 7/10');
const TREATED = litters('12/12 11/11 10/10 9/9 10/11 9/10 9/10 8/9 8/9 4/5 7/9 4/7 5/10 3/6 3/10 0/7');

function litters(text: string) {
  return text.split(' ').map(litter => {
    const [count, of] = litter.split('/').map(Number);
    return {count, of};
  });
}

describe('ratio over clusters', () => {
  test.each([
    ['control', CONTROL, 142 / 158, 1.232495],
    ['treated', TREATED, 112 / 145, 3.952861],
  ])('%s: share and design effect', (_, group, share, design) => {
    const {ratio, variance, clusters} = clusterRatio(group);
    const animals = group.reduce((sum, {of}) => sum + of, 0);
    expect(ratio).toBeCloseTo(share, 12);
    expect(clusters).toBe(16);
    expect((variance * animals) / (ratio * (1 - ratio))).toBeCloseTo(design, 5);
    expect(animals / effectiveSize(ratio, variance, animals)).toBeCloseTo(design, 5);
  });

  test('clusters that are alike may be told once, with how many there are', () => {
    const listed = clusterRatio([...TREATED, ...TREATED, ...TREATED]);
    expect(clusterRatio(TREATED.map(litter => ({...litter, times: 3}))).variance).toBeCloseTo(listed.variance, 15);
  });

  test('nothing failed, or everything: the parts stand for themselves, whatever variance is claimed', () => {
    expect([effectiveSize(0, 0.001, 90), effectiveSize(1, 0.001, 90)]).toEqual([90, 90]);
  });

  test('one cluster has no variance', () => {
    expect(clusterRatio([{count: 3, of: 10}]).variance).toBeNaN();
    expect(influenceVariance([]).variance).toBeNaN();
  });
});

describe('intervals', () => {
  const {ratio: share, variance, clusters} = clusterRatio(TREATED);

  // NumPy and SciPy 1.17 for the effective size and t, statsmodels 0.14.5 proportion_confint(method='wilson') at that size.
  test('share: Wilson at the effective size, with the t quantile of 15 degrees of freedom', () => {
    const interval = clusteredShareInterval(share, {variance, parts: 145, clusters});
    expect(interval?.low).toBeCloseTo(0.600008374257995, 8);
    expect(interval?.high).toBeCloseTo(0.8847786682387427, 8);
  });

  // The same tools: exp(log(rate) -+ t sqrt(variance) / rate).
  test('rate: on the logarithmic scale', () => {
    const interval = clusteredRateInterval(share, {variance: 0.006, units: 145, clusters});
    const half = 2.131449545559323 * (Math.sqrt(0.006) / share);
    expect(Math.log(interval!.high / share)).toBeCloseTo(half, 8);
    expect(Math.log(share / interval!.low)).toBeCloseTo(half, 8);
  });

  test('lots less different than chance has them: as if parts were independent, not narrower', () => {
    const even = clusterRatio(Array.from({length: 20}, () => ({count: 5, of: 100})));
    // Newcombe (1998), table I: 81 of 263 by Wilson is 0.2553 to 0.3662; many clusters, so that t is normal.
    const interval = clusteredShareInterval(81 / 263, {variance: 0, parts: 263, clusters: 1e6});
    expect(even.variance).toBe(0);
    expect(interval?.low).toBeCloseTo(0.2553, 4);
    expect(interval?.high).toBeCloseTo(0.3662, 4);
  });

  test('no event: the exact Poisson limit, 3.689 events (Garwood 1936)', () => {
    const interval = clusteredRateInterval(0, {variance: 0, units: 1000, clusters: 5});
    expect(interval?.low).toBe(0);
    expect(interval?.high).toBeCloseTo(0.003689, 6);
  });

  test('one cluster, or nothing: none', () => {
    expect(clusteredShareInterval(0.9, {variance: Number.NaN, parts: 100, clusters: 1})).toBeNull();
    expect(clusteredRateInterval(0.9, {variance: Number.NaN, units: 100, clusters: 1})).toBeNull();
    expect(clusteredShareInterval(Number.NaN, {variance: Number.NaN, parts: 0, clusters: 0})).toBeNull();
  });
});

/**
 * Down's syndrome by the mother's age and birth order: Fleiss (1981), Statistical Methods for Rates and Proportions, p. 249,
 * as in the R package tidyrates, whose README prints the adjusted rates.
 */
describe('direct standardisation', () => {
  const STANDARD = [63986.6, 186263.6, 157302.2, 97647, 47572.6, 12262.6];
  const BIRTHS: [order: string, cases: number[], births: number[], crude: number, adjusted: number][] = [
    ['first', [107, 141, 60, 40, 39, 25], [230061, 329449, 114920, 39487, 14208, 3052], 0.000563, 0.000923],
    ['second', [25, 150, 110, 84, 82, 39], [72202, 326701, 208667, 83228, 28466, 5375], 0.000676, 0.000912],
    ['third', [3, 71, 114, 103, 108, 75], [15050, 175702, 207081, 117300, 45026, 8660], 0.000833, 0.000851],
    ['fifth', [0, 8, 63, 112, 262, 295], [327, 30666, 123419, 149919, 104088, 34392], 0.00167, 0.000755],
  ];
  const all = STANDARD.reduce((a, b) => a + b);

  test.each(BIRTHS)('%s child', (_, cases, births, crude, adjusted) => {
    const strata = STANDARD.map((n, k) => ({weight: n / all, clusters: [{count: cases[k], of: births[k]}]}));
    expect(directlyStandardised(strata).share).toBeCloseTo(adjusted, 6);
    const total = clusterRatio(births.map((of, k) => ({count: cases[k], of})));
    expect(total.ratio).toBeCloseTo(crude, 5);
  });

  test('one stratum: the ratio over its clusters, with its design effect', () => {
    const {share, size, designEffect, clusters, df} = directlyStandardised([{weight: 1, clusters: TREATED}]);
    expect(share).toBeCloseTo(112 / 145, 12);
    expect(size).toBeCloseTo(145, 9);
    expect(designEffect).toBeCloseTo(3.952861, 5);
    expect([clusters, df]).toEqual([16, 15]);
  });

  test('two strata: the variance is the weighted sum of theirs', () => {
    const weights = [0.3, 0.7];
    const both = directlyStandardised([
      {weight: weights[0], clusters: CONTROL},
      {weight: weights[1], clusters: TREATED},
    ]);
    // 0.3 and 0.7 squared, times the variances that the design effects of the table make: 1.232495 and 3.952861.
    const variances = [(1.232495 * 142 * 16) / 158 ** 3, (3.952861 * 112 * 33) / 145 ** 3];
    const expected = weights.reduce((sum, w, k) => sum + w * w * variances[k], 0);
    const {share, size, designEffect} = both;
    // 32 clusters less 2 strata, where each stratum alone has 15 of 16: the same factor.
    expect((share * (1 - share) * designEffect!) / size).toBeCloseTo(expected, 8);
  });

  test('nothing failed: the size is that of the parts, and no design effect is known', () => {
    const none = directlyStandardised([
      {
        weight: 1,
        clusters: [
          {count: 0, of: 30},
          {count: 0, of: 70},
        ],
      },
    ]);
    expect(none).toMatchObject({share: 0, size: 100, designEffect: null, df: 1});
  });
});

// The table of Six Sigma, which has the shift of 1.5 in it: Harry & Lawson (1992).
test.each([
  [690_000, 1],
  [308_537, 2],
  [66_807, 3],
  [6_210, 4],
  [233, 5],
  [3.4, 6],
])('%d DPMO is %i sigma with the shift of 1.5', (dpmo, sigma) => {
  expect(sigmaLevel(dpmo, 1.5)).toBeCloseTo(sigma, 2);
  expect(sigmaLevel(dpmo)).toBeCloseTo(sigma - 1.5, 2);
});

test('no defects, or nothing but: no sigma level', () => {
  expect([sigmaLevel(0), sigmaLevel(1e6), sigmaLevel(2e6)]).toEqual([null, null, null]);
});

test('correlation within litters: by design effect and litter size, groups weighted by p (1 - p) df', () => {
  const both = [CONTROL, TREATED].map(clusters => directlyStandardised([{weight: 1, clusters}]));
  // From the published design effects, 1.232495 and 3.952861.
  const sizes = [CONTROL, TREATED].map(l => l.reduce((s, {of}) => s + of * of, 0) / l.reduce((s, {of}) => s + of, 0));
  expect(both.map(({clusterSize}) => clusterSize)).toEqual(sizes);
  const [c, t] = [0.232495 / (sizes[0] - 1), 2.952861 / (sizes[1] - 1)];
  const [wc, wt] = [(142 / 158) * (16 / 158), (112 / 145) * (33 / 145)];
  expect(commonCorrelation(both)).toBeCloseTo((wc * c + wt * t) / (wc + wt), 6);
  expect(worth(both[1], 0)).toBeCloseTo(145, 9);
  expect(worth(both[1], 1)).toBeCloseTo(145 / sizes[1], 9);
});

test('nothing failed anywhere, or parts alone: no correlation is seen', () => {
  const none = directlyStandardised([{weight: 1, clusters: [{count: 0, of: 30, times: 9}]}]);
  const alone = directlyStandardised([
    {
      weight: 1,
      clusters: [
        {count: 0, of: 1, times: 90},
        {count: 1, of: 1, times: 10},
      ],
    },
  ]);
  expect(commonCorrelation([none, alone])).toBe(0);
});
