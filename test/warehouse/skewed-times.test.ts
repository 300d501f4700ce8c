import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {planFile} from '../../ingest/ingest.ts';
import {linesOfRecords} from '../../ingest/line-numbers.ts';
import {showQuarantine} from '../../warehouse/quarantine.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {feed, folder, plantOf} from './plant-in-a-folder.ts';

const inHours = (hours: number) => new Date(Date.now() + hours * 3600_000).toISOString();

test('times in the future or before the plant existed are quarantined, each row with what to do; the others stay', async () => {
  const w = await plantOf([]);
  const receipt = await feed(w, [
    'parts',
    `part,product,made_at,             recorded_at
     A,   HX,     ${inHours(23)},
     B,   HX,     ${inHours(25)},
     C,   HX,     1970-01-01T00:00:00Z,
     D,   HX,     1990-01-01T00:00:00Z,
     E,   HX,     2024-01-01T00:00:00Z,2099-01-01T00:00:00Z
     F,   ,       2099-01-01T00:00:00Z,`,
  ]);
  expect(receipt).toMatchObject({status: 'partly-rejected', tables: [{accepted: 2, rejected: 4}]});
  const {rows} = await showQuarantine(w, '1');
  expect(rows.map(({line, field}) => [line, field])).toEqual([
    [3, 'made_at'],
    [4, 'made_at'],
    [6, 'recorded_at'],
    [7, 'product'],
  ]);
  expect(rows[0].reason).toMatch(/^skewed: in the future; .*replay it when the time has come: "2/);
  expect(rows[1].reason).toBe(
    'skewed: before the plant existed; put the clock right and send the row again, or set "since" in fishbone.json (now 1990-01-01): "1970-01-01T00:00:00Z"',
  );
});

test('what is planned may lie ahead', async () => {
  const w = await plantOf([]);
  const ahead = inHours(24 * 365);
  const tables = [
    await feed(w, ['work_orders', `work_order,product,due_at\nW1,HX,${ahead}`]),
    await feed(w, ['shifts', `shift,starts_at,ends_at\nearly,${ahead},${inHours(24 * 365 + 8)}`]),
    await feed(w, ['parameters', `parameter,usl,valid_from\ntorque,5,${ahead}`]),
  ];
  expect(tables.map(r => r.tables[0])).toMatchObject([{accepted: 1}, {accepted: 1}, {accepted: 1}]);
});

test('a plant that is older says since when', async () => {
  const into = folder();
  const w = await Warehouse.open(into, {since: '1960-01-01'});
  onTestFinished(() => w.close());
  const receipt = await feed(w, [
    'parts',
    'part,product,made_at\nA,HX,1970-01-01T00:00:00Z\nB,HX,1959-12-31T23:00:00Z',
  ]);
  expect(receipt.tables).toMatchObject([{accepted: 1, rejected: 1}]);
});

test('the measured time of a wide row is looked at too', async () => {
  const w = await plantOf([]);
  const path = join(folder(), 'bore.csv');
  writeFileSync(path, 'part,step,torque,measured_at\nA,bore,1,2099-01-01T00:00:00Z\nB,bore,2,2024-01-01T00:00:00Z\n');
  const receipt = await w.load(await planFile(path, {table: 'measurements', wide: true}), linesOfRecords);
  expect(receipt.tables).toMatchObject([{accepted: 1, rejected: 1}]);
});
