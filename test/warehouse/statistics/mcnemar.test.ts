import {expect, test} from 'vitest';
import {mcNemarExact, pairedDifference} from '../../../warehouse/statistics/mcnemar.ts';

test('exact: twice the binomial tail, added up by hand or in whole numbers', () => {
  // 2 (C(6,0) + C(6,1)) / 2^6
  expect(mcNemarExact(1, 5)).toBeCloseTo(14 / 64, 12);
  expect(mcNemarExact(5, 1)).toBeCloseTo(14 / 64, 12);
  expect(mcNemarExact(0, 4)).toBeCloseTo(2 / 16, 12);
  // statsmodels' table [[101, 121], [59, 33]]: 2 sum C(180, k), k = 0..59, over 2^180, in Python's whole numbers.
  expect(mcNemarExact(121, 59)).toBeCloseTo(4.434449263755176e-6, 15);
  // The same of Agresti's approval of a prime minister (Categorical Data Analysis, table 10.1): 150 against 86.
  expect(mcNemarExact(150, 86)).toBeCloseTo(3.715936139571442e-5, 14);
});

test('half and half, or nothing to tell apart', () => {
  expect(mcNemarExact(3, 3)).toBe(1);
  expect(mcNemarExact(0, 0)).toBe(1);
  expect(mcNemarExact(3, 4)).toBe(1);
});

test('by lots, by hand', () => {
  // Differences 2, 0, 1 of 10, 10, 10: mean 0.1; influences 1/30, -1/30, 0; variance 3/2 * 2/900 = 1/300.
  const found = pairedDifference([
    {n: 10, first: 3, second: 1},
    {n: 10, first: 0, second: 0},
    {n: 10, first: 1, second: 0},
  ])!;
  expect(found.value).toBeCloseTo(0.1, 12);
  expect(found.clusters).toBe(3);
  // Student's t with two degrees of freedom: t = sqrt(3), p = 1 - t / sqrt(2 + t^2); its quantile is 4.302653.
  expect(found.p).toBeCloseTo(1 - Math.sqrt(3 / 5), 8);
  expect(found.high).toBeCloseTo(0.1 + 4.302653 / Math.sqrt(300), 5);
});

test('parts of a lot that all go the same way are one piece of evidence, not twenty', () => {
  const lots = [
    {n: 20, first: 20, second: 0},
    {n: 20, first: 0, second: 0},
    {n: 20, first: 0, second: 0},
    {n: 20, first: 0, second: 0},
  ];
  expect(mcNemarExact(20, 0)).toBeLessThan(1e-5);
  expect(pairedDifference(lots)!.p).toBeGreaterThan(0.3);
});

test('too few lots, or none that differs', () => {
  expect(pairedDifference([{n: 5, first: 2, second: 0}])).toBeNull();
  expect(
    pairedDifference([
      {n: 5, first: 0, second: 0},
      {n: 5, first: 0, second: 0},
    ]),
  ).toBeNull();
});
