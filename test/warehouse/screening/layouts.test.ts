import {expect, test} from 'vitest';
import {evaluate} from '../../../warehouse/screening/evaluate.ts';
import type {Frame} from '../../../warehouse/screening/frame.ts';
import {rememberedLayout} from '../../../warehouse/screening/layouts.ts';
import {random} from '../../../warehouse/screening/planted/random.ts';
import {randomFrame} from './random-frame.ts';

/** The same parts with another outcome, within other strata, and without some of the parts. */
function relatives(frame: Frame, seed: number): Frame[] {
  const rng = random(seed);
  const other = frame.outcome.map(y => (Number.isNaN(y) ? y : Number(rng.uniform() < 0.2)));
  const fewer = other.map((y, i) => (i % 7 === 0 ? Number.NaN : y));
  return [
    frame,
    {...frame, outcome: other, outcomeKind: 'defective'},
    {...frame, outcome: other, outcomeKind: 'defective', stratum: frame.stratum.map(() => 0), strata: ['all']},
    {...frame, outcome: fewer, outcomeKind: 'defective'},
    frame,
  ];
}

test('what is remembered of an earlier question changes no answer to a later one', () => {
  let findings = 0;
  for (let seed = 1; seed <= 6; seed++) {
    const {frame} = randomFrame(seed);
    for (const [k, one] of relatives({...frame, index: `seed ${seed}`}, seed).entries()) {
      const anew = evaluate(one);
      expect(evaluate(one, {layoutOf: rememberedLayout}), `seed ${seed}, question ${k}`).toEqual(anew);
      findings += anew.findings.length;
    }
  }
  expect(findings).toBeGreaterThan(150);
});

test('another outcome of the same parts finds the layout of the first, other parts or strata do not', () => {
  const {frame} = randomFrame(1);
  const keepOf = (one: Frame) => one.outcome.map(y => Number(Number.isFinite(y)));
  const [first, outcome, strata, parts] = relatives({...frame, index: 'one'}, 1).map(one =>
    rememberedLayout(one, Uint8Array.from(keepOf(one))),
  );
  expect(outcome).toBe(first);
  expect(new Set([first, strata, parts]).size).toBe(frame.strata.length > 1 ? 3 : 2);
});
