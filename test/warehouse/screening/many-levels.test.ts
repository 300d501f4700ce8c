import {describe, expect, test} from 'vitest';
import {testCategory} from '../../../warehouse/screening/category.ts';
import {evaluate} from '../../../warehouse/screening/evaluate.ts';
import type {Factor, Frame} from '../../../warehouse/screening/frame.ts';
import {groundOf} from '../../../warehouse/screening/ground.ts';
import {random} from '../../../warehouse/screening/planted/random.ts';

const OPERATORS = 70;

/** 210 lots of 40 parts, three a operator; operators differ by this coefficient of variation. */
function plantOf(seed: number, variation: number, dayVariation = 0): Frame {
  const rng = random(seed);
  const [lots, size] = [210, 40];
  const rates = Array.from({length: OPERATORS}, () => 0.05 * rng.gammaWithVariation(variation));
  const days = Array.from({length: lots / 5}, () => rng.gammaWithVariation(dayVariation));
  const operatorOf = rng.shuffled(lots).map(k => (dayVariation > 0 ? -1 : k % OPERATORS));
  const lot = Int32Array.from({length: lots * size}, (_, i) => Math.floor(i / size));
  // Where days differ, an operator works three lots on end.
  const codes = lot.map(l => (operatorOf[l] < 0 ? Math.floor(l / 3) : operatorOf[l]));
  const fate = Array.from({length: lots}, (_, l) =>
    rng.beta(Math.min(0.5, rates[codes[l * size]] * days[Math.floor(l / 5)]), 0.01),
  );
  const levels = Array.from({length: OPERATORS}, (_, k) => `W${k}`);
  const factor: Factor = {
    name: 'bore.operator',
    step: 'bore',
    stepOrder: 1,
    branch: 'man',
    kind: 'category',
    codes,
    levels,
  };
  return {
    parts: lot.length,
    outcome: Float64Array.from(lot, l => Number(rng.uniform() < fate[l])),
    outcomeKind: 'defective',
    outcomeLabel: 'void',
    lot,
    lots,
    lotsOrdered: true,
    stratum: new Int32Array(lot.length),
    strata: ['all'],
    strataFactors: [],
    factors: [factor],
  };
}

describe('seventy operators have one p', () => {
  const significant = (variation: number, dayVariation: number, alpha: number) =>
    Array.from({length: 60}, (_, k) => evaluate(plantOf(k + 1, variation, dayVariation)).findings[0].p).filter(
      p => p < alpha,
    ).length;

  test('who are all alike are rarely said to differ, nor are those who only share a day', () => {
    // SciPy 1.17.1: binom.sf(9, 60, .05) = 0.0007.
    expect(significant(0, 0, 0.05)).toBeLessThanOrEqual(9);
    expect(significant(0, 0.5, 0.05)).toBeLessThanOrEqual(9);
  });

  test('who all differ a little are found though none stands out', () => {
    expect(significant(0.6, 0, 0.01)).toBeGreaterThanOrEqual(45);
  });
});

describe('more levels than fifty', () => {
  /** Lots of two parts, level after level: of level k, 1 + k % 3 lots. */
  function levelsOf(count: number) {
    const codeOfLot = Array.from({length: count}, (_, k) => new Array<number>(1 + (k % 3)).fill(k)).flat();
    const codes = Int32Array.from({length: 2 * codeOfLot.length}, (_, i) => codeOfLot[Math.floor(i / 2)]);
    const levels = Array.from({length: count}, (_, k) => `W${k}`);
    const factor = {name: 'bore.operator', step: 'bore', stepOrder: 1, branch: 'man', kind: 'category', codes, levels};
    const frame: Frame = {
      parts: codes.length,
      outcome: Float64Array.from(codes, (_, i) => Number(i % 7 === 0)),
      outcomeKind: 'defective',
      outcomeLabel: 'void',
      lot: Int32Array.from(codes, (_, i) => Math.floor(i / 2)),
      lots: codeOfLot.length,
      lotsOrdered: false,
      stratum: new Int32Array(codes.length),
      strata: ['all'],
      strataFactors: [],
      factors: [],
    };
    const ground = groundOf(frame, new Uint8Array(codes.length).fill(1), 0.05);
    return testCategory(ground, factor as Extract<Factor, {kind: 'category'}>).candidates.map(({level}) => level);
  }

  test('each is tested by itself', () => {
    expect(levelsOf(60)).toEqual(Array.from({length: 60}, (_, k) => `W${k}`));
  });

  test('where they are too many for so many lots, those with most parts are', () => {
    // 1,999 lots: a 1,999th of 400,000 is 200 levels. Of 1,000 levels 333 have three lots, the most.
    const tested = levelsOf(1000);
    expect(tested).toEqual(Array.from({length: 200}, (_, k) => `W${3 * k + 2}`));
  });
});
