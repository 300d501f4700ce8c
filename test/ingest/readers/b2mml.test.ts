import {execFile} from 'node:child_process';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {expect, test} from 'vitest';
import {ingestFiles, planFile} from '../../../ingest/ingest.ts';
import {linesOfRecords} from '../../../ingest/line-numbers.ts';
import {read} from '../../../ingest/readers/readers.ts';
import type {LoadPlan} from '../../../warehouse/load-plan.ts';
import {writeJobs} from '../../bench/b2mml-jobs.ts';
import {emptyWarehouse} from '../../warehouse/plant-in-a-folder.ts';
import {file, folder, refusal} from '../folder.ts';

/** B2MML is used courtesy of MESA International; its examples are not part of this repository. */
const SHARED = process.env.FISHBONE_SHARED ?? new URL('../../../../shared', import.meta.url).pathname;
const SAMPLES = join(SHARED, 'data/formats/b2mml');
const present = existsSync(SAMPLES);
if (!present) console.warn(`NOT TESTED: the B2MML samples are not at ${SAMPLES}; set FISHBONE_SHARED`);
const QIF = join(SHARED, 'data/formats/qif');

const NAMESPACE = 'http://www.mesa.org/xml/B2MML';
const xml = (body: string) => `<?xml version="1.0"?>\n${body}`;

test.each([
  [
    xml(
      `<GetMaterialLot xmlns="${NAMESPACE}"><DataArea><Get/><MaterialLot><ID>L</ID></MaterialLot></DataArea></GetMaterialLot>`,
    ),
    'not taken: messages GetMaterialLot (1)',
  ],
  [
    xml(`<JobList xmlns="${NAMESPACE}">\n<JobOrder>`),
    'line 3: not well-formed: unclosed tag: JobOrder: nothing was read from here on',
  ],
  [xml(`<JobList xmlns="${NAMESPACE}"/>`), 'it holds nothing'],
  [xml(`<PersonnelInformation xmlns="${NAMESPACE}"/>`), 'not taken: element PersonnelInformation (1)'],
])('refuses what nothing can be made of: %s', async (text, why) => {
  expect(await refusal(path => read(path, {into: folder()}), file('m.xml', text))).toBe(
    `m.xml: is B2MML of which nothing can be used: ${why}`,
  );
});

test.each([
  [
    xml(`<!DOCTYPE JobList [<!ENTITY a "aa">]><JobList xmlns="${NAMESPACE}"/>`),
    'XML (JobList) with a DOCTYPE, which may define entities and is not taken: export it without',
  ],
  [
    xml('<q:QIFDocument xmlns:q="http://qifstandards.org/xsd/qif3"/>'),
    'QIF (results of measuring machines), which is not read yet: export it as CSV, and say with a --mapping what its columns are',
  ],
  [
    xml('<invoice/>'),
    'XML (invoice), which is not read yet: export it as CSV, and say with a --mapping what its columns are',
  ],
  ['part,product\nP1,A\n', 'XML by its name, but does not begin as XML does: export it again'],
])('names other XML for what it is: %s', async (text, what) => {
  expect(await refusal(read, file('m.xml', text))).toBe(`m.xml: is ${what}`);
});

test('is recognised by what it says, with any prefix, any name and no declaration, and takes no mapping', async () => {
  const lot = 'MaterialLot><ID>L</ID><MaterialDefinitionID>M</MaterialDefinitionID></MaterialLot>';
  const {tables} = await read(file('lots.dat', `<${lot}`), {into: folder()});
  expect(tables?.map(({table}) => table)).toEqual(['lots']);
  const path = file(
    'm.xml',
    `<x:MaterialLot xmlns:x="http://www.mesa.org/xml/B2MML-V0600"><x:ID>L</x:ID></x:MaterialLot>`,
  );
  expect(await refusal(one => planFile(one, {mapping: {tables: {}}}), path)).toBe(
    'm.xml: is B2MML (ISA-95 XML), which says itself what its tables are: leave out --mapping',
  );
});

test('local times are read with a time zone, also where a shift ends after so many hours', async () => {
  const shift = `<WorkCalendarEntry xmlns="${NAMESPACE}"><ID>N</ID><StartDateTime>2026-07-01T22:00:00</StartDateTime><Duration>PT8H</Duration></WorkCalendarEntry>`;
  const warehouse = await emptyWarehouse();
  try {
    await ingestFiles(plan => warehouse.load(plan, linesOfRecords), [file('s.xml', shift)], {
      timeZone: 'Europe/Berlin',
    });
    const rows = await warehouse.read(undefined, session => session.rows('select * from shifts'));
    // Berlin's summer time is two hours ahead.
    expect(rows).toMatchObject([
      {shift: 'N', starts_at: '2026-07-01T20:00:00.000Z', ends_at: '2026-07-02T04:00:00.000Z'},
    ]);
  } finally {
    await warehouse.close();
  }
});

test('a message that is sent again changes nothing', async () => {
  const message = readFileSync(new URL('b2mml/jobs/input.xml', import.meta.url), 'utf8');
  const warehouse = await emptyWarehouse();
  try {
    const load = (plan: LoadPlan) => warehouse.load(plan, linesOfRecords);
    await ingestFiles(load, [file('one.xml', message)]);
    const [receipt] = await ingestFiles(load, [file('two.xml', `${message}\n<!-- again -->`)]);
    expect(receipt.tables.map(({accepted, conflicts}) => accepted + conflicts)).toEqual(receipt.tables.map(() => 0));
    expect(receipt.tables.reduce((sum, {duplicates}) => sum + duplicates, 0)).toBeGreaterThan(15);
  } finally {
    await warehouse.close();
  }
});

test('one object that is too large is put into quarantine, and those after it are read', async () => {
  const huge = `<MaterialLot><ID>BIG</ID>${'<MaterialLotProperty/>'.repeat(340_000)}</MaterialLot>`;
  const small = '<MaterialLot><ID>L</ID><MaterialDefinitionID>M</MaterialDefinitionID></MaterialLot>';
  const path = file('m.xml', `<MaterialInformation xmlns="${NAMESPACE}">\n${huge}\n${small}</MaterialInformation>`);
  const {records} = await read(path, {into: folder()});
  const made = readFileSync(records.path, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as object);
  expect(made).toEqual([
    {$line: 2, $reason: 'MaterialLot: holds more than 32 million characters', $text: '<MaterialLot>'},
    {$line: 3, record: 'lot', lot: 'L', material: 'M'},
  ]);
});

test('keeps nothing of what it has read: 20,000 jobs in a heap of 40 MB, where their elements need ten times that', async () => {
  const path = join(folder(), 'jobs.xml');
  writeJobs(path, 20_000);
  const script = new URL('../../bench/xml.ts', import.meta.url).pathname;
  const told = await promisify(execFile)(
    process.execPath,
    ['--max-old-space-size=40', '--import', 'tsx', script, '--one', path, '--with', 'reader'],
    {env: {...process.env, FISHBONE_BENCH: folder()}},
  );
  expect(JSON.parse(told.stdout)).toMatchObject({tables: 6});
});

test.skipIf(!present)('the examples of the standard: what is taken, and what is named', async () => {
  const courbon = join(SAMPLES, 'Courbon_B2MML_v0401_Example_XML_Files');
  const warehouse = await emptyWarehouse();
  try {
    const load = (plan: LoadPlan) => warehouse.load(plan, linesOfRecords);
    const receipts = await ingestFiles(load, [courbon]);
    // Counted in the files by eye.
    expect(
      receipts.map(({status, tables}) => [status, Object.fromEntries(tables.map(t => [t.table, t.accepted]))]),
    ).toEqual([
      ['accepted', {lots: 2, genealogy: 1}],
      ['duplicate', {lots: 0}],
      ['accepted', {products: 1}],
      ['accepted', {lots: 1, genealogy: 1, operations: 1}],
      ['accepted', {work_orders: 1}],
    ]);
    const rows = (sql: string) => warehouse.read(undefined, session => session.rows(sql));
    expect(await rows('select work_order, product, quantity from work_orders')).toEqual([
      {work_order: '258456', product: 'SO1215', quantity: 1},
    ]);
    expect(await rows('select lot from lots order by lot')).toEqual(
      ['430147330000056734', 'CRBN0001_LOT01', 'CRBN0001_LOT01_01'].map(lot => ({lot})),
    );
  } finally {
    await warehouse.close();
  }
  expect(await refusal(path => read(path), join(SAMPLES, 'ProductionBatchRecord_Example_v06.xml'))).toContain(
    'is B2MML of which nothing can be used: not taken: element BatchProductionRecord (1)',
  );
});

test.skipIf(!existsSync(QIF))('QIF is named', async () => {
  const names = readdirSync(QIF, {recursive: true, encoding: 'utf8'}).filter(name => /\.(?:qif|xml)$/i.test(name));
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) expect(await refusal(path => read(path), join(QIF, name)), name).toContain('is QIF (');
});
