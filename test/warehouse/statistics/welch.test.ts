import {expect, test} from 'vitest';
import {type Moments, welch} from '../../../warehouse/statistics/welch.ts';

const ofValues = (values: readonly number[]): Moments => {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return {n: values.length, mean, squares: values.reduce((sum, x) => sum + (x - mean) ** 2, 0)};
};
const ofDeviation = (n: number, mean: number, sd: number): Moments => ({n, mean, squares: (n - 1) * sd * sd});

const FIRST = [27.5, 21, 19, 23.6, 17, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19, 21.7, 21.4];
const SECOND = [27.1, 22, 20.8, 23.4, 23.4, 23.5, 25.8, 22, 24.8, 20.2, 21.9, 22.1, 22.9, 30.5, 24.4];

// SciPy 1.17.1 ttest_ind(equal_var=False) with its confidence_interval(); the first also statsmodels 0.15 CompareMeans.
test.each<[string, Moments, Moments, number[]]>([
  [
    'groups of the same size',
    ofValues(FIRST),
    ofValues(SECOND),
    [
      -2.833333333333332, -4.868022741791966, -0.7986439248746979, -2.8529548701715215, 27.88730398842012,
      0.008071938172194903,
    ],
  ],
  [
    'a rare group',
    ofDeviation(412, 52.31, 3.2),
    ofDeviation(199_588, 51.02, 2.9),
    [
      1.2899999999999991, 0.9798343228371276, 1.6001656771628707, 8.17561650209322, 412.39475481897796,
      3.665035458025354e-15,
    ],
  ],
  [
    'a million parts',
    ofDeviation(30_000, 10.04, 0.5),
    ofDeviation(970_000, 10, 0.51),
    [
      0.03999999999999915, 0.034251545850318095, 0.0457484541496802, 13.638715128814361, 31959.61180260964,
      3.095047023769491e-42,
    ],
  ],
  [
    'two against nine',
    ofDeviation(2, 5, 0.1),
    ofDeviation(9, 7, 2),
    [-2, -3.54029029880713, -0.4597097011928699, -2.98326606098177, 8.172737603176783, 0.017096771734928205],
  ],
  [
    'one group that does not vary',
    ofDeviation(3, 5, 0),
    ofDeviation(9, 7, 2),
    [-2, -3.537336090136111, -0.46266390986388917, -3, 8, 0.01707168123378265],
  ],
])('%s', (_, first, second, expected) => {
  const found = welch(first, second);
  const {difference, low, high, t, df, p} = found ?? expect.fail('null');
  for (const [k, value] of [difference, low, high, t, df, p].entries()) {
    expect(Math.abs(value / expected[k] - 1), `${value} against ${expected[k]}`).toBeLessThan(1e-10);
  }
});

test('the groups exchanged change the sign and nothing else', () => {
  const [forth, back] = [welch(ofValues(FIRST), ofValues(SECOND)), welch(ofValues(SECOND), ofValues(FIRST))];
  expect(back?.difference).toBe(-(forth?.difference ?? 0));
  expect(back?.low).toBe(-(forth?.high ?? 0));
  expect(back?.p).toBe(forth?.p);
});

test('what cannot be compared is null, never not-a-number', () => {
  const some = ofValues(SECOND);
  expect(welch({n: 1, mean: 3, squares: 0}, some)).toBeNull();
  expect(welch(some, {n: 0, mean: Number.NaN, squares: 0})).toBeNull();
  expect(welch({n: 4, mean: 3, squares: 0}, {n: 5, mean: 2, squares: 0})).toBeNull();
  expect(welch({n: 4, mean: Number.POSITIVE_INFINITY, squares: Number.NaN}, some)).toBeNull();
});

test('values of any size: degrees of freedom do not underflow', () => {
  const tiny = (values: number[]) => ofValues(values.map(x => x * 1e-90));
  const scaled = welch(tiny(FIRST), tiny(SECOND));
  // SciPy 1.17.1, as above.
  expect(scaled?.df).toBeCloseTo(27.88730398842012, 9);
});
