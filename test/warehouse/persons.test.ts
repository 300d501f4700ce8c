import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {Session} from '../../warehouse/duckdb.ts';
import {filteredParts} from '../../warehouse/filter.ts';
import {prepareHistory} from '../../warehouse/history.ts';
import {isPerson} from '../../warehouse/persons.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {trace} from '../../warehouse/trace.ts';
import {rebuild, verify} from '../../warehouse/verify.ts';
import {filesWith} from './files-with.ts';
import {feed, plantOf, type Table} from './plant-in-a-folder.ts';

const PARTS: Table = ['parts', 'part,product,lot\nA,HX,L1\nB,HX,L1'];
const OPERATIONS: Table = [
  'operations',
  `part,step,operator,started_at
   A,press,Anna Quist,2026-01-05T06:00:00Z
   B,press,Bo Ek,2026-01-05T06:01:00Z`,
];
const INSPECTIONS: Table = [
  'inspections',
  `inspection,part,inspector,result,inspected_at
   I1,A,Anna Quist,pass,2026-01-05T07:00:00Z
   I2,B,surface@1.2,fail,2026-01-05T07:00:00Z`,
];

test.each([
  ['Anna', true],
  ['4711', true],
  ['anna.quist@plant.example', true],
  ['surface-v1@1.0.0', false],
  ['surface@2026-01', false],
  ['person-abcdefghij27', false],
  ['person-1', true],
])('whether "%s" names a person: %s', (value, is) => {
  expect(isPerson(value)).toBe(is);
});

const operations = (session: Session) => session.rows('from main.operations order by part');

test('names outside, one pseudonym a person inside; models stay what they are', async () => {
  const w = await plantOf([PARTS, OPERATIONS, INSPECTIONS]);
  expect((await w.read(undefined, operations)).map(({operator}) => operator)).toEqual(['Anna Quist', 'Bo Ek']);
  const found = await trace(w, {id: 'A', kind: 'part'});
  expect(found.history.map(({text}) => text)).toEqual(
    expect.arrayContaining([expect.stringContaining('by Anna Quist')]),
  );
  await w.read(undefined, async session => {
    await prepareHistory(session, 'subjects');
    const sql = await filteredParts(session, "press.operator = 'Anna Quist'");
    expect(await session.rows(`select count(*) as n from (${sql})`)).toEqual([{n: 1}]);
    const inside = await session.rows<{who: string}>(
      'select operator as who from fact.operations union all select inspector from fact.inspections',
    );
    const [anna, bo, again, model] = inside.map(({who}) => who);
    expect(anna).toMatch(/^person-[a-z2-7]{12}$/);
    expect(bo).not.toBe(anna);
    expect(again).toBe(anna);
    expect(model).toBe('surface@1.2');
  });
});

test('a row sent again is a duplicate, a row of another person is none', async () => {
  const w = await plantOf([PARTS, OPERATIONS]);
  const header = 'part,step,operator,started_at\n';
  const again = await feed(w, ['operations', `${header}A,press,Anna Quist,2026-01-05T06:00:00Z`]);
  expect(again.tables).toMatchObject([{accepted: 0, duplicates: 1, conflicts: 0}]);
  const other = await feed(w, ['operations', `${header}A,press,Bo Ek,2026-01-05T06:00:00Z`]);
  expect(other.tables).toMatchObject([{accepted: 1, duplicates: 0, conflicts: 1}]);
});

test('names stand in the look-up and in what was sent, nowhere else', async () => {
  const w = await plantOf([
    PARTS,
    OPERATIONS,
    ['operations', 'part,step,operator,started_at\nA,press,Cy Falk,yesterday\nA,Dag Holm,Dag Holm,Dag Holm'],
  ]);
  await w.close();
  for (const name of ['Anna Quist', 'Bo Ek']) {
    expect(filesWith(w.folder, name)).toEqual([
      expect.stringContaining(join('archive', 'raw')),
      ...filesWith(w.folder, name).filter(f => f.startsWith('operations')),
      join('persons', 'names.json'),
    ]);
  }
  expect(filesWith(w.folder, 'Dag Holm').filter(f => /duckdb|ledger/.test(f))).toEqual([]);
});

test('rebuilt and opened again: the same facts, the same names', async () => {
  const w = await plantOf([PARTS, OPERATIONS, INSPECTIONS]);
  const before = await w.read(undefined, operations);
  await w.close();
  await rebuild(w.folder);
  expect(await verify(w.folder)).toMatchObject({ok: true, problems: []});
  const again = await Warehouse.open(w.folder);
  expect(await again.read(undefined, operations)).toEqual(before);
  await again.close();
});
