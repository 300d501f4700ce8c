import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {linesOfRecords} from '../../ingest/line-numbers.ts';
import {file, folder} from './folder.ts';

const source = (path: string, columns = 2, headerLines = 1) => ({
  path,
  delimiter: ',',
  quote: '"',
  columns: Array.from({length: columns}, (_, i) => `c${i}`),
  headerLines,
});

/** Lines counted by hand, as an editor shows them. */
const cases: {what: string; text: string; columns?: number; lines: number[]}[] = [
  {what: 'plain lines', text: 'a,b\n1,2\n3,4\n', lines: [2, 3]},
  {what: 'no line break at the end', text: 'a,b\n1,2\n3,4', lines: [2, 3]},
  {what: 'line breaks in fields', text: 'a,b\n"1\n1\n",2\n3,"4\n"\n5,6\n', lines: [2, 5, 7]},
  {what: 'a line break in the header', text: '"a\nx",b\n1,2\n', lines: [3]},
  {what: 'empty lines', text: '\na,b\n\n\n1,2\n\n3,4\n\n', lines: [5, 7]},
  {what: 'empty lines with CRLF', text: 'a,b\r\n\r\n1,2\r\n\r\n3,4\r\n', lines: [3, 5]},
  {what: 'empty lines of a file of one column', text: 'a\n\n1\n\n2\n', columns: 1, lines: [2, 3, 4, 5]},
  {what: 'an empty line within a field', text: 'a,b\n"1\n\n1",2\n3,4\n', lines: [2, 5]},
  {what: 'doubled quotes around line breaks', text: 'a,b\n"""\n""",2\n"x""",3\n4,5\n', lines: [2, 4, 5]},
  {what: 'a quote in the middle of a field', text: 'a,b\n5" pipe,2\n3,4"\n5,6\n', lines: [2, 3, 4]},
  {what: 'a quote behind spaces', text: 'a,b\n  "1\n1",2\n3,4\n', lines: [2, 4]},
  {what: 'a line of spaces is a record', text: 'a,b\n  \n3,4\n', lines: [2, 3]},
  {what: 'a byte order mark before a quote', text: '\ufeff"a\n",b\n1,2\n', lines: [3]},
  {what: 'fields that are empty', text: 'a,b\n,\n"",""\n,"\n"\n1,2\n', lines: [2, 3, 4, 6]},
];

test.each(cases)('numbers records: $what', async ({text, columns, lines}) => {
  const {ofRecord} = await linesOfRecords(source(file('x.csv', text), columns), [...lines.keys(), lines.length]);
  expect([...ofRecord]).toEqual([...lines.entries()]);
});

test('numbers records of a file without a header from its first one on', async () => {
  const path = file('x.csv', '\n1,2\n3\n\n4,"5\n"\n6,7\n');
  const {ofRecord, ofByte} = await linesOfRecords(source(path, 2, 0), [0, 1, 2], [5]);
  expect(ofRecord).toEqual(new Map([[0, 2], [1, 5], [2, 7]])); // biome-ignore format: pairs
  expect(ofByte).toEqual(new Map([[5, 3]]));
});

test('leaves broken records out of the count and gives their own lines', async () => {
  // As DuckDB reports them: '3' by the empty line before it (byte 8), '4,5,6' by its own first byte.
  const path = file('x.csv', 'a,b\n1,2\n\n3\n4,5,6\n7,8\n');
  const {ofRecord, ofByte} = await linesOfRecords(source(path), [1, 0], [11, 8]);
  expect(ofRecord).toEqual(new Map([[0, 2], [1, 6]])); // biome-ignore format: pairs
  expect(ofByte).toEqual(new Map([[8, 4], [11, 5]])); // biome-ignore format: pairs
});

test('agrees with looking at the text that was written', async () => {
  const nasty = fc.string({unit: fc.constantFrom('"', '\n', ',', 'x', ' ', 'é', '\r\n')});
  const record = fc.array(nasty, {minLength: 2, maxLength: 3});
  const path = join(folder(), 'x.csv');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({fields: record, quoteAll: fc.boolean(), emptyLinesAfter: fc.nat(2)}), {maxLength: 12}),
      fc.constantFrom('\n', '\r\n'),
      async (records, lineEnd) => {
        let text = `a,b${lineEnd}`;
        const expected: [number, number][] = [];
        for (const [ordinal, {fields, quoteAll, emptyLinesAfter}] of records.entries()) {
          expected.push([ordinal, text.split('\n').length]);
          const written = fields.map(f => (quoteAll || /[",\r\n ]/.test(f) ? `"${f.replaceAll('"', '""')}"` : f));
          text += written.join(',') + lineEnd.repeat(1 + emptyLinesAfter);
        }
        writeFileSync(path, text);
        const {ofRecord} = await linesOfRecords(source(path), records.keys());
        expect([...ofRecord]).toEqual(expected);
      },
    ),
    {seed: 20240117, numRuns: 200},
  );
});

test('records and their line breaks may lie across the pieces in which a file is read', async () => {
  const field = `"${'x'.repeat(700_000)}\n\n${'""'.repeat(400_000)}"`;
  const path = file('x.csv', `a,b\n${`${field},1\n`.repeat(5)}`);
  const {ofRecord} = await linesOfRecords(source(path), [0, 1, 2, 3, 4]);
  expect([...ofRecord.values()]).toEqual([2, 5, 8, 11, 14]);
});
