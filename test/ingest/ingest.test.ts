import {createHash} from 'node:crypto';
import {chmodSync, mkdirSync, writeFileSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {ingestFiles, planFile} from '../../ingest/ingest.ts';
import type {Receipt} from '../../warehouse/data-answers.ts';
import type {LoadPlan} from '../../warehouse/load-plan.ts';
import {file, folder, refusal} from './folder.ts';

const PARTS = 'part,product,recorded_at\nP1,A,2024-01-01T00:00:00Z\n';

test('a file with canonical names needs no mapping; its name says the table', async () => {
  const path = file('parts.press-7.csv', PARTS);
  expect(await planFile(path, {timeZone: 'Europe/Berlin', dryRun: true})).toEqual({
    source: path,
    path,
    records: {
      format: 'csv',
      path,
      delimiter: ',',
      quote: '"',
      columns: ['part', 'product', 'recorded_at'],
      headerLines: 1,
    },
    tables: [
      {
        table: 'parts',
        columns: {
          part: {from: 'column', column: 'part'},
          product: {from: 'column', column: 'product'},
          recorded_at: {from: 'column', column: 'recorded_at'},
        },
      },
    ],
    timeZone: 'Europe/Berlin',
    timeFormats: [],
    missing: [],
    decimal: '.',
    notices: [],
    how: {table: undefined, wide: undefined, timeZone: 'Europe/Berlin'},
    dryRun: true,
  } satisfies LoadPlan);
});

test('--table goes before the name of the file', async () => {
  const {tables} = await planFile(file('export-0815.csv', PARTS), {table: 'parts'});
  expect(tables[0].table).toBe('parts');
});

test('a wide file has one column a parameter', async () => {
  const {tables} = await planFile(file('bore.csv', 'part,torque_nm,measured_at,bore_dia\n'), {wide: true});
  expect(tables).toEqual([
    {
      table: 'measurements',
      columns: {part: {from: 'column', column: 'part'}, measured_at: {from: 'column', column: 'measured_at'}},
      parameters: {torque_nm: 'torque_nm', bore_dia: 'bore_dia'},
    },
  ]);
});

const TABLES =
  'products, work_orders, lots, parts, genealogy, movements, stations, shifts, operations, events, parameters, measurements, readings, inspections, defects, reviews, tallies, defect_codes';
const LOTS = 'lot, material, supplier, kind, made_at, quantity, recorded_at';

const refused: {
  what: string;
  name: string;
  text: string;
  options?: Parameters<typeof planFile>[1];
  sentence: string;
}[] = [
  {
    what: 'a table that there is not',
    name: 'part.csv',
    text: PARTS,
    sentence: `part.csv: there is no table "part" (did you mean "parts"?): the tables are ${TABLES}; say which with --table, or use a --mapping`,
  },
  {
    what: 'an unknown column',
    name: 'lots.csv',
    text: 'lot,Material,supplier\n',
    sentence: `lots.csv: lots has no column "Material" (did you mean "material"?): it has ${LOTS}; rename the columns, or use a --mapping`,
  },
  {
    what: 'required columns that are missing',
    name: 'lots.csv',
    text: 'supplier,kind\n',
    sentence: 'lots.csv: lots needs the columns "lot", "material"; rename the columns, or use a --mapping',
  },
  {
    what: 'a choice of columns none of which is there',
    name: 'operations.csv',
    text: 'step,station\n',
    sentence:
      'operations.csv: operations needs one of the columns part, lot, work_order; rename the columns, or use a --mapping',
  },
  {
    what: 'a wide file sent as a long one',
    name: 'measurements.csv',
    text: 'part,torque,bore\n',
    sentence:
      'measurements.csv: measurements has no column "torque": it has part, parameter, value, text_value, qualifier, step, run, measured_at, recorded_at; with one column a parameter, use --wide; for other names, a --mapping',
  },
  {
    what: 'a wide file of another table',
    name: 'parts.csv',
    text: 'part,torque\n',
    options: {table: 'parts', wide: true},
    sentence:
      'parts.csv: parameters (a wide file) are for measurements, not for parts; rename the columns, or use a --mapping',
  },
  {
    what: 'a wide file without parameters',
    name: 'parts.csv',
    text: 'part,step\n',
    options: {wide: true},
    sentence:
      'parts.csv: a wide file needs at least one column that is a parameter; rename the columns, or use a --mapping',
  },
  {
    what: 'a time zone that there is not',
    name: 'parts.csv',
    text: PARTS,
    options: {timeZone: 'Middle/Earth'},
    sentence: 'there is no time zone "Middle/Earth": use an IANA name such as Europe/Berlin',
  },
  {
    what: 'a table together with a mapping',
    name: 'parts.csv',
    text: PARTS,
    options: {table: 'parts', mapping: {tables: {}}},
    sentence: 'a mapping names its own tables: leave out --table and --wide, or the --mapping',
  },
];

test.each(refused)('refuses $what', async ({name, text, options, sentence}) => {
  expect(await refusal(path => planFile(path, options), file(name, text))).toBe(sentence);
});

/** Stands where the warehouse does, to see what reaches it. */
function recorder(): {load: (plan: LoadPlan) => Promise<Receipt>; sources: string[]} {
  const sources: string[] = [];
  const load = async (plan: LoadPlan): Promise<Receipt> => {
    sources.push(plan.source);
    return {batch: sources.length, digest: '', source: plan.source, status: 'accepted', tables: [], notices: []};
  };
  return {load, sources};
}

test('a folder is taken in with master data first; what is left out is said', async () => {
  const plant = folder();
  mkdirSync(join(plant, 'images'));
  for (const name of ['parts.csv', 'parts.b.csv', 'truth.json', '.DS_Store', 'README.md', 'lot7.stdf', 'shaft.DFX'])
    writeFileSync(join(plant, name), PARTS);
  writeFileSync(join(plant, 'defects.csv'), 'inspection,defect\n');
  writeFileSync(join(plant, 'products.ndjson'), '{"product":"A"}\n');
  const skipped: string[] = [];
  const {load, sources} = recorder();
  await ingestFiles(load, [plant], {onSkipped: sentence => skipped.push(sentence)});
  expect(sources).toEqual(['products.ndjson', 'parts.b.csv', 'parts.csv', 'defects.csv'].map(n => join(plant, n)));
  const notYet = 'which is not read yet: export it as CSV, and say with a --mapping what its columns are';
  expect(skipped.sort()).toEqual([
    `${join(plant, '.DS_Store')} is left out: hidden`,
    `${join(plant, 'README.md')} is left out: not a kind of file that is read: tables come as .parquet, .pq, .arrow, .arrows, .feather, .ipc, .xlsx, .xlsm, .dfq, .dfd, .txt, .ndjson, .jsonl, .json, .xml, .csv, .tsv`,
    `${join(plant, 'images')} is left out: images go through \`fishbone infer\``,
    `${join(plant, 'lot7.stdf')} is left out: STDF (results of a semiconductor tester), ${notYet}`,
    `${join(plant, 'shaft.DFX')} is left out: Q-DAS DFX, values without the head that describes them: save both in one DFQ file`,
    `${join(plant, 'truth.json')} is left out: says what is hidden in a made-up plant`,
  ]);
});

test('a file that cannot be used does not stop the others', async () => {
  const bad = file('lots.csv', 'nothing,known\n');
  const good = file('parts.csv', PARTS);
  const absent = join(folder(), 'products.csv');
  const receipts = await ingestFiles(recorder().load, [bad, good, absent]);
  expect(receipts.map(({source, status, batch}) => ({source, status, batch}))).toEqual([
    {source: absent, status: 'rejected', batch: null},
    {source: bad, status: 'rejected', batch: null},
    {source: good, status: 'accepted', batch: 1},
  ]);
  expect(receipts[0].notices).toEqual([`${absent}: does not exist: check the path`]);
  expect(receipts[0].digest).toBe('');
  expect(receipts[1].digest).toBe(createHash('sha256').update('nothing,known\n').digest('hex'));
});

test("the warehouse's own failures end the run", async () => {
  const full = async (): Promise<Receipt> => {
    throw new Error('disk full');
  };
  await expect(ingestFiles(full, [file('parts.csv', PARTS)])).rejects.toThrow('disk full');
});

test('a folder that cannot be looked into is told, and the rest is taken in', async context => {
  const plant = folder();
  const locked = join(plant, 'locked');
  mkdirSync(locked);
  writeFileSync(join(plant, 'parts.csv'), PARTS);
  chmodSync(plant, 0o755);
  chmodSync(locked, 0o000);
  // Root looks everywhere, and becomes nobody for that.
  const asNobody = async <T>(look: () => Promise<T>): Promise<T> => {
    if (process.geteuid?.() !== 0) return look();
    process.seteuid!(65_534);
    return look().finally(() => process.seteuid!(0));
  };
  const isLocked = await asNobody(() => readdir(locked)).then(
    () => false,
    () => true,
  );
  if (!isLocked) context.skip('NOT TESTED HERE: no folder can be locked');
  const receipts = await asNobody(() => ingestFiles(recorder().load, [plant]));
  chmodSync(locked, 0o755);
  expect(receipts.map(({source, status}) => [source, status])).toEqual([
    [join(plant, 'parts.csv'), 'accepted'],
    [locked, 'rejected'],
  ]);
  expect(receipts[1].notices).toEqual([
    expect.stringMatching(
      /locked: the folder cannot be looked into, so nothing in it is taken in: EACCES.*; let this user/,
    ),
  ]);
});
