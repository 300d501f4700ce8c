import {cpSync, existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {backUp} from '../../warehouse/backup.ts';
import {compact} from '../../warehouse/compact.ts';
import {checksums} from '../../warehouse/content.ts';
import {listBatches} from '../../warehouse/plant.ts';
import {packRawFiles} from '../../warehouse/raw-files.ts';
import {restore} from '../../warehouse/restore.ts';
import {applyRetention, type RetentionRules} from '../../warehouse/retention.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {rebuild, verify} from '../../warehouse/verify.ts';
import {feed, folder, plantOf, type Table} from './plant-in-a-folder.ts';

const NOW = '2024-06-30T00:00:00Z';

/** Readings of one batch all old, of one partly, of one all new; the last says an old one again, later. */
const PLANT: Table[] = [
  ['parts', 'part,product\np1,A\np2,B'],
  ['readings', 'station,parameter,at,value\nS1,temp,2024-01-01T00:00:00Z,20\nS1,temp,2024-01-02T00:00:00Z,21'],
  [
    'readings',
    `station,parameter,at,value
     S1,temp,2024-03-31T23:59:59Z,22
     S1,temp,2024-04-01T00:00:00Z,23
     S1,temp,2024-04-01T00:00:01Z,24`,
  ],
  ['readings', 'station,parameter,at,value\nS1,temp,2024-06-01T00:00:00Z,25'],
  ['readings', 'station,parameter,at,value,recorded_at\nS1,temp,2024-01-02T00:00:00Z,21.5,2024-06-02T00:00:00Z'],
];

const retain = (warehouse: Warehouse, rules: RetentionRules, dryRun = false, now = NOW) =>
  warehouse.tend(care => applyRetention(care, rules, {dryRun, now}));

const readings = (warehouse: Warehouse, asOf?: number) =>
  warehouse.read(asOf, async session =>
    (await session.rows<{v: number}>('select value as v from readings order by "at"')).map(r => r.v),
  );

async function facts(path: string) {
  const warehouse = await Warehouse.open(path);
  try {
    return await warehouse.read(undefined, session => checksums(session));
  } finally {
    await warehouse.close();
  }
}

test.each([['as they came'], ['merged']])('readings older than the rule go, at every position: %s', async how => {
  const warehouse = await plantOf(PLANT);
  const path = warehouse.folder;
  if (how === 'merged') await warehouse.tend(care => compact(care, 2));
  const dry = await retain(warehouse, {readings: '3 months'}, true);
  // By hand: three months before 30 June is 30 March; 1 and 2 January and the correction of the latter are older.
  expect(dry).toMatchObject({before: {readings: '2024-03-30T00:00:00.000Z', raw: null}, gone: {readings: 3, raw: 0}});
  expect(await readings(warehouse)).toEqual([20, 21.5, 22, 23, 24, 25]);
  // To the day: what was taken at the very time stays, what was taken before goes.
  const done = await retain(warehouse, {readings: '90 days'}, false, '2024-06-30T00:00:00Z');
  expect(done).toMatchObject({before: {readings: '2024-04-01T00:00:00.000Z'}, gone: {readings: 4}, altered: []});
  expect(await readings(warehouse)).toEqual([23, 24, 25]);
  expect(await readings(warehouse, 3)).toEqual([23, 24]);
  expect(await readings(warehouse, 2)).toEqual([]);
  expect((await listBatches(warehouse)).map(({batch, gone}) => [batch, gone])).toEqual([
    [5, ['1 readings']],
    [4, []],
    [3, ['1 readings']],
    [2, ['2 readings']],
    [1, []],
  ]);
  expect(warehouse.entries().at(-1)).toMatchObject({
    kind: 'retention',
    body: {readingsBefore: '2024-04-01T00:00:00.000Z', batch: 5, rules: {readings: '90 days'}, gone: {readings: 4}},
  });
  // What is gone may be said again, and is kept until the rule is applied again.
  expect(await feed(warehouse, PLANT[1])).toMatchObject({status: 'duplicate'});
  await feed(warehouse, ['readings', 'station,parameter,at,value\nS1,temp,2024-01-02T00:00:00Z,21']);
  expect(await readings(warehouse)).toEqual([21, 23, 24, 25]);
  const {position} = warehouse;
  await warehouse.close();
  expect((await verify(path)).problems).toEqual([]);
  const was = await facts(path);
  await rebuild(path);
  expect(await facts(path)).toEqual(was);
  const again = await Warehouse.open(path);
  expect(await retain(again, {readings: '90 days'})).toMatchObject({gone: {readings: 1}});
  expect(await retain(again, {readings: '90 days'})).toMatchObject({gone: {readings: 0}});
  expect(again.position).toBe(position);
  const into = join(folder(), 'backup');
  await again.tend(care => backUp(care, into));
  await again.close();
  expect((await restore(into, join(folder(), 'w'))).verification.problems).toEqual([]);
});

test('raw bytes and answers: by when they were last loaded and given, packed or not', async () => {
  const warehouse = await plantOf(PLANT.slice(0, 2));
  await warehouse.tend(packRawFiles);
  const answers = join(warehouse.folder, 'answers');
  mkdirSync(answers);
  for (const [name, at] of [
    ['old.json', '2020-01-01'],
    ['new.json', '2024-06-29'],
  ]) {
    writeFileSync(join(answers, name), '{}');
    utimesSync(join(answers, name), new Date(at), new Date(at));
  }
  const raw = () => readdirSync(join(warehouse.folder, 'archive', 'raw'));
  const years = new Date().getUTCFullYear() - 2024 + 2;
  expect(await retain(warehouse, {raw: `${years} years`, answers: '1 year'})).toMatchObject({
    gone: {raw: 0, answers: 1, readings: 0},
  });
  expect(readdirSync(answers)).toEqual(['new.json']);
  expect(raw()).toHaveLength(2);
  const later = new Date(Date.now() + 40 * 86_400_000).toISOString();
  expect(await retain(warehouse, {raw: '5 weeks'}, false, later)).toMatchObject({gone: {raw: 2}});
  expect(raw()).toEqual([]);
  expect((await listBatches(warehouse)).map(b => b.gone)).toEqual([['raw bytes'], ['raw bytes']]);
  await warehouse.close();
  expect((await verify(warehouse.folder)).problems).toEqual([]);
});

test('verify accepts what a rule explains and nothing else; a kill leaves what the next run clears away', async () => {
  const warehouse = await plantOf(PLANT);
  const path = warehouse.folder;
  const before = folder();
  await warehouse.tend(packRawFiles);
  await warehouse.close();
  cpSync(path, before, {recursive: true});
  const again = await Warehouse.open(path);
  const later = new Date(Date.now() + 40 * 86_400_000).toISOString();
  await retain(again, {readings: '90 days', raw: '1 month'}, false, later);
  await again.close();
  const small = join('archive', 'batches', '00000002');
  expect(existsSync(join(path, small))).toBe(false);
  // Killed after the ledger, before anything was removed and before the database followed.
  for (const name of ['archive', 'warehouse.duckdb', 'warehouse.duckdb.wal']) {
    if (existsSync(join(before, name))) cpSync(join(before, name), join(path, name), {recursive: true});
  }
  expect((await verify(path)).problems).toEqual([]);
  const opened = await Warehouse.open(path);
  expect(existsSync(join(path, small))).toBe(false);
  expect(await readings(opened)).toEqual([]);
  await retain(opened, {raw: '1 month'}, false, later);
  expect(readdirSync(join(path, 'archive', 'raw'))).toEqual([]);
  await opened.close();
  expect((await verify(path)).problems).toEqual([]);
  rmSync(join(path, 'archive', 'batches', '00000001'), {recursive: true});
  expect((await verify(path)).problems.map(p => p.what)).toEqual(['is missing']);
});

test('damaged readings are not written anew: nothing of them goes, and verify still tells', async () => {
  const warehouse = await plantOf(PLANT);
  const file = join(warehouse.folder, 'archive', 'batches', '00000003', '0.readings.long.parquet');
  const other = join(warehouse.folder, 'archive', 'batches', '00000004', '0.readings.long.parquet');
  cpSync(other, file);
  await expect(retain(warehouse, {readings: 'a while'})).rejects.toThrow('no length of time');
  expect(await retain(warehouse, {readings: '1 day'})).toMatchObject({gone: {readings: 0}, altered: [file]});
  expect(await readings(warehouse)).toEqual([20, 21.5, 22, 23, 24, 25]);
  await warehouse.close();
  expect((await verify(warehouse.folder)).problems.map(p => p.where)).toEqual([file]);
});
