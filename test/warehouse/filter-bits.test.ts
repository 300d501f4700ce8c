/** Which parts a filter means is kept as bits: the same parts as the condition that is spelled out, however it is put together. */
import {expect, test} from 'vitest';
import {countBits, filterCondition, partsSpelledOut} from '../../warehouse/filter.ts';
import {pareto} from '../../warehouse/pareto.ts';
import {yieldOf} from '../../warehouse/yield.ts';
import {feed, plantOf, type Table} from './plant-in-a-folder.ts';

const PARTS = Array.from({length: 90}, (_, k) => k);
const lines = (head: string, parts: number[], of: (k: number) => unknown[]) =>
  [head, ...parts.map(k => of(k).join(','))].join('\n');

const PLANT: Table[] = [
  ['parts', lines('part,product,lot', PARTS, k => [`P${k}`, 'XYZ'[k % 3], k % 8 === 0 ? '' : `L${k % 7}`])],
  ['operations', lines('part,step,tool', PARTS.slice(20), k => [`P${k}`, 'bore', `T${k % 5}`])],
  ['measurements', lines('part,step,parameter,value', PARTS.slice(0, 70), k => [`P${k}`, 'mill', 'depth', k / 10])],
  [
    'inspections',
    lines('inspection,part,inspected_at,result', PARTS.slice(5), k => [
      `I${k}`,
      `P${k}`,
      `2024-05-01T${10 + (k % 9)}:00:00Z`,
      k % 4 === 0 ? 'fail' : 'pass',
    ]),
  ],
  ['defects', lines('inspection,defect', [8, 12, 16, 20], k => [`I${k}`, k % 8 === 0 ? 'scratch' : 'void'])],
];

const LEAVES = [
  "bore.tool = 'T1'",
  "bore.tool != 'T1'",
  "bore.tool in ('T2', 'T3')",
  'bore.tool is missing',
  'mill.depth >= 3.2',
  'mill.depth < 99',
  'mill.depth > 99',
  'part.lot is missing',
  "part.product = 'X'",
  "inspection.at >= '2024-05-01T14:00:00Z'",
  "inspection.defect = 'scratch'",
];

/** Leaves, and what can be made of each two. */
const EXPRESSIONS = LEAVES.flatMap((one, k) => {
  const [other, third] = [LEAVES[(k * 4 + 3) % LEAVES.length], LEAVES[(k * 7 + 5) % LEAVES.length]];
  return [one, `not (${one})`, `(${one}) and (${other})`, `(${one}) or not ((${other}) and (${third}))`];
});

test('bits and the condition that is spelled out mean the same parts', async () => {
  const warehouse = await plantOf(PLANT);
  await warehouse.read(undefined, async session => {
    const sizes = new Set<number>();
    for (const expression of EXPRESSIONS) {
      const condition = await filterCondition(session, expression);
      const {sql, bindings} = await partsSpelledOut(session, expression, 'filter');
      const kept = await session.rows(`select s.part from subjects s where ${condition.sql} order by 1`);
      expect(kept, expression).toEqual(await session.rows(`from (${sql}) order by 1`, bindings));
      expect((await countBits(session, condition.bits)).parts, expression).toBeGreaterThanOrEqual(kept.length);
      sizes.add(kept.length);
    }
    // None, all and much between.
    expect(sizes.has(0) && sizes.has(PARTS.length) && sizes.size > 10, [...sizes].join(' ')).toBe(true);
  });
});

test('more filters than a session keeps: those of a question hold, and the first is found again', async () => {
  const warehouse = await plantOf(PLANT);
  const [where, ...others] = Array.from({length: 40}, (_, k) => `mill.depth >= ${k / 10}`);
  const first = await yieldOf(warehouse, {where});
  expect(first.inspected).toBe(65);
  for (const [k, other] of others.entries())
    expect((await yieldOf(warehouse, {where: other})).inspected, other).toBe(69 - Math.max(4, k));
  expect(await yieldOf(warehouse, {where})).toEqual(first);
  await warehouse.read(undefined, async session => {
    expect(session.filters.size).toBeLessThanOrEqual(8);
    const {n} = await session.row<{n: number}>("select count(*) as n from duckdb_variables() where name ^@ 'filter_'");
    expect(n).toBe(session.filters.size);
  });
});

test('few parts are written down, many looked for: a part that joins one of both is in the next answer', async () => {
  const warehouse = await plantOf(PLANT);
  for (const [where, parts] of [
    ["part.lot = 'L3' and mill.depth < 2", 2],
    ["not (part.lot = 'L3' and mill.depth < 2)", 83],
  ] as const) {
    const {basis} = await pareto(warehouse, {by: 'defect', where});
    expect(basis.parts, where).toBe(parts);
  }
  await feed(warehouse, ['parts', 'part,product,lot\nN1,X,L3']);
  await feed(warehouse, ['measurements', 'part,step,parameter,value\nN1,mill,depth,1']);
  await feed(warehouse, ['inspections', 'inspection,part,inspected_at,result\nIN1,N1,2024-05-01T12:00:00Z,fail']);
  const where = "part.lot = 'L3' and mill.depth < 2";
  expect((await pareto(warehouse, {by: 'defect', where})).basis).toMatchObject({parts: 3, defectiveParts: 1});
  expect((await pareto(warehouse, {by: 'defect', where: `not (${where})`})).basis.parts).toBe(83);
  expect((await pareto(warehouse, {by: 'defect', where, product: 'X'})).basis.parts).toBe(1);
});
