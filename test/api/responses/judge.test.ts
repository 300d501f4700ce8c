/** When a rule fires: limits and counting, worked out by hand. */
import {expect, test} from 'vitest';
import {Judge, type Trigger} from '../../../api/responses/judge.ts';
import {rulesOf} from './plant.ts';

const START = Date.parse('2026-03-01T06:00:00Z');

/** One fail a line: minutes after six o'clock, and what it is told apart by. @returns what becomes of each */
function judged(
  rule: {fail?: object; limits?: object},
  fails: [minute: number, keys?: Record<string, string>][],
  {freshOnly = false, cameAfterMinutes = 0} = {},
): string[] {
  const {r} = rulesOf({
    r: {when: {fail: rule.fail ?? {}}, then: [{do: 'hold', reason: 'X'}], limits: rule.limits ?? {}},
  });
  const judge = new Judge(r, {freshOnly});
  return fails.map(([minute, keys = {}], k) => {
    const atMs = START + minute * 60_000;
    const trigger: Trigger = {id: `${k}`, atMs, cameMs: atMs + cameAfterMinutes * 60_000, batch: 1, keys, about: {}};
    const verdict = judge.judge(trigger);
    return verdict.is === 'withheld' ? verdict.limit : verdict.is;
  });
}

test('a budget of two an hour: a third within the hour is withheld, one an hour after the first is not', () => {
  const limits = {budget: {perHour: 2}};
  // 0 and 10 fire; at 59 both lie within the hour; at 60 only that of 10 does; at 65 those of 10 and 60 do.
  expect(judged({limits}, [[0], [10], [59], [60], [65], [70]])).toEqual([
    'fires',
    'fires',
    'budget',
    'fires',
    'budget',
    'fires',
  ]);
});

test('the day has a budget of its own', () => {
  const limits = {budget: {perHour: 1, perDay: 2}};
  expect(judged({limits}, [[0], [30], [60], [120], [24 * 60]])).toEqual([
    'fires',
    'budget',
    'fires',
    'budget',
    'fires',
  ]);
});

test('what comes out of order is held against what fired after it as well', () => {
  const limits = {budget: {perHour: 1}};
  expect(judged({limits}, [[60], [30], [0], [121]])).toEqual(['fires', 'budget', 'fires', 'fires']);
});

test('once a lot within eight hours; another lot has its own; a part without a lot goes by itself', () => {
  const limits = {once: {per: 'lot', within: '8 hours'}};
  const fails: [number, Record<string, string>?][] = [
    [0, {lot: 'L1'}],
    [1, {lot: 'L1'}],
    [2, {lot: 'L2'}],
    [3],
    [4],
    [8 * 60, {lot: 'L1'}],
  ];
  expect(judged({limits}, fails)).toEqual(['fires', 'once', 'fires', 'fires', 'fires', 'fires']);
});

test('three within an hour at one station: the third fires, and the next three again', () => {
  const fail = {atLeast: {fails: 3, within: '1 hour', per: 'station'}};
  const at = (minute: number, station?: string): [number, Record<string, string>?] => [
    minute,
    station ? {station} : {},
  ];
  const c = 'counted';
  expect(judged({fail}, [at(0, 'A'), at(1, 'B'), at(2, 'A'), at(3, 'A'), at(4, 'A'), at(5, 'A'), at(6, 'A')])).toEqual([
    c,
    c,
    c,
    'fires',
    c,
    c,
    'fires',
  ]);
  // An hour is over when the third comes: only two of the three lie within it, until the fourth.
  expect(judged({fail}, [at(0, 'A'), at(30, 'A'), at(60, 'A'), at(89, 'A')])).toEqual([c, c, c, 'fires']);
  expect(judged({fail}, [at(0), at(1), at(2)])).toEqual(['placeless', 'placeless', 'placeless']);
});

test('what is a day old when it comes is withheld by a server, and taken as come in time by a dry run', () => {
  expect(judged({}, [[0]], {freshOnly: true, cameAfterMinutes: 24 * 60 + 1})).toEqual(['late']);
  expect(judged({}, [[0]], {freshOnly: true, cameAfterMinutes: 24 * 60})).toEqual(['fires']);
  expect(judged({}, [[0]], {cameAfterMinutes: 24 * 60 + 1})).toEqual(['fires']);
});

test('the same thing again is known; without limits of its own a rule has 60 an hour', () => {
  const {r} = rulesOf({r: {when: {fail: {}}, then: [{do: 'hold', reason: 'X'}]}});
  const judge = new Judge(r, {freshOnly: false});
  const one = {atMs: START, cameMs: START, batch: 1, keys: {}, about: {}};
  const all = Array.from({length: 70}, (_, k) => judge.judge({...one, id: `${k}`}).is);
  expect(all.filter(is => is === 'fires')).toHaveLength(60);
  expect(judge.judge({...one, id: '3'})).toEqual({is: 'known'});
  expect(judge.judge({...one, id: '69'})).toEqual({is: 'known'});
});
