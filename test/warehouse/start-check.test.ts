import {appendFileSync, cpSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {openDatabase, openSession} from '../../warehouse/duckdb.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {rebuild} from '../../warehouse/verify.ts';
import {feed, folder, type Table} from './plant-in-a-folder.ts';

const PLANT: Table[] = [
  ['parts', 'part,product,lot\np1,A,L1\np2,A,L1\np3,,L1'],
  ['parts', 'part,product,lot\np4,A,L1'],
  ['measurements', 'part,parameter,step,value\np1,torque,bore,4.2\np2,torque,bore,4.3'],
  ['measurements', 'part,parameter,step,value\np1,torque,bore,4.4'],
];

const original = mkdtempSync(join(tmpdir(), 'fishbone-start-'));
beforeAll(async () => {
  const warehouse = await Warehouse.open(original);
  for (const table of PLANT) await feed(warehouse, table);
  await warehouse.close();
});
afterAll(() => rmSync(original, {recursive: true, force: true}));

function atRest(): string {
  const path = folder();
  cpSync(original, path, {recursive: true});
  return path;
}

async function tamper(path: string, sql: string): Promise<void> {
  const settings = {temporaryFolder: join(path, 'tmp'), memoryLimitMb: 256, threads: 1};
  const instance = await openDatabase(join(path, 'warehouse.duckdb'), settings);
  const session = await openSession(instance);
  await session.run(sql);
  session.connection.closeSync();
  instance.closeSync();
}

describe('a database that does not have what was accepted is not served', () => {
  test.each([
    ['delete from fact.parts where ordinal = 0 and batch = 2', 'parts: 3 rows were accepted, 2 are there (batch 2)'],
    ['insert into fact.lots (lot, batch) values (0, 7)', 'lots: 0 rows were accepted, 1 are there (batch 7)'],
    ['delete from fact.cells', 'measurements: none are there of batch 4'],
    ['update fact.step_0 set batch = 9', 'measurements: none are there of batch 3'],
    ['insert into fact.cells (part, batch) values (0, 12)', 'measurements: nobody accepted those of batch 12'],
  ])('%s', async (sql, told) => {
    const path = atRest();
    // The third of the parts has no product: two were accepted in batch 1.
    await tamper(path, sql);
    await expect(Warehouse.open(path)).rejects.toMatchObject({
      name: 'WarehouseUnusable',
      reason: 'short',
      message: expect.stringContaining(told),
      hint: expect.stringContaining('fishbone rebuild'),
    });
    await rebuild(path);
    await (await Warehouse.open(path)).close();
  });
});

describe('an archive that lost something', () => {
  const rows = ['archive', 'batches', '00000002', '0.parts.long.parquet'];

  test('is told, and the whole facts are served', async () => {
    const path = atRest();
    const file = join(path, ...rows);
    const raw = join(path, 'archive', 'raw');
    const [one, two] = readdirSync(raw);
    rmSync(join(raw, one));
    appendFileSync(join(raw, two), 'x');
    truncateSync(file, 10);
    const warehouse = await Warehouse.open(path);
    const told = warehouse.problems.map(({where, what}) => `${where.replace(path, 'W')} ${what}`).sort();
    expect(told).toEqual([
      expect.stringMatching(`^W/${rows.join('/')} is 10 bytes long instead of \\d+$`),
      `W/archive/raw/${one} is missing`,
      expect.stringMatching(`^W/archive/raw/${two} is \\d+ bytes long instead of \\d+$`),
    ]);
    const {n} = await warehouse.read(undefined, session => session.row<{n: number}>('select count(*) as n from parts'));
    expect(n).toBe(3);
    // And it goes on taking batches.
    expect(await feed(warehouse, ['lots', 'lot,material\nL1,resin'])).toMatchObject({status: 'accepted'});
    await warehouse.close();
  });

  test('is refused when the facts cannot be completed without it', async () => {
    const path = atRest();
    const file = join(path, ...rows);
    rmSync(file);
    for (const name of ['warehouse.duckdb', 'warehouse.duckdb.wal']) rmSync(join(path, name), {force: true});
    await expect(Warehouse.open(path)).rejects.toMatchObject({
      reason: 'damaged',
      message: expect.stringContaining(file),
      hint: expect.stringContaining('backup'),
    });
  });

  test('ledgers that do not say how long files are: only whether they are there', async () => {
    const path = folder();
    const warehouse = await Warehouse.open(path);
    await feed(warehouse, PLANT[0]);
    const body = structuredClone(warehouse.entries()[0].body) as {rawBytes?: number; files: {bytes?: number}[]};
    await warehouse.close();
    delete body.rawBytes;
    for (const file of body.files) delete file.bytes;
    for (const name of ['ledger', 'warehouse.duckdb', 'warehouse.duckdb.wal']) {
      rmSync(join(path, name), {recursive: true, force: true});
    }
    const {Ledger} = await import('../../warehouse/ledger.ts');
    const ledger = await Ledger.open(path);
    await ledger.append('batch', body);
    await ledger.close();
    const opened = await Warehouse.open(path);
    expect(opened.problems).toEqual([]);
    await opened.close();
    writeFileSync(join(path, 'archive', 'batches', '00000001', '0.parts.long.parquet'), '');
    const emptied = await Warehouse.open(path);
    expect(emptied.problems.map(p => p.what)).toEqual(['is empty']);
    await emptied.close();
  });
});
