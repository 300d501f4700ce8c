import {expect, test} from 'vitest';
import {histogram} from '../../../warehouse/statistics/histogram.ts';

const of = (values: readonly number[]) => histogram(Float64Array.from(values).sort());

// Freedman & Diaconis: 2 x 50 / 100^(1/3) = 21.3 for 1 to 100, at least eight bins: 12.4, rounded up to 20.
test('bins of a round width, each value in one of them', () => {
  const {width, bins} = of(Array.from({length: 100}, (_, k) => k + 1));
  expect(width).toBe(20);
  expect(bins.map(({from, to, count}) => [from, to, count])).toEqual([
    [0, 20, 19],
    [20, 40, 20],
    [40, 60, 20],
    [60, 80, 20],
    [80, 100, 20],
    [100, 120, 1],
  ]);
});

test('values on a grid are not cut finer than the grid, nor put beside their bin by a binary fraction', () => {
  const values = Array.from({length: 3000}, (_, k) => 0.1 + 0.1 * (k % 7));
  const {width, bins} = of(values);
  expect(width).toBe(0.1);
  expect(bins.map(b => b.from)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
  expect(new Set(bins.map(b => b.count)).size).toBeLessThanOrEqual(2);
});

test('one far value does not make thousands of bins', () => {
  const {bins} = of([...Array.from({length: 1000}, (_, k) => k / 1000), 1e6]);
  expect(bins.length).toBeLessThanOrEqual(62);
  expect(bins.reduce((sum, {count}) => sum + count, 0)).toBe(1001);
});

test('half of the values equal', () => {
  const {bins} = of([...Array.from({length: 50}, () => 5), 4, 4.5, 5.5, 6]);
  expect(bins.reduce((sum, {count}) => sum + count, 0)).toBe(54);
});
