import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {areaUnderCurve} from '../../../warehouse/statistics/auc.ts';
import {type ClusterSums, clusteredAuc} from '../../../warehouse/statistics/clustered-auc.ts';
import {midranks} from '../../../warehouse/statistics/midranks.ts';

interface Observation {
  value: number;
  hit: boolean;
  cluster: number;
}

/** By the definition: every case against every control. */
function sumsOf(observations: readonly Observation[]): ClusterSums {
  const size = Math.max(-1, ...observations.map(({cluster}) => cluster)) + 1;
  const sums = {
    cases: new Uint32Array(size),
    controls: new Uint32Array(size),
    casePlacements: new Float64Array(size),
    controlPlacements: new Float64Array(size),
  };
  const cases = observations.filter(({hit}) => hit);
  const controls = observations.filter(({hit}) => !hit);
  for (const one of cases) sums.cases[one.cluster]++;
  for (const one of controls) sums.controls[one.cluster]++;
  for (const high of cases) {
    for (const low of controls) {
      const won = high.value > low.value ? 1 : high.value === low.value ? 0.5 : 0;
      sums.casePlacements[high.cluster] += won / controls.length;
      sums.controlPlacements[low.cluster] += won / cases.length;
    }
  }
  return sums;
}

const each = (values: readonly number[], hits: readonly number[], clusters: readonly number[]): Observation[] =>
  values.map((value, k) => ({value, hit: hits[k] === 1, cluster: clusters[k]}));

/** The variance on the area's own scale that an interval on the logit scale stands for. */
function varianceOf({auc, low, high}: {auc: number; low: number; high: number}): number {
  const logit = (p: number) => Math.log(p / (1 - p));
  return (((logit(high) - logit(low)) / (2 * 1.959963984540054)) * auc * (1 - auc)) ** 2;
}

const intervalOf = (observations: readonly Observation[]) =>
  clusteredAuc(sumsOf(observations), 0.05) ?? expect.fail('null');

// Twelve lots drawn with a lot effect; the expected values by NumPy 2.4.6 and SciPy 1.17.1, from the matrix of all pairs.
// The variance is 0.0073; 20,000 bootstraps of whole lots have 0.0062, DeLong's for parts 0.0046.
const LOTS = each(
  [
    -0.9, -0.4, -2.1, 1.1, -2.6, -0.8, -1, -1.6, -0.9, -0.2, 0.3, -2.6, -2.1, -0.3, 0.4, -1.3, -0.3, 0.7, 1.1, -2, 0.6,
    1.7, 0.6, 2.4, 4.2, 1.8, 0.7, -0.4, 0.8, 0, -0.5, -2.2, -2.1, -1.2, -2, -0.4, -0.6, -0.7, 0.3, -2.3, -1.3, 0, -0.3,
    -0.2, -0.3, 3, 0.3, 1.3, 0.6, 0.1, -0.6, -2.2, -1.3,
  ],
  [
    0, 1, 0, 1, 0, 0, 0, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 0,
    0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0,
  ],
  [
    0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 3, 3, 3, 3, 3, 3, 4, 4, 5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 7, 7, 7, 7, 8, 8, 8, 8,
    8, 8, 9, 9, 9, 9, 10, 10, 10, 10, 11, 11, 11, 11,
  ],
);

describe('area and interval', () => {
  test('of lots', () => {
    const {auc, low, high} = intervalOf(LOTS);
    // scikit-learn 1.9.1 roc_auc_score says the same.
    expect(auc).toBeCloseTo(0.7462797619047619, 12);
    expect(low).toBeCloseTo(0.5478303707516303, 10);
    expect(high).toBeCloseTo(0.8771623273702231, 10);
  });

  test('the area is that of the rank sum', () => {
    const ranks = midranks(Float64Array.from(LOTS, ({value}) => value));
    const rankSum = LOTS.reduce((sum, {hit}, k) => sum + (hit ? ranks[k] : 0), 0);
    const hits = LOTS.filter(({hit}) => hit).length;
    expect(intervalOf(LOTS).auc).toBeCloseTo(areaUnderCurve(LOTS.length, hits, rankSum) ?? 0, 12);
  });

  test("every observation its own cluster is DeLong's", () => {
    // Grades 1..5 of 113 patients (aSAH of R's pROC): poor outcome and good outcome by grade.
    const [poor, good] = [
      [2, 12, 1, 8, 18],
      [37, 20, 3, 8, 4],
    ];
    const patients = [poor, good].flatMap((counts, group) =>
      counts.flatMap((count, grade) => Array.from({length: count}, () => ({value: grade, hit: group === 0}))),
    );
    const found = intervalOf(patients.map((one, cluster) => ({...one, cluster})));
    // pROC's own tests: var(r.wfns) = 0.00146991470882363, area 0.8237.
    expect(found.auc).toBeCloseTo(0.8237, 4);
    expect(varianceOf(found)).toBeCloseTo(0.00146991470882363, 12);
  });

  test("every part of LOTS its own cluster is DeLong's", () => {
    const {low, high} = intervalOf(LOTS.map((one, cluster) => ({...one, cluster})));
    // NumPy and SciPy, as above.
    expect(low).toBeCloseTo(0.5924970292865932, 10);
    expect(high).toBeCloseTo(0.8561209916541761, 10);
  });

  test("Obuchowski's example: its sums of squares give its standard error", () => {
    // Reader 1 of Obuchowski (1997), table 3: 36 patients, 29 diseased arteries in 23, 36 others in 27; the clinic's
    // clusteredROC prints S10 = 0.0013151307, S01 = 0.0022375873, S11 = 0.0051785478, 0.9837 (0.0108). The arteries are
    // not at hand; these deviations have the same sums of squares and products.
    const auc = 0.9837;
    const [squaresOfCases, squaresOfControls, products] = [
      (0.0013151307 * 29 * 22) / 23,
      (0.0022375873 * 36 * 26) / 27,
      (0.0051785478 * 35) / 36,
    ];
    const a = Math.sqrt(squaresOfCases / 2);
    const b = products / (2 * a);
    const c = Math.sqrt(squaresOfControls / 2 - b * b);
    // 13 patients with controls only, 9 with cases only, 14 with both.
    const cases = Array.from({length: 36}, (_, i): number => (i < 13 ? 0 : i < 19 ? 2 : 1));
    const controls = Array.from({length: 36}, (_, i): number => (i >= 27 ? 0 : i < 9 ? 2 : 1));
    const ofCases = new Map([
      [20, a],
      [21, -a],
    ]);
    const ofControls = new Map([
      [20, b],
      [21, -b],
      [0, c],
      [1, -c],
    ]);
    const found = clusteredAuc(
      {
        cases,
        controls,
        casePlacements: cases.map((m, i) => m * auc + (ofCases.get(i) ?? 0)),
        controlPlacements: controls.map((n, i) => n * auc + (ofControls.get(i) ?? 0)),
      },
      0.05,
    );
    expect(cases.reduce((sum, m) => sum + m, 0)).toBe(29);
    expect(controls.reduce((sum, n) => sum + n, 0)).toBe(36);
    expect(Math.sqrt(varianceOf(found ?? expect.fail('null')))).toBeCloseTo(0.0108, 4);
    // The paper's own, on the scale of the area: 0.9625 to 1.005.
    expect(found?.high).toBeLessThan(1);
  });
});

test('duplicated observations as clusters of two say no more than once', () => {
  const observation = fc.record({value: fc.integer({min: 0, max: 6}), hit: fc.boolean()});
  fc.assert(
    fc.property(fc.array(observation, {minLength: 1, maxLength: 30}), observations => {
      const once = clusteredAuc(sumsOf(observations.map((one, cluster) => ({...one, cluster}))), 0.05);
      const twice = clusteredAuc(
        sumsOf(observations.flatMap((one, cluster) => [1, 2].map(() => ({...one, cluster})))),
        0.05,
      );
      expect(twice === null).toBe(once === null);
      for (const key of ['auc', 'low', 'high'] as const) expect(twice?.[key] ?? 0).toBeCloseTo(once?.[key] ?? 0, 10);
    }),
    {seed: 20260311},
  );
});

test('whatever the clusters, the interval holds the area and stays in 0..1', () => {
  const observation = fc.record({
    value: fc.integer({min: 0, max: 9}),
    hit: fc.boolean(),
    cluster: fc.integer({min: 0, max: 6}),
  });
  fc.assert(
    fc.property(fc.array(observation, {maxLength: 40}), observations => {
      const found = clusteredAuc(sumsOf(observations), 0.05);
      if (found === null) return;
      expect(found.low).toBeGreaterThanOrEqual(0);
      expect(found.low).toBeLessThanOrEqual(found.auc + 1e-12);
      expect(found.high).toBeGreaterThanOrEqual(found.auc - 1e-12);
      expect(found.high).toBeLessThanOrEqual(1);
    }),
    {seed: 20260312},
  );
});

test('no variance to be had: 0 to 1; no cases or no controls: null', () => {
  const wide = {low: 0, high: 1};
  expect(intervalOf(each([1, 2, 3, 4], [0, 0, 1, 1], [0, 1, 2, 3]))).toEqual({auc: 1, ...wide});
  expect(intervalOf(each([3, 4, 1, 2], [0, 0, 1, 1], [0, 1, 2, 3]))).toEqual({auc: 0, ...wide});
  expect(intervalOf(each([1, 3, 2, 4], [0, 1, 1, 0], [0, 1, 1, 2]))).toMatchObject(wide);
  expect(intervalOf(each([1, 3, 2, 4], [0, 1, 1, 0], [0, 0, 0, 0]))).toMatchObject(wide);
  // Every pair is tied: the area is 1/2 and nothing varies.
  expect(intervalOf(each([1, 1, 1, 1], [0, 0, 1, 1], [0, 1, 2, 3]))).toEqual({auc: 0.5, low: 0.5, high: 0.5});
  expect(clusteredAuc(sumsOf([]), 0.05)).toBeNull();
  expect(clusteredAuc(sumsOf(each([1, 2], [1, 1], [0, 1])), 0.05)).toBeNull();
  expect(clusteredAuc(sumsOf(each([1, 2], [0, 0], [0, 1])), 0.05)).toBeNull();
});
