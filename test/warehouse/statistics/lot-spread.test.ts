import {describe, expect, test} from 'vitest';
import {lotSpread} from '../../../warehouse/statistics/lot-spread.ts';
import {correlationBeyond, mostWhenNoneWasSeen} from '../../../warehouse/statistics/rare-events.ts';

const lotOf = (values: readonly number[]) => {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return {n: values.length, mean, squares: values.reduce((sum, x) => sum + (x - mean) ** 2, 0)};
};

// Sums of squares, components of variance and Satterthwaite's degrees of freedom in NumPy 2.
test('three lots of unequal size', () => {
  const found = lotSpread(
    [
      [10.1, 10.4, 9.8],
      [11, 11.3],
      [9.2, 9.5, 9.1, 9.4],
    ].map(lotOf),
  )!;
  expect(found.lots).toBe(3);
  expect(found.correlation).toBeCloseTo(0.9352738414400613, 10);
  expect(found.degrees).toBeCloseTo(2.286840944266328, 10);
  expect(found.meanVariance).toBeCloseTo(0.2862416904083575, 10);
  expect(found.crowd).toBeCloseTo(29 / 9, 12);
});

describe('by hand', () => {
  test('lots that are all that differs: their number less one', () => {
    const found = lotSpread([lotOf([1, 1, 1]), lotOf([2, 2, 2]), lotOf([4, 4, 4])])!;
    expect(found.degrees).toBeCloseTo(2, 12);
    expect(found.correlation).toBe(1);
  });

  test('a lot of which nothing was measured is no lot', () => {
    const found = lotSpread([lotOf([1, 1, 1]), {n: 0, mean: 0, squares: 0}, lotOf([2, 2, 2]), lotOf([4, 4, 4])])!;
    expect(found.lots).toBe(3);
    expect(found.degrees).toBeCloseTo(2, 12);
  });

  test('lots that are alike: nothing is lost, and nothing is won', () => {
    const found = lotSpread([lotOf([1, 3]), lotOf([1, 3]), lotOf([1, 3])])!;
    expect(found.degrees).toBeLessThanOrEqual(5);
    expect(found.correlation).toBe(0);
    expect(found.meanVariance).toBeCloseTo(1.2 / 6, 12);
  });

  test('one lot, or lots of one value, say nothing', () => {
    expect(lotSpread([lotOf([1, 2, 3])])).toBeNull();
    expect(lotSpread([lotOf([1]), lotOf([2])])).toBeNull();
    expect(lotSpread([])).toBeNull();
  });
});

// SciPy 1.17.1: multivariate_normal.cdf of two correlated values.
describe('events of correlated values', () => {
  test.each([
    [0.01, 0.3, 0.04609378675384964],
    [0.001, 0.5, 0.05331248067524557],
    [0.2, 0.1, 0.05073619722252859],
  ])('share %d, correlation %d', (share, correlation, expected) => {
    expect(correlationBeyond(share, correlation)).toBeCloseTo(expected, 5);
  });

  test('none of n seen: between independent parts and lots as the only unit', () => {
    // Wilson's bound for 0 of 1,000: z^2 / (n + z^2).
    const alone = 3.8414588 / 1003.8414588;
    expect(mostWhenNoneWasSeen(1000, 100, 0)).toBeCloseTo(alone, 9);
    const high = mostWhenNoneWasSeen(1000, 100, 0.4);
    expect(high).toBeGreaterThan(alone);
    expect(high).toBeLessThan(3.8414588 / (10 + 3.8414588));
    expect(high).toBeCloseTo(3.8414588 / (1000 / (1 + 99 * correlationBeyond(high, 0.4)) + 3.8414588), 6);
  });
});
