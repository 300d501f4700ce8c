/** A random forest's importances as a screening method: they rank, they claim nothing. */
import {execFileSync} from 'node:child_process';
import type {Frame} from '../../warehouse/screening/frame.ts';
import type {Method} from '../../warehouse/screening/planted/trial.ts';
import {valuesOf} from '../../warehouse/screening/rank-codes.ts';

const PYTHON = process.env.FISHBONE_PYTHON ?? 'python3';
const SCRIPT = new URL('./forest.py', import.meta.url).pathname;

type Rankings = Record<'impurity' | 'permutation', string[]>;
const known = new WeakMap<Frame, Rankings>();

export const forestImpurity: Method = frame => ({ranking: rankingsOf(frame).impurity, claims: []});
export const forestPermutation: Method = frame => ({ranking: rankingsOf(frame).permutation, claims: []});

function rankingsOf(frame: Frame): Rankings {
  const before = known.get(frame);
  if (before !== undefined) return before;
  const factors = frame.factors.map(factor => {
    const values = factor.kind === 'number' ? [...valuesOf(factor, frame.parts)] : [...factor.codes];
    const isMissing = factor.kind === 'number' ? Number.isNaN : (code: number) => code < 0;
    return [factor.name, values.map(value => (isMissing(value) ? null : value))];
  });
  const plant = {outcome: [...frame.outcome], lot: [...frame.lot], factors: Object.fromEntries(factors)};
  const answer = execFileSync(PYTHON, [SCRIPT], {input: JSON.stringify(plant), maxBuffer: 2 ** 28});
  const rankings = JSON.parse(answer.toString()) as Rankings;
  known.set(frame, rankings);
  return rankings;
}
