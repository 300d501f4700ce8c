import {execFile} from 'node:child_process';
import {appendFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {describe, expect, test} from 'vitest';
import {planFile} from '../../ingest/ingest.ts';
import {linesOfRecords} from '../../ingest/line-numbers.ts';
import {forgetDatabase} from '../../warehouse/database-file.ts';
import {listQuarantine, showQuarantine} from '../../warehouse/quarantine.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {verify} from '../../warehouse/verify.ts';
import {feed, folder, orders, plantOf, type Table} from './plant-in-a-folder.ts';

const ask = (w: Warehouse, sql: string, asOf?: number) => w.read(asOf, session => session.rows(sql));
/** Of the only file that has any. */
const rejects = async (w: Warehouse) => {
  const [{id}] = await listQuarantine(w);
  return (await showQuarantine(w, id)).rows.map(({line, field, reason}) => ({line, field, reason}));
};
const raw = async (w: Warehouse, name: string, bytes: string, options = {}) => {
  const path = join(folder(), name);
  writeFileSync(path, bytes);
  return w.load(await planFile(path, options), linesOfRecords);
};

describe('rejected rows', () => {
  test('are told with their line in the file, although a field holds line breaks, and the good rows stay', async () => {
    const w = await plantOf([]);
    const receipt = await raw(
      w,
      'parts.csv',
      'part,product,made_at\nA,"HX\nspecial",2026-01-01T00:00:00Z\n\nB,,2026-01-01T00:00:00Z\nC,HX\nD,HX,yesterday\nE,HX,2026-01-01T00:00:00\nF,HX,2026-01-01T00:00:00+02:00\n',
    );
    expect(receipt).toMatchObject({
      batch: 1,
      status: 'partly-rejected',
      tables: [{table: 'parts', accepted: 2, rejected: 4, duplicates: 0, conflicts: 0}],
    });
    // Lines counted by hand: A starts on 2 and ends on 3, 4 is empty.
    expect(await rejects(w)).toEqual([
      {line: 5, field: 'product', reason: 'missing, but required'},
      {line: 6, field: null, reason: expect.stringMatching(/^not a record of 3 fields/)},
      {line: 7, field: 'made_at', reason: 'not a time: "yesterday"'},
      {line: 8, field: 'made_at', reason: expect.stringMatching(/without an offset.*--time-zone/)},
    ]);
    expect(await ask(w, 'select part, product, made_at from parts order by part')).toEqual([
      {part: 'A', product: 'HX\nspecial', made_at: '2026-01-01T00:00:00.000Z'},
      {part: 'F', product: 'HX', made_at: '2025-12-31T22:00:00.000Z'},
    ]);
  });

  test.each([
    ['measurements', 'part,parameter,value\nA,t,1_000', 'value', 'not a number: "1_000"'],
    ['measurements', 'part,parameter,value\nA,t,nan', 'value', 'not a number: "nan"'],
    ['measurements', 'part,parameter,value\nA,t,"1,5"', 'value', 'not a number: "1,5"'],
    [
      'measurements',
      'part,parameter,value,text_value\nA,t,1,red',
      'value, text_value',
      'exactly one of value, text_value must have a value',
    ],
    [
      'operations',
      'part,lot,step\nA,L,bore',
      'part, lot, work_order',
      'exactly one of part, lot, work_order must have a value',
    ],
    ['operations', 'part,step,run\nA,bore,1.5', 'run', 'not a whole number: "1.5"'],
    ['inspections', 'inspection,part,result\nI,A,maybe', 'result', 'not one of pass, fail, error: "maybe"'],
    [
      'shifts',
      'shift,starts_at,ends_at\nearly,2026-01-01T14:00:00Z,2026-01-01T06:00:00Z',
      'ends_at',
      'earlier than starts_at: 2026-01-01T06:00:00Z < 2026-01-01T14:00:00Z',
    ],
  ])('%s: %j', async (table, csv, field, reason) => {
    const w = await plantOf([]);
    const receipt = await raw(w, `${table}.csv`, `${csv}\n`);
    expect(receipt).toMatchObject({batch: null, status: 'rejected'});
    expect(await rejects(w)).toEqual([{line: 2, field, reason}]);
    expect(w.position).toBe(0);
  });

  test('a line of NDJSON that is not an object', async () => {
    const w = await plantOf([]);
    await raw(
      w,
      'parts.ndjson',
      '{"part":"A","product":"HX"}\n\n[1]\n{"part":"B","product":"HX"\n{"part":"C","product":"HX"}\n',
    );
    expect(await ask(w, 'select line, reason from fact.rejects order by line')).toEqual([
      {line: 3, reason: 'not a JSON object'},
      {line: 4, reason: 'not a JSON object'},
    ]);
    expect(await ask(w, 'select part from parts order by part')).toEqual([{part: 'A'}, {part: 'C'}]);
  });

  test('a local time that the clock skipped is refused, one that it showed twice is noticed', async () => {
    const w = await plantOf([]);
    const receipt = await raw(
      w,
      'parts.csv',
      'part,product,made_at\nA,HX,2026-03-29T02:30:00\nB,HX,2026-10-25T02:30:00\nC,HX,2026-07-01T02:30:00\n',
      {timeZone: 'Europe/Berlin'},
    );
    // The European Union's clocks: forward on 2026-03-29 at 02:00, back on 2026-10-25 at 03:00.
    expect(receipt.tables).toMatchObject([{accepted: 2, rejected: 1}]);
    expect(receipt.notices.join()).toContain(
      '1 made_at fall into the hour that the clock in Europe/Berlin showed twice: read as the second time',
    );
    expect(await w.read(undefined, s => s.rows(`select made_at from parts where part = 'B'`))).toEqual([
      {made_at: '2026-10-25T01:30:00.000Z'},
    ]);
    const [{reason}] = await rejects(w);
    expect(reason).toContain('does not exist in Europe/Berlin');
    expect(await ask(w, "select made_at from parts where part = 'C'")).toEqual([{made_at: '2026-07-01T00:30:00.000Z'}]);
  });
});

describe('versions of a row', () => {
  const first: Table = ['parts', 'part,product,lot,recorded_at\nA,HX,L1,2026-01-01T00:00:00Z'];
  const second: Table = ['parts', 'part,product,lot,recorded_at\nA,HX,L2,2026-01-02T00:00:00Z'];
  const third: Table = ['parts', 'part,product,lot,recorded_at\nA,HX,L3,2026-01-03T00:00:00Z'];

  test('the newest recorded is current, in whatever order they arrive', async () => {
    for (const order of orders([first, second, third])) {
      const w = await plantOf(order);
      expect(await ask(w, 'select part, lot from parts')).toEqual([{part: 'A', lot: 'L3'}]);
    }
  });

  test('an old file sent again changes nothing', async () => {
    const w = await plantOf([first, second]);
    expect(await feed(w, first)).toMatchObject({
      batch: null,
      status: 'duplicate',
      tables: [{accepted: 0, duplicates: 1}],
    });
    // The same rows in another file: bytes differ, contents do not.
    const again = await feed(w, ['parts', 'lot,part,product,recorded_at\nL1,A,HX,2026-01-01T00:00:00Z']);
    expect(again).toMatchObject({
      batch: null,
      status: 'duplicate',
      tables: [{accepted: 0, duplicates: 1, conflicts: 0}],
    });
    expect(await ask(w, 'select lot from parts')).toEqual([{lot: 'L2'}]);
    expect(w.position).toBe(2);
  });

  test('a contradiction without recorded_at is flagged, and the later batch wins', async () => {
    const w = await plantOf([['parts', 'part,product,lot\nA,HX,L1']]);
    const receipt = await feed(w, ['parts', 'part,product,lot\nA,HX,L2']);
    expect(receipt).toMatchObject({status: 'accepted', tables: [{accepted: 1, conflicts: 1}]});
    expect(await ask(w, 'select lot from parts')).toEqual([{lot: 'L2'}]);
    expect(await ask(w, 'select lot from parts', 1)).toEqual([{lot: 'L1'}]);
  });

  test('within one file: copies count once, contradictions are flagged', async () => {
    const w = await plantOf([]);
    const receipt = await feed(w, ['parts', 'part,product\nA,HX\nA,HX\nA,HY\nB,HX']);
    expect(receipt.tables).toEqual([{table: 'parts', accepted: 3, rejected: 0, duplicates: 1, conflicts: 1}]);
    expect(await ask(w, 'select part, product from parts order by part')).toEqual([
      {part: 'A', product: 'HY'},
      {part: 'B', product: 'HX'},
    ]);
  });
});

describe('measurements', () => {
  const wide = {table: 'measurements', wide: true};
  const values = 'select part, parameter, value, qualifier, run from measurements order by all';

  test('wide rows, late cells, limits and texts come out as the same values in any order', async () => {
    const steps: ((w: Warehouse) => Promise<unknown>)[] = [
      w =>
        raw(
          w,
          'a.csv',
          'part,step,torque,dia,recorded_at\nA,bore,1.5,2,2026-01-01T00:00:00Z\nB,bore,1.6,,2026-01-01T00:00:00Z\n',
          wide,
        ),
      w =>
        raw(
          w,
          'b.csv',
          'part,step,torque,dia,recorded_at\nA,bore,1.5,2.5,2026-01-02T00:00:00Z\nB,bore,,3,2026-01-02T00:00:00Z\n',
          wide,
        ),
      w =>
        raw(
          w,
          'measurements.csv',
          'part,step,parameter,value,qualifier,recorded_at\nA,bore,torque,9,,2026-01-03T00:00:00Z\nB,lab,conc,3,<,2026-01-03T00:00:00Z\nC,bore,dia,7,,2026-01-03T00:00:00Z\n',
        ),
    ];
    for (const order of orders(steps)) {
      const w = await plantOf([]);
      for (const step of order) await step(w);
      expect(await ask(w, values)).toEqual([
        {part: 'A', parameter: 'dia', value: 2.5, qualifier: null, run: 1},
        {part: 'A', parameter: 'torque', value: 9, qualifier: null, run: 1},
        {part: 'B', parameter: 'conc', value: 3, qualifier: '<', run: 1},
        {part: 'B', parameter: 'dia', value: 3, qualifier: null, run: 1},
        {part: 'B', parameter: 'torque', value: 1.6, qualifier: null, run: 1},
        {part: 'C', parameter: 'dia', value: 7, qualifier: null, run: 1},
      ]);
      expect(await ask(w, 'select part, torque, dia from step_bore order by part')).toEqual([
        {part: 'A', torque: 9, dia: 2.5},
        {part: 'B', torque: 1.6, dia: 3},
        {part: 'C', torque: null, dia: 7},
      ]);
    }
  });

  test('the same wide rows in another file are duplicates; a further parameter is not', async () => {
    const w = await plantOf([]);
    await raw(w, 'a.csv', 'part,step,torque\nA,bore,1.5\nB,bore,1.6\n', wide);
    const again = await raw(w, 'b.csv', 'step,part,torque\nbore,B,1.60\nbore,A,1.5\n', wide);
    expect(again).toMatchObject({batch: null, status: 'duplicate', tables: [{accepted: 0, duplicates: 2}]});
    const more = await raw(w, 'c.csv', 'part,step,torque,dia\nA,bore,1.5,4\n', wide);
    expect(more).toMatchObject({batch: 2, tables: [{accepted: 1, duplicates: 0, conflicts: 0}]});
    expect(await ask(w, 'select torque, dia from step_bore order by part')).toEqual([
      {torque: 1.5, dia: 4},
      {torque: 1.6, dia: null},
    ]);
    expect(await ask(w, 'select dia from step_bore order by part', 1)).toEqual([{dia: null}, {dia: null}]);
  });
});

describe('one table filled from several places of a file', () => {
  const mapping = {
    tables: {
      parts: {part: 'Serial', product: {constant: 'HX'}},
      inspections: {inspection: 'Serial', part: 'Serial', result: {constant: 'fail'}},
      defects: [
        {only: {A: ['1']}, inspection: 'Serial', defect: {constant: 'scratch'}},
        {only: {B: ['1']}, inspection: 'Serial', defect: {constant: 'void'}},
      ],
      measurements: [
        {part: 'Serial', step: {constant: 'bore'}, parameters: {T: 'torque'}},
        {part: 'Serial', step: {constant: 'bore'}, parameters: {D: 'dia'}},
        {part: 'Serial', step: {constant: 'mill'}, parameters: {D: 'depth'}},
      ],
    },
  };

  test('keeps all of them, verifies, and is made anew the same', async () => {
    const w = await plantOf([]);
    await raw(w, 'line.csv', 'Serial,A,B,T,D\nS1,1,0,1.5,10\nS2,1,1,1.6,11\nS3,0,1,1.7,12\n', {mapping});
    const answers = async (of: Warehouse) => [
      await ask(of, 'select defect, count(*) as n from defects group by defect order by defect'),
      await ask(of, 'select part, torque, dia from step_bore order by part'),
      await ask(of, 'select part, depth from step_mill order by part'),
      await ask(of, 'select count(*) as n from measurements'),
    ];
    const expected = [
      [
        {defect: 'scratch', n: 2},
        {defect: 'void', n: 2},
      ],
      [
        {part: 'S1', torque: 1.5, dia: 10},
        {part: 'S2', torque: 1.6, dia: 11},
        {part: 'S3', torque: 1.7, dia: 12},
      ],
      [
        {part: 'S1', depth: 10},
        {part: 'S2', depth: 11},
        {part: 'S3', depth: 12},
      ],
      [{n: 9}],
    ];
    expect(await answers(w)).toEqual(expected);
    await w.close();
    expect(await verify(w.folder)).toMatchObject({ok: true, problems: []});
    await forgetDatabase(w.folder);
    const again = await Warehouse.open(w.folder);
    expect(await answers(again)).toEqual(expected);
    await again.close();
  });
});

describe('what is acknowledged stays', () => {
  const tables: Table[] = [
    ['parts', 'part,product,lot\nA,HX,L1\nB,HX,L1'],
    ['measurements', 'part,step,parameter,value\nA,bore,torque,1\nB,bore,torque,2'],
    ['inspections', 'inspection,part,result\nI1,A,fail\nI2,B,maybe'],
  ];
  const everything = [
    'from parts order by all',
    'from measurements order by all',
    'from inspections order by all',
    'from fact.rejects',
    'from fact.items order by item',
  ];
  const contents = async (w: Warehouse) => {
    const answers = [];
    for (const sql of everything) answers.push(await ask(w, sql));
    return answers;
  };

  test('a database that is lost is made anew, the same', async () => {
    const w = await plantOf(tables);
    const before = await contents(w);
    await w.close();
    await forgetDatabase(w.folder);
    const again = await Warehouse.open(w.folder);
    expect(await contents(again)).toEqual(before);
    expect(again.position).toBe(3);
    await again.close();
  });

  test('what a process that died left half done is swept away', async () => {
    const w = await plantOf(tables);
    await w.close();
    // The ledger ends at entry 3: a batch was written whole for entry 4, and another one only begun.
    mkdirSync(join(w.folder, 'archive', 'batches', '00000004'));
    mkdirSync(join(w.folder, 'archive', 'batches', '00000005.tmp'));
    appendFileSync(join(w.folder, 'ledger', 'ledger.ndjson'), '{"seq":99,"at":"2026');
    const again = await Warehouse.open(w.folder);
    expect(again.position).toBe(3);
    expect(readdirSync(join(w.folder, 'archive', 'batches')).length).toBe(w.entries().length);
    await again.close();
  });

  test('a database that says more than its ledger is not served', async () => {
    const w = await plantOf(tables);
    await w.close();
    rmSync(join(w.folder, 'ledger'), {recursive: true});
    await expect(Warehouse.open(w.folder)).rejects.toThrow(/acknowledged entries are missing/);
  });

  test('a ledger that lost its entries is noticed by the archive even without a database, and nothing is deleted', async () => {
    const w = await plantOf(tables);
    await w.close();
    await forgetDatabase(w.folder);
    rmSync(join(w.folder, 'ledger'), {recursive: true});
    await expect(Warehouse.open(w.folder)).rejects.toThrow(
      /archive has batch files of entry 2: acknowledged entries are missing/,
    );
    expect(readdirSync(join(w.folder, 'archive', 'batches'))).toHaveLength(3);
  });

  test('a second process is told who has the warehouse', async () => {
    const w = await plantOf(tables);
    const script = `
      import {Warehouse} from ${JSON.stringify(new URL('../../warehouse/store.ts', import.meta.url).pathname)};
      await Warehouse.open(${JSON.stringify(w.folder)}).catch(e => console.log(e.name + ': ' + e.message));`;
    const at = join(new URL('.', import.meta.url).pathname, `.second-process-${process.pid}.mts`);
    writeFileSync(at, script);
    try {
      const {stdout} = await promisify(execFile)(process.execPath, ['--import', 'tsx', at]);
      expect(stdout).toContain(
        `WarehouseUnusable: the warehouse in ${w.folder} is in use by another process (${process.pid})`,
      );
    } finally {
      rmSync(at);
    }
    expect(await ask(w, 'select count(*) as n from parts')).toEqual([{n: 2}]);
  });

  test('a dry run changes nothing at all', async () => {
    const w = await plantOf([]);
    const receipt = await raw(w, 'parts.csv', 'part,product\nA,HX\nB,\n', {dryRun: true});
    expect(receipt).toMatchObject({batch: null, status: 'dry-run', tables: [{accepted: 1, rejected: 1}]});
    expect(receipt.rejects).toEqual([{table: 'parts', line: 3, field: 'product', reason: 'missing, but required'}]);
    expect(w.ledger.head.seq).toBe(0);
    expect(readdirSync(join(w.folder, 'archive', 'raw'))).toEqual([]);
    expect(existsSync(join(w.folder, 'archive', 'batches', '00000001'))).toBe(false);
  });
});
