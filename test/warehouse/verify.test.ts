import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {checksums} from '../../warehouse/content.ts';
import {openDatabase, openSession} from '../../warehouse/duckdb.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {rebuild, verify} from '../../warehouse/verify.ts';
import {feed, folder, type Table} from './plant-in-a-folder.ts';

const PLANT: Table[] = [
  ['parts', 'part,product,lot,made_at\np1,A,L1,2024-05-01T00:00:00Z\np2,A,L1,\np3,,L1,'],
  ['lots', 'lot,material\nL1,resin'],
  [
    'measurements',
    `part,parameter,step,value,text_value,measured_at
     p1,  torque,   bore,4.2,  ,          2024-05-01T01:00:00Z
     p1,  heat,     bore,90,   ,          2024-05-01T01:00:00Z
     p1,  colour,   bore,,     red,       2024-05-01T01:00:00Z
     p2,  torque,   ,    4.4,  ,          2024-05-01T02:00:00Z`,
  ],
  ['measurements', 'part,parameter,step,value,measured_at\np1,torque,bore,4.3,2024-05-02T01:00:00Z'],
  ['genealogy', 'parent,parent_kind,child,child_kind\nR1,lot,L1,lot'],
];

const original = mkdtempSync(join(tmpdir(), 'fishbone-verify-'));
beforeAll(async () => {
  const warehouse = await Warehouse.open(original);
  for (const table of PLANT) await feed(warehouse, table);
  await warehouse.append('hold', {hold: 'H1', why: 'a "quoted" reason'});
  await warehouse.close();
});
afterAll(() => rmSync(original, {recursive: true, force: true}));

/** A warehouse at rest: five batches (one with a rejected row) and a decision. */
function atRest(): string {
  const path = folder();
  cpSync(original, path, {recursive: true});
  return path;
}

const told = async (path: string) => (await verify(path)).problems.map(p => `${p.where.replace(path, 'W')}: ${p.what}`);

/** Alters the database behind the warehouse's back. */
async function tamper(path: string, sql: string): Promise<void> {
  const instance = await openDatabase(join(path, 'warehouse.duckdb'), {
    temporaryFolder: join(path, 'tmp'),
    memoryLimitMb: 256,
    threads: 1,
  });
  const session = await openSession(instance);
  await session.run(sql);
  session.connection.closeSync();
  instance.closeSync();
}

const batchFile = (path: string, seq: number) => {
  const inside = join(path, 'archive', 'batches', String(seq).padStart(8, '0'));
  return join(inside, readdirSync(inside)[0]);
};

describe('verify', () => {
  test('a whole warehouse is whole, and looking changes nothing', async () => {
    const path = atRest();
    const before = new Set(readdirSync(path, {recursive: true, encoding: 'utf8'}));
    const bytes = readFileSync(join(path, 'warehouse.duckdb'));
    // Files: one Parquet a batch, one more for the rejects, five raw files.
    expect(await verify(path)).toEqual({
      ok: true,
      problems: [],
      notices: [],
      checked: {entries: 6, batches: 5, files: 11, tables: 18},
    });
    expect(new Set(readdirSync(path, {recursive: true, encoding: 'utf8'}))).toEqual(before);
    expect(readFileSync(join(path, 'warehouse.duckdb')).equals(bytes)).toBe(true);
  });

  test('archived rows that were altered or removed', async () => {
    const path = atRest();
    const altered = batchFile(path, 2);
    writeFileSync(altered, Buffer.concat([readFileSync(altered), Buffer.from('x')]));
    const removed = batchFile(path, 5);
    unlinkSync(removed);
    expect(await told(path)).toEqual([
      `W${altered.replace(path, '')}: was altered: its digest is not the recorded one`,
      `W${removed.replace(path, '')}: is missing`,
    ]);
  });

  test('raw evidence that was altered', async () => {
    const path = atRest();
    const raw = join(path, 'archive', 'raw', readdirSync(join(path, 'archive', 'raw'))[0]);
    truncateSync(raw, 3);
    expect(await told(path)).toEqual([`W${raw.replace(path, '')}: was altered: its digest is not the recorded one`]);
  });

  test('an edited, a cut and a missing ledger', async () => {
    const path = atRest();
    const ledger = join(path, 'ledger', 'ledger.ndjson');
    const text = readFileSync(ledger, 'utf8');
    writeFileSync(ledger, text.replace('quoted', 'altered'));
    expect((await told(path))[0]).toContain('ledger.ndjson line 6: entry 6: edited');
    writeFileSync(ledger, `${text.split('\n').slice(0, 4).join('\n')}\n`);
    const cut = await told(path);
    expect(cut.some(p => p.includes('entries 5 to 6 were acknowledged and are cut off'))).toBe(true);
    expect(cut.some(p => p.includes('knows entry 6, but the ledger ends at entry 4'))).toBe(true);
    rmSync(join(path, 'ledger'), {recursive: true});
    expect((await told(path)).filter(p => p.includes('the ledger has no entry for'))).toHaveLength(5);
  });

  test('a line that was never acknowledged is nobody’s loss', async () => {
    const path = atRest();
    const ledger = join(path, 'ledger', 'ledger.ndjson');
    writeFileSync(ledger, `${readFileSync(ledger, 'utf8')}{"seq":7,"at":"20`);
    expect(await told(path)).toEqual([]);
  });

  test.each([
    ["update fact.parts set product = 'B' where ordinal = 0", 'parts of batch 1: 2 rows, but not with the content'],
    ['delete from fact.lots', 'lots of batch 2: 1 rows were accepted, 0 are in the database'],
    ['update fact.step_0 set c0 = 4.1', 'measurements of batch 3: 4 rows, but not with the content'],
    ['delete from fact.cells where batch = 4', 'measurements of batch 4: 1 rows were accepted, 0 are'],
    ["update fact.items set id = 'p9' where id = 'p1'", 'parts of batch 1: 2 rows, but not with the content'],
    [
      "insert into fact.lots (lot, material, batch) values (0, 'x', 77)",
      'lots of batch 77: 0 rows were accepted, 1 are',
    ],
    ['delete from fact.rejects', 'rejects of entry 1: 1 recorded, 0 in the database'],
    ["update fact.decisions set body = '{}'", 'decision of entry 6 is missing or differs'],
    ['update applied set seq = 4, hash = (select hash from applied)', 'was made from another ledger: entry 4 differs'],
    ['drop table fact.tallies', 'cannot be read'],
  ])('a database altered by %s', async (sql, problem) => {
    const path = atRest();
    await tamper(path, sql);
    const problems = await told(path);
    expect(
      problems.some(p => p.startsWith(`W/warehouse.duckdb: ${problem}`)),
      problems.join('\n'),
    ).toBe(true);
  });

  test('a database that is missing, emptied, broken or behind', async () => {
    const path = atRest();
    const database = join(path, 'warehouse.duckdb');
    const good = readFileSync(database);
    renameSync(database, join(path, 'aside'));
    expect(await told(path)).toEqual(['W/warehouse.duckdb: there is no database']);
    writeFileSync(database, 'not a database at all, but long enough to be looked at');
    expect((await told(path))[0]).toContain('cannot be opened');
    writeFileSync(database, '');
    expect((await told(path))[0]).toMatch(/cannot be (opened|read)/);
    writeFileSync(database, good);
    expect(await told(path)).toEqual([]);
    const {hash} = JSON.parse(readFileSync(join(path, 'ledger', 'ledger.ndjson'), 'utf8').split('\n')[4]);
    await tamper(path, `delete from fact.decisions; update applied set seq = 5, hash = '${hash}'`);
    // Killed between ledger and database: nothing acknowledged is missing, so this is no integrity failure.
    expect(await verify(path)).toMatchObject({
      ok: true,
      problems: [],
      notices: [{what: 'is behind the ledger: it has entries up to 5 of 6'}],
    });
    await (await Warehouse.open(path)).close();
    expect(await told(path)).toEqual([]);
  });

  test('a first batch that was under way when the process died is no loss', async () => {
    const path = folder();
    await (await Warehouse.open(path)).close();
    mkdirSync(join(path, 'archive', 'batches', '00000001'), {recursive: true});
    expect(await told(path)).toEqual([]);
  });

  test('no warehouse: says so and makes none', async () => {
    const path = join(folder(), 'nowhere');
    expect(await told(path)).toEqual(['W: there is no warehouse']);
    expect(() => readdirSync(path)).toThrow('ENOENT');
  });
});

describe('rebuild', () => {
  test('makes the same facts, to the last key', async () => {
    const path = atRest();
    const before = await sums(path);
    expect(Object.keys(before)).toContain('step_0');
    expect(before.parts.rows).toBe(2);
    await tamper(path, "update fact.parts set product = 'B'");
    expect(await sums(path)).not.toEqual(before);
    expect(await rebuild(path)).toEqual({entries: 6, batches: 5});
    expect(await sums(path)).toEqual(before);
    expect(await told(path)).toEqual([]);
  });

  test('counts the batches that verify counts, one of rejected rows alone among them', async () => {
    const path = folder();
    const warehouse = await Warehouse.open(path);
    await feed(warehouse, ['parts', 'part,product\np1,A']);
    await feed(warehouse, ['parts', 'part,product\n,A']);
    await warehouse.close();
    const {checked} = await verify(path);
    expect([checked.entries, checked.batches]).toEqual([2, 2]);
    expect(await rebuild(path)).toEqual({entries: 2, batches: 2});
  });

  test('keeps its hands off a database that it could not make anew', async () => {
    const path = atRest();
    unlinkSync(batchFile(path, 2));
    const bytes = readFileSync(join(path, 'warehouse.duckdb'));
    await expect(rebuild(path)).rejects.toThrow('cannot be rebuilt');
    const ledger = join(path, 'ledger', 'ledger.ndjson');
    writeFileSync(ledger, readFileSync(ledger, 'utf8').replace('quoted', 'altered'));
    await expect(rebuild(path)).rejects.toMatchObject({code: 'LEDGER_DAMAGED'});
    expect(readFileSync(join(path, 'warehouse.duckdb')).equals(bytes)).toBe(true);
  });
});

test('a warehouse that another process holds is neither checked nor rebuilt', async () => {
  const path = atRest();
  const script = join(path, 'hold.mts');
  writeFileSync(
    script,
    `import {Warehouse} from ${JSON.stringify(new URL('../../warehouse/store.ts', import.meta.url).href)};
     await Warehouse.open(${JSON.stringify(path)});
     process.stdout.write('open');
     setTimeout(() => {}, 60_000);`,
  );
  const holder = spawn(process.execPath, ['--import', 'tsx', script], {stdio: ['ignore', 'pipe', 'inherit']});
  try {
    await once(holder.stdout, 'data');
    await expect(verify(path)).rejects.toMatchObject({name: 'WarehouseUnusable', reason: 'held'});
    await expect(rebuild(path)).rejects.toMatchObject({reason: 'held'});
  } finally {
    holder.kill('SIGKILL');
    await once(holder, 'exit');
  }
});

test('a warehouse that this process has open is neither checked nor opened a second time', async () => {
  const path = atRest();
  const warehouse = await Warehouse.open(path);
  await expect(verify(path)).rejects.toMatchObject({reason: 'held', message: expect.stringContaining('this process')});
  await expect(rebuild(path)).rejects.toMatchObject({reason: 'held'});
  await expect(Warehouse.open(join(path, '.', '..', basename(path)))).rejects.toMatchObject({reason: 'held'});
  await warehouse.close();
  expect((await verify(path)).ok).toBe(true);
});

async function sums(path: string) {
  const warehouse = await Warehouse.open(path);
  try {
    return await warehouse.read(undefined, session => checksums(session));
  } finally {
    await warehouse.close();
  }
}
