import {expect, test} from 'vitest';
import {type Rankable, ranked} from '../../../warehouse/screening/ranking.ts';

function finding(factor: string, more: Partial<Rankable> = {}): Rankable {
  const one = {factor, with: null, kind: 'category', p: 0.001, q: 0.01, verdict: 'supported'} as const;
  return {...one, ambiguousWith: [], strength: 1, fit: 0, ...more};
}

const order = (...findings: Rankable[]) => ranked(findings, 0.05).map(({factor}) => factor);

test('claims come first, whatever the p of the others; a q at the level itself is one', () => {
  expect(
    order(
      finding('explained', {p: 1e-9, verdict: 'explained'}),
      finding('beyond', {p: 1e-8, q: 0.0501}),
      finding('second', {p: 0.003, q: 0.05}),
      finding('first', {p: 0.002}),
    ),
  ).toEqual(['first', 'second', 'explained', 'beyond']);
});

test('by p, then by strength, then by name', () => {
  expect(order(finding('b'), finding('a'), finding('weak', {strength: 0.5}), finding('strong', {strength: 2}))).toEqual(
    ['strong', 'a', 'b', 'weak'],
  );
  const silent = {q: 1, verdict: 'no-evidence'} as const;
  expect(order(finding('b', silent), finding('c', {...silent, p: 1e-4}), finding('a', silent))).toEqual([
    'c',
    'a',
    'b',
  ]);
});

test('claims that cannot be told apart stand together, the best fit first, the bare moment last', () => {
  const set = {verdict: 'ambiguous', ambiguousWith: ['time.change_point', 'tool', 'program', 'shift']} as const;
  const apart = {...set, ambiguousWith: [...set.ambiguousWith]};
  expect(
    order(
      finding('time.change_point', {...apart, p: 1e-6, fit: 9}),
      finding('alone', {p: 1e-5}),
      finding('tool', {...apart, p: 1e-4, fit: 3}),
      finding('program', {...apart, p: 1e-3, fit: 5}),
      // As good as the program but for the order of adding up; a value is told before the lack of one.
      finding('shift', {...apart, p: 1e-4, fit: 5 + 1e-12, kind: 'missing'}),
    ),
  ).toEqual(['program', 'shift', 'tool', 'time.change_point', 'alone']);
});

test('a factor is told once, by the stronger of its level and its being missing; a pair beside its factors', () => {
  const told = ranked(
    [
      finding('tool', {p: 1e-5, kind: 'missing', fit: 1}),
      finding('tool', {p: 1e-4}),
      finding('tool', {p: 1e-3, kind: 'interaction', with: ['press']}),
      finding('tool', {p: 1e-2, kind: 'interaction', with: ['press']}),
    ],
    0.05,
  );
  expect(told.map(({kind, p}) => [kind, p])).toEqual([
    ['missing', 1e-5],
    ['interaction', 1e-3],
  ]);
});
