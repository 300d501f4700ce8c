import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {ingestFiles} from '../../ingest/ingest.ts';
import {linesOfRecords} from '../../ingest/line-numbers.ts';
import type {Receipt} from '../../warehouse/data-answers.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {temporaryFolder} from './folder.ts';

/** Real data sets are not part of the repository: FISHBONE_SHARED says where they are, or they lie beside it. */
const SHARED = process.env.FISHBONE_SHARED ?? new URL('../../../shared', import.meta.url).pathname;
const present = existsSync(join(SHARED, 'data'));
if (!present) console.warn(`NOT TESTED: real data sets are not at ${SHARED}/data; set FISHBONE_SHARED`);

const SETS = {
  'mes-production-log': 'mes-production-log/Production_Data.csv',
  secom: 'secom/secom_raw_1567x207_labelled.csv',
  'steel-plates': 'steel-plates/faults.csv',
  'cylinder-bands': 'cylinder-bands/bands.data',
  'ai4i-2020': 'ai4i-2020/ai4i2020.csv',
};

describe.skipIf(!present)('real data', () => {
  const {path: folder, remove} = temporaryFolder();
  let warehouse: Warehouse;
  const receipts: Record<string, Receipt> = {};

  beforeAll(async () => {
    warehouse = await Warehouse.open(folder);
    for (const [name, file] of Object.entries(SETS)) receipts[name] = await ingest(name, file);
  });
  afterAll(async () => {
    await warehouse.close();
    remove();
  });

  const ingest = async (name: string, file: string): Promise<Receipt> => {
    const mapping = new URL(`../../ingest/mappings/${name}.json`, import.meta.url).pathname;
    const load = (plan: Parameters<Warehouse['load']>[0]) => warehouse.load(plan, linesOfRecords);
    const [receipt] = await ingestFiles(load, [join(SHARED, 'data', file)], {mapping});
    return receipt;
  };
  const ask = (sql: string) => warehouse.read(undefined, session => session.rows(sql));
  const rows = (name: string) =>
    receipts[name].tables.map(({table, accepted, rejected}) => ({table, accepted, rejected}));

  test('production log: every report is a row of its own', () => {
    expect(rows('mes-production-log')).toEqual([
      {table: 'work_orders', accepted: 225, rejected: 0},
      {table: 'operations', accepted: 4543, rejected: 0},
    ]);
    // Counted apart from this program: 54 and 32 and 105 by the data's own description, the others with Python's csv.
    expect(receipts['mes-production-log'].notices.map(notice => notice.split(':')[0])).toEqual([
      'column "Span" is not taken',
      'column "Qty for MRB" is not taken',
      '54 records',
      '43 records in 20 groups are exact duplicates',
      '662 records',
      '32 records',
      'column "Qty for MRB" adds up to 105',
    ]);
  });

  test('production log: the published profile', async () => {
    expect(
      await ask(`select count(*)::integer as reports, count(distinct work_order)::integer as work_orders,
          sum(quantity_good) as good, sum(quantity_rejected) as rejected,
          count(*) filter (report_kind like '%(rework)')::integer as rework,
          count(*) filter (started_at is null and ended_at is null)::integer as without_times,
          count(*) filter (started_at is null or ended_at is null)::integer as without_a_time
        from operations where work_order is not null`),
    ).toEqual([
      {reports: 4543, work_orders: 225, good: 92519, rejected: 593, rework: 32, without_times: 54, without_a_time: 54},
    ]);
    expect(
      await ask(`select split_part(report_kind, ' (', 1) as kind, count(*)::integer as reports from operations
        where work_order is not null group by kind order by reports desc`),
    ).toEqual([
      {kind: 'production', reports: 3785},
      {kind: 'set-up', reports: 705},
      {kind: 'breakdown', reports: 53},
    ]);
  });

  test('production log: times are local, an hour ahead of winter from 2012-03-25 on', async () => {
    // The first report is sent as 2012/01/29 23:24; the last one of the file's newest minute as 2012/03/31 06:45.
    expect(await ask('select max(ended_at) as last from operations')).toEqual([{last: '2012-03-31T03:45:00.000Z'}]);
    expect(
      await ask(`select started_at, ended_at, operator, quantity_good from operations
        where work_order = 'Case 1' and run = 1 and step = 'Turning & Milling - Machine 4' order by started_at limit 1`),
    ).toEqual([
      {
        started_at: '2012-01-29T21:24:00.000Z',
        ended_at: '2012-01-30T03:43:00.000Z',
        operator: 'ID4932',
        quantity_good: 1,
      },
    ]);
  });

  test('SECOM: 1,567 entities, 104 of which fail, and 207 sensors with their gaps', async () => {
    expect(rows('secom').slice(0, 2)).toEqual([
      {table: 'parts', accepted: 1567, rejected: 0},
      {table: 'inspections', accepted: 1567, rejected: 0},
    ]);
    expect(
      await ask(`select result, count(*)::integer as n, min(inspected_at) as first, max(inspected_at) as last
        from inspections join parts using (part) where product = 'SECOM' group by result order by result`),
    ).toEqual([
      {result: 'fail', n: 104, first: expect.any(String), last: expect.any(String)},
      {result: 'pass', n: 1463, first: '2008-07-19T11:55:00.000Z', last: '2008-10-17T06:07:00.000Z'},
    ]);
    // 1567 x 207 cells, of which 15,490 are empty by the data's own description.
    expect(
      await ask(`select count(*)::integer as n, count(distinct parameter)::integer as parameters,
          count(*) filter (part = 'SECOM-0' and parameter = 's589')::integer as missing,
          sum(value) filter (part = 'SECOM-0' and parameter = 's0') as first
        from measurements join parts using (part) where product = 'SECOM'`),
    ).toEqual([{n: 1567 * 207 - 15490, parameters: 207, missing: 0, first: 3030.93}]);
  });

  test('steel plates: every plate has one fault, of the published number a class', async () => {
    expect(rows('steel-plates').slice(0, 3)).toEqual([
      {table: 'parts', accepted: 1941, rejected: 0},
      {table: 'inspections', accepted: 1941, rejected: 0},
      {table: 'defects', accepted: 1941, rejected: 0},
    ]);
    expect(
      await ask(
        "select defect, count(*)::integer as n from defects where inspection like 'plate-%' group by defect order by n desc",
      ),
    ).toEqual([
      {defect: 'Other_Faults', n: 673},
      {defect: 'Bumps', n: 402},
      {defect: 'K_Scatch', n: 391},
      {defect: 'Z_Scratch', n: 190},
      {defect: 'Pastry', n: 158},
      {defect: 'Stains', n: 72},
      {defect: 'Dirtiness', n: 55},
    ]);
    expect(
      await ask(`select count(*)::integer as n, count(distinct parameter)::integer as parameters
        from measurements join parts using (part) where product = 'steel plate'`),
    ).toEqual([{n: 1941 * 27, parameters: 27}]);
  });

  test('cylinder bands: a file without a header, 312 cylinders without and 228 with bands', async () => {
    expect(rows('cylinder-bands').slice(0, 4)).toEqual([
      {table: 'parts', accepted: 540, rejected: 0},
      {table: 'operations', accepted: 540, rejected: 0},
      {table: 'inspections', accepted: 540, rejected: 0},
      {table: 'defects', accepted: 228, rejected: 0},
    ]);
    // Counted with Python's csv: cells that are not "?", spellings as sent and in one case.
    expect(
      await ask(`select count(value)::integer as numbers, count(text_value)::integer as texts, count(distinct lot)::integer as jobs
        from measurements join parts using (part) where product = 'gravure cylinder'`),
    ).toEqual([{numbers: 9702, texts: 8199, jobs: 262}]);
    expect(receipts['cylinder-bands'].notices).toContain(
      'column "customer" is read in upper case: 83 spellings become 71, 38 values changed',
    );
    expect(
      await ask(`select text_value as mill, count(*)::integer as n from measurements where parameter = 'paper_mill_location'
        group by mill order by n desc, mill`),
    ).toEqual([
      {mill: 'northus', n: 189},
      {mill: 'canadian', n: 159},
      {mill: 'mideuropean', n: 15},
      {mill: 'scandanavian', n: 13},
      {mill: 'southus', n: 8},
    ]);
  });

  test('AI4I: 10,000 products of three types, and as many failures of each kind as its description says', async () => {
    expect(
      await ask(
        `select product, count(*)::integer as n from parts where part like 'AI4I-%' group by product order by n`,
      ),
    ).toEqual([
      {product: 'H', n: 1003},
      {product: 'M', n: 2997},
      {product: 'L', n: 6000},
    ]);
    expect(
      await ask(
        `select defect, count(*)::integer as n from defects where inspection like 'AI4I-%' group by defect order by defect`,
      ),
    ).toEqual([
      {defect: 'HDF', n: 115},
      {defect: 'OSF', n: 98},
      {defect: 'PWF', n: 95},
      {defect: 'RNF', n: 19},
      {defect: 'TWF', n: 46},
    ]);
    // Machine_failure counts 339; 18 of the 19 random failures are not among them.
    expect(
      await ask(`select count(*)::integer as n from inspections where inspection like 'AI4I-%' and result = 'fail'`),
    ).toEqual([{n: 357}]);
    expect(receipts['ai4i-2020'].notices.map(notice => notice.split(':')[0])).toEqual([
      'column "Product ID" is not taken',
      '18 records',
      '9 records',
    ]);
  });

  test('the same files again change nothing', async () => {
    const before = warehouse.position;
    for (const [name, file] of Object.entries(SETS)) expect((await ingest(name, file)).status).toBe('duplicate');
    expect(warehouse.position).toBe(before);
  });
});
