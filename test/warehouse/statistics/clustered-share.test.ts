/** Shares of things that speak for different numbers of others. */
import {expect, test} from 'vitest';
import {clusteredShare} from '../../../warehouse/statistics/clustered-share.ts';
import {wilson} from '../../../warehouse/statistics/wilson.ts';

test('equal weights are no weights', () => {
  const lots = [
    {n: 10, count: 2},
    {n: 20, count: 1},
    {n: 5, count: 0},
  ];
  const plain = clusteredShare(lots)!;
  const heavy = clusteredShare(lots.map(({n, count}) => ({n: 7 * n, count: 7 * count, squares: 49 * n})))!;
  for (const name of ['value', 'low', 'high', 'effective'] as const) expect(heavy[name]).toBeCloseTo(plain[name], 10);
});

test('by hand: Kish has two things of weight 1 and one of weight 2 know as much as 16/6', () => {
  // All of one lot: (1 + 1 + 2)^2 / (1 + 1 + 4); the one of weight 2 counts.
  const found = clusteredShare([{n: 4, count: 2, squares: 6}])!;
  expect(found.value).toBe(0.5);
  expect(found.effective).toBeCloseTo(16 / 6, 12);
  expect(found.low).toBeCloseTo(wilson(8 / 6, 16 / 6).low, 12);
});

test('clusters of one thing each with different weights: the variance of the ratio, by hand', () => {
  // Weights 1, 1, 2 and what counts is the last: p = 1/2; influences -1/8, -1/8, 1/4; variance 3/2 * 6/64 = 9/64.
  const found = clusteredShare([
    {n: 1, count: 0, squares: 1},
    {n: 1, count: 0, squares: 1},
    {n: 2, count: 2, squares: 4},
  ])!;
  // 1/4 / (9/64) = 16/9 independent things, as t with two degrees of freedom has it: (1.959964 / 4.302653)^2.
  expect(found.effective).toBeCloseTo((16 / 9) * (1.959963985 / 4.30265273) ** 2, 6);
});
