// What people call the points of a chart whose names only count: by the first and the last part behind them.
import {expect, test} from 'vitest';
import {alarmsText, chartText} from '../../api/command-line/print/charts.ts';
import {alarmTriggers} from '../../api/responses/alarm-triggers.ts';
import type {Ends} from '../../warehouse/chart-answers.ts';
import {alarms} from '../../warehouse/charts/alarms.ts';
import {capability} from '../../warehouse/charts/capability.ts';
import {chart} from '../../warehouse/charts/chart.ts';
import {freezeBaseline} from '../../warehouse/charts/frozen.ts';
import {pointName} from '../../warehouse/charts/values.ts';
import {plantOf, sharedPlant, type Table} from './plant-in-a-folder.ts';

const time = (minute: number) => new Date(Date.UTC(2024, 0, 1) + minute * 60_000).toISOString();

/** Made in the opposite order of their ids, one a minute, 52 of them; the last ten far off. */
function tables({lots = false, timed = true}): Table[] {
  const parts = Array.from({length: 52}, (_, k) => ({part: `P${String(99 - k).padStart(3, '0')}`, k}));
  const at = (k: number) => (timed ? time(k) : '');
  return [
    ['parts', `part,product,lot\n${parts.map(({part, k}) => `${part},A,${lots ? `L${k % 2}` : ''}`).join('\n')}`],
    [
      'measurements',
      `part,step,parameter,value,measured_at\n${parts
        .flatMap(({part, k}) =>
          ['depth', 'width'].map(
            (name, j) => `${part},mill,${name},${((7 * k) % (11 + j)) + (k > 41 ? 90 : 0)},${at(k)}`,
          ),
        )
        .join('\n')}`,
    ],
    [
      'inspections',
      `inspection,part,inspected_at,result\n${parts
        .map(({part, k}) => `I${k},${part},${time(k)},${k % 4 === 0 ? 'fail' : 'pass'}`)
        .join('\n')}`,
    ],
    ['parameters', 'parameter,step,lsl,usl\ndepth,mill,-10,110'],
  ];
}

const plant = sharedPlant(tables({}));
const XBAR = {parameter: 'mill.depth', kind: 'xbar', subgroup: 10} as const;
const names = (points: readonly {x: string; parts?: Ends}[]) =>
  points.map(({x, parts}) => [x, parts && pointName({x, parts})]);

test('so many in a row: the key counts as before, what people read has the first and the last part in order of time', async () => {
  const expected = [
    ['000000000', 'P099 to P090'],
    ['000000001', 'P089 to P080'],
    ['000000002', 'P079 to P070'],
    ['000000003', 'P069 to P060'],
    ['000000004', 'P059 to P050'],
    ['000000005', 'P049 to P048'],
  ];
  expect(names((await chart(plant(), XBAR)).points)).toEqual(expected);
  const shares = await chart(plant(), {parameter: 'any-fail', kind: 'p', subgroup: 10});
  expect(names(shares.points)).toEqual(expected);
  const vectors = await chart(plant(), {parameter: 'mill.depth,mill.width', kind: 't2', subgroup: 10});
  // The last two do not fill a subgroup.
  expect(names(vectors.points)).toEqual(expected.slice(0, -1));
  // A window has points of its own.
  const later = await chart(plant(), {...XBAR, from: time(20)});
  expect(later.points[0]).toMatchObject({x: '000000000', parts: {first: 'P079', last: 'P070'}});
});

test('on paper and in alarms parts are read, and programs take the key', async () => {
  const clock = (text: string) => text;
  const print = chartText(await chart(plant(), {...XBAR, baseline: `..${time(40)}`}), clock);
  expect(print).toContain('P059 to P050');
  expect(print).not.toContain('00000000');
  const own = await plantOf(tables({}));
  const ada = {by: 'Ada', authenticated: false, reason: 'the first forty'};
  await freezeBaseline(own, {...XBAR, baseline: `..${time(40)}`}, ada);
  const answer = await alarms(own, {budget: 100});
  expect(answer.alarms[0]).toMatchObject({
    first: '000000004',
    firstParts: {first: 'P059', last: 'P050'},
    worst: {x: '000000004', parts: {first: 'P059', last: 'P050'}},
  });
  expect(alarmsText(answer, clock)).toContain('P059 to P050');
  const [{about}] = alarmTriggers({plant: 'p', rule: 'r'}, [], answer.alarms, {batch: 1, cameMs: 0});
  expect(about).toMatchObject({point: '000000004'});
  expect(about.text).toMatch(/since P059, worst [\d.]+ at P059 to P050$/);
});

test('six panels: subgroups and marks of several of them by their parts', async () => {
  const {sixPack} = await capability(plant(), {parameter: 'mill.depth', subgroup: 10, sixPack: true});
  expect(names(sixPack!.means.marks).at(-1)).toEqual(['000000005', 'P049 to P048']);
  expect(names(sixPack!.last)[0]).toEqual(['000000000', 'P099 to P090']);
});

test('a single value is known by its time, without one by its part; a lot by its name', async () => {
  const imr = {parameter: 'mill.depth', kind: 'imr', last: 1} as const;
  expect(names((await chart(plant(), imr)).points)).toEqual([['2024-01-01T00:51:00Z', undefined]]);
  const timeless = await plantOf(tables({timed: false}).filter(([table]) => table !== 'inspections'));
  // In the order of their ids then.
  expect(names((await chart(timeless, imr)).points)).toEqual([['52', 'P099']]);
  const inLots = await plantOf(tables({lots: true}));
  const {points} = await chart(inLots, {parameter: 'any-fail', kind: 'p', subgroup: 'lot'});
  expect(names(points)).toEqual([
    ['L0', undefined],
    ['L1', undefined],
  ]);
});
