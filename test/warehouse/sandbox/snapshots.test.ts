/** Copies for people's SQL: which one is lent, what is in it, and when it goes. */
import {existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {expect, onTestFinished, test} from 'vitest';
import {openApp} from '../../../api/app.ts';
import {ingest} from '../../../api/load-files.ts';
import {openDatabase, openSession} from '../../../warehouse/duckdb.ts';
import {Snapshots} from '../../../warehouse/sandbox/snapshots.ts';
import {plantFiles} from '../../api/plant.ts';

async function open() {
  const folder = mkdtempSync(join(tmpdir(), 'fishbone-snapshots-'));
  const files = join(folder, 'files');
  mkdirSync(files);
  const app = await openApp(join(folder, 'W'), {make: true});
  onTestFinished(async () => {
    await app.close();
    rmSync(folder, {recursive: true, force: true});
  });
  await ingest(app, [plantFiles(files)]);
  const more = async (part: string) => {
    const path = join(folder, `parts-${part}.csv`);
    writeFileSync(path, `part,product\n${part},A\n`);
    await ingest(app, [path], {table: 'parts'});
  };
  return {app, more, snapshots: new Snapshots(app.warehouse)};
}

test('one is used as long as facts are the same, whatever else is recorded; it goes when nobody reads it any more', async () => {
  const {app, more, snapshots} = await open();
  const first = await snapshots.lend({fresh: false}, async s => s);
  await app.warehouse.append('key', {did: 'revoke', id: 'nobody', by: 'test'});
  expect(await snapshots.lend({fresh: true}, async s => s)).toEqual(first);
  await snapshots.lend({fresh: false}, async held => {
    await more('P90');
    const second = await snapshots.lend({fresh: true}, async s => s);
    expect(second.asOf).toBe(first.asOf + 1);
    expect(second.path).not.toBe(held.path);
    expect(existsSync(held.path)).toBe(true);
  });
  expect(existsSync(first.path)).toBe(false);
});

test('one is made while rows are committed, and is whole', async () => {
  const {app, more, snapshots} = await open();
  const loading = Promise.all(['P91', 'P92', 'P93'].map(more));
  const {path, asOf} = await snapshots.lend({fresh: true}, async s => s);
  await loading;
  const instance = await openDatabase(path, {temporaryFolder: tmpdir(), memoryLimitMb: 200, threads: 1});
  const session = await openSession(instance);
  const {batches, parts} = await session.row<{batches: number; parts: number}>(
    'select (select max(batch) from fact.batches) as batches, (select count(*) from fact.parts) as parts',
  );
  const tables = await session.rows<{name: string}>(
    "select table_name as name from duckdb_tables() where table_name in ('rejects', 'decisions', 'applied', 'migrations')",
  );
  instance.closeSync();
  expect(batches).toBe(asOf);
  expect(parts).toBe(12 + asOf - (app.warehouse.position - 3));
  expect(tables).toEqual([]);
  const last = await snapshots.lend({fresh: true}, async s => s);
  expect(last.asOf).toBe(app.warehouse.position);
});

test('one that was made while somebody looked through the catalogue is answered from when that question has ended', async () => {
  const {app} = await open();
  const holder = await app.warehouse.aside();
  const asked = app.queries.ask({sql: 'select count(*) as n from parts'}, {by: null, seesNames: true, form: 'json'});
  // What a transaction sees of the catalogue is settled when it first looks.
  for (let isSeen = false; !isSeen; ) {
    await holder.run('begin');
    const names = await holder.rows<{name: string}>('select distinct database_name as name from duckdb_tables()');
    isSeen = names.some(({name}) => name === 'people');
    if (!isSeen) await holder.run('rollback');
  }
  const released = wait(1_500).then(async () => {
    await holder.run('commit');
    holder.connection.closeSync();
    return 'released';
  });
  const first = await Promise.race([released, asked.then(() => 'answered')]);
  expect(first).toBe('released');
  expect(JSON.parse((await asked).body.toString()).rows).toEqual([{n: 12}]);
});
