import {mkdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {read} from '../../../ingest/readers/readers.ts';
import {file, folder, refusal} from '../folder.ts';

/**
 * Written by DuckDB 1.5.6: `copy (select 'P1' as part, 'bore_dia' as parameter, 9.5 as value, {'x': 1, 'y': [1,2]} as
 * extra, timestamp '2024-01-01' as measured_at) to 'measurements.parquet' (format parquet)`.
 */
const PARQUET = readFileSync(new URL('cases/measurements.parquet', import.meta.url));

test('reads the column names of a Parquet file, those of a struct by its fields', async () => {
  const path = file('measurements.parquet', PARQUET);
  const paths = [['part'], ['parameter'], ['value'], ['extra', 'x'], ['extra', 'y'], ['measured_at']];
  const columns = ['part', 'parameter', 'value', 'extra.x', 'extra.y', 'measured_at'];
  expect(await read(path)).toEqual({records: {format: 'parquet', path, columns, paths}, notices: []});
});

test('reads NDJSON: columns are the keys of all its objects, in order of appearance', async () => {
  const path = file('parts.ndjson', '\ufeff{"part":"P1","product":"A"}\n\n{"part":"P2","lot":7}\nnot json\n');
  expect(await read(path)).toEqual({
    records: {format: 'ndjson', path, columns: ['part', 'product', 'lot']},
    notices: [],
  });
});

test('reads NDJSON objects across the edges of the pieces in which a file is read', async () => {
  const lines = Array.from({length: 40}, (_, i) => JSON.stringify({[`k${i}`]: 'ü'.repeat(30_000)}));
  const {records} = await read(file('parts.jsonl', lines.join('\n')));
  expect(records.columns).toEqual(lines.map((_, i) => `k${i}`));
});

const damagedFooter = Buffer.from(PARQUET);
damagedFooter.writeUInt32LE(0xffff, PARQUET.length - 8);
const zeroedFooter = Buffer.from(PARQUET);
zeroedFooter.fill(0, PARQUET.length - 8 - PARQUET.readUInt32LE(PARQUET.length - 8), PARQUET.length - 8);

const refused: {what: string; name: string; content: string | Uint8Array; sentence: string}[] = [
  {
    what: 'Parquet that was cut off',
    name: 'measurements.parquet',
    content: PARQUET.subarray(0, 600),
    sentence: 'measurements.parquet: is a Parquet file that was cut off (its end is missing): copy or export it again',
  },
  {
    what: 'Parquet of nothing but its first bytes',
    name: 'measurements.parquet',
    content: 'PAR1',
    sentence: 'measurements.parquet: is a Parquet file that was cut off (its end is missing): copy or export it again',
  },
  ...[damagedFooter, zeroedFooter].map((content, i) => ({
    what: `a damaged Parquet footer (${i})`,
    name: 'measurements.parquet',
    content,
    sentence: 'measurements.parquet: is a Parquet file whose footer is damaged: copy or export it again',
  })),
  {
    what: 'Parquet named CSV',
    name: 'orders.csv',
    content: PARQUET,
    sentence:
      'orders.csv: is Parquet by its content, not delimited text (CSV) as its name says: rename it to end in .parquet, or send the file that was meant',
  },
  {
    what: 'CSV named Parquet',
    name: 'orders.parquet',
    content: 'a,b\n1,2\n',
    sentence:
      'orders.parquet: is delimited text (CSV) by its content, not Parquet as its name says: rename it to end in .csv, or send the file that was meant',
  },
  ...['parquet', 'xlsx', 'arrow'].map(ending => ({
    what: `binary junk named .${ending}`,
    name: `orders.${ending}`,
    content: Buffer.from(Array.from({length: 5000}, (_, k) => (k * k * 31 + k * 7 + 3) % 251)),
    sentence: `orders.${ending}: is not ${{parquet: 'Parquet', xlsx: 'an Excel workbook (XLSX)', arrow: 'Apache Arrow'}[ending]}, as its name says, nor any other kind of file that is read: its first bytes are binary, of no known format. It is damaged or encrypted: export it again`,
  })),
  {
    what: 'JSON named CSV',
    name: 'orders.csv',
    content: '{"a":1}\n',
    sentence:
      'orders.csv: is JSON by its content, not delimited text (CSV) as its name says: rename it to end in .ndjson, or send the file that was meant',
  },
  {
    what: 'a workbook named CSV',
    name: 'orders.csv',
    content: Buffer.from([0x50, 0x4b, 3, 4, 0, 0]),
    sentence:
      'orders.csv: is an Excel workbook (XLSX) by its content, not delimited text (CSV) as its name says: rename it to end in .xlsx, or send the file that was meant',
  },
  {
    what: 'STDF, by its first record (FAR) in the byte order of the tester',
    name: 'lot.csv',
    content: Buffer.from([2, 0, 0, 10, 2, 4]),
    sentence:
      'lot.csv: is STDF (results of a semiconductor tester), which is not read yet: export it as CSV, and say with a --mapping what its columns are',
  },
  {
    what: 'KLARF, which is text',
    name: 'wafer.001',
    content: 'FileVersion 1 2;\nFileTimestamp 05-14-26 06:12:09;\n',
    sentence:
      'wafer.001: is KLARF (defects on a wafer), which is not read yet: export it as CSV, and say with a --mapping what its columns are',
  },
  {
    what: 'what its name says, where its bytes say nothing',
    name: 'order.xml',
    content: '<order/>',
    sentence:
      'order.xml: is XML (order), which is not read yet: export it as CSV, and say with a --mapping what its columns are',
  },
  {
    what: 'gzip',
    name: 'orders.csv.gz',
    content: Buffer.from([0x1f, 0x8b, 8, 0]),
    sentence: 'orders.csv.gz: is compressed (gzip): unpack it first',
  },
  {
    what: 'a JSON array that was cut off',
    name: 'parts.json',
    content: '[\n  {"part": "P1"},\n  {"part": ',
    sentence: 'parts.json: is JSON that was cut off: line 3 ends inside of 2 brackets; export it again',
  },
  {
    what: 'JSON over several lines',
    name: 'parts.json',
    content: '\n{\n"part": "P1"\n}\n',
    sentence:
      'parts.json: is one JSON object without an array of objects: write one object on each line, or an array of them',
  },
  {
    what: 'NDJSON with keys alike but for case',
    name: 'parts.ndjson',
    content: '{"part":1}\n{"PART":2}\n',
    sentence: 'parts.ndjson: has the keys "part" and "PART", alike but for case: rename one of them',
  },
  {
    what: 'NDJSON that is not UTF-8',
    name: 'parts.ndjson',
    content: Buffer.concat([Buffer.from('{"part":1}\n{"part":"'), Buffer.from([0xe9]), Buffer.from('"}\n')]),
    sentence: 'parts.ndjson: line 2 is not UTF-8 text: export the file again with the encoding UTF-8',
  },
];

test.each(refused)('refuses $what', async ({name, content, sentence}) => {
  expect(await refusal(read, file(name, content))).toBe(sentence);
});

test('refuses what is not there, and what is no file', async () => {
  const path = join(folder(), 'parts.csv');
  expect(await refusal(read, path)).toBe('parts.csv: does not exist: check the path');
  mkdirSync(path);
  expect(await refusal(read, path)).toBe('parts.csv: is not a file: name a file or a folder of files');
});

test('a Parquet footer cut or altered anywhere is read or refused, and nothing else', async () => {
  const footer = PARQUET.readUInt32LE(PARQUET.length - 8);
  for (let at = PARQUET.length - 8 - footer; at < PARQUET.length - 8; at += 3) {
    const altered = Buffer.from(PARQUET);
    altered[at] ^= 0xff;
    const outcome = await read(file('x.parquet', altered)).then(
      () => 'read',
      (error: Error) => error.name,
    );
    expect(['read', 'IngestError'], `byte ${at}`).toContain(outcome);
  }
});
