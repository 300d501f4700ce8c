/** The parts of a question are found once for all questions about them, and anew when they are others or the position is. */
import {afterEach, expect, test, vi} from 'vitest';
import {chart} from '../../warehouse/charts/chart.ts';
import {Session} from '../../warehouse/duckdb.ts';
import {pareto} from '../../warehouse/pareto.ts';
import {yieldOf} from '../../warehouse/yield.ts';
import {feed, plantOf, type Table} from './plant-in-a-folder.ts';

afterEach(() => vi.restoreAllMocks());

const PLANT: Table[] = [
  ['parts', 'part, product\nA, X\nB, X\nC, Y\nD, Y'],
  ['operations', 'part, step, tool\nA, bore, T1\nB, bore, T2\nC, bore, T1\nD, bore, T2'],
  ['inspections', 'inspection, part, result\n1, A, fail\n2, B, pass\n3, C, pass\n4, D, fail'],
];

test('several questions about the same parts find them once; other parts and another position, anew', async () => {
  const warehouse = await plantOf(PLANT);
  const run = vi.spyOn(Session.prototype, 'run');
  const found = () => run.mock.calls.filter(([sql]) => sql.startsWith('set variable filter_')).length;
  const where = "bore.tool = 'T1'";
  expect(await yieldOf(warehouse, {where})).toMatchObject({inspected: 2});
  const first = found();
  expect(first).toBe(1);
  expect((await pareto(warehouse, {by: 'product', where})).bars.map(({key, parts}) => [key, parts])).toEqual([
    ['X', 1],
  ]);
  expect((await pareto(warehouse, {by: 'defect', where})).bars).toHaveLength(1);
  expect(found()).toBe(first);
  expect(await yieldOf(warehouse, {where: "bore.tool = 'T2'"})).toMatchObject({inspected: 2});
  // A product is no part of the filter.
  expect(await yieldOf(warehouse, {where, product: 'X'})).toMatchObject({inspected: 1});
  expect(found()).toBeLessThanOrEqual(first + 2);
  // What came since belongs to it.
  await feed(warehouse, ['inspections', 'inspection, part, result\n5, E, fail']);
  await feed(warehouse, ['operations', 'part, step, tool\nE, bore, T1']);
  expect(await yieldOf(warehouse, {where, asOf: 3})).toMatchObject({inspected: 2});
  expect(await yieldOf(warehouse, {where})).toMatchObject({inspected: 3});
  const before = found();
  await expect(yieldOf(warehouse, {where: 'bore.colour = 1'})).rejects.toThrow('colour');
  await expect(pareto(warehouse, {by: 'defect', where, defect: 'none'})).rejects.toThrow('none');
  expect(await yieldOf(warehouse, {where})).toMatchObject({inspected: 3});
  expect(found()).toBe(before);
});

const PARTS = Array.from({length: 60}, (_, k) => k);
const LOTS: Table[] = [
  ['parts', `part,product,lot\n${PARTS.map(k => `P${k},${k % 3 === 0 ? 'A' : 'B'},L${k % 6}`).join('\n')}`],
  [
    'inspections',
    `inspection,part,inspected_at,result\n${PARTS.map(k => `I${k},P${k},2024-05-01T${10 + (k % 6)}:00:00Z,${k % 4 === 0 ? 'fail' : 'pass'}`).join('\n')}`,
  ],
  ['measurements', `part,step,parameter,value\n${PARTS.map(k => `P${k},bore,depth,${k}`).join('\n')}`],
];

test('parts are found once for questions that come together, and anew for other parts', async () => {
  const warehouse = await plantOf(LOTS);
  const run = vi.spyOn(Session.prototype, 'run');
  const found = () => run.mock.calls.filter(([sql]) => sql.startsWith('set variable filter_')).length;
  const ask = (where: string) => [
    () => yieldOf(warehouse, {by: 'product', where}),
    () => pareto(warehouse, {by: 'defect', where}),
    () => chart(warehouse, {parameter: 'any-fail', kind: 'p', where}),
  ];
  const together = await Promise.all(ask('bore.depth >= 10').map(one => one()));
  expect(found()).toBe(1);
  expect(together[1]).toMatchObject({basis: {parts: 50, defectiveParts: 12}});

  const others = ask('bore.depth < 10');
  await Promise.all([...others, ...ask('bore.depth >= 10')].map(one => one()));
  expect(found()).toBe(2);

  const alone = await plantOf(LOTS);
  expect(await yieldOf(alone, {by: 'product', where: 'bore.depth >= 10'})).toEqual(together[0]);
  expect(await chart(alone, {parameter: 'any-fail', kind: 'p', where: 'bore.depth >= 10'})).toEqual(together[2]);
});

test('a question that cannot be answered keeps no other about the same parts waiting', async () => {
  const warehouse = await plantOf(LOTS);
  const where = 'bore.depth >= 30';
  const [refused, answered] = await Promise.allSettled([
    chart(warehouse, {parameter: 'no-such-defect', kind: 'p', where}),
    pareto(warehouse, {by: 'defect', where}),
  ]);
  expect(refused.status).toBe('rejected');
  expect(answered).toMatchObject({status: 'fulfilled', value: {basis: {parts: 30}}});
});
