import {expect, test} from 'vitest';
import {evaluate, STAGES} from '../../../warehouse/screening/evaluate.ts';
import {evaluateElsewhere} from '../../../warehouse/screening/evaluator.ts';
import type {Frame} from '../../../warehouse/screening/frame.ts';
import type {Ground} from '../../../warehouse/screening/ground.ts';
import {makePlant} from '../../../warehouse/screening/planted/plant.ts';
import {random} from '../../../warehouse/screening/planted/random.ts';
import {shared} from '../../../warehouse/screening/rank-codes.ts';
import {Share} from '../../../warehouse/screening/share.ts';
import type {Members} from '../../../warehouse/screening/team.ts';
import {randomFrame} from './random-frame.ts';

/** As many shares as asked for, one after the other in this thread. */
const inTurn =
  (count: number) =>
  (ground: Ground): Members => {
    const shares = Array.from({length: count}, () => new Share(ground));
    return {
      count,
      test: factors => shares.map((share, at) => share.test(factors[at])),
      pairs: (classes, among) => shares.map((share, at) => share.pairs(classes, among[at])),
      alike: directions => shares.map(share => share.alike(directions)),
      measure: tasks => shares.map((share, at) => share.measure(tasks[at])),
    };
  };

test('an answer does not depend on how its factors are shared out', () => {
  const small = {steps: 6, numbers: 4, partsPerLot: 60};
  const planted = [
    makePlant({...small, seed: 5, lots: 60, lanes: 0.9, cause: {kind: 'tool', ratio: 4}}).frame,
    makePlant({...small, seed: 6, lots: 60, missing: 0.2, sampled: 0.5, cause: {kind: 'high', ratio: 5}}).frame,
    makePlant({...small, seed: 7, lots: 60, cause: {kind: 'change', ratio: 5}}).frame,
    makePlant({...small, seed: 8, lots: 60, rework: 0.2, cause: {kind: 'tool', ratio: 5}}).frame,
  ];
  const frames = [...planted, ...[2, 4, 9].map(seed => randomFrame(seed).frame)];
  let claims = 0;
  for (const [at, frame] of frames.entries()) {
    const one = evaluate(frame);
    for (const count of [2, 5]) {
      const many = evaluate(frame, {members: inTurn(count)});
      expect(JSON.stringify(many), `frame ${at} in ${count} shares`).toBe(JSON.stringify(one));
    }
    const first = evaluate(frame, {top: 4});
    expect(JSON.stringify(first), `frame ${at}, the first four`).toBe(
      JSON.stringify({...one, findings: one.findings.slice(0, 4)}),
    );
    claims += one.findings.filter(({q}) => q <= 0.05).length;
  }
  expect(claims).toBeGreaterThan(3);
});

/** Numbers of a hundred values each, enough that threads share them. */
function largeFrame(): Frame {
  const {frame} = makePlant({
    seed: 8,
    lots: 100,
    partsPerLot: 160,
    steps: 3,
    numbers: 1,
    cause: {kind: 'tool', ratio: 3},
  });
  const rng = random(9);
  const rows = shared(Int32Array, frame.parts).map((_, i) => i);
  const distinct = shared(Float64Array, 100).map((_, k) => k / 7);
  const numbers = Array.from({length: Math.ceil(1_050_000 / frame.parts)}, (_, k): Frame['factors'][number] => {
    const shift = rng.below(100);
    const codes = shared(Uint16Array, frame.parts);
    for (let i = 0; i < codes.length; i++) codes[i] = 1 + ((i * (k + 3) + shift + ((i * i) >>> 7)) % 100);
    return {
      name: `n${k}`,
      step: 's0',
      stepOrder: 0,
      branch: 'method',
      kind: 'number',
      unit: null,
      rows,
      codes,
      distinct,
    };
  });
  return {...frame, factors: [...frame.factors, ...numbers]};
}

test('threads that share a large question give the bytes of one thread, and say what they do', async () => {
  const frame = largeFrame();
  const stages: string[] = [];
  const together = await evaluateElsewhere(frame, [], {onStage: stage => stages.push(stage)});
  expect(stages).toEqual(STAGES);
  // What passes between threads keeps every field, whatever it holds.
  expect(JSON.stringify(together)).toBe(JSON.stringify(evaluate(frame)));
  const again = await evaluateElsewhere(frame, []);
  expect(JSON.stringify(again)).toBe(JSON.stringify(together));
});
