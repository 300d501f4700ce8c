/** Gage studies: analysis of variance, components of variance and their intervals. */
import {describe, expect, test} from 'vitest';
import {crossedAnova, nestedAnova, pool} from '../../../warehouse/statistics/gage-anova.ts';
import {shareInterval, sumInterval, weighted} from '../../../warehouse/statistics/modified-large-sample.ts';
import {
  addWeights,
  crossedComponents,
  nestedComponents,
  pooledComponents,
} from '../../../warehouse/statistics/variance-components.ts';
import {gaskets, nested, thermal} from './gage-data.ts';

const SIZES = {parts: 10, appraisers: 3, trials: 3};

describe('gaskets (AIAG MSA 4th ed.; Minitab prints gageaiag)', () => {
  const found = crossedAnova(gaskets);
  const pooled = pooledComponents(found, SIZES);

  test('analysis of variance', () => {
    expect(found.part).toEqual({degrees: 9, sum: expect.closeTo(88.3619, 4)});
    expect(found.appraiser).toEqual({degrees: 2, sum: expect.closeTo(3.1673, 4)});
    expect(found.interaction).toEqual({degrees: 18, sum: expect.closeTo(0.359, 4)});
    expect(found.repeatability).toEqual({degrees: 60, sum: expect.closeTo(2.7589, 4)});
    expect(pool(found)).toEqual({degrees: 78, sum: expect.closeTo(3.1179, 4)});
  });

  test('components, interaction pooled', () => {
    const {squares, repeatability, appraiser, part} = pooled;
    expect(weighted(repeatability, squares)).toBeCloseTo(0.03997, 5);
    expect(weighted(appraiser, squares)).toBeCloseTo(0.05146, 5);
    expect(weighted(part, squares)).toBeCloseTo(1.08645, 5);
    expect(weighted(addWeights(repeatability, appraiser), squares)).toBeCloseTo(0.09143, 5);
  });
});

describe('thermal impedance (Montgomery, Introduction to SQC; mean squares as SAS prints them, PROC VARCOMP, METHOD=GRR)', () => {
  const found = crossedAnova(thermal);
  const {squares, repeatability, appraiser, interaction, part} = crossedComponents(found, SIZES);
  const gage = addWeights(repeatability, appraiser, interaction);

  test('analysis of variance', () => {
    expect(found.part.sum).toBeCloseTo(3935.955556, 6);
    expect(found.appraiser.sum).toBeCloseTo(39.266667, 6);
    expect(found.interaction.sum).toBeCloseTo(48.51, 2);
    expect(found.repeatability.sum).toBeCloseTo(30.67, 2);
    expect(squares[0].mean).toBeCloseTo(437.328395, 6);
    expect(squares[1].mean).toBeCloseTo(19.633333, 6);
  });

  test('components', () => {
    expect(weighted(repeatability, squares)).toBeCloseTo(0.51, 2);
    expect(weighted(interaction!, squares)).toBeCloseTo(0.73, 2);
    expect(weighted(appraiser, squares)).toBeCloseTo(0.56, 2);
    expect(weighted(part, squares)).toBeCloseTo(48.29, 2);
  });

  // The generalized intervals of the same book (ch. 2.4), 2,000,000 draws with NumPy 2.4: another method for the same thing.
  test.each([
    ['repeatability', repeatability, 0.3681, 0.7577, 0.001],
    ['interaction', interaction!, 0.3306, 1.7894, 0.01],
    ['appraiser', appraiser, 0.0701, 25.737, 0.05],
    ['part', part, 22.642, 161.85, 0.005],
    ['gage', gage, 1.186, 27.11, 0.02],
  ])('95 %% interval of %s', (_name, weights, low, high, off) => {
    const interval = sumInterval(weights, squares);
    expect(Math.abs(interval.low / low - 1)).toBeLessThan(off);
    expect(Math.abs(interval.high / high - 1)).toBeLessThan(off);
  });

  test('repeatability: a single mean square has the exact interval (SciPy 1.17 chi2.ppf)', () => {
    const interval = sumInterval(repeatability, squares);
    expect(interval.low).toBeCloseTo(30.666666666666668 / 83.29767496, 7);
    expect(interval.high).toBeCloseTo(30.666666666666668 / 40.48174802, 7);
  });

  test('share of the gage in the total (the same draws)', () => {
    const interval = shareInterval(gage, addWeights(gage, part), squares);
    expect(Math.abs(interval.low - 0.01164)).toBeLessThan(0.002);
    expect(Math.abs(interval.high - 0.3618)).toBeLessThan(0.002);
  });
});

describe('nested', () => {
  test('sums of squares (statsmodels 0.15 anova_lm, y ~ appraiser + appraiser:part)', () => {
    const found = nestedAnova(nested);
    expect(found.appraiser).toEqual({degrees: 2, sum: expect.closeTo(4.362667, 6)});
    expect(found.part).toEqual({degrees: 12, sum: expect.closeTo(37.606, 9)});
    expect(found.repeatability).toEqual({degrees: 15, sum: expect.closeTo(1.21, 9)});
  });

  test('components from the sums that Minitab prints for gagenest', () => {
    const printed = {
      appraiser: {degrees: 2, sum: 0.0142},
      part: {degrees: 12, sum: 22.0552},
      repeatability: {degrees: 15, sum: 19.34},
    };
    const {squares, repeatability, appraiser, part} = nestedComponents(printed, {parts: 5, trials: 2});
    expect(weighted(repeatability, squares)).toBeCloseTo(1.28933, 5);
    expect(weighted(part, squares)).toBeCloseTo(0.2743, 4);
    expect(weighted(appraiser, squares)).toBeLessThan(0);
  });
});

test('intervals of the gage and of its share hold their level (300 studies drawn, seed 20)', () => {
  const random = generator(20);
  const components = crossedComponents(crossedAnova(gaskets), SIZES);
  const gage = addWeights(components.repeatability, components.appraiser, components.interaction);
  const whole = addWeights(gage, components.part);
  // Repeatability 1, interaction 0.5, appraisers 0.5, parts 20.
  const expected = [1 + 1.5 + 9 * 20, 1 + 1.5 + 30 * 0.5, 2.5, 1];
  const hits = {gage: 0, share: 0};
  for (let study = 0; study < 300; study++) {
    const squares = components.squares.map(({degrees}, k) => {
      let sum = 0;
      for (let d = 0; d < degrees; d++) sum += normal(random) ** 2;
      return {degrees, mean: (expected[k] * sum) / degrees};
    });
    const ofGage = sumInterval(gage, squares);
    const ofShare = shareInterval(gage, whole, squares);
    hits.gage += Number(ofGage.low <= 2 && 2 <= ofGage.high);
    hits.share += Number(ofShare.low <= 2 / 22 && 2 / 22 <= ofShare.high);
  }
  // Three standard errors of 300 draws at 95 % are 3.8 %.
  expect(hits.gage / 300).toBeGreaterThan(0.912);
  expect(hits.share / 300).toBeGreaterThan(0.912);
});

/** Park and Miller's generator, uniform on (0, 1). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

const normal = (random: () => number) => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
