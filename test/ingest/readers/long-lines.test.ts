/** Lines too long to be kept; `test/bench/long-line.ts` does the same with two gigabytes and measures the memory. */
import {readdirSync} from 'node:fs';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {ingestFiles} from '../../../ingest/ingest.ts';
import {linesOfRecords} from '../../../ingest/line-numbers.ts';
import {type CsvRecord, CsvRecords} from '../../../ingest/readers/csv-records.ts';
import {eachDecodedLine} from '../../../ingest/readers/decoded-lines.ts';
import {Warehouse} from '../../../warehouse/store.ts';
import {file, folder, temporaryFolder} from '../folder.ts';

const {path: home, remove} = temporaryFolder();
let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await Warehouse.open(home);
});
afterAll(async () => {
  await warehouse.close();
  remove();
});

const LONG = 'x'.repeat(9 << 20);

test.each([
  {
    name: 'parts.csv',
    text: `part,product\nA1,A\nA2,${LONG}\nA3,"C"\n`,
    line: 3,
    reason: /more than 4 million characters/,
  },
  {
    name: 'parts.csv',
    text: `part,product\nB1,A\nB2,"${LONG}\n"\nB3,C\n`,
    line: 3,
    reason: /more than 4 million characters/,
  },
  {
    name: 'parts.ndjson',
    text: `{"part":"C1","product":"A"}\n{"part":"C2","product":"${LONG}"}\n{"part":"C3","product":"C"}\n`,
    line: 2,
    reason: /^not a JSON object$/,
  },
])(
  '$name (%#): a record of nine megabytes is in the quarantine, the others are taken',
  async ({name, text, line, reason}) => {
    const scratch = folder();
    const path = file(name, text);
    const [receipt] = await ingestFiles(plan => warehouse.load(plan, linesOfRecords), [path], {scratch});
    expect(receipt.tables).toMatchObject([{table: 'parts', accepted: 2, rejected: 1}]);
    const found = await warehouse.read(undefined, session =>
      session.rows('select line, reason from fact.rejects where source = $path', {path}),
    );
    expect(found).toEqual([{line, reason: expect.stringMatching(reason)}]);
    expect(readdirSync(scratch)).toEqual([]);
  },
);

test('DFQ: what comes before a line without end is taken, and the receipt says where it stopped', async () => {
  const head = 'K0100 1\nK1001/1 A\nK2002/1 Bore\nK0001/1 5.1\nK0001/1 5.2\n';
  const path = file('shaft.dfq', `${head}K0001/1 ${LONG}\nK0001/1 5.3\n`);
  const [receipt] = await ingestFiles(plan => warehouse.load(plan, linesOfRecords), [path]);
  expect(receipt.notices[0]).toMatch(/^line 6 is too long to be one/);
  const values = "select value from measurements where parameter = 'Bore' order by value";
  expect(await warehouse.read(undefined, session => session.rows(values))).toEqual([{value: 5.1}, {value: 5.2}]);
});

test('a record without end is not kept, however many pieces and fields it comes in', () => {
  const found: CsvRecord[] = [];
  const parser = new CsvRecords(',', record => found.push(record), 1 << 20);
  parser.feed('a,b\n');
  for (let i = 0; i < 3000; i++) parser.feed('x,'.repeat(500));
  parser.feed('\nc,d\n');
  parser.end();
  expect(found.map(({line, fault}) => ({line, fault}))).toEqual([
    {line: 1, fault: undefined},
    {line: 2, fault: 'a record of more than 1 million characters'},
    {line: 3, fault: undefined},
  ]);
  expect(found[1].fields.length).toBeLessThanOrEqual(1001);
});

test('lines are given up to the first that is longer than the limit', async () => {
  const path = file('x.txt', 'a\nbc\nabcdef\ng\n');
  const lines: unknown[] = [];
  expect(await eachDecodedLine(path, 'utf-8', (...line) => lines.push(line), 4)).toBe(3);
  expect(lines).toEqual([
    ['a', 1, true],
    ['bc', 2, true],
    ['abcdef', 3, false],
  ]);
});
