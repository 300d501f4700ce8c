import {describe, expect, test} from 'vitest';
import {attributeChart, attributeLines} from '../../../warehouse/statistics/attribute-chart.ts';
import {averageRunLength, normalPoint} from '../../../warehouse/statistics/average-run-length.ts';
import {c4, d2, d3} from '../../../warehouse/statistics/control-constants.ts';
import {cusumChart} from '../../../warehouse/statistics/cusum.ts';
import {ewmaChart} from '../../../warehouse/statistics/ewma.ts';
import {referenceOf, tSquared, tSquaredLimit} from '../../../warehouse/statistics/hotelling.ts';
import {brokenRules, RULE_SETS} from '../../../warehouse/statistics/run-rules.ts';
import {
  deviationChart,
  individualsChart,
  meanChart,
  movingRangeChart,
  rangeChart,
} from '../../../warehouse/statistics/shewhart.ts';
import {sigmaOfNeighbours, sigmaWithin} from '../../../warehouse/statistics/subgroup-sigma.ts';
import {orangeJuice, pistonRings, ryan, shared, viscosity} from './textbook-data.ts';

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, x) => sum + x, 0) / values.length;

// Montgomery, Introduction to Statistical Quality Control, appendix VI (printed to three or four decimals).
describe('constants of small samples', () => {
  test.each([
    [2, 1.128, 0.853, 0.7979],
    [3, 1.693, 0.888, 0.8862],
    [5, 2.326, 0.864, 0.94],
    [10, 3.078, 0.797, 0.9727],
    [15, 3.472, 0.756, 0.9823],
    [25, 3.931, 0.708, 0.9896],
  ])('of %d values', (n, expectedD2, expectedD3, expectedC4) => {
    expect(Math.abs(d2(n) - expectedD2)).toBeLessThan(0.00051);
    expect(Math.abs(d3(n) - expectedD3)).toBeLessThan(0.00051);
    expect(Math.abs(c4(n) - expectedC4)).toBeLessThan(0.000051);
  });

  test('of two values they are known exactly: 2 / sqrt(pi) and sqrt(2 - 4 / pi)', () => {
    expect(d2(2)).toBeCloseTo(2 / Math.sqrt(Math.PI), 12);
    expect(d3(2)).toBeCloseTo(Math.sqrt(2 - 4 / Math.PI), 12);
  });

  test('c4 goes smoothly into its series', () => {
    expect(Math.abs(c4(1000) - c4(1001))).toBeLessThan(3e-7);
    expect(() => c4(1)).toThrow('invalid n: 1');
    expect(() => d2(2.5)).toThrow('invalid n: 2.5');
  });
});

// Figures as printed by R's qcc 3.0 on these data. Its ranges rest on constants of three decimals, hence 1e-4 there.
describe.skipIf(!shared.present)('charts that qcc prints', () => {
  test('piston rings: mean, range and standard deviation', () => {
    const rings = pistonRings().slice(0, 25);
    const center = mean(rings.map(r => r.mean));
    const byRange = sigmaWithin(rings, 'rbar')!;
    const byDeviation = sigmaWithin(rings, 'sbar')!;
    expect(center).toBeCloseTo(74.00118, 5);
    expect(byRange.value / 0.009785039 - 1).toBeCloseTo(0, 4);
    expect(byDeviation.value).toBeCloseTo(0.009829977, 8);
    expect(mean(rings.map(r => r.deviation))).toBeCloseTo(0.009240037, 9);
    const chart = meanChart(rings, center, byRange.value);
    expect(chart.lcl[0]).toBeCloseTo(73.98805, 5);
    expect(chart.ucl[0]).toBeCloseTo(74.0143, 4);
    const ranges = rangeChart(rings, byRange.value);
    expect(ranges.center[0]).toBeCloseTo(0.02276, 5);
    expect(ranges.lcl[0]).toBe(0);
    // D4 = 2.114 for five values (Montgomery, appendix VI).
    expect(ranges.ucl[0] / 0.02276).toBeCloseTo(2.114, 2);
    const deviations = deviationChart(rings, byDeviation.value);
    // B4 = 2.089 for five values.
    expect(deviations.ucl[0] / deviations.center[0]).toBeCloseTo(2.089, 3);
  });

  test('orange juice: share of cans that leak, and the same without two bad hours', () => {
    const samples = orangeJuice();
    const all = attributeChart('p', samples);
    expect(all.center[0]).toBeCloseTo(0.2313333, 7);
    expect(all.lcl[0]).toBeCloseTo(0.05242755, 7);
    expect(all.ucl[0]).toBeCloseTo(0.4102391, 7);
    const without = samples.filter((_, k) => k !== 14 && k !== 22);
    expect(attributeLines('p', without).mean).toBeCloseTo(0.215, 10);
  });

  test('viscosity: single values, one bad batch taken out of the baseline', () => {
    const values = viscosity();
    const baseline = values.filter((_, k) => k !== 3);
    const sigma = sigmaOfNeighbours(baseline)!.value;
    expect(mean(baseline)).toBeCloseTo(33.98947, 5);
    expect(sigma / 0.4117415 - 1).toBeCloseTo(0, 3);
    const {center} = individualsChart(values, mean(baseline), sigma);
    const broken = brokenRules(
      values.map((value, i) => (value - center[i]) / sigma),
      RULE_SETS.limits,
    );
    expect(broken.flatMap((ids, i) => (ids.length > 0 ? [i] : []))).toEqual([3]);
  });

  test('two parameters together, grouped (Ryan, Statistical Methods for Quality Improvement, 9.4)', () => {
    const groups = ryan();
    const reference = referenceOf(groups);
    const t2 = tSquared(groups, reference);
    expect(reference.mean).toEqual([60.375, 18.4875]);
    expect(t2[9]).toBeCloseTo(63.76, 2);
    expect(t2[19]).toBeCloseTo(13.04, 2);
    expect(tSquaredLimit(reference, 'baseline', 1 - 0.9973 ** 2)).toBeCloseTo(11.03976, 4);
  });
});

// Montgomery, Introduction to Statistical Quality Control, table 9.1 to 9.10: mean 10, sigma 1, from 21 on mean 11.
const MONTGOMERY = Float64Array.from([
  9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.2, 10.34, 9.03, 11.47, 10.51, 9.4, 10.08, 9.37, 10.62, 10.31,
  8.52, 10.84, 10.9, 9.33, 12.29, 11.5, 10.6, 11.08, 10.38, 11.62, 11.31, 10.52,
]);

describe('charts that remember', () => {
  test('tabular CUSUM, k = 1/2, h = 5 (Montgomery, table 9.2)', () => {
    const {above, below} = cusumChart(MONTGOMERY.map(x => x - 10));
    const printed = [0, 0, 0, 1.16, 2.82, 2.5, 0.04, 1, 0, 0, 0, 0.97, 0.98, 0, 0, 0, 0.12, 0, 0, 0.34, 0.74, 0];
    printed.push(1.79, 2.79, 2.89, 3.47, 3.35, 4.47, 5.28, 5.3);
    for (const [i, c] of printed.entries()) expect(above[i], `point ${i + 1}`).toBeCloseTo(c, 10);
    expect(below[1]).toBeCloseTo(-1.56, 10);
    expect(below[2]).toBeCloseTo(-1.77, 10);
  });

  test('EWMA, lambda = 0.1, L = 2.7 (Montgomery, table 9.10)', () => {
    const chart = ewmaChart(
      MONTGOMERY,
      MONTGOMERY.map(() => 1),
      10,
      {lambda: 0.1, width: 2.7},
    );
    for (const [i, z] of [9.945, 9.7495, 9.70355, 9.8992, 10.1253].entries()) expect(chart.values[i]).toBeCloseTo(z, 4);
    expect(chart.values[29]).toBeCloseTo(10.6341, 3);
    expect([chart.lcl[0], chart.ucl[0]].map(x => Number(x.toFixed(2)))).toEqual([9.73, 10.27]);
    expect([chart.lcl[29], chart.ucl[29]].map(x => Number(x.toFixed(2)))).toEqual([9.38, 10.62]);
  });
});

describe('counts', () => {
  test('limits never leave what is possible', () => {
    const chart = attributeChart('p', [
      {n: 10, count: 9},
      {n: 10, count: 8},
    ]);
    expect(chart.ucl[0]).toBe(1);
    expect(attributeChart('c', [{n: 1, count: 2}]).lcl[0]).toBe(0);
  });

  test('np and c follow n; u is the rate', () => {
    const samples = [
      {n: 100, count: 4},
      {n: 200, count: 2},
    ];
    expect([...attributeChart('np', samples).center]).toEqual([2, 4]);
    expect([...attributeChart('u', samples).values]).toEqual([0.04, 0.01]);
    expect(attributeChart('u', samples).center[0]).toBeCloseTo(0.02, 12);
  });

  test('a sample without defects is one like others: mean 4, limits 4 -+ 3 times 2', () => {
    const chart = attributeChart(
      'c',
      [0, 4, 8].map(count => ({n: 1, count})),
    );
    expect([...chart.values]).toEqual([0, 4, 8]);
    expect([chart.center[0], chart.lcl[0], chart.ucl[0]]).toEqual([4, 0, 10]);
  });

  test("Laney's p' by hand: sigma z is the mean moving range of z over 1.128", () => {
    const samples = [500, 560, 480, 540].map(count => ({n: 10_000, count}));
    const z = samples.map(({count}) => (count / 10_000 - 0.052) / Math.sqrt((0.052 * 0.948) / 10_000));
    const movingRange = (Math.abs(z[1] - z[0]) + Math.abs(z[2] - z[1]) + Math.abs(z[3] - z[2])) / 3;
    const chart = attributeChart('laney-p', samples);
    const {sigmaZ} = attributeLines('laney-p', samples);
    expect(sigmaZ).toBeCloseTo(movingRange / 1.1283791670955126, 10);
    const half = chart.ucl[0] - chart.center[0];
    expect(half).toBeCloseTo(3 * sigmaZ! * Math.sqrt((0.052 * 0.948) / 10_000), 12);
  });

  test('what cannot be is refused', () => {
    expect(() => attributeChart('p', [{n: 10, count: 11}])).toThrow('11 defective of 10 parts');
    expect(() => attributeChart('c', [{n: 0, count: 0}])).toThrow('invalid sample size: 0');
    expect(() => attributeChart('u', [{n: 5, count: -1}])).toThrow('invalid count: -1');
  });
});

// Hand-made runs, one more point than would be too few.
describe('rules', () => {
  const breaks = (z: number[]) => brokenRules(Float64Array.from(z), RULE_SETS.nelson).map(ids => ids.join());

  test.each<[string, number[], string]>([
    ['1', [3.001], '1'],
    ['2', [0.1, 0.2, 0.3, 0.2, 0.1, 0.2, 0.3, 0.2, 0.1].map((v, i) => v + 0.9 * (i % 2)), '2'],
    ['3', [-1.4, -0.8, -0.2, 0.4, 0.9, 1.3], '3'],
    ['4', Array.from({length: 14}, (_, i) => (i % 2 ? 1.2 : -1.3)), '4,8'],
    ['5', [2.1, 0.1, 2.2], '5'],
    ['6', [1.1, 1.2, -0.5, 1.3, 1.4], '6'],
    ['7', Array.from({length: 15}, (_, i) => [0.5, 0.3, -0.2, -0.6][i % 4]), '7'],
    ['8', [1.5, -1.5, -1.2, 1.4, 1.1, -1.6, 1.2, -1.3], '8'],
  ])('rule %s', (_id, z, expected) => {
    expect(breaks(z).at(-1)).toBe(expected);
    expect(breaks(z.slice(1)).at(-1) ?? '', 'one point fewer').not.toBe(expected);
  });

  test('a point on a limit is within it; ties and points on the centre end runs; so do gaps', () => {
    expect(breaks([3])).toEqual(['']);
    expect(breaks([0.1, 0.2, 0.3, 0.3, 0.4, 0.5, 0.6])).not.toContain('3');
    const above = [0.1, 0.5, 0.1, 0.5, 0, 0.1, 0.5, 0.1, 0.5];
    expect(breaks(above).at(-1)).toBe('');
    expect(breaks([0.1, 0.5, 0.1, 0.5, Number.NaN, 0.1, 0.5, 0.1, 0.5]).at(-1)).toBe('');
  });

  // Known: 370.4 for the limits; 91.75 for the four Western Electric rules (Champ & Woodall 1987, table 2).
  test('what rules cost in false alarms', () => {
    const exact = {draw: normalPoint, estimatedFrom: null};
    const cost = (name: string) => averageRunLength(RULE_SETS[name], exact);
    expect(cost('limits') / 370.4).toBeGreaterThan(0.92);
    expect(cost('limits') / 370.4).toBeLessThan(1.08);
    expect(Math.abs(cost('western-electric') / 91.75 - 1)).toBeLessThan(0.04);
    expect(cost('nelson')).toBeLessThan(cost('western-electric'));
  });

  // A point less the estimated centre over the estimated sigma is sqrt(1 + 1 / m) times Student's t: SciPy 1.10, 1 / (2 t.sf).
  test('limits from a short baseline cost more false alarms', () => {
    const few = averageRunLength(RULE_SETS.limits, {
      draw: normalPoint,
      estimatedFrom: {subgroups: 10, degrees: 36},
    });
    expect(few).toBeLessThan(250);
    expect(Math.abs(few / 142.8332207960924 - 1)).toBeLessThan(0.06);
  });
});

test('subgroups of unequal size: one value says nothing of spread; precision weighs', () => {
  const of = (n: number, range: number, deviation: number) => ({n, mean: 0, range, deviation});
  const equal = sigmaWithin([of(5, 2, 0.8), of(5, 4, 1.6)], 'rbar')!;
  expect(equal.value).toBeCloseTo(3 / d2(5), 12);
  const mixed = sigmaWithin([of(1, 0, Number.NaN), of(2, 2, 1.4), of(8, 4, 1.5)], 'rbar')!;
  const weights = [2, 8].map(n => (d2(n) / d3(n)) ** 2);
  expect(mixed.value).toBeCloseTo(
    ((weights[0] * 2) / d2(2) + (weights[1] * 4) / d2(8)) / (weights[0] + weights[1]),
    12,
  );
  expect(sigmaWithin([of(1, 0, Number.NaN)], 'rbar')).toBeNull();
});

test('degrees of freedom of sigma, 20 subgroups of 5', () => {
  const subgroups = Array.from({length: 20}, () => ({n: 5, mean: 0, range: 2, deviation: 1}));
  // AIAG, Measurement Systems Analysis (2010), appendix C: 72.7 for the mean range.
  expect(sigmaWithin(subgroups, 'rbar')!.degrees).toBeCloseTo(72.7, 1);
  expect(sigmaWithin(subgroups, 'pooled')!.degrees).toBe(80);
});

test('ranges of two values: D4 = 3.267 times their mean (Montgomery, appendix VI), no lower limit', () => {
  const [sigma, center] = [2, 2 * d2(2)];
  const pairs = [0, 1].map(() => ({n: 2, mean: 0, range: 3, deviation: 2}));
  const charts = [movingRangeChart(Float64Array.of(1, 2, 3), sigma), rangeChart(pairs, sigma)];
  for (const chart of charts) {
    expect(chart.ucl[1] / center).toBeCloseTo(3.267, 3);
    expect([chart.center[1], chart.lcl[1]]).toEqual([expect.closeTo(center, 12), 0]);
  }
  expect(deviationChart(pairs, sigma).center[0]).toBeCloseTo(0.7979 * sigma, 3);
});

test('limits of T squared for later subgroups are wider (Montgomery, example 11.1: 13.72 and 15.16)', () => {
  const reference = {mean: [0, 0], subgroups: 20, n: 10} as Parameters<typeof tSquaredLimit>[0];
  expect(tSquaredLimit(reference, 'baseline', 0.001)).toBeCloseTo(13.72, 2);
  expect(tSquaredLimit(reference, 'new', 0.001)).toBeCloseTo(15.165, 2);
});

test('what no covariance can be made of is refused', () => {
  expect(() => referenceOf([[[1, 2]], [[1, 2]]])).toThrow('too few');
  const constant = Array.from({length: 9}, (_, k) => [[k, 5]]);
  expect(() => tSquared(constant, referenceOf(constant))).toThrow('parameter 2 is constant');
});
