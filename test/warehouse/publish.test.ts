/** A snapshot is whole, is what the warehouse says at its position, stays what it was, and needs nothing else. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {openDatabase, openSession, quoteText} from '../../warehouse/duckdb.ts';
import {Manifest} from '../../warehouse/publish/manifest.ts';
import {publish} from '../../warehouse/publish/publish.ts';
import {verifyPublished} from '../../warehouse/publish/verify-published.ts';
import {feed, plantOf, type Table} from './plant-in-a-folder.ts';

const PLANT: Table[] = [
  ['parts', 'part,product,lot\nP1,A,L1\nP2,A,L1\nP3,B,'],
  [
    'operations',
    'part,step,operator,started_at\nP1,bore,Anna Quist,2024-01-31T23:30:00Z\nP2,bore,Bo Ek,2024-02-01T00:30:00Z\nP3,bore,,',
  ],
  [
    'inspections',
    `inspection,part,inspected_at,result,verification
I1,P1,2024-03-01T00:00:00Z,fail,\nI2,P1,2024-03-02T00:00:00Z,pass,\nI3,P2,2024-03-01T00:00:00Z,fail,rejected\nI4,P3,2024-03-01T00:00:00Z,error,`,
  ],
  ['measurements', 'step,part,parameter,value\nbore.a,P1,torque,4.5\nbore.a,P2,torque,5'],
];

test('every table, one DuckDB file, a manifest with digests; the position, not what came later', async () => {
  const w = await plantOf(PLANT);
  const into = `${w.folder}-published`;
  const first = await publish(w, into, {});
  expect(first).toMatchObject({position: 4, already: false, removed: []});
  const manifest = Manifest.parse(JSON.parse(readFileSync(join(first.folder, 'manifest.json'), 'utf8')));
  expect(manifest.ledger).toEqual({seq: w.ledger.head.seq, hash: w.ledger.head.hash});
  expect(manifest.tables.find(({table}) => table === 'step_bore.a')).toMatchObject({rows: 2, partitionedBy: null});
  expect(JSON.parse(readFileSync(join(into, 'latest.json'), 'utf8'))).toEqual({
    folder: 'position-00000004',
    position: 4,
  });
  await feed(w, ['parts', 'part,product\nP4,B']);
  expect(await publish(w, into, {asOf: 4})).toMatchObject({already: true, rows: first.rows});
  expect(await publish(w, into, {keep: 1})).toMatchObject({position: 5, removed: ['position-00000004']});
  expect(readdirSync(into).sort()).toEqual(['latest.json', 'position-00000005']);
  expect(await publish(w, into, {asOf: 4})).toMatchObject({already: false, rows: first.rows});

  // Moved elsewhere, the file says what the warehouse said, with pseudonyms.
  renameSync(join(into, 'position-00000004'), `${into}-moved`);
  expect(statSync(join(`${into}-moved`, 'fishbone.duckdb')).mode & 0o777).toBe(0o444);
  renameSync(join(`${into}-moved`, 'fishbone.duckdb'), join(`${into}-moved`, 'mine.duckdb'));
  const db = await openDatabase(join(`${into}-moved`, 'mine.duckdb'), {
    temporaryFolder: into,
    memoryLimitMb: 512,
    threads: 1,
  });
  const session = await openSession(db);
  expect(await session.rows('select part, torque from "step_bore.a" order by part')).toEqual([
    {part: 'P1', torque: 4.5},
    {part: 'P2', torque: 5},
  ]);
  const operators = await session.rows<{operator: string | null}>('select operator from operations order by part');
  expect(operators.map(({operator}) => operator?.replace(/-.*/, '') ?? null)).toEqual(['person', 'person', null]);
  // By hand: P1 failed first, and what came later of it does not count; the fail of P2 was rejected by a reviewer; P3 had an error.
  expect(await session.rows('select part, failed from first_inspections order by part')).toEqual([
    {part: 'P1', failed: true},
    {part: 'P2', failed: false},
  ]);
  session.connection.closeSync();
  db.closeSync();
  const named = await publish(w, into, {asOf: 2, names: true, parquetOnly: true});
  const aside = await w.aside();
  const rows = await aside.rows(
    `select operator from read_parquet(${quoteText(join(named.folder, 'operations', '*.parquet'))}) order by part`,
  );
  expect(rows).toEqual([{operator: 'Anna Quist'}, {operator: 'Bo Ek'}, {operator: null}]);
  aside.connection.closeSync();
  await w.close();
});

test('a large table is split by month, in UTC; rows without a time are in a folder of their own', async () => {
  const w = await plantOf(PLANT);
  const {folder} = await publish(w, `${w.folder}-published`, {largeRows: 3});
  const months = readdirSync(join(folder, 'operations')).sort();
  expect(months).toEqual(['month=2024-01', 'month=2024-02', 'month=none']);
  const aside = await w.aside();
  const from = `read_parquet(${quoteText(join(folder, 'operations', '*', '*.parquet'))}, hive_partitioning = true)`;
  expect(await aside.rows(`select part, month from ${from} order by part`)).toEqual([
    {part: 'P1', month: '2024-01'},
    {part: 'P2', month: '2024-02'},
    {part: 'P3', month: 'none'},
  ]);
  aside.connection.closeSync();
  await w.close();
});

test('what was altered or is missing is found; what was not finished is gone on with, and trusted only if it is whole', async () => {
  const w = await plantOf(PLANT);
  const into = `${w.folder}-published`;
  const {folder} = await publish(w, into, {parquetOnly: true});
  expect(await verifyPublished(into)).toMatchObject({ok: true, snapshots: 1, problems: []});
  const alter = (path: string, text: string) => {
    chmodSync(path, 0o644);
    writeFileSync(path, text);
  };
  // As a run that was killed leaves it: parts whole, lots damaged since.
  const unfinished = join(into, '.position-00000004-unfinished');
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
  renameSync(folder, unfinished);
  rmSync(join(unfinished, 'manifest.json'));
  const noted = manifest.tables.filter(({table}) => table === 'parts' || table === 'lots');
  writeFileSync(
    join(unfinished, 'done.ndjson'),
    `${noted.map(table => JSON.stringify(table)).join('\n')}\n{"table":"ope`,
  );
  alter(join(unfinished, 'lots', 'data.parquet'), 'damaged');
  expect(await verifyPublished(into)).toMatchObject({ok: true, snapshots: 0});
  expect(await publish(w, into, {parquetOnly: true})).toMatchObject({already: false, position: 4});
  expect(existsSync(unfinished)).toBe(false);
  expect(await verifyPublished(into)).toMatchObject({ok: true, snapshots: 1});
  alter(join(folder, 'parts', 'data.parquet'), 'altered');
  rmSync(join(folder, 'lots', 'data.parquet'));
  writeFileSync(join(folder, 'lots', 'more.parquet'), 'added: whoever reads the folder would take it in');
  alter(
    join(folder, 'manifest.json'),
    readFileSync(join(folder, 'manifest.json'), 'utf8').replace('"rows": 3', '"rows": 4'),
  );
  const {ok, problems} = await verifyPublished(into);
  expect([ok, problems.map(({what, where}) => `${where.slice(folder.length + 1)} ${what}`).sort()]).toEqual([
    false,
    [
      'lots/data.parquet is missing',
      'lots/more.parquet was not published',
      'manifest.json is not what was published',
      'parts/data.parquet is not what was published',
    ],
  ]);
  await expect(publish(w, join(w.folder, 'out'), {})).rejects.toThrow('within the warehouse');
  await w.close();
});

test('into one folder: one at a time, of one warehouse, in one way; latest.json names the newest; what was killed is cleared', async () => {
  const w = await plantOf(PLANT);
  const into = `${w.folder}-published`;
  const made = await Promise.all([publish(w, into, {}), publish(w, into, {}), publish(w, into, {asOf: 2})]);
  expect(made.map(({position, already}) => [position, already])).toEqual([
    [4, false],
    [4, true],
    [2, false],
  ]);
  expect(JSON.parse(readFileSync(join(into, 'latest.json'), 'utf8'))).toMatchObject({position: 4});
  await expect(publish(w, into, {names: true})).rejects.toThrow('is there already, with pseudonyms');
  await publish(w, into, {asOf: 1, parquetOnly: true});
  await expect(publish(w, into, {asOf: 1})).rejects.toThrow('without a DuckDB file');
  // Left by runs that were killed at positions that nobody asks for again.
  for (const name of ['.position-00000003-unfinished', '.position-00000000-going'])
    mkdirSync(join(into, name, 'parts'), {recursive: true});
  await feed(w, ['parts', 'part,product\nP4,B']);
  await publish(w, into, {});
  expect(readdirSync(into).filter(name => name.startsWith('.'))).toEqual([]);
  const other = await plantOf(PLANT);
  await expect(publish(other, into, {asOf: 4})).rejects.toThrow('snapshots of another warehouse');
  await other.close();
  await w.close();
});
