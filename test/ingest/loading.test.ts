import {afterAll, beforeAll, expect, test} from 'vitest';
import {type IngestOptions, ingestFiles} from '../../ingest/ingest.ts';
import {linesOfRecords} from '../../ingest/line-numbers.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {file, temporaryFolder} from './folder.ts';

const {path: home, remove} = temporaryFolder();
let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await Warehouse.open(home);
});
afterAll(async () => {
  await warehouse.close();
  remove();
});

const ingest = (path: string, options: IngestOptions = {}) =>
  ingestFiles(plan => warehouse.load(plan, linesOfRecords), [path], options);
const rejects = (source: string) =>
  warehouse.read(undefined, session =>
    session.rows('select line, field, reason from fact.rejects where source = $source order by line', {source}),
  );

test('rejects name the lines that a person finds in the file, whatever lies between them', async () => {
  const path = file(
    'inspections.csv',
    [
      'inspection,part,result,inspector', // line 1
      'I1,P1,pass,"Ann', //                   2, goes on
      '', //                                  3
      'and Bo"', //                           4
      '', //                                  5
      'I2,P2,maybe,Ann', //                   6: not a result
      'I3,P3', //                             7: cut off
      'I4,P4,fail,"said ""no"""', //          8
      'I5,,fail,"', //                        9: no part
      '"', //                                10
      'I6,P6,fail', //                       11: cut off
      'I7,P7,pass,Bo', //                    12
    ].join('\n'),
  );
  const [receipt] = await ingest(path);
  expect(receipt).toMatchObject({
    status: 'partly-rejected',
    tables: [{table: 'inspections', accepted: 3, rejected: 4}],
  });
  const found = await rejects(path);
  expect(found.map(({line, field}) => ({line, field}))).toEqual([
    {line: 6, field: 'result'},
    {line: 7, field: null},
    {line: 9, field: 'part'},
    {line: 11, field: null},
  ]);
});

test('NDJSON: a line that is no object is rejected by its line, the others are taken', async () => {
  const path = file('parts.ndjson', '{"part":"N1","product":"A"}\n\n{"part":"N2","prod\n{"part":"N3","product":"B"}\n');
  const [receipt] = await ingest(path);
  expect(receipt).toMatchObject({status: 'partly-rejected', tables: [{table: 'parts', accepted: 2, rejected: 1}]});
  expect(await rejects(path)).toEqual([{line: 3, field: null, reason: 'not a JSON object'}]);
});

test('Parquet goes through a mapping as any other format', async () => {
  const path = new URL('readers/cases/measurements.parquet', import.meta.url).pathname;
  const columns = {part: 'part', parameter: 'parameter', value: 'value', measured_at: 'measured_at'};
  const [receipt] = await ingest(path, {
    mapping: {
      tables: {measurements: columns},
      ignore: {'extra.x': 'a nested column', 'extra.y': 'a nested column'},
      timeZone: 'UTC',
    },
  });
  expect(receipt).toMatchObject({
    status: 'accepted',
    tables: [{table: 'measurements', accepted: 1, rejected: 0}],
    notices: ['x', 'y'].map(name => `column "extra.${name}" is not taken: a nested column`),
  });
});

test('a semicolon file with decimal commas, a byte order mark and a column named with a line break', async () => {
  const path = file('export.csv', '\ufeffTeil;"Moment\r\n[Nm]"\r\nP9;"4,25"\r\nP10;"1.000,5"\r\n');
  const [receipt] = await ingest(path, {
    mapping: {tables: {measurements: {part: 'Teil', parameters: {'Moment\r\n[Nm]': 'torque_nm'}}}, decimal: ','},
  });
  expect(receipt).toMatchObject({status: 'partly-rejected', tables: [{accepted: 1, rejected: 1}]});
  const stored = 'select part, value from measurements where parameter = $parameter';
  expect(await warehouse.read(undefined, session => session.rows(stored, {parameter: 'torque_nm'}))).toEqual([
    {part: 'P9', value: 4.25},
  ]);
  expect(await rejects(path)).toMatchObject([{line: 4, field: 'Moment\r\n[Nm]'}]);
});

test.each(['', '\ufeff'])(
  'without a header the first line is a record, and spellings meet only where it is asked',
  async bom => {
    const path = file(
      'bands.data',
      `${bom}B1${bom.length},yes,CANADIAN,pass\n\nB2${bom.length},YES,CANAdiAN,FAIL\nB3${bom.length},?,Canadian\nB4${bom.length},?,NaN,maybe\n`,
    );
    const mapping: IngestOptions['mapping'] = {
      columns: ['id', 'grain', 'mill', 'result'],
      tables: {
        inspections: {inspection: 'id', part: 'id', result: {map: 'result', values: {pass: 'pass', fail: 'fail'}}},
        measurements: {part: 'id', texts: {grain: 'grain', mill: 'mill'}},
      },
      missing: ['?', 'NaN'],
      foldCase: {mill: 'upper', result: 'lower'},
    };
    const [receipt] = await ingest(path, {mapping});
    expect(receipt.tables).toMatchObject([
      {table: 'inspections', accepted: 2, rejected: 2},
      {table: 'measurements', accepted: 2, rejected: 0},
      {table: 'measurements', accepted: 2, rejected: 0},
    ]);
    const ask = (sql: string) => warehouse.read(undefined, session => session.rows(sql));
    expect(
      await ask(
        `select part, parameter, text_value from measurements where part like 'B_${bom.length}' order by part, parameter`,
      ),
    ).toEqual([
      {part: `B1${bom.length}`, parameter: 'grain', text_value: 'yes'},
      {part: `B1${bom.length}`, parameter: 'mill', text_value: 'CANADIAN'},
      {part: `B2${bom.length}`, parameter: 'grain', text_value: 'YES'},
      {part: `B2${bom.length}`, parameter: 'mill', text_value: 'CANADIAN'},
    ]);
    // The quarantine keeps what was sent, by the line where it stands.
    expect(await rejects(path)).toEqual([
      {line: 4, field: null, reason: expect.stringMatching(/not a record of 4 fields/)},
      {line: 5, field: 'result', reason: expect.stringMatching(/^not in the mapping/)},
    ]);
  },
);
