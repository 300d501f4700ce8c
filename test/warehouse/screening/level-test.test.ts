import {expect, test} from 'vitest';
import {evaluate} from '../../../warehouse/screening/evaluate.ts';
import type {LevelCounts} from '../../../warehouse/screening/exposure.ts';
import {testLevel} from '../../../warehouse/screening/level-test.ts';
import {outcomeByLot} from '../../../warehouse/screening/outcome.ts';
import {makePlant} from '../../../warehouse/screening/planted/plant.ts';

const LOTS = 12;
const PARTS = 10;

/** Lots of ten parts, of which so many fail. */
function outcomeOf(fails: readonly number[]) {
  const mean = Float64Array.from(fails, d => d / PARTS);
  const moment = (power: number) => mean.map(m => PARTS * (m * (1 - m) ** power + (1 - m) * (-m) ** power));
  const parts = new Float64Array(LOTS).fill(PARTS);
  const cells = Int32Array.from(fails.keys());
  return outcomeByLot({cells, parts, mean, squares: moment(2), cubes: moment(3)}, new Int32Array(LOTS), 1);
}

/** So many parts of each lot are recorded at the level, and as many of its fails as of its parts. */
function recorded(exposed: readonly number[], fails: readonly number[]): LevelCounts {
  const sums = Float64Array.from(exposed, (n, k) => (n * fails[k]) / PARTS);
  return {places: Int32Array.from(exposed.keys()), parts: Float64Array.from(exposed), sums};
}

// The four lots of the level are the four worst, and the four best are not as far off as these.
const FAILS = [6, 5, 5, 4, 2, 2, 1, 1, 1, 1, 2, 2];

test('records that name a later run: lots are told by what most of their parts had', () => {
  const exposed = [8, 9, 8, 9, 1, 0, 1, 2, 0, 1, 1, 0];
  const tested = testLevel(outcomeOf(FAILS), recorded(exposed, FAILS), false);
  expect(tested?.form).toEqual({byLot: true, tried: 2});
  // One of C(12, 4) = 495 ways is as far off; two forms were tried.
  expect(tested?.test.p).toBeCloseTo(2 / 495, 12);
});

test('whole lots are tested once, and so is a level that is spread over all lots', () => {
  const whole = testLevel(outcomeOf(FAILS), recorded([10, 10, 10, 10, 0, 0, 0, 0, 0, 0, 0, 0], FAILS), false);
  expect(whole?.form).toEqual({byLot: false, tried: 1});
  expect(whole?.test.p).toBeCloseTo(1 / 495, 12);
  const spread = testLevel(outcomeOf(FAILS), recorded([3, 2, 4, 3, 2, 3, 2, 4, 3, 2, 3, 2], FAILS), false);
  expect(spread?.form).toEqual({byLot: false, tried: 1});
});

test('a level whose own parts fail is told part by part, though most of it lies between lots', () => {
  const exposed = [9, 9, 9, 9, 1, 1, 1, 1, 1, 1, 1, 1];
  const fails = [5, 5, 4, 5, 1, 1, 1, 2, 1, 1, 1, 1];
  const counts = recorded(exposed, fails);
  // Every failing part of a lot is one of the level where there are as many.
  counts.sums.set(fails.map((d, k) => Math.min(d, exposed[k])));
  const tested = testLevel(outcomeOf(fails), counts, false);
  expect(tested?.form).toEqual({byLot: false, tried: 2});
  expect(tested?.test.p).toBeLessThan(2 / 495);
});

test('where records name a later run, lots are told by most of their parts, and parts are counted as recorded', () => {
  const {frame, truth} = makePlant({
    seed: 7,
    lots: 120,
    correlation: 0.01,
    rework: 0.2,
    cause: {kind: 'tool', ratio: 4},
  });
  const [first] = evaluate(frame).findings;
  expect(first).toMatchObject({factor: truth?.factor, level: 'T3', verdict: 'supported'});
  expect(first.sentence).toMatch(/ when s\d+\.tool is T3 for most parts of the lot \(/);
  // Of the parts recorded at another tool none is the fault's, so that the ratio of recorded parts alone is too small.
  expect(first.effect.value).toBeGreaterThan(first.crude.value);
  expect(first.effect.low).toBeLessThan(4);
  expect(first.effect.high).toBeGreaterThan(4);
  const codes = frame.factors.flatMap(one => (one.name === first.factor && one.kind === 'category' ? [one.codes] : []));
  expect(first.parts).toBe(codes[0].filter(code => code === 2).length);
});
