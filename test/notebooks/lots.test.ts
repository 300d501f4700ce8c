import {expect, test} from 'vitest';
import {correlationWithinLots} from '../../notebooks/lots.ts';

const lotsOf = (...counts: [parts: number, defective: number][]) =>
  counts.map(([parts, defective]) => ({parts, defective}));

test('unequal lots, worked by hand', () => {
  // Between lots 0.86111 on 2 degrees of freedom, within 0.08333 on 6, typical size 2.88889: 0.77778 / 1.01852.
  expect(correlationWithinLots(lotsOf([2, 1], [4, 0], [3, 3]))).toBeCloseTo(0.763636, 6);
});

test('lots that share their fate wholly: 1; lots as alike as can be: -1/(n-1)', () => {
  expect(correlationWithinLots(lotsOf([2, 2], [2, 0]))).toBe(1);
  expect(correlationWithinLots(lotsOf([4, 2], [4, 2]))).toBeCloseTo(-1 / 3, 12);
});

test('nothing to correlate', () => {
  expect(correlationWithinLots(lotsOf([3, 0], [4, 0]))).toBeNaN();
  expect(correlationWithinLots(lotsOf([3, 3], [4, 4]))).toBeNaN();
  expect(correlationWithinLots(lotsOf([9, 3]))).toBeNaN();
  expect(correlationWithinLots([])).toBeNaN();
});
