import {expect, test} from 'vitest';
import {listQuarantine, showQuarantine} from '../../warehouse/quarantine.ts';
import {feed, plantOf, type Table} from './plant-in-a-folder.ts';

/** Lines 3 and 5 are wrong in `quantity`, line 4 has no material. */
const LOTS: Table = ['lots', 'lot,material,quantity\nL1,resin,5\nL2,resin,five\nL3,,7\nL4,resin,1.2.3'];

test('rejected rows stand with file, line, field and reason; reasons are counted', async () => {
  const warehouse = await plantOf([LOTS]);
  const [entry, ...others] = await listQuarantine(warehouse);
  expect(others).toEqual([]);
  expect(entry).toMatchObject({id: '1', batch: 1, rejected: 3, open: 3});
  expect(entry.reasons).toEqual([
    {field: 'quantity', reason: 'not a number', rows: 2},
    {field: 'material', reason: 'missing, but required', rows: 1},
  ]);
  const {rows} = await showQuarantine(warehouse, '1');
  expect(rows.map(({table, line, field, reason}) => ({table, line, field, reason}))).toEqual([
    {table: 'lots', line: 3, field: 'quantity', reason: 'not a number: "five"'},
    {table: 'lots', line: 4, field: 'material', reason: 'missing, but required'},
    {table: 'lots', line: 5, field: 'quantity', reason: 'not a number: "1.2.3"'},
  ]);
  expect(rows[0].source).toContain('lots.csv');
  expect(rows[0].row).toEqual({lot: 'L2', material: 'resin', quantity: 'five'});
});

test('a file of which nothing was accepted has an id of its own', async () => {
  const warehouse = await plantOf([['lots', 'lot,material\nL1,']]);
  expect(await listQuarantine(warehouse)).toMatchObject([{id: 'r1', batch: null, rejected: 1, open: 1}]);
  expect((await showQuarantine(warehouse, 'r1')).rows).toHaveLength(1);
  await expect(showQuarantine(warehouse, '1')).rejects.toMatchObject({code: 'NOT_FOUND'});
});

test('a replay closes what it could accept; a second one the rest', async () => {
  const warehouse = await plantOf([LOTS]);
  await feed(warehouse, ['lots', 'lot,material,quantity\nL1,resin,5\nL2,resin,5\nL3,,7\nL4,resin,1.2'], 1);
  expect(await listQuarantine(warehouse)).toMatchObject([
    {id: '1', rejected: 3, open: 1, reasons: [{field: 'material', reason: 'missing, but required', rows: 1}]},
  ]);
  expect((await showQuarantine(warehouse, '1')).rows).toMatchObject([{line: 4, row: {lot: 'L3'}}]);
  await feed(warehouse, ['lots', 'lot,material,quantity\nL1,resin,5\nL2,resin,5\nL3,steel,7\nL4,resin,1.2'], 2);
  expect(await listQuarantine(warehouse)).toMatchObject([{id: '1', rejected: 3, open: 0, reasons: []}]);
  expect((await showQuarantine(warehouse, '1')).rows).toEqual([]);
});

test('nothing rejected, nothing listed', async () => {
  expect(await listQuarantine(await plantOf([['lots', 'lot,material\nL1,resin']]))).toEqual([]);
});
