import {tmpdir} from 'node:os';
import {expect, test} from 'vitest';
import {openDatabase, openSession} from '../../../warehouse/duckdb.ts';
import {IdOrder} from '../../../warehouse/genealogy/id-order.ts';

test('the first of some items are what the engine says by kind and id, however many and wherever they lie', async () => {
  const instance = await openDatabase(':memory:', {temporaryFolder: tmpdir(), memoryLimitMb: 500, threads: 1});
  const session = await openSession(instance);
  // Digests: the order of the ids has nothing to do with that of the keys.
  await session.run(`create schema fact; create table fact.items as
    select k::integer as item, if(k % 7 = 0, 'lot', 'part') as kind, md5(k::varchar) as id from range(50000) t(k)`);
  const order = await IdOrder.read(session, 40_000);
  expect([order.knows(39_999), order.knows(40_000)]).toEqual([true, false]);
  for (const [among, limit] of [
    ['item < 40000', 40_000],
    ['item < 40000', 9000],
    ['item % 3 = 1 and item < 40000', 1],
    ["item < 40000 and kind = 'lot'", 5000],
    // All of them in one corner of the order.
    ["item < 40000 and kind = 'part' and id < '02'", 50],
    ['item = 17', 9],
    ['false', 9],
  ] as const) {
    const [all] = await session.integers(`select item from fact.items where ${among}`, 50_000);
    const [first] = await session.integers(
      `select item from fact.items where ${among} order by kind, id limit ${limit}`,
      50_000,
    );
    expect([...order.first(all, limit)], `${among}, ${limit}`).toEqual([...first]);
  }
  session.connection.closeSync();
  instance.closeSync();
});
