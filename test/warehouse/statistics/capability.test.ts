import {describe, expect, test} from 'vitest';
import {andersonDarlingStatistic} from '../../../warehouse/statistics/anderson-darling.ts';
import {
  acceptance,
  byPercentiles,
  expectedBeyond,
  performance as nearness,
  potential,
  towardsTarget,
} from '../../../warehouse/statistics/capability.ts';
import {condensed} from '../../../warehouse/statistics/condensed.ts';
import {NORMAL} from '../../../warehouse/statistics/distributions.ts';
import {fitDistribution} from '../../../warehouse/statistics/fitted-distributions.ts';
import {normalityTail} from '../../../warehouse/statistics/normality.ts';
import {
  betaUpperQuantile,
  chiSquaredUpperQuantile,
  fUpperQuantile,
  studentUpperQuantile,
} from '../../../warehouse/statistics/quantiles.ts';
import {pistonRings, shared} from './textbook-data.ts';

const SPECS = {lsl: 73.95, usl: 74.05, target: 74};

// Piston rings (Montgomery): sigma and Cp, Cpk with intervals as R's qcc 3.0 prints them, 124 degrees of freedom; the
// narrower bases are those that follow from the estimator: about 90.6 for the mean range, 100 pooled.
describe('capability of the piston rings', () => {
  const spread = {mean: 74.001176, sigma: 0.009785039, n: 125};

  test.each([
    [124, 1.491, 1.915],
    [90.6, 1.455, 1.95],
    [100, 1.467, 1.938],
  ])('Cp with %d degrees of freedom', (degrees, low, high) => {
    const cp = potential(SPECS, {...spread, degrees})!;
    expect(cp.value).toBeCloseTo(1.703, 3);
    expect(cp.low).toBeCloseTo(low, 2);
    expect(cp.high).toBeCloseTo(high, 2);
  });

  test('Cpk and Cpm', () => {
    const cpk = nearness(SPECS, {...spread, degrees: 124})!;
    expect([cpk.value, cpk.low, cpk.high].map(x => x.toFixed(3))).toEqual(['1.663', '1.448', '1.878']);
    const cpm = towardsTarget(SPECS, {...spread, degrees: 124})!;
    // Cp / sqrt(1 + ((mean - target) / sigma)^2) by hand.
    expect(cpm.value).toBeCloseTo(1.70328 / Math.sqrt(1 + (0.001176 / 0.009785039) ** 2), 4);
    expect(cpm.low).toBeLessThan(cpm.value);
  });
});

// Montgomery, Introduction to Statistical Quality Control, 7th ed.: examples 8.2 (bursting strength of bottles, one limit), 8.4
// (the interval of Cp from 20 values) and the two processes of figure 8.10 (Cpm).
describe('as the textbook has it', () => {
  test('one lower limit', () => {
    const bottles = {mean: 264, sigma: 32, degrees: 99, n: 100};
    expect(nearness({lsl: 200, usl: null, target: null}, bottles)!.value.toFixed(2)).toBe('0.67');
  });

  test('the interval of Cp', () => {
    const cp = potential({lsl: 38, usl: 62, target: null}, {mean: 50, sigma: 1.75, degrees: 19, n: 20})!;
    // The book goes on with 2.29: its last digit is off by one.
    for (const [found, printed] of [
      [cp.value, 2.29],
      [cp.low, 1.57],
      [cp.high, 3.01],
    ])
      expect(Math.abs(found - printed)).toBeLessThan(0.011);
  });

  test.each([
    ['on target', 50, 5, '1.00', '1.00', '1.00'],
    ['off target', 57.5, 2.5, '2.00', '1.00', '0.63'],
  ])('Cpm %s', (_what, mean, sigma, ...expected) => {
    const limits = {lsl: 35, usl: 65, target: 50};
    const process = {mean, sigma, degrees: 99, n: 100};
    const found = [potential(limits, process), nearness(limits, process), towardsTarget(limits, process)];
    expect(found.map(index => index!.value.toFixed(2))).toEqual(expected);
  });
});

// NIST/SEMATECH e-Handbook, 6.1.6: limits 8 and 20, mean 16, sigma 2.
test('Cp and Cpk of the handbook', () => {
  const process = {mean: 16, sigma: 2, degrees: 49, n: 50};
  expect(potential({lsl: 8, usl: 20, target: null}, process)!.value).toBeCloseTo(1, 12);
  expect(nearness({lsl: 8, usl: 20, target: null}, process)!.value).toBeCloseTo(0.6667, 4);
});

test('one limit alone has a Cpk and no Cp; none has neither', () => {
  const spread = {mean: 10, sigma: 1, degrees: 50, n: 51};
  expect(potential({lsl: null, usl: 14, target: null}, spread)).toBeNull();
  expect(nearness({lsl: null, usl: 14.5, target: null}, spread)!.value).toBeCloseTo(1.5, 12);
  expect(nearness({lsl: 7, usl: null, target: null}, spread)!.value).toBeCloseTo(1, 12);
  expect(nearness({lsl: null, usl: null, target: null}, spread)).toBeNull();
});

// Montgomery's table of process capability ratios: Cp 1.00 = 2700 ppm, 1.33 = 66, one-sided 1.00 = 1350.
test('parts per million expected of a normal process', () => {
  const normal = NORMAL.of([0, 1]);
  const both = expectedBeyond({lsl: -3, usl: 3, target: null}, normal);
  expect([both.below, both.above, both.total].map(ppm => ppm.toFixed(1))).toEqual(['1349.9', '1349.9', '2699.8']);
  expect(expectedBeyond({lsl: null, usl: 3, target: null}, normal)).toMatchObject({
    below: 0,
    total: expect.closeTo(1349.9, 1),
  });
  expect(expectedBeyond({lsl: -4, usl: 4, target: null}, normal).total).toBeCloseTo(63.34, 2);
});

// ISO 14253-1: conformity is proved between the limits drawn in by the expanded uncertainty.
test('a guard band draws in the limits that there are', () => {
  expect(acceptance({lsl: 0.1, usl: 0.9, target: null}, 0.2)).toEqual({lsl: 0.3, usl: 0.7});
  expect(acceptance({lsl: 9, usl: 11, target: null}, 0.25)).toEqual({lsl: 9.25, usl: 10.75});
  expect(acceptance({lsl: null, usl: 11, target: null}, 0.25)).toEqual({lsl: null, usl: 10.75});
});

test('by percentiles a normal distribution gives what sigma gives', () => {
  const {pp, ppk} = byPercentiles({lsl: -4, usl: 5, target: null}, {low: -3, median: 0, high: 3});
  expect(pp).toBeCloseTo(1.5, 12);
  expect(ppk).toBeCloseTo(4 / 3, 12);
});

// statsmodels 0.13.5, diagnostic.normal_ad.
describe('normality', () => {
  test.each([
    ['squares of 1 to 20', Array.from({length: 20}, (_, k) => (k + 1) ** 2), 0.62515128415059, 0.08880683219204079],
    ['exponentials', Array.from({length: 10}, (_, k) => Math.exp(k / 2)), 0.9256801192135278, 0.011253575860572091],
  ])('%s', (_what, values, statistic, p) => {
    const found = normality(values);
    expect(found.statistic).toBeCloseTo(statistic, 10);
    expect(found.p).toBeCloseTo(p, 10);
  });

  test.skipIf(!shared.present)('piston rings', () => {
    const values = pistonRings()
      .slice(0, 25)
      .flatMap(r => r.values)
      .sort((a, b) => a - b);
    expect(normality(values).p).toBeCloseTo(0.8958342620630695, 8);
  });

  test('too few values are refused; far out p goes on falling', () => {
    expect(() => normalityTail(0.5, 7)).toThrow('too few values: 7');
    expect(normalityTail(400, 1000)).toBeLessThan(1e-29);
  });
});

function normality(values: readonly number[]) {
  const sample = condensed(Float64Array.from(values).sort());
  const fitted = fitDistribution('normal', sample, 0);
  if ('reason' in fitted) throw new Error(fitted.reason);
  const statistic = andersonDarlingStatistic(sample, fitted);
  return {statistic, p: normalityTail(statistic, values.length)};
}

// SciPy 1.10.1: chi2.isf, f.isf, t.isf, beta.isf.
test('quantiles', () => {
  // SciPy 1.17.1 t.isf(.9, 10) and t.isf(.999, 3).
  expect(studentUpperQuantile(0.9, 10)).toBeCloseTo(-1.372183641110336, 10);
  expect(studentUpperQuantile(0.999, 3)).toBeCloseTo(-10.214531852407383, 9);
  const close = (a: number, b: number) => expect(Math.abs(a / b - 1)).toBeLessThan(1e-11);
  close(chiSquaredUpperQuantile(0.025, 90.6), 118.82358732396726);
  close(chiSquaredUpperQuantile(0.975, 3), 0.21579528262389797);
  close(chiSquaredUpperQuantile(1e-10, 5), 55.5623985182385);
  close(fUpperQuantile(0.0027, 2, 59), 6.54910034328199);
  close(fUpperQuantile(0.5, 7, 3), 1.1481791128885994);
  close(studentUpperQuantile(0.025, 10), 2.2281388519649385);
  // SciPy is good to nine digits only here: by the closed form of three degrees of freedom.
  close(studentUpperQuantile(1e-6, 3), 103.29946778041935);
  close(betaUpperQuantile(0.0027, 1.5, 8), 0.5770332486414874);
  close(betaUpperQuantile(0.975, 0.5, 0.5), 0.0015413331334360146);
  expect(studentUpperQuantile(0.5, 4)).toBe(0);
});
