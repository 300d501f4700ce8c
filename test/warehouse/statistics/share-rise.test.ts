/** Expected values: sums of binomial terms in exact fractions (Python 3.11, `fractions` and `math.comb`); the first by hand. */
import {expect, test} from 'vitest';
import {atLeast, designEffect, riseTail} from '../../../warehouse/statistics/share-rise.ts';

test('all three of two samples of one size in the newer: one half, three times', () => {
  expect(riseTail({size: 100, marked: 3}, {size: 100, marked: 0})).toBeCloseTo(0.125, 12);
});

test.each([
  [{size: 40, marked: 8}, {size: 600, marked: 12}, 1.4815046547700342e-5],
  [{size: 20, marked: 3}, {size: 4000, marked: 2}, 1.2222644168213442e-6],
])('a rise from what is usual', (now, usual, expected) => {
  expect(riseTail(now, usual) / expected).toBeCloseTo(1, 9);
});

test.each([
  [{size: 20, marked: 6}, 0.00032929432452827653],
  [{size: 100, marked: 12}, 0.004274182466365913],
])('as many as that at 5 %', (now, expected) => {
  expect(atLeast(now, 0.05) / expected).toBeCloseTo(1, 9);
});

test('nothing marked, or nothing known, is no rise; a design effect makes it less sure', () => {
  expect(riseTail({size: 10, marked: 0}, {size: 10, marked: 5})).toBe(1);
  expect(riseTail({size: 10, marked: 10}, {size: 0, marked: 0})).toBe(1);
  expect(atLeast({size: 5, marked: 5}, 0.05)).toBeCloseTo(0.05 ** 5, 15);
  const [now, usual] = [
    {size: 40, marked: 8},
    {size: 600, marked: 12},
  ];
  expect(riseTail(now, usual, 4)).toBeGreaterThan(riseTail(now, usual, 1));
  // Counts of a quarter: 2 of 10 against 3 of 150.
  expect(riseTail(now, usual, 4)).toBeCloseTo(riseTail({size: 10, marked: 2}, {size: 150, marked: 3}), 12);
});

test('groups of 10, 10 and 20 with 0, 4 and 2 marked: by hand, residuals 9.5 against 40 * 0.15 * 0.85', () => {
  const groups = [
    [10, 0],
    [10, 4],
    [20, 2],
  ];
  const sum = (of: (size: number, marked: number) => number) => groups.reduce((s, [n, r]) => s + of(n, r), 0);
  const sums = {
    groups: 3,
    size: sum(n => n),
    marked: sum((_, r) => r),
    markedSquared: sum((_, r) => r * r),
    markedTimesSize: sum((n, r) => n * r),
    sizeSquared: sum(n => n * n),
  };
  expect(designEffect(sums)).toBeCloseTo((1.5 * 9.5) / 5.1, 12);
  expect(designEffect({...sums, groups: 1})).toBe(1);
  expect(designEffect({...sums, marked: 0})).toBe(1);
});
