import {describe, expect, test} from 'vitest';
import {random} from '../../../warehouse/screening/planted/random.ts';
import {hypergeometricTail, logChoose} from '../../../warehouse/statistics/hypergeometric.ts';
import {centredSums, permutationMoments} from '../../../warehouse/statistics/permutation-moments.ts';
import {saddlepointTail} from '../../../warehouse/statistics/saddlepoint.ts';
import {drawFrom, subsetSumTail} from '../../../warehouse/statistics/subset-sum.ts';

/** All sums of `drawn` of the values, largest first: the truth by brute force. */
function allSums(values: readonly number[], drawn: number): number[] {
  const sums: number[] = [];
  const walk = (from: number, left: number, sum: number) => {
    if (left === 0) sums.push(sum);
    else for (let k = from; k <= values.length - left; k++) walk(k + 1, left - 1, sum + values[k]);
  };
  walk(0, drawn, 0);
  return sums.sort((a, b) => b - a);
}

const skewed = (seed: number, n: number) => {
  const rng = random(seed);
  return Array.from({length: n}, () => -Math.log(1 - rng.uniform()));
};

test('hypergeometric tail', () => {
  // SciPy 1.17.1 hypergeom.sf(7, 40, 10, 15) and sf(49, 10000, 100, 1000).
  expect(hypergeometricTail(8, 40, 10, 15)).toBeCloseTo(0.0024285995773062584, 14);
  expect(hypergeometricTail(50, 10_000, 100, 1000) / 2.392900236235044e-24).toBeCloseTo(1, 8);
  // More drawn than there are others: hypergeom.sf(1, 5, 4, 3), sf(2, 5, 4, 3) and sf(7, 12, 10, 9).
  expect(hypergeometricTail(2, 5, 4, 3)).toBe(1);
  expect(hypergeometricTail(3, 5, 4, 3)).toBeCloseTo(0.4, 14);
  expect(hypergeometricTail(8, 12, 10, 9)).toBeCloseTo(0.45454545454545453, 14);
  expect(Math.exp(logChoose(60, 3))).toBeCloseTo(34_220, 6);
  expect([hypergeometricTail(0, 5, 2, 2), hypergeometricTail(3, 5, 2, 2)]).toEqual([1, 0]);
});

test('of two there is no skewness, of one no variance', () => {
  const sums = (n: number) =>
    centredSums(
      Float64Array.of(1, 4),
      Int32Array.from({length: n}, (_, k) => k),
    );
  // By hand: (1, 4) against (1, 4) gives 17 or 8.
  expect(permutationMoments(sums(2), sums(2))).toEqual({variance: 4.5 ** 2, third: 0});
  expect(permutationMoments(sums(1), sums(1))).toEqual({variance: 0, third: 0});
});

test('permutation moments are those of all 720 permutations', () => {
  const c = [0.2, 1.7, -0.4, 3.1, 0, 0.9];
  const r = [2.2, -0.3, -0.7, 0.1, -1.1, 4.5];
  const sums: number[] = [];
  const permute = (left: number[], k: number, sum: number) => {
    if (left.length === 0) sums.push(sum);
    for (const [at, value] of left.entries()) {
      const rest = left.filter((_, j) => j !== at);
      permute(rest, k + 1, sum + c[k] * value);
    }
  };
  permute(r, 0, 0);
  const mean = sums.reduce((s, x) => s + x) / sums.length;
  const central = (power: number) => sums.reduce((s, x) => s + (x - mean) ** power, 0) / sums.length;
  const at = Int32Array.of(0, 1, 2, 3, 4, 5);
  const {variance, third} = permutationMoments(
    centredSums(Float64Array.from(c), at),
    centredSums(Float64Array.from(r), at),
  );
  expect(sums).toHaveLength(720);
  expect(variance).toBeCloseTo(central(2), 9);
  expect(third).toBeCloseTo(central(3), 9);
});

describe('chance that a draw without replacement reaches a sum', () => {
  test('exact at and next to the boundary', () => {
    const values = skewed(1, 24);
    const sums = allSums(values, 5);
    for (const k of [1, 2, 5, 20, 100]) {
      expect(subsetSumTail([drawFrom(Float64Array.from(values), 5)], sums[k - 1])).toBeCloseTo(k / sums.length, 12);
    }
    expect(subsetSumTail([drawFrom(Float64Array.from(values), 5)], sums[0] + 0.01)).toBe(0);
  });

  test('the saddlepoint is within a tenth in between, down to 1e-4', () => {
    const values = skewed(2, 26);
    const sums = allSums(values, 6);
    for (const share of [2e-4, 1e-3, 5e-3, 0.02, 0.1, 0.3, 0.7]) {
      const k = Math.round(share * sums.length);
      const ratio = saddlepointTail([drawFrom(Float64Array.from(values), 6)], sums[k - 1]) / (k / sums.length);
      expect(Math.abs(ratio - 1), `at ${share}: ${ratio}`).toBeLessThan(0.1);
    }
  });

  test('strata are drawn from independently', () => {
    const strata = [skewed(3, 9), skewed(4, 12)];
    const [one, two] = [allSums(strata[0], 2), allSums(strata[1], 3)];
    const target = one[0] + two[8];
    let reached = 0;
    for (const a of one) for (const b of two) reached += Number(a + b >= target - 1e-12);
    const draws = [drawFrom(Float64Array.from(strata[0]), 2), drawFrom(Float64Array.from(strata[1]), 3)];
    expect(subsetSumTail(draws, target)).toBeCloseTo(reached / (one.length * two.length), 12);
  });

  test('good and defective parts give the hypergeometric, whatever their number', () => {
    const values = Float64Array.from({length: 5000}, (_, i) => (i < 60 ? 0.97 : -0.03));
    const sum = 12 * 0.97 - 288 * 0.03;
    expect(subsetSumTail([drawFrom(values, 300)], sum)).toBeCloseTo(hypergeometricTail(12, 5000, 60, 300), 12);
  });
});
