/** Every fixed query (`warehouse/queries`) and every view binds against a really migrated warehouse. */
import {mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import type {Session} from '../warehouse/duckdb.ts';
import {prepareHistory} from '../warehouse/history.ts';
import {createLevels} from '../warehouse/levels.ts';
import {createPopulation} from '../warehouse/population.ts';
import {query} from '../warehouse/queries.ts';
import {REJECT_KIND} from '../warehouse/reject-kind.ts';
import {Warehouse} from '../warehouse/store.ts';

const queries = readdirSync(new URL('../warehouse/queries/', import.meta.url)).map(name => name.replace(/\.sql$/, ''));
const folder = mkdtempSync(join(tmpdir(), 'fishbone-sql-'));
let warehouse: Warehouse;

beforeAll(async () => {
  warehouse = await Warehouse.open(folder);
});
afterAll(async () => {
  await warehouse.close();
  rmSync(folder, {recursive: true, force: true});
});

test.each(queries)('%s', async name => {
  const text = query(name);
  expect(text, 'its first line says what one row is').toMatch(/^-- One row /);
  const nothing = Object.fromEntries([...text.matchAll(/\$(\w+)/g)].map(([, value]) => [value, null]));
  await warehouse.read(undefined, async session => {
    await prepareTemporaryTables(session);
    const plan = await session.rows(`explain ${text}`, nothing);
    expect(plan).not.toEqual([]);
  });
});

test('a query that does not bind is noticed', async () => {
  const wrong = warehouse.read(undefined, session => session.rows('explain select colour from now.parts'));
  await expect(wrong).rejects.toThrow('colour');
});

test('every view binds', async () => {
  await warehouse.read(undefined, async session => {
    const views = await session.rows<{schema: string; view: string}>(
      'select schema_name as schema, view_name as view from duckdb_views() where not internal and not temporary',
    );
    expect(views.length).toBeGreaterThan(30);
    for (const {schema, view} of views) await session.rows(`explain select * from "${schema}"."${view}"`);
  });
});

/** The tables that live as long as a reading transaction and that queries build on. */
async function prepareTemporaryTables(session: Session): Promise<void> {
  await prepareHistory(session, 'subjects', 'visits', 'materials', 'station_readings');
  await createPopulation(session, {});
  await createLevels(session);
  await session.run(REJECT_KIND);
  await session.run(`create or replace temp table failures as ${query('failures')}`);
  await session.run(`create or replace temp table step_firsts as ${query('step-inspections')}`);
  await session.run(
    `create or replace temp table judged (inspection varchar, part integer, step varchar, inspector varchar,
       inspected_at timestamptz, failed boolean, verification varchar, level varchar, cluster integer, station varchar,
       confidence double, score double, image varchar,
       brightness double, contrast double, sharpness double)`,
  );
  await session.run(`create or replace temp table reviewed_inspections as ${query('reviewed-inspections')}`, {
    sure: null,
  });
  await session.run(`create or replace temp table decisions as ${query('decisions')}`);
  await session.run(`create or replace temp table score_units as ${query('score-units')}`, {
    by_lot: null,
    measure: null,
  });
  await session.run(
    'create or replace temp table level_lots (key varchar, product varchar, lot integer, loose boolean, steps varchar, troubled boolean, parts integer)',
  );
  await session.run('create or replace temp table inspection_steps (step varchar, rework boolean)');
  await session.run(
    'create or replace temp table compared (side varchar, part integer, product varchar, lot integer, loose boolean, key varchar)',
  );
  await session.run('create or replace temp table compared_fails (side varchar, part integer, key varchar)');
  await session.run('create or replace temp table bar_of (key varchar, place integer)');
  await session.run('create or replace temp table asked (item integer)');
  await session.run('create or replace temp table reached (item integer, depth integer)');
  await session.run('create or replace temp table suspects (part integer)');
  await session.run('create or replace temp table suspect_lots (lot integer)');
  for (const name of ['suspect-seen', 'suspect-told'])
    await session.run(`create or replace temp table ${name.replace('-', '_')} as ${query(name)}`);
  await session.run('create or replace temp table suspect_lots (lot integer)');
}
