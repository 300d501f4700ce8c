import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {ingest, replay} from '../../../api/load-files.ts';
import {ingestFiles, planFile} from '../../../ingest/ingest.ts';
import {linesOfRecords} from '../../../ingest/line-numbers.ts';
import {read} from '../../../ingest/readers/readers.ts';
import {Warehouse} from '../../../warehouse/store.ts';
import {servedPlant} from '../../api/plant.ts';
import {file, folder, refusal, temporaryFolder} from '../folder.ts';

/** A sample of the aqdef-reader project (successfactory, Apache-2.0), which is not part of this repository. */
const SHARED = process.env.FISHBONE_SHARED ?? new URL('../../../../shared', import.meta.url).pathname;
const SAMPLE = join(SHARED, 'data/formats/dfq/testmeasures.dfq');
const present = existsSync(SAMPLE);
if (!present) console.warn(`NOT TESTED: the DFQ sample is not at ${SAMPLE}; set FISHBONE_SHARED`);

const COMPACT = readFileSync(new URL('dfq/compact/input.dfq', import.meta.url));
const LINES = readFileSync(new URL('dfq/lines/input.dfq', import.meta.url));
const HEAD = 'K0100 1\nK1001/1 A\nK2002/1 Bore\n';

const {path: home, remove} = temporaryFolder();
let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await Warehouse.open(home);
});
afterAll(async () => {
  await warehouse.close();
  remove();
});

describe('refuses', () => {
  test.each([
    [{mapping: {tables: {}}}, '--mapping'],
    [{table: 'measurements'}, '--table'],
    [{wide: true}, '--wide'],
  ])('what says otherwise what its tables are: %o', async (options, which) => {
    const path = file('shaft.dfq', COMPACT);
    expect(await refusal(dfq => planFile(dfq, options), path)).toBe(
      `shaft.dfq: is Q-DAS DFQ, which says itself what its tables are: leave out ${which}`,
    );
  });

  const useless = 'is Q-DAS DFQ of which nothing can be used';
  test.each([
    ['K0100 2\n', `${useless}: it describes no characteristic`],
    [
      'K0100 2\nK0001/1 5\n',
      `${useless}: line 2: a value of characteristic 1, which the file does not describe before it`,
    ],
    [
      `${HEAD}K0014/1 p1\nK0001/1 5\n`,
      'line 4 gives K0014 before the first value that it may be of (line 5): export it with the value (K0001) first, and ' +
        'behind it what else is known of it',
    ],
    [
      `K0100 1\nK1001/1 ${'A'.repeat(1 << 20)}\n`.trim(),
      'is Q-DAS DFQ of which nothing can be used: line 2 is too long to be one, so the file is damaged: nothing behind it is read, and of itself only what it begins with',
    ],
  ])('what nothing can be made of (%#)', async (content, sentence) => {
    expect(await refusal(dfq => read(dfq, {into: folder()}), file('x.dfq', content))).toBe(`x.dfq: ${sentence}`);
  });

  test('values without their head, by their name', async () => {
    expect(await refusal(read, file('x.dfx', '5.01\n5.02\n'))).toBe(
      'x.dfx: is Q-DAS DFX, values without the head that describes them: save both in one DFQ file',
    );
  });
});

test('is known by its content under the name of a text, and not taken for it under that of a table', async () => {
  const {records} = await read(file('shaft.txt', COMPACT), {into: folder()});
  expect(records).toMatchObject({format: 'ndjson', made: true});
  expect(await refusal(read, file('shaft.csv', COMPACT))).toBe(
    'shaft.csv: is Q-DAS DFQ by its content, not delimited text (CSV) as its name says: rename it to end in .dfq, or send the file that was meant',
  );
});

test('what is made of a file is gone when it is loaded, refused or was only looked at', async () => {
  const scratch = folder();
  const seen: string[] = [];
  const good = file('shaft.dfq', COMPACT);
  const load = async (plan: Parameters<Warehouse['load']>[0]) => {
    seen.push(...readdirSync(scratch));
    return warehouse.load(plan, linesOfRecords);
  };
  await ingestFiles(load, [good], {scratch, dryRun: true, timeZone: 'UTC'});
  await ingestFiles(load, [good, file('bad.dfq', 'K0100 2\n')], {scratch, timeZone: 'UTC'});
  expect(seen).toHaveLength(2);
  expect(readdirSync(scratch)).toEqual([]);
});

test('the same file again is a duplicate, and its bytes are the evidence', async () => {
  const load = (plan: Parameters<Warehouse['load']>[0]) => warehouse.load(plan, linesOfRecords);
  const path = file('again.dfq', LINES);
  const [first] = await ingestFiles(load, [path], {timeZone: 'UTC'});
  const [second] = await ingestFiles(load, [path], {timeZone: 'UTC'});
  expect([first.status, second.status]).toEqual(['accepted', 'duplicate']);
  expect(await warehouse.lendRaw(first.digest, async raw => readFileSync(raw))).toEqual(LINES);
});

test('a replay makes the records again from the bytes that were kept, and names their lines', async () => {
  const {app} = await servedPlant();
  const text = `${HEAD}K0001/1 5.01\nK0014/1 q1\nK0004/1 05.03.2024/06:10:00\nK0001/1 x\nK0014/1 q2\n`;
  const [receipt] = await ingest(app, [file('bore.dfq', text)]);
  const ofMeasurements = (tables: typeof receipt.tables) => tables.find(({table}) => table === 'measurements');
  expect(ofMeasurements(receipt.tables)).toMatchObject({accepted: 0, rejected: 2});
  const [again] = await replay(app, String(receipt.batch), {timeZone: 'Europe/Berlin'});
  expect(ofMeasurements(again.tables)).toMatchObject({accepted: 1, rejected: 1});
  const found = await app.warehouse.read(undefined, session =>
    session.rows(`select line, field, reason from fact.rejects where source like '%bore.dfq' order by seq, line`),
  );
  expect(found).toEqual([
    {line: 4, field: 'measured_at', reason: 'a time without an offset: say which --time-zone it is'},
    {line: 7, field: 'value', reason: 'not a number'},
    {line: 7, field: 'value', reason: 'not a number'},
  ]);
});

/**
 * The values that were made of a file: part, parameter and value. Before the first part id comes, a file looks like one
 * that has none, and says so on its receipt: there the part is not compared.
 */
async function valuesOf(content: Uint8Array): Promise<string[]> {
  const {records} = await read(file('x.dfq', content), {into: folder()});
  return readFileSync(records.path, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, string>)
    .filter(({record}) => record === 'value')
    .flatMap(({part, parameter, value}) => [
      ...(part.startsWith('4711/') ? [] : [`${part} ${parameter} ${value}`]),
      `${parameter} ${value}`,
    ]);
}

test.each([
  ['compact', COMPACT],
  ['lines', LINES.subarray(0, LINES.indexOf('K4062'))],
])('of a file that was cut off anywhere, what is taken is what the whole file says: %s', async (_, whole) => {
  const all = new Set(await valuesOf(whole));
  expect(all.size).toBeGreaterThan(2);
  let taken = 0;
  for (let end = 9; end < whole.length; end++) {
    const some = await valuesOf(whole.subarray(0, end)).catch((error: Error) => {
      expect(error.name).toBe('IngestError');
      return [];
    });
    taken += some.length;
    expect(
      some.filter(value => !all.has(value)),
      `cut after ${end} bytes`,
    ).toEqual([]);
  }
  expect(taken).toBeGreaterThan(0);
});

test.skipIf(!present)('a real sample: two characteristics of five parts, as a person counts them in it', async () => {
  const load = (plan: Parameters<Warehouse['load']>[0]) => warehouse.load(plan, linesOfRecords);
  const [receipt] = await ingestFiles(load, [SAMPLE], {timeZone: 'Europe/Berlin'});
  expect(receipt).toMatchObject({
    status: 'accepted',
    tables: [
      {table: 'measurements', accepted: 10},
      {table: 'parameters', accepted: 2},
      {table: 'parts', accepted: 5},
      {table: 'operations', accepted: 5},
    ],
  });
  const rows = await warehouse.read(undefined, session =>
    session.rows(
      `select m.parameter, round(avg(value), 4) as mean, min(measured_at) as first, any_value(unit) as unit, any_value(usl) as usl
       from measurements m join parameters p on p.parameter = m.parameter
       where part like 'Teil 123.456.789/%' group by m.parameter order by m.parameter`,
    ),
  );
  // The means by hand; the second characteristic's limits are written under the first one's number, so it has none.
  expect(rows).toEqual([
    {parameter: 'Diameter', mean: 249.876, first: '2002-05-17T03:54:58.000Z', unit: 'cm', usl: 300},
    {parameter: 'Diameter before drill', mean: 249.468, first: '2002-05-17T03:54:58.000Z', unit: 'cm', usl: null},
  ]);
  expect(receipt.notices.at(-1)).toMatch(/^fields that are not taken: K0080 \(10 times\), K0081 \(10 times\), K1003, /);
});
