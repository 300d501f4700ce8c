import {describe, expect, test} from 'vitest';
import {cusumRunLength, ewmaRunLength} from '../../../warehouse/statistics/run-length-chains.ts';

// Montgomery, Introduction to Statistical Quality Control, 6th ed., table 9.3 (k = 1/2).
test.each([
  [4, 0, 168],
  [4, 1, 8.38],
  [5, 0, 465],
  [5, 0.5, 38],
  [5, 1, 10.4],
  [5, 2, 4.01],
])('a CUSUM with h = %d, shifted by %d: %d points', (decision, shift, published) => {
  expect(cusumRunLength({reference: 0.5, decision}, shift) / published).toBeCloseTo(1, 2);
});

// Lucas & Saccucci (1990), as in Montgomery, table 9.11.
describe('EWMA', () => {
  test.each([
    [0.4, 3.054, 500, 14.3],
    [0.25, 2.998, 500, 11.1],
    [0.2, 2.962, 500, 10.5],
    [0.1, 2.814, 500, 10.3],
    [0.05, 2.615, 500, 11.4],
  ])('lambda %d, limits at %d: %d in control, %d with a shift of one', (lambda, width, inControl, shifted) => {
    expect(ewmaRunLength({lambda, width}) / inControl).toBeCloseTo(1, 2);
    expect(ewmaRunLength({lambda, width}, 1)).toBeCloseTo(shifted, 0.8);
  });

  test('with all weight on the newest point it is a Shewhart chart: 370.4', () => {
    expect(ewmaRunLength({lambda: 1, width: 3})).toBeCloseTo(370.4, 1);
  });
});
