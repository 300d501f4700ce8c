/** Warehouses of every past schema are opened whole; a database that cannot be is refused with what to do. */
import {spawnSync} from 'node:child_process';
import {readdirSync} from 'node:fs';
import {expect, test} from 'vitest';
import {CANONICAL} from '../../warehouse/canonical.ts';
import {storedContent, storedMeasurements} from '../../warehouse/content.ts';
import type {Session} from '../../warehouse/duckdb.ts';
import {migrations} from '../../warehouse/migrations.ts';
import {listQuarantine, showQuarantine} from '../../warehouse/quarantine.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {rebuild, verify} from '../../warehouse/verify.ts';
import {filesWith} from './files-with.ts';
import {unpackFixture} from './fixtures/unpack.ts';
import {feed, folder} from './plant-in-a-folder.ts';

const fixtures = readdirSync(new URL('./fixtures/', import.meta.url)).filter(name => name.endsWith('.br'));

test('there is a fixture of every schema before this one', () => {
  const past = migrations()
    .slice(1)
    .map((_, k) => `schema-${k + 1}.br`);
  expect(fixtures, 'before a migration lands: npx tsx test/warehouse/fixtures/make.ts').toEqual(
    expect.arrayContaining(past),
  );
});

/** Current rows of each table, counted by hand in `fixtures/make.ts`. */
const ROWS: Record<string, number> = {
  products: 1,
  work_orders: 1,
  lots: 2,
  parts: 2,
  genealogy: 1,
  movements: 1,
  stations: 1,
  shifts: 1,
  operations: 2,
  events: 1,
  parameters: 1,
  measurements: 5,
  readings: 2,
  inspections: 2,
  defects: 1,
  reviews: 0,
  tallies: 1,
  defect_codes: 1,
};

/** What the facts say, with text ids: which dense key a part got is a matter of the program that gave it. */
async function contents(session: Session): Promise<unknown[]> {
  const found: unknown[] = [await storedMeasurements(session)];
  for (const table of Object.keys(CANONICAL)) {
    if (table !== 'measurements') found.push(await storedContent(session, table));
  }
  return found;
}

test.each(fixtures)(
  '%s opens: its rows, corrections, rejects and names are there, and it is made anew the same',
  async name => {
    const at = folder();
    unpackFixture(name, at);
    expect(await verify(at)).toMatchObject({ok: true, problems: []});
    const w = await Warehouse.open(at);
    expect(Object.keys(ROWS).sort()).toEqual(Object.keys(CANONICAL).sort());
    const before = await w.read(undefined, async session => {
      for (const [table, rows] of Object.entries(ROWS)) {
        expect(await session.rows(`select '${table}' as t, count(*) as n from ${table}`)).toEqual([
          {t: table, n: rows},
        ]);
      }
      expect(await session.rows('select part, lot from parts order by part')).toEqual([
        {part: 'A', lot: 'L1'},
        {part: 'B', lot: 'L2'},
      ]);
      expect(await session.rows("select value from measurements where part = 'A' and parameter = 'force'")).toEqual([
        {value: 2.75},
      ]);
      expect(await session.rows('select operator from operations order by part')).toEqual([
        {operator: 'Anna Quist'},
        {operator: 'Bo Ek'},
      ]);
      expect(await session.rows('select inspector from inspections order by part')).toEqual([
        {inspector: 'Anna Quist'},
        {inspector: 'surface@1.2'},
      ]);
      const [{who}] = await session.rows<{who: string}>('select operator as who from fact.operations limit 1');
      expect(who).toMatch(/^person-/);
      return contents(session);
    });
    // Position 4 is the last before the correction of part B.
    expect(await w.read(4, session => session.rows("select lot from parts where part = 'B'"))).toEqual([{lot: 'L1'}]);
    expect((await listQuarantine(w)).map(({source, rejected}) => [source, rejected])).toEqual([
      ['lots.csv', 1],
      ['operations.csv', 1],
      ['lots.csv', 1],
    ]);
    const [, operations] = await listQuarantine(w);
    expect((await showQuarantine(w, operations.id)).rows).toMatchObject([
      {line: 4, field: 'run', row: {operator: 'Cy Falk'}},
    ]);
    expect(w.entries().filter(({kind}) => kind === 'note')).toHaveLength(1);
    const again = await feed(w, [
      'operations',
      'part,step,run,station,operator,started_at,ended_at\nA,press,1,P1,Anna Quist,2026-01-05T06:00:00Z,2026-01-05T06:00:30Z',
    ]);
    expect(again.tables).toMatchObject([{accepted: 0, duplicates: 1, conflicts: 0}]);
    await w.close();
    for (const person of ['Anna Quist', 'Cy Falk'])
      expect(filesWith(at, person).filter(f => /duckdb|long|ledger/.test(f))).toEqual([]);
    expect(await verify(at)).toMatchObject({ok: true, problems: []});
    await rebuild(at);
    expect(await verify(at)).toMatchObject({ok: true, problems: []});
    const anew = await Warehouse.open(at);
    expect(await anew.read(undefined, contents)).toEqual(before);
    await anew.close();
  },
);

test.each([
  ["insert into migrations values (999, '999-later.sql', 'x')", /newer Fishbone \(schema 999/],
  ["update migrations set digest = 'another' where number = 1", /schema change 1 of the database differs/],
])('a database that this program does not know is refused, and can be made anew: %s', async (sql, message) => {
  const at = folder();
  unpackFixture(fixtures[fixtures.length - 1], at);
  const w = await Warehouse.open(at);
  await w.read(undefined, session => session.run(sql));
  await w.close();
  await expect(Warehouse.open(at)).rejects.toMatchObject({
    message: expect.stringMatching(message),
    hint: expect.stringContaining('fishbone rebuild'),
  });
  await rebuild(at);
  await (await Warehouse.open(at)).close();
});

/** From the first schema to this one: within the first migration, between it and the next, and when all is done. */
const POINTS = [
  ['commit', 1, ''],
  ['commit', 1, 'after'],
  ['checkpoint', migrations().length - 1, 'after'],
] as const;

test('a migration killed at any of its statements is either done or not begun, and the warehouse opens whole', async () => {
  const script = new URL('./migrate-until-killed.ts', import.meta.url).pathname;
  for (const [statement, nth, after] of POINTS) {
    const at = folder();
    unpackFixture('schema-1.br', at);
    const {signal} = spawnSync(process.execPath, ['--import', 'tsx', script, at, statement, String(nth), after]);
    expect(signal, `${after} ${statement} ${nth}`).toBe('SIGKILL');
    const w = await Warehouse.open(at);
    expect(await w.read(undefined, session => session.rows('select number from migrations order by number'))).toEqual(
      migrations().map(({number}) => ({number})),
    );
    expect(await w.read(undefined, session => session.rows('select count(*) as n from operations'))).toEqual([{n: 2}]);
    await w.close();
    expect(await verify(at)).toMatchObject({ok: true, problems: []});
  }
});
