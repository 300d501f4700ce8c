import {expect, test} from 'vitest';
import {areaUnderCurve} from '../../../warehouse/statistics/auc.ts';
import {benjaminiHochberg} from '../../../warehouse/statistics/benjamini-hochberg.ts';
import {mantelHaenszel} from '../../../warehouse/statistics/mantel-haenszel.ts';
import {midranks} from '../../../warehouse/statistics/midranks.ts';
import {simes} from '../../../warehouse/statistics/simes.ts';

// R's UCBAdmissions: admitted and rejected men, admitted and rejected women, by department.
const BERKELEY = [
  [512, 313, 89, 19],
  [353, 207, 17, 8],
  [120, 205, 202, 391],
  [138, 279, 131, 244],
  [53, 138, 94, 299],
  [22, 351, 24, 317],
].map(([a, b, c, d]) => ({parts: a + b + c + d, cases: a + c, exposed: a + b, exposedCases: a}));

test("Mantel-Haenszel on Berkeley's admissions: the crude ratio turns round within departments", () => {
  const adjusted = mantelHaenszel(BERKELEY);
  // R mantelhaen.test (corrected) and statsmodels 0.15 StratifiedTable (uncorrected).
  expect(adjusted.oddsRatio).toBeCloseTo(0.9046968, 6);
  expect(adjusted.corrected).toBeCloseTo(1.42695, 4);
  expect(adjusted.statistic).toBeCloseTo(1.5246066604434356, 9);
  expect(adjusted.p).toBeCloseTo(0.21692369705551817, 9);
  expect(adjusted.riskRatio).toBeCloseTo(0.944905022595929, 9);
  const all = BERKELEY.reduce((sum, s) => ({
    parts: sum.parts + s.parts,
    cases: sum.cases + s.cases,
    exposed: sum.exposed + s.exposed,
    exposedCases: sum.exposedCases + s.exposedCases,
  }));
  expect(mantelHaenszel([all]).oddsRatio).toBeCloseTo(1.841, 3);
});

test('strata without a contrast say nothing', () => {
  const empty = mantelHaenszel([{parts: 10, cases: 3, exposed: 10, exposedCases: 3}]);
  expect(empty).toMatchObject({statistic: 0, p: 1, corrected: 0, riskUp: 0, riskDown: 0});
});

test('Benjamini-Hochberg', () => {
  // statsmodels 0.15 multipletests(method='fdr_bh').
  const p = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216];
  const expected = [0.01, 0.04, 0.084, 0.084, 0.084, 0.1, 0.1057142857142857, 0.216, 0.216, 0.216];
  for (const [k, q] of benjaminiHochberg(p).entries()) expect(q).toBeCloseTo(expected[k], 12);
  expect(benjaminiHochberg([])).toEqual([]);
});

test('Simes is the least of p times tests over rank', () => {
  // By hand: min(4 * .01 / 1, 4 * .02 / 2, 4 * .6 / 3, 4 * .9 / 4).
  expect(simes([0.9, 0.02, 0.6, 0.01])).toBeCloseTo(0.04, 12);
  // By hand: the second decides, 4 * .021 / 2; Bonferroni would say .08.
  expect(simes([0.9, 0.021, 0.6, 0.02])).toBeCloseTo(0.042, 12);
  expect(simes([])).toBe(1);
});

test('midranks share ties, take infinities and leave out what is missing', () => {
  // SciPy rankdata([3, 1, 3, inf, -inf, 2]) = [4.5, 2, 4.5, 6, 1, 3].
  const ranks = midranks(Float64Array.of(3, 1, 3, Infinity, Number.NaN, -Infinity, 2));
  const expected = [4.5, 2, 4.5, 6, Number.NaN, 1, 3];
  ranks.forEach((rank, k) => {
    if (Number.isNaN(expected[k])) expect(rank).toBeNaN();
    else expect(rank * 6 + 0.5).toBeCloseTo(expected[k], 12);
  });
});

test('area under the curve is the Mann-Whitney statistic over pairs', () => {
  // SciPy mannwhitneyu([3, 5, 5, 8, 9], [1, 2, 5, 5, 6, 7]).statistic = 20, over 30 pairs.
  const values = Float64Array.of(3, 5, 5, 8, 9, 1, 2, 5, 5, 6, 7, Number.NaN);
  const defective = Float64Array.of(1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1);
  const rankSum = midranks(values).reduce((sum, rank, i) => sum + (defective[i] && !Number.isNaN(rank) ? rank : 0), 0);
  const hits = defective.filter((d, i) => d === 1 && !Number.isNaN(values[i])).length;
  const count = values.filter(value => !Number.isNaN(value)).length;
  expect(areaUnderCurve(count, hits, rankSum)).toBeCloseTo(20 / 30, 12);
  expect(areaUnderCurve(count, 0, 0)).toBeNull();
});
