import {cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {backUp} from '../../warehouse/backup.ts';
import {compact} from '../../warehouse/compact.ts';
import {checksums} from '../../warehouse/content.ts';
import {restore} from '../../warehouse/restore.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {rebuild, verify} from '../../warehouse/verify.ts';
import {feed, folder, type Table} from './plant-in-a-folder.ts';

/** Small batches of several tables and forms: rejected rows, columns that appear later, corrections, a second version. */
const PLANT: Table[] = [
  ['parts', 'part,product,lot\np1,A,L1\np2,A,L1\np3,,L1'],
  ['measurements', 'part,parameter,step,value,text_value\np1,heat,bore,90,\np1,colour,bore,,red'],
  ['lots', 'lot,material\nL1,resin'],
  ['parts', 'part,product,lot\np4,A,L2\np5,A,'],
  ['measurements', 'part,parameter,step,value\np2,torque,bore,4.4\np2,heat,bore,91\np4,torque,,4.1'],
  ['measurements', 'part,parameter,step,value\np1,torque,bore,4.3\np9,width,mill,1'],
  ['readings', 'station,parameter,at,value\nS1,temp,2024-05-01T00:00:00Z,20\nS1,temp,2024-05-01T00:01:00Z,hot'],
  ['parts', 'part,product,lot,recorded_at\np1,B,L1,2024-06-01T00:00:00Z'],
];
const ENTRIES = PLANT.length + 1;

const batches = (path: string) => readdirSync(join(path, 'archive', 'batches'));

async function facts(path: string) {
  const warehouse = await Warehouse.open(path);
  try {
    return await warehouse.read(undefined, session => checksums(session));
  } finally {
    await warehouse.close();
  }
}

const before = mkdtempSync(join(tmpdir(), 'fishbone-compact-'));
const after = mkdtempSync(join(tmpdir(), 'fishbone-compact-'));
afterAll(() => {
  for (const path of [before, after]) rmSync(path, {recursive: true, force: true});
});
beforeAll(async () => {
  const warehouse = await Warehouse.open(before);
  for (const table of PLANT) await feed(warehouse, table);
  await warehouse.append('hold', {hold: 'H1'});
  await warehouse.close();
  cpSync(before, after, {recursive: true});
  const compacted = await Warehouse.open(after);
  // Groups of like files: parts, cells with and without text look alike in long form; lots, readings, rejects.
  expect(await compacted.tend(care => compact(care, 2))).toMatchObject({batches: 8, altered: []});
  await compacted.close();
});

const copy = (of: string) => {
  const path = folder();
  cpSync(of, path, {recursive: true});
  return path;
};

test('many files become few, and nothing that can be asked changes', async () => {
  expect(batches(before)).toHaveLength(PLANT.length);
  expect(batches(after)).toEqual([String(ENTRIES + 1).padStart(8, '0')]);
  expect((await verify(after)).problems).toEqual([]);
  const [was, is] = [await facts(copy(before)), await facts(after)];
  const {decisions: _d, applied: _a, ...rest} = was;
  expect(is).toMatchObject(rest);
  // The compaction is itself an entry.
  expect(is.decisions.rows).toBe(was.decisions.rows + 1);
});

test('rebuilt from merged files: the same facts, to the last key', async () => {
  const path = copy(after);
  const was = await facts(path);
  await rebuild(path);
  expect(await facts(path)).toEqual(was);
  expect((await verify(path)).problems).toEqual([]);
});

test('batches go on as before, are merged in their turn, and everything is in a backup', async () => {
  const path = copy(after);
  const warehouse = await Warehouse.open(path);
  expect(await feed(warehouse, PLANT[0])).toMatchObject({status: 'duplicate'});
  for (let n = 0; n < 3; n++) await feed(warehouse, ['lots', `lot,material\nM${n},steel`]);
  expect(await warehouse.tend(care => compact(care, 4))).toMatchObject({batches: 0});
  expect(await warehouse.tend(care => compact(care, 3))).toMatchObject({batches: 3, filesBefore: 3, filesAfter: 1});
  const into = join(folder(), 'backup');
  await warehouse.tend(care => backUp(care, into));
  await warehouse.close();
  expect((await verify(path)).problems).toEqual([]);
  expect(await restore(into, join(folder(), 'w'))).toMatchObject({
    position: 11,
    verification: {ok: true, problems: []},
  });
});

test('verify names a merged file that is missing or altered, and rows that are not those of their batch', async () => {
  const [folderName] = batches(after);
  for (const file of readdirSync(join(after, 'archive', 'batches', folderName))) {
    const path = copy(after);
    const merged = join(path, 'archive', 'batches', folderName, file);
    const bytes = readFileSync(merged);
    bytes[Math.floor(bytes.length / 2)] ^= 1;
    writeFileSync(merged, bytes);
    expect((await verify(path)).problems.map(p => p.where)).toContain(merged);
    rmSync(merged);
    expect((await verify(path)).problems.map(p => `${p.where} ${p.what}`)).toContain(`${merged} is missing`);
  }
});

test('damage is not merged away: a batch with an altered file stays as it is', async () => {
  const path = copy(before);
  const file = join(path, 'archive', 'batches', '00000004', '0.parts.long.parquet');
  writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.from('x')]));
  const warehouse = await Warehouse.open(path);
  const done = await warehouse.tend(care => compact(care, 2));
  expect(done).toMatchObject({batches: 7, altered: [file]});
  await warehouse.close();
  expect(batches(path)).toContain('00000004');
  expect((await verify(path)).problems.map(p => p.where)).toEqual([file]);
});

describe('killed', () => {
  test('before the ledger says so: the small files count, and what was being made is cleared away', async () => {
    for (const name of ['compaction.tmp', String(ENTRIES + 1).padStart(8, '0')]) {
      const path = copy(before);
      const [made] = batches(after);
      cpSync(join(after, 'archive', 'batches', made), join(path, 'archive', 'batches', name), {recursive: true});
      expect((await verify(path)).problems).toEqual([]);
      await (await Warehouse.open(path)).close();
      expect(batches(path)).toHaveLength(PLANT.length);
      const warehouse = await Warehouse.open(path);
      expect(await warehouse.tend(care => compact(care, 2))).toMatchObject({batches: 8});
      await warehouse.close();
      expect((await verify(path)).problems).toEqual([]);
    }
  });

  test('after that: the merged files count, and what is left of the small ones goes when it is opened', async () => {
    for (const left of [1, 4, PLANT.length]) {
      const path = copy(after);
      for (const name of batches(before).slice(0, left)) {
        const into = join(path, 'archive', 'batches', name);
        mkdirSync(into);
        // Of the last one, only the first file is still there.
        for (const file of readdirSync(join(before, 'archive', 'batches', name)).slice(0, left === 4 ? 1 : 9)) {
          cpSync(join(before, 'archive', 'batches', name, file), join(into, file));
        }
      }
      expect((await verify(path)).problems).toEqual([]);
      expect(await facts(path)).toEqual(await facts(after));
      expect(batches(path)).toHaveLength(1);
    }
  });

  test('between ledger and database: opening brings the database up to it', async () => {
    const path = copy(after);
    for (const file of ['warehouse.duckdb', 'warehouse.duckdb.wal']) {
      rmSync(join(path, file), {force: true});
      if (existsSync(join(before, file))) cpSync(join(before, file), join(path, file));
    }
    expect(await facts(path)).toEqual(await facts(after));
    expect(await verify(path)).toMatchObject({ok: true, notices: []});
  });
});
