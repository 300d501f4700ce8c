import {expect, test} from 'vitest';
import type {Candidate} from '../../../warehouse/screening/candidate.ts';
import {testCategory} from '../../../warehouse/screening/category.ts';
import {groundOf} from '../../../warehouse/screening/ground.ts';
import {missingFactors, testMissing} from '../../../warehouse/screening/missing.ts';
import {testNumber} from '../../../warehouse/screening/number.ts';
import {ranksByRow, scoreByRow, testByRow} from './by-rows.ts';
import {type RandomFrame, randomFrame} from './random-frame.ts';

const SEEDS = Array.from({length: 40}, (_, k) => k + 1);

function groundFrom({frame}: RandomFrame) {
  return groundOf(
    frame,
    Uint8Array.from(frame.outcome, y => Number(Number.isFinite(y))),
    0.05,
  );
}

/** Equal to 1e-9 of their size, or of 1 where they are smaller. */
function expectSame(actual: ArrayLike<number>, expected: ArrayLike<number>, where: string) {
  expect(actual.length, where).toBe(expected.length);
  let worst = 0;
  for (let k = 0; k < actual.length; k++) {
    const off = Math.abs(actual[k] - expected[k]) / Math.max(1, Math.abs(expected[k]));
    if (!(off <= worst)) worst = off;
  }
  expect(worst, where).toBeLessThan(1e-9);
}

/** The exposure of most rows of the same cell for which it is known. */
function ofMostInLot({cells, outcomes}: ReturnType<typeof groundFrom>, x: Float64Array): Float64Array {
  const most = x.slice();
  for (let k = 0; k < cells.count; k++) {
    const known = [...cells.rows.subarray(cells.start[k], cells.start[k + 1])].filter(
      i => !Number.isNaN(x[i] + outcomes[i]),
    );
    const exposed = known.filter(i => x[i] === 1).length;
    for (const i of known) most[i] = Number(2 * exposed > known.length);
  }
  return most;
}

function expectSameTest(
  ground: ReturnType<typeof groundFrom>,
  candidate: Candidate | undefined,
  x: Float64Array,
  where: string,
) {
  const {exposure, test: byRow} = testByRow(ground, candidate?.form.byLot ? ofMostInLot(ground, x) : x);
  if (byRow === null || candidate === undefined) {
    expect(candidate === undefined, where).toBe(byRow === null);
    return;
  }
  const counted = candidate.exposure();
  expectSame(counted.mean, exposure.mean, `${where}: mean`);
  expect(counted.within === null, `${where}: constant in every lot`).toBe(exposure.within === null);
  for (const part of ['squares', 'cubes', 'cross'] as const) {
    if (counted.within && exposure.within) expectSame(counted.within[part], exposure.within[part], `${where}: ${part}`);
  }
  const {p, z, variance, attainable} = candidate.test;
  const {tried} = candidate.form;
  expectSame([z, variance], [byRow.z, byRow.variance], where);
  if (tried === 1) expectSame([attainable], [byRow.attainable], where);
  // By its logarithm, so that small p are compared too; near 1 the tail's own approximation magnifies a last bit of z.
  const tolerance = p < 0.5 ? 1 : 0.01;
  expectSame([Math.log(p) * tolerance], [Math.log(Math.min(1, tried * byRow.p)) * tolerance], `${where}: log p`);
}

test('numbers: counting codes gives what ranking the values gives', () => {
  let tested = 0;
  for (const seed of SEEDS) {
    const made = randomFrame(seed);
    const ground = groundFrom(made);
    if (new Set(ground.outcomes.filter(y => !Number.isNaN(y))).size < 2) continue;
    for (const factor of made.frame.factors) {
      if (factor.kind !== 'number') continue;
      const ranks = ranksByRow(ground, made.values.get(factor.name)!);
      const kinds = new Set(ranks.filter(rank => !Number.isNaN(rank))).size;
      if (kinds < 2) continue;
      const {candidates} = testNumber(ground, factor);
      for (const shape of kinds > 2 ? (['location', 'spread', 'low', 'high'] as const) : (['location'] as const)) {
        const where = `seed ${seed}, ${factor.name}, ${shape}`;
        expectSameTest(
          ground,
          candidates.find(c => c.shape === shape),
          scoreByRow(ranks, shape),
          where,
        );
        tested++;
      }
    }
  }
  expect(tested).toBeGreaterThan(500);
});

test('categories and missing values: counts by cell give what rows of 0 and 1 give', () => {
  let [levels, missing] = [0, 0];
  for (const seed of SEEDS) {
    const made = randomFrame(seed);
    const ground = groundFrom(made);
    if (new Set(ground.outcomes.filter(y => !Number.isNaN(y))).size < 2) continue;
    for (const factor of made.frame.factors) {
      if (factor.kind !== 'category') continue;
      for (const candidate of testCategory(ground, factor).candidates) {
        const level = factor.levels.indexOf(candidate.level ?? '');
        const x = Float64Array.from(factor.codes, code => (code < 0 ? Number.NaN : Number(code === level)));
        expectSameTest(ground, candidate, x, `seed ${seed}, ${factor.name} = ${candidate.level}`);
        levels++;
      }
    }
    for (const one of missingFactors(ground).values()) {
      const values = made.values.get(one.of.name);
      const isMissing = (i: number) =>
        values ? Number.isNaN(values[i]) : one.of.kind === 'category' && one.of.codes[i] < 0;
      const x = Float64Array.from({length: made.frame.parts}, (_, i) => Number(isMissing(i)));
      const {candidates} = testMissing(ground, one);
      expectSameTest(
        ground,
        candidates.find(c => c.level === 'missing'),
        x,
        `seed ${seed}, ${one.of.name} missing`,
      );
      missing++;
    }
  }
  expect(Math.min(levels, missing)).toBeGreaterThan(40);
});

test('factors that miss the same parts are twins, and only those', () => {
  for (const seed of SEEDS) {
    const made = randomFrame(seed);
    const ground = groundFrom(made);
    const pattern = (name: string) => {
      const factor = made.frame.factors.find(f => f.name === name)!;
      const values = made.values.get(name);
      const known = (i: number) =>
        values ? !Number.isNaN(values[i]) : factor.kind === 'category' && factor.codes[i] >= 0;
      return Array.from({length: made.frame.parts}, (_, i) => (Number.isNaN(ground.outcomes[i]) ? '' : +known(i))).join(
        '',
      );
    };
    const patterns = new Map<string, string[]>();
    for (const {name} of made.frame.factors) {
      const key = pattern(name);
      if (key.includes('0') && key.includes('1')) patterns.set(key, [...(patterns.get(key) ?? []), name]);
    }
    const told = [...missingFactors(ground).values()].map(({of, twins}) => [of.name, ...twins]);
    expect(told, `seed ${seed}`).toEqual([...patterns.values()]);
  }
});
