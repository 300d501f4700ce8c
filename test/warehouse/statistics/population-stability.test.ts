import {expect, test} from 'vitest';
import {distanceFrom, stabilityIndex, stabilityTest} from '../../../warehouse/statistics/population-stability.ts';

test('by hand', () => {
  // (0.6 - 0.5) ln(0.6 / 0.5) + (0.4 - 0.5) ln(0.4 / 0.5)
  expect(stabilityIndex([50, 50], [60, 40])).toBeCloseTo(0.1 * Math.log(1.2) + 0.1 * Math.log(1.25), 12);
  expect(stabilityIndex([50, 50], [60, 40])).toBeCloseTo(0.0405465, 6);
  expect(stabilityIndex([10, 20, 70], [1, 2, 7])).toBeCloseTo(0, 12);
  // The empty bin counts as half a thing: (0 - 0.1 as 0.005 - 0.1) ln(0.005 / 0.1), and the other.
  expect(stabilityIndex([10, 90], [0, 100])).toBeCloseTo(-0.095 * Math.log(0.05) + 0.1 * Math.log(1 / 0.9), 12);
  expect(stabilityIndex([], [])).toBe(0);
  expect(stabilityIndex([3, 4], [0, 0])).toBe(0);
});

/** Park & Miller's generator: another one than the code under test has. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

test('of two samples of one distribution it is (bins - 1) (1/n + 1/m) on average (Yurdakul & Naranjo 2020)', () => {
  const next = uniform(20_200_229);
  const sample = () => {
    const counts = new Array<number>(10).fill(0);
    for (let k = 0; k < 1000; k++) counts[Math.floor(next() * 10)]++;
    return counts;
  };
  const values = Array.from({length: 300}, () => stabilityIndex(sample(), sample()));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  // Its standard error is 0.002 sqrt(18) / sqrt(300) = 0.0005.
  expect(mean).toBeGreaterThan(0.018 - 0.0016);
  expect(mean).toBeLessThan(0.018 + 0.0016);
});

test('lots that are unlike each other raise no more false alarms than said', () => {
  const next = uniform(7);
  // Each lot has a level of its own: its parts are as good as one.
  const lot = () => {
    const level = next();
    const counts = [0, 0, 0, 0];
    for (let k = 0; k < 50; k++) counts[Math.min(3, Math.floor(4 * (0.8 * level + 0.2 * next())))]++;
    return counts;
  };
  const times = 300;
  let alarms = 0;
  for (let k = 0; k < times; k++) {
    const lots = Array.from({length: 20}, lot);
    if (stabilityTest(lots.slice(0, 15), lots.slice(15), {draws: 199, seed: k}).p <= 0.05) alarms++;
  }
  // Binomial(300, 0.05): 15, and 25 or fewer in 99 of 100.
  expect(alarms).toBeLessThanOrEqual(26);
  expect(alarms).toBeGreaterThanOrEqual(5);
});

test('a real shift is found, the same each time; too few lots cannot be', () => {
  const before = Array.from({length: 12}, (_, k) => [40 + (k % 3), 10]);
  const after = Array.from({length: 6}, (_, k) => [20 + (k % 3), 30]);
  const found = stabilityTest(before, after, {draws: 999, seed: 1});
  expect(found.p).toBeLessThanOrEqual(0.002);
  expect(stabilityTest(before, after, {draws: 999, seed: 1})).toEqual(found);
  // Three lots, one of them new: one draw in three is as unlike.
  expect(stabilityTest(before.slice(0, 2), after.slice(0, 1), {draws: 999, seed: 1}).p).toBeGreaterThan(0.25);
});

test('the bound of a distance: of lots that are all alike the index itself, of lots that differ less', () => {
  const how = {draws: 999, seed: 1, alpha: 0.001};
  const alike = distanceFrom(
    [50, 50],
    [
      [60, 40],
      [60, 40],
      [60, 40],
    ],
    how,
  );
  expect(alike.index).toBeCloseTo(0.0405465, 6);
  expect(alike.low).toBeCloseTo(alike.index, 12);
  // The same together, but one lot is all of the shift.
  const one = distanceFrom(
    [50, 50],
    [
      [100, 20],
      [40, 60],
      [40, 40],
    ],
    how,
  );
  expect(one.index).toBeCloseTo(alike.index, 12);
  expect(one.low).toBeLessThan(alike.low);
  expect(distanceFrom([50, 50], [[5, 5]], how)).toEqual({index: 0, low: 0});
});

test('lots that are drawn from the reference are called a shift at most as often as the bound allows', () => {
  let state = 7;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  let called = 0;
  for (let plant = 0; plant < 200; plant++) {
    // Lots of 12 whose parts are alike: of one half the greater of two draws, of the other the lesser; all together are even.
    const lots = Array.from({length: 10}, () => {
      const either = next() < 0.5 ? Math.max : Math.min;
      const counts = new Array<number>(10).fill(0);
      for (let k = 0; k < 12; k++) counts[Math.floor(10 * either(next(), next()))]++;
      return counts;
    });
    const even = new Array<number>(10).fill(100);
    if (distanceFrom(even, lots, {draws: 999, seed: plant, alpha: 0.001}).low > 0.25) called++;
  }
  expect(called).toBeLessThanOrEqual(2);
});
