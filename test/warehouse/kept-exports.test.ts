/** A large file of a table is made once a position, and goes when a name in it is forgotten. */

import {createHash} from 'node:crypto';
import {existsSync, readdirSync, rmSync} from 'node:fs';
import {stat} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {erasePerson} from '../../warehouse/erase.ts';
import {type ExportQuestion, exportTable} from '../../warehouse/export-table.ts';
import {howManyGo} from '../../warehouse/kept-exports.ts';
import {feed, plantOf} from './plant-in-a-folder.ts';

/** Ids that do not pack: two megabytes and more. */
const parts = Array.from({length: 50_000}, (_, k) => createHash('sha256').update(String(k)).digest('hex'));

test('made once a position and edition of the names; a page or a small table is made anew', async () => {
  const warehouse = await plantOf([
    ['parts', `part, product, lot\n${parts.map(part => `${part}, HX, L1`).join('\n')}`],
    ['operations', `part, step, operator\n${parts.map(part => `${part}, bore, Ann`).join('\n')}`],
    ['lots', 'lot, material\nL1, resin'],
  ]);
  const files = () => readdirSync(join(warehouse.folder, 'tmp')).filter(name => name.startsWith('export-'));
  const asked = async (table: string, question: ExportQuestion = {}) => {
    const exported = await exportTable(warehouse, table, question);
    const {path, asOf, rows} = exported;
    const {ino} = await stat(path);
    await exported.remove();
    // Twice is as good as once: whoever else reads it is not robbed.
    await exported.remove();
    return {path, asOf, rows, ino};
  };
  const first = await asked('parts');
  expect(first).toMatchObject({asOf: 3, rows: 50_000});
  expect(await asked('parts')).toEqual(first);
  expect(await asked('parts', {asOf: 3})).toEqual(first);
  expect((await asked('parts', {columns: ['part']})).path).not.toBe(first.path);
  expect((await asked('parts', {limit: 49_999})).path).not.toBe(first.path);
  expect((await asked('parts', {asOf: 1})).path).not.toBe(first.path);
  rmSync((await asked('parts', {columns: ['lot', 'part']})).path);
  expect(existsSync((await asked('parts', {columns: ['lot', 'part']})).path)).toBe(true);
  const few = await asked('lots');
  expect(existsSync(few.path)).toBe(false);
  expect(files()).toHaveLength(4);

  await feed(warehouse, ['parts', 'part, product, lot\nP1, HX, L1']);
  expect(await asked('parts')).toMatchObject({asOf: 4, rows: 50_001});
  expect(await asked('parts', {asOf: 3})).toEqual(first);

  // A file that is being read stays until that is done, and nobody is given it after the name went.
  const named = await exportTable(warehouse, 'operations', {columns: ['part', 'operator']});
  const {persons} = await erasePerson(warehouse, 'Ann', 'DP');
  expect(files()).toEqual([named.path.split('/').at(-1)]);
  const renamed = await exportTable(warehouse, 'operations', {columns: ['part', 'operator']});
  expect(renamed.path).not.toBe(named.path);
  await named.remove();
  expect(existsSync(named.path)).toBe(false);
  const session = await warehouse.aside();
  expect(await session.rows(`select distinct operator from read_parquet('${renamed.path}')`)).toEqual([
    {operator: persons[0]},
  ]);
  session.connection.closeSync();
  await renamed.remove();
});

test('four gigabytes are kept, or a tenth of what the disk has left', () => {
  const GB = 2 ** 30;
  expect(howManyGo([], 100 * GB)).toBe(0);
  expect(howManyGo([3 * GB, 1 * GB], 100 * GB)).toBe(0);
  expect(howManyGo([1 * GB, 1 * GB, 3 * GB], 100 * GB)).toBe(1);
  expect(howManyGo([5 * GB], 1000 * GB)).toBe(1);
  expect(howManyGo([1 * GB, 2 * GB, 1 * GB], 6 * GB)).toBe(2);
  expect(howManyGo([1 * GB], 0)).toBe(1);
});
