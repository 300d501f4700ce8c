/** Values that arrive typed (Parquet) must become what their texts would, and be refused for the same reasons. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {planFile} from '../../ingest/ingest.ts';
import {linesOfRecords} from '../../ingest/line-numbers.ts';
import {openDatabase, openSession, quoteText} from '../../warehouse/duckdb.ts';
import {listQuarantine, showQuarantine} from '../../warehouse/quarantine.ts';
import type {Warehouse} from '../../warehouse/store.ts';
import {folder, plantOf} from './plant-in-a-folder.ts';

async function parquet(name: string, query: string): Promise<string> {
  const into = folder();
  const path = join(into, `${name}.parquet`);
  const instance = await openDatabase(':memory:', {temporaryFolder: into, memoryLimitMb: 500, threads: 1});
  const session = await openSession(instance);
  await session.run(`copy (${query}) to ${quoteText(path)} (format parquet)`);
  session.connection.closeSync();
  instance.closeSync();
  return path;
}

const loaded = async (w: Warehouse, path: string, options = {}) =>
  w.load(await planFile(path, options), linesOfRecords);

const rejects = async (w: Warehouse) => {
  const [{id}] = await listQuarantine(w);
  return (await showQuarantine(w, id)).rows.map(({line, field, reason}) => [line, field, reason]);
};

test.each([
  ['double', ["'-0.0'", '0.1', '1e308'], [-0, 0.1, 1e308]],
  // The shortest text of the nearest single is 0.1: taken as the double 0.10000000149 it would be another number.
  ['float', ['0.1'], [0.1]],
  ['decimal(18, 3)', ['123456.789'], [123456.789]],
  ['bigint', ['9007199254740993', '-5'], [9007199254740992, -5]],
  ['varchar', ["' 7 '", "'1e3'", "'+2'"], [7, 1000, 2]],
])('a number that arrives as %s', async (type, sent, expected) => {
  const rows = sent.map((value, k) => `select 'P${k}' as part, 't' as parameter, ${value}::${type} as value`);
  const w = await plantOf([]);
  expect(await loaded(w, await parquet('measurements', rows.join(' union all ')))).toMatchObject({status: 'accepted'});
  const stored = await w.read(undefined, s => s.rows('select value from measurements order by part'));
  expect(stored.map(({value}) => value)).toEqual(expected);
});

test('typed values that are none are refused in the words of their texts, with their line', async () => {
  const w = await plantOf([]);
  const numbers = await parquet(
    'measurements',
    `select * from (values ('A', 't', 'nan'::double), ('B', 't', 1), ('C', 't', '-inf'::double), ('D', 't', null))
     v (part, parameter, value)`,
  );
  expect(await loaded(w, numbers)).toMatchObject({status: 'partly-rejected', tables: [{accepted: 1, rejected: 3}]});
  expect((await rejects(w)).map(([line, field, reason]) => [line, field, String(reason).split(';')[0]])).toEqual([
    [1, 'value', 'not a number: "nan"'],
    [3, 'value', 'not a number: "-inf"'],
    [4, 'value, text_value', 'exactly one of value, text_value must have a value'],
  ]);
});

test('whole numbers and times keep their bounds', async () => {
  const w = await plantOf([]);
  const path = await parquet(
    'operations',
    `select part, 'bore' as step, run, began as started_at from (values
       ('A', 2147483647::bigint, '2026-01-01 00:00:00.000001+02'::timestamptz), ('B', 3000000000, null),
       ('C', -2147483648, null), ('D', 1, '1970-01-01 00:00:00+00'), ('E', null, 'infinity')) v (part, run, began)`,
  );
  expect(await loaded(w, path)).toMatchObject({tables: [{accepted: 1, rejected: 4}]});
  expect((await rejects(w)).map(([line, field, reason]) => [line, field, String(reason).slice(0, 26)])).toEqual([
    [2, 'run', 'beyond 2147483647: "300000'],
    [3, 'run', 'beyond 2147483647: "-21474'],
    [4, 'started_at', 'skewed: before the plant e'],
    [5, 'started_at', 'a time without an offset: '],
  ]);
  expect(await w.read(undefined, s => s.rows('select run, started_at from operations'))).toEqual([
    {run: 2147483647, started_at: '2025-12-31T22:00:00.000001Z'},
  ]);
});

test.each(['double', 'varchar'])('a share lies above 0 and is at most 1, as %s', async type => {
  const shares = ['0.25', '1', '0', '-0.5', '1.5', null];
  const rows = shares.map(
    (share, k) =>
      `select 'I${k}' as inspection, 'Ada' as reviewer, 'agree' as verdict, ${share === null ? 'null' : `'${share}'`}::${type} as sampled`,
  );
  const w = await plantOf([]);
  const path = await parquet('reviews', rows.join(' union all '));
  expect(await loaded(w, path)).toMatchObject({status: 'partly-rejected', tables: [{accepted: 3, rejected: 3}]});
  expect(await rejects(w)).toEqual(
    [3, 4, 5].map(line => [line, 'sampled', expect.stringContaining('not above 0 and at most 1')]),
  );
});

test('a doubtful row among plain ones keeps its place: its line, its fields, and the others their values', async () => {
  const w = await plantOf([]);
  const path = join(folder(), 'wide.csv');
  const lines = Array.from({length: 5000}, (_, k) => `P${k},${k === 4321 ? '1_000' : k},${k % 2}`);
  writeFileSync(path, `part,a,b\n${lines.join('\n')}\n`);
  const receipt = await loaded(w, path, {table: 'measurements', wide: true});
  expect(receipt.tables).toMatchObject([{accepted: 4999, rejected: 1}]);
  expect(await rejects(w)).toEqual([[4323, 'a', 'not a number: "1_000"']]);
  const found = await w.read(undefined, s =>
    s.rows("select count(*) as n from measurements where parameter = 'a' and part = 'P' || value::integer"),
  );
  expect(found).toEqual([{n: 4999}]);
});

test('a text with a NUL in it is refused, and what follows can still be recorded and asked about', async () => {
  const w = await plantOf([]);
  const path = join(folder(), 'parts.ndjson');
  writeFileSync(path, '{"part":"A\\u0000B","product":"HX"}\n{"part":"C","product":"HX"}\n');
  expect(await loaded(w, path)).toMatchObject({tables: [{accepted: 1, rejected: 1}], notices: []});
  expect(await rejects(w)).toEqual([[1, 'part', 'holds a NUL character']]);
  // The words of whoever sent it stand in the ledger: they must not keep the database from following.
  const other = join(folder(), 'parts.ndjson');
  writeFileSync(other, '{"part":"D","product":"HX"}\n');
  await w.load({...(await planFile(other)), source: 'POST\0'}, linesOfRecords);
  expect(await w.read(undefined, s => s.rows('select part from parts order by part'))).toEqual([
    {part: 'C'},
    {part: 'D'},
  ]);
});

test('a column with a NUL in its name refuses the file in a sentence', async () => {
  const path = join(folder(), 'measurements.ndjson');
  writeFileSync(path, '{"part":"A","tor\\u0000que":1}\n');
  await expect(planFile(path, {wide: true})).rejects.toThrow(
    `${path}: the name "tor\\u0000que" holds a NUL character: rename it`,
  );
});
