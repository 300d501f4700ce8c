import {expect, test} from 'vitest';
import {levelExposure} from '../../../warehouse/screening/exposure.ts';
import {outcomeByLot} from '../../../warehouse/screening/outcome.ts';
import {scoreTest} from '../../../warehouse/screening/score-test.ts';

/**
 * Four lots of one stratum, fails 2 of 4, 0 of 4, 3 of 6, 0 of 2; exposed parts 3, 1, 2, 1, of which 1, 0, 2, 0 fail. The
 * same formulas written down once more in NumPy 1.24, over the single parts: correlation by Williams' moments, then the
 * deviation between lots plus that within them, the latter in units of 1 - correlation.
 */
test('the score between lots and within them, each part counted by what it shares with its lot', () => {
  const mean = [2 / 4, 0, 3 / 6, 0];
  const parts = [4, 4, 6, 2];
  const moments = (power: number) =>
    Float64Array.from(parts, (n, k) => n * (mean[k] * (1 - mean[k]) ** power + (1 - mean[k]) * (-mean[k]) ** power));
  const sums = {
    cells: Int32Array.of(0, 1, 2, 3),
    parts: Float64Array.from(parts),
    mean: Float64Array.from(mean),
    squares: moments(2),
    cubes: moments(3),
  };
  const outcome = outcomeByLot(sums, new Int32Array(4), 1);
  expect(outcome.correlation).toBeCloseTo(0.10892857142857142, 12);
  const level = {
    places: Int32Array.of(0, 1, 2, 3),
    parts: Float64Array.of(3, 1, 2, 1),
    sums: Float64Array.of(1, 0, 2, 0),
  };
  const test = scoreTest(outcome, levelExposure(level, outcome), false);
  expect(test?.deviation).toBeCloseTo(0.8065417976744752, 10);
  expect(test?.variance).toBeCloseTo(0.9238721892803052, 10);
  expect(test?.z).toBeCloseTo(0.8391139320722035, 10);
});
