// What is the same for every question at a position is found once there; not beyond it, and not where it was undone.
import {expect, test, vi} from 'vitest';
import {Session} from '../../warehouse/duckdb.ts';
import {factorCatalogue, factorRelation} from '../../warehouse/factors.ts';
import {prepareHistory} from '../../warehouse/history.ts';
import {withStatements} from '../../warehouse/statements.ts';
import type {Warehouse} from '../../warehouse/store.ts';
import {feed, plantOf, type Table} from './plant-in-a-folder.ts';

const PLANT: Table[] = [
  ['parts', 'part,product\np1,A\np2,B'],
  ['operations', 'part,step,station\np1,bore,B1\np2,bore,B2'],
  ['measurements', 'part,step,parameter,value\np1,bore,depth,1\np2,bore,depth,2'],
];

const catalogue = (warehouse: Warehouse, asOf?: number) =>
  warehouse.read(asOf, async session => (await factorCatalogue(session)).map(({name}) => name));

test('a second catalogue at the same position asks nothing of the facts', async () => {
  const warehouse = await plantOf(PLANT);
  const first = await catalogue(warehouse);
  expect(first).toEqual(expect.arrayContaining(['bore.depth', 'bore.station', 'part.product']));
  const rows = vi.spyOn(Session.prototype, 'rows');
  try {
    expect(await catalogue(warehouse)).toEqual(first);
    // Where the reading looks from.
    expect(rows.mock.calls.map(([sql]) => sql)).toEqual(['from newest.main.kept']);
  } finally {
    rows.mockRestore();
  }
});

test('whoever listens hears the same the second time', async () => {
  const warehouse = await plantOf(PLANT);
  const ask = () => withStatements(() => warehouse.read(undefined, session => factorRelation(session, 'bore.depth')));
  const asked = async () => (await ask()).statements.map(({sql}) => sql).filter(sql => /^(select|with) /.test(sql));
  await ask();
  const second = await asked();
  expect(second.length).toBeGreaterThan(3);
  expect(await asked()).toEqual(second);
});

test('what a batch brings is found at its position, and is not there before', async () => {
  const warehouse = await plantOf(PLANT);
  const before = warehouse.position;
  const first = await catalogue(warehouse);
  await feed(warehouse, ['operations', 'part,step,run,tool\np1,mill,1,T1']);
  for (let k = 0; k < 2; k++) {
    expect(await catalogue(warehouse)).toContain('mill.tool');
    expect(await catalogue(warehouse, before)).toEqual(first);
  }
});

test('what a reading made that failed is made anew', async () => {
  const warehouse = await plantOf(PLANT);
  const prepare = (...tables: ('subjects' | 'visits')[]) =>
    warehouse.read(undefined, session => prepareHistory(session, ...tables));
  await prepare('subjects');
  const failing = warehouse.read(undefined, async session => {
    await prepareHistory(session, 'visits');
    throw new Error('thought better of it');
  });
  await expect(failing).rejects.toThrow('thought better of it');
  const visits = await warehouse.read(undefined, async session => {
    await prepareHistory(session, 'visits');
    return session.rows('select part, station from visits order by station');
  });
  expect(visits.map(({station}) => station)).toEqual(['B1', 'B2']);
});
