/** A time without an offset is in UTC wherever the machine stands; expected moments are counted by hand. */
import {afterEach, beforeEach, expect, test} from 'vitest';
import {alarms} from '../../warehouse/charts/alarms.ts';
import {chart} from '../../warehouse/charts/chart.ts';
import {momentOf} from '../../warehouse/moment.ts';
import {plantOf} from './plant-in-a-folder.ts';

const zone = process.env.TZ;
beforeEach(() => {
  process.env.TZ = 'Asia/Tokyo';
});
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

test('with and without offset, with a blank, a day alone, and what is none', () => {
  expect(new Date('2026-03-01T06:00').toISOString()).toBe('2026-02-28T21:00:00.000Z');
  const six = Date.UTC(2026, 2, 1, 6);
  for (const said of ['2026-03-01T06:00', '2026-03-01 06:00', ' 2026-03-01T06:00Z ', '2026-03-01T15:00+09:00'])
    expect([said, momentOf(said)]).toEqual([said, six]);
  expect(momentOf('2026-03-01')).toBe(Date.UTC(2026, 2, 1));
  expect(momentOf('soon')).toBeNaN();
});

test('baselines, stages and windows of alarms begin when they say', async () => {
  const hours = Array.from({length: 24}, (_, k) => ({
    part: `P${k}`,
    at: `2026-03-01T${String(k).padStart(2, '0')}:00:00Z`,
  }));
  const warehouse = await plantOf([
    ['parts', `part,product\n${hours.map(({part}) => `${part},A`).join('\n')}`],
    [
      'measurements',
      `part,step,parameter,value,measured_at\n${hours.map(({part, at}, k) => `${part},bore,depth,${(k * 7) % 5},${at}`).join('\n')}`,
    ],
  ]);
  const question = {parameter: 'bore.depth', kind: 'imr'} as const;
  const {baseline} = await chart(warehouse, {...question, baseline: '2026-03-01T06:00..2026-03-01 18:00'});
  expect(baseline).toMatchObject({from: '2026-03-01T06:00:00Z', to: '2026-03-01T17:00:00Z', points: 12});
  const {stages} = await chart(warehouse, {...question, stages: '2026-03-01T10:00'});
  expect(stages.map(({from, points}) => [from, points])).toEqual([
    ['2026-03-01T00:00:00Z', 10],
    ['2026-03-01T10:00:00Z', 14],
  ]);
  expect(await alarms(warehouse, {from: '2026-03-01T06:00', to: '2026-03-01T18:00'})).toMatchObject({
    window: {from: '2026-03-01T06:00:00Z', to: '2026-03-01T18:00:00Z'},
  });
});
