import {describe, expect, test} from 'vitest';
import {invertTest} from '../../../warehouse/screening/invert.ts';
import {normalTail} from '../../../warehouse/statistics/normal.ts';

/** Two-sided p of a normal estimate. */
const normal = (estimate: number, error: number) => (x: number) => 2 * normalTail(Math.abs(x - estimate) / error);

describe('a normal estimate of 3, standard error 2: 3 -+ 2 z, z from the tables', () => {
  const pAt = normal(3, 2);

  test.each([
    [0.05, 1.959964],
    [0.1, 1.644854],
    [0.01, 2.575829],
  ])('error %d', (alpha, z) => {
    for (const step of [0.1, 2, 50]) {
      const [low, high] = invertTest(pAt, 3, step, [-1000, 1000], alpha, 0);
      expect(low, `step ${step}`).toBeCloseTo(3 - 2 * z, 3);
      expect(high, `step ${step}`).toBeCloseTo(3 + 2 * z, 3);
    }
  });

  test('it never reaches beyond its limits', () => {
    expect(invertTest(pAt, 3, 2, [-0.5, 4], 0.05, 0)).toEqual([-0.5, 4]);
  });
});

describe('the null value is decided by its own test', () => {
  test('rejected, it lies outside by a hair, and the estimate stays inside', () => {
    for (const estimate of [1e-8, 0.5]) {
      const [low, high] = invertTest(x => (x === 0 ? 0.01 : normal(estimate, 1)(x)), estimate, 1, [-9, 9], 0.05, 0);
      expect(low).toBeGreaterThan(0);
      expect(low).toBeLessThan(estimate * 1e-6);
      expect(high).toBeCloseTo(estimate + 1.959964, 3);
      const mirrored = invertTest(x => (x === 0 ? 0.01 : normal(-estimate, 1)(x)), -estimate, 1, [-9, 9], 0.05, 0);
      expect(mirrored).toEqual([-high, -low]);
    }
  });

  test('not rejected, it lies inside', () => {
    const [low, high] = invertTest(x => (x === 0 ? 0.2 : normal(3, 1)(x)), 3, 1, [-9, 9], 0.05, 0);
    expect(low).toBe(0);
    expect(high).toBeCloseTo(4.959964, 3);
  });
});
