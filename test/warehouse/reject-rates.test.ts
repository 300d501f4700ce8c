/** Which sources suddenly reject: what counts as one source, and how often a steady one is blamed by chance. */
import {describe, expect, test} from 'vitest';
import {RejectRates} from '../../warehouse/reject-rates.ts';
import {sourceOf} from '../../warehouse/source-of.ts';

describe('one source', () => {
  test.each([
    ['/plant/out/parts_2026-11-26.csv', 'out/parts_*.csv'],
    ['/plant/out/parts_2026-11-27.csv', 'out/parts_*.csv'],
    ['/plant/out/parts_20261127T0600.csv', 'out/parts_*.csv'],
    ['/plant/out/parts_2026-11-27_06-00.csv', 'out/parts_*.csv'],
    ['/plant/out/parts 27.11.2026.csv', 'out/parts *.csv'],
    ['/plant/2026-11-26/parts.csv', '*/parts.csv'],
    ['/plant/out/report-17.csv', 'out/report-*.csv'],
    ['/plant/out/report-0001743.csv', 'out/report-*.csv'],
    ['C:\\plant\\out\\parts (2).csv', 'out/parts (*).csv'],
    ['parts.csv', 'parts.csv'],
    // A number that belongs to a word says which machine.
    ['/plant/press3/press3_2026-11-26.csv', 'press3/press3_*.csv'],
    ['/plant/press4/press4_2026-11-26.csv', 'press4/press4_*.csv'],
    ['POST /v1/inspections', 'POST /v1/inspections'],
    ['mqtt:plant/line4/2026', 'mqtt:plant/line4/2026'],
  ])('%s', (name, source) => expect(sourceOf(name)).toBe(source));
});

const DAY_MS = 86_400_000;
const START = Date.parse('2026-03-01T06:00:00Z');

/** One batch a day. @returns the verdicts */
function daily(batches: readonly (readonly [rows: number, rejected: number])[]) {
  const rates = new RejectRates();
  return batches.map(([rows, rejected], day) => rates.note('s', {rows, rejected}, START + day * DAY_MS));
}
const says = (batches: readonly (readonly [number, number])[]) => daily(batches).map(({is}) => is);

test('a sudden rise is high, and over with the first calm batch; it does not become what is usual', () => {
  const good = Array.from({length: 20}, () => [500, 2] as const);
  expect(says([...good, [500, 60], [500, 60], [500, 3], [500, 60]]).slice(20)).toEqual([
    'high',
    'high',
    'calm',
    'high',
  ]);
  const last = daily([...good, [500, 60], [500, 60], [500, 3], [500, 60]]).at(-1)!;
  expect(last).toMatchObject({rows: 500, rejected: 60, usual: {rows: 20 * 500 + 500, rejected: 20 * 2 + 3}});
});

test('5 % or less is never high, nor are two rows, nor more of the same', () => {
  const good = Array.from({length: 20}, () => [1000, 0] as const);
  expect(says([...good, [1000, 50]]).at(-1)).toBe('calm');
  expect(says([...good, [10, 2]]).at(-1)).toBe('open');
  expect(says([...good, [10, 3]]).at(-1)).toBe('high');
  // A source that has always rejected one row in twelve: only its first file is told of.
  expect(new Set(says(Array.from({length: 20}, () => [600, 50] as const)).slice(1))).toEqual(new Set(['calm']));
});

test('a source whose rejects come in lumps has to reject more before it is told than one whose rejects come evenly', () => {
  const lumpy = Array.from({length: 40}, (_, k) => [200, k % 5 === 4 ? 8 : 0] as const);
  const even = Array.from({length: 40}, (_, k) => [200, k % 5 < 3 ? 2 : 1] as const);
  expect(says([...lumpy, [200, 14]]).at(-1)).toBe('calm');
  expect(says([...even, [200, 14]]).at(-1)).toBe('high');
});

test('a stream of single rows is seen within a few rows of the fault, and after 60 days what was usual is forgotten', () => {
  const rates = new RejectRates();
  for (let k = 0; k < 1000; k++) rates.note('s', {rows: 1, rejected: 0}, START + k * 1000);
  const until = (atMs: number) => {
    for (let k = 1; k < 100; k++) if (rates.note('s', {rows: 1, rejected: 1}, atMs).is === 'high') return k;
    return 100;
  };
  expect(until(START + DAY_MS)).toBe(3);
  for (let k = 0; k < 50; k++) rates.note('s', {rows: 1, rejected: 0}, START + DAY_MS);
  expect(until(START + 61 * DAY_MS)).toBeGreaterThan(3);
  const fresh = new RejectRates();
  fresh.note('s', {rows: 1000, rejected: 80}, START);
  fresh.note('s', {rows: 1000, rejected: 0}, START + 70 * DAY_MS);
  const verdict = fresh.note('s', {rows: 1000, rejected: 80}, START + 71 * DAY_MS);
  expect(verdict).toMatchObject({is: 'high', usual: {rows: 1000, rejected: 0}});
});

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** How many of the batches after the first twenty are blamed: sources that keep their share, in batches of this size. */
function blamed(seed: number, {share, rows, spread}: {share: number; rows: number; spread: boolean}): number {
  const random = seeded(seed);
  let count = 0;
  let all = 0;
  for (let source = 0; source < 60; source++) {
    const rates = new RejectRates();
    for (let day = 0; day < 80; day++) {
      // Lumps: the share itself is 0.4 to 1.6 of the usual one, day by day.
      const today = spread ? share * (0.4 + 1.2 * random()) : share;
      let rejected = 0;
      for (let k = 0; k < rows; k++) if (random() < today) rejected++;
      const {is} = rates.note('s', {rows, rejected}, START + day * DAY_MS);
      if (day < 20) continue;
      all++;
      if (is === 'high') count++;
    }
  }
  return count / all;
}

// 3,600 batches each, of sources near the bound where most could go wrong; with a true rate of 0.001 more than 0.003 would
// come up less than once in a thousand runs. Small batches are looked at while they add up to a hundred rows.
test.each([
  {share: 0.05, rows: 400, spread: false},
  {share: 0.05, rows: 400, spread: true},
  {share: 0.08, rows: 100, spread: true},
  {share: 0.08, rows: 10, spread: false},
  {share: 0.02, rows: 25, spread: true},
])('false alarms of a steady source: $share of $rows rows, spread $spread', options => {
  for (const seed of [1, 2]) expect([seed, blamed(seed, options) <= 0.003]).toEqual([seed, true]);
});

test('and a real rise is found: from 1 % to 12 % in batches of 200', () => {
  const random = seeded(7);
  let found = 0;
  for (let source = 0; source < 50; source++) {
    const draw = (share: number) => [200, Array.from({length: 200}).filter(() => random() < share).length] as const;
    const batches = [...Array.from({length: 20}, () => draw(0.01)), draw(0.12)];
    if (says(batches).at(-1) === 'high') found++;
  }
  expect(found).toBeGreaterThanOrEqual(48);
});
