/** Two factors that harm together: found where they were planted, and not where each harms by itself. */
import {describe, expect, test} from 'vitest';
import {evaluate} from '../../../warehouse/screening/evaluate.ts';
import {groundOf} from '../../../warehouse/screening/ground.ts';
import {fitMainEffects} from '../../../warehouse/screening/main-effects.ts';
import {makePlant} from '../../../warehouse/screening/planted/plant.ts';
import {solveSymmetric} from '../../../warehouse/statistics/solve.ts';

const PAIRS = ['tools', 'stations', 'number'] as const;
const SMALL = {steps: 12, numbers: 4, correlation: 0.01};

test('a symmetric system, also one with a column that another already says', () => {
  // By hand: [[4, 2], [2, 3]] x = [10, 9] has x = [1.5, 2].
  const [x] = solveSymmetric(Float64Array.of(4, 2, 2, 3), [Float64Array.of(10, 9)]);
  expect([...x]).toEqual([expect.closeTo(1.5, 12), expect.closeTo(2, 12)]);
  const [twice] = solveSymmetric(Float64Array.of(1, 1, 1, 1), [Float64Array.of(3, 3)]);
  expect([...twice]).toEqual([3, 0]);
});

test('without shared fate the fit meets the cases of every class, as a Poisson fit of main effects must', () => {
  const {frame} = makePlant({...SMALL, correlation: 0, seed: 3, lots: 60});
  const whole = groundOf(frame, new Uint8Array(frame.parts).fill(1), 0.05);
  const ground = {...whole, outcome: {...whole.outcome, correlation: 0}};
  const classes = (code: (i: number) => number, count: number) => ({
    codes: Int8Array.from({length: frame.parts}, (_, i) => code(i)),
    count,
    sides: [],
  });
  const codesOf = (name: string) => {
    const factor = frame.factors.find(f => f.name === name);
    return factor?.kind === 'category' ? factor.codes : new Int32Array();
  };
  const [a, b] = [codesOf('s2.station'), codesOf('s0.tool')];
  const fit = fitMainEffects(
    ground,
    classes(i => a[i], 4),
    classes(i => b[i], 4),
  );
  for (const [codes, of] of [
    [a, 'a'],
    [b, 'b'],
  ] as const) {
    for (let level = 0; level < 4; level++) {
      const observed = frame.outcome.reduce((sum, y, i) => sum + (codes[i] === level ? y : 0), 0);
      const expected = fit?.expected.reduce((sum, mu, j) => sum + (fit.groups[of][j] === level ? mu : 0), 0) ?? 0;
      // The prior that keeps empty classes finite moves it by a thousandth of a case.
      expect(Math.abs(expected - observed)).toBeLessThan(0.01);
    }
  }
});

describe.each(PAIRS)('%s', pair => {
  const claimsOf = (seed: number, ratio: number, alone: number) => {
    const lots = pair === 'tools' ? 200 : 100;
    const {frame, truth} = makePlant({...SMALL, seed, lots, cause: {kind: 'interaction', pair, ratio, alone}});
    const {findings} = evaluate(frame);
    const claims = findings.filter(({q, verdict}) => q <= 0.05 && /supported|ambiguous/.test(verdict));
    return {truth, findings, pairs: claims.filter(({kind}) => kind === 'interaction')};
  };

  test('a pair that does five times as much is told, its factors are explained by it', () => {
    let found = 0;
    for (let seed = 1; seed <= 6; seed++) {
      const {truth, findings, pairs} = claimsOf(seed, 5, 1);
      const told = pairs.find(f => [f.factor, ...(f.with ?? [])].every(name => truth?.factors.includes(name)));
      if (!told) continue;
      found++;
      expect(told.sentence, `seed ${seed}`).toMatch(/ when .* and .*times what the two alone would lead to expect/);
      expect(told.effect.low).toBeGreaterThan(1);
      expect(told.where?.split(' and ')).toHaveLength(2);
      for (const name of truth?.factors ?? []) {
        const alone = findings.find(f => f.factor === name && f.kind !== 'interaction');
        expect(alone, name).toBeDefined();
        expect(alone?.verdict).not.toBe('supported');
      }
    }
    expect(found).toBeGreaterThanOrEqual(pair === 'number' ? 3 : 4);
  });

  test('two causes that only multiply are two causes', () => {
    let [told, alone] = [0, 0];
    for (let seed = 1; seed <= 6; seed++) {
      const {truth, findings, pairs} = claimsOf(seed, 1, 2.5);
      told += pairs.length;
      alone += findings.filter(f => truth?.factors.includes(f.factor) && f.q <= 0.05).length;
    }
    expect(told).toBeLessThanOrEqual(1);
    expect(alone).toBeGreaterThanOrEqual(3);
  });
});
