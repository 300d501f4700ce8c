import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {type IngestOptions, planFile} from '../../ingest/ingest.ts';
import {file, refusal} from './folder.ts';

type Mapping = Exclude<IngestOptions['mapping'], string | undefined>;

const CSV = 'Serial,Order,When,Line,Result,Remark\nP1,W1-7,03/04/2025,L1,OK,x\n';

test('each form of a value becomes an expression', async () => {
  const mapping: Mapping = {
    about: 'every form',
    tables: {
      parts: [{only: {Result: 'OK'}, distinct: true, part: 'Serial', product: {constant: 'A'}}],
      inspections: {
        only: {Result: ['OK', null], Line: null},
        inspection: {join: ['Serial', {occurrence: ['Serial', 'When']}, '$line'], with: '/'},
        part: {column: 'Serial'},
        inspected_at: 'When',
        station: {split: 'Order', at: '-', take: -1},
        result: {map: 'Result', values: {OK: 'pass', NOK: 'fail', '': null}, otherwise: {value: 'error'}},
        inspector: {map: 'Line', values: {L1: 'Ann'}, otherwise: 'keep'},
        image: {map: 'Line', values: {L1: '1.png'}},
      },
    },
    ignore: {Remark: 'free text'},
    timeZone: 'Europe/Berlin',
    timeFormats: ['%d/%m/%Y'],
    missing: ['?'],
    decimal: ',',
  };
  const path = file('x.csv', CSV);
  const plan = await planFile(path, {mapping});
  expect(plan).toMatchObject({timeZone: 'Europe/Berlin', timeFormats: ['%d/%m/%Y'], missing: ['?'], decimal: ','});
  expect(plan.notices).toEqual(['column "Remark" is not taken: free text']);
  expect(plan.tables).toEqual([
    {
      table: 'parts',
      columns: {part: {from: 'column', column: 'Serial'}, product: {from: 'constant', value: 'A'}},
      only: [{column: 'Result', values: ['OK']}],
      distinct: true,
    },
    {
      table: 'inspections',
      columns: {
        inspection: {
          from: 'join',
          separator: '/',
          pieces: [{from: 'column', column: 'Serial'}, {from: 'occurrence', of: ['Serial', 'When']}, {from: 'line'}],
        },
        part: {from: 'column', column: 'Serial'},
        inspected_at: {from: 'column', column: 'When'},
        station: {from: 'split', column: 'Order', separator: '-', take: -1},
        result: {
          from: 'map',
          column: 'Result',
          values: {OK: 'pass', NOK: 'fail', '': null},
          otherwise: {value: 'error'},
        },
        inspector: {from: 'map', column: 'Line', values: {L1: 'Ann'}, otherwise: 'keep'},
        image: {from: 'map', column: 'Line', values: {L1: '1.png'}, otherwise: 'reject'},
      },
      only: [
        {column: 'Result', values: ['OK', null]},
        {column: 'Line', values: [null]},
      ],
    },
  ]);
  expect((await planFile(path, {mapping, timeZone: 'UTC'})).timeZone).toBe('UTC');
});

const wide = {part: 'Serial'};
const others = {Order: '-', When: '-', Line: '-', Result: '-', Remark: '-'};
const rest = {Result: '-', Remark: '-'};

test.each([
  [{rest: true, prefix: 's'}, rest, {Order: 'sOrder', When: 'sWhen', Line: 'sLine'}],
  [{rest: true}, rest, {Order: 'Order', When: 'When', Line: 'Line'}],
  [{Order: 'torque_nm'}, {...rest, When: '-', Line: '-'}, {Order: 'torque_nm'}],
] as const)('parameters of a wide file: %j', async (parameters, ignore, expected) => {
  const mapping: Mapping = {tables: {measurements: {...wide, parameters}}, ignore};
  expect((await planFile(file('x.csv', CSV), {mapping})).tables[0].parameters).toEqual(expected);
});

test('texts of a wide file: one plan a column, of the records that have one, beside the numbers', async () => {
  const measurements = {...wide, parameters: {Order: 'torque_nm'}, texts: {Line: 'line', Result: 'look'}};
  const {tables} = await planFile(file('x.csv', CSV), {
    mapping: {tables: {measurements}, ignore: {When: '-', Remark: '-'}},
  });
  const of = (column: string, parameter: string) => ({
    table: 'measurements',
    columns: {
      part: {from: 'column', column: 'Serial'},
      parameter: {from: 'constant', value: parameter},
      text_value: {from: 'column', column},
    },
    present: [column],
  });
  expect(tables).toEqual([
    {table: 'measurements', columns: {part: {from: 'column', column: 'Serial'}}, parameters: {Order: 'torque_nm'}},
    of('Line', 'line'),
    of('Result', 'look'),
  ]);
});

const parts = (more: object): Mapping => ({
  tables: {parts: {part: 'Serial', product: 'Line', ...more}},
  ignore: others,
});

const wrong: {what: string; mapping: unknown; sentence: string}[] = [
  {
    what: 'an unknown word at the top',
    mapping: {tables: {}, timezone: 'UTC'},
    sentence: 'mapping: top level: "timezone" is not known here',
  },
  {
    what: 'a value of no form',
    mapping: parts({lot: {from: 'Order'}}),
    sentence:
      'mapping: tables.parts.lot: expected a column\'s name, "$line", or an object with one of column, constant, split, map, occurrence, join',
  },
  {
    what: 'a wrong type deep in a form',
    mapping: parts({lot: {split: 'Order', at: '-', take: 'first'}}),
    sentence: 'mapping: tables.parts.lot.take: has to be a number, not "first"',
  },
  {
    what: 'a word that a form does not have',
    mapping: parts({lot: {map: 'Order', values: {}, default: 'x'}}),
    sentence: 'mapping: tables.parts.lot: "default" is not known here',
  },
  {
    what: 'a wrong piece of a join',
    mapping: parts({lot: {join: ['Order', {split: 'Line'}], with: '-'}}),
    sentence: 'mapping: tables.parts.lot.join.1.at: is missing: a text is expected',
  },
  {
    what: 'a wrong value in one of several parts of a table',
    mapping: {tables: {parts: [{part: 'Serial'}, {part: 7}]}},
    sentence:
      'mapping: tables.parts.1.part: expected a column\'s name, "$line", or an object with one of column, constant, split, map, occurrence, join',
  },
  {
    what: 'a column that the file lacks',
    mapping: parts({lot: {split: 'order', at: '-', take: 0}}),
    sentence:
      'mapping: tables.parts.lot: x.csv has no column "order" (did you mean "Order"?): correct the mapping, or the file',
  },
  {
    what: 'a column in a filter that the file lacks',
    mapping: parts({only: {Status: 'OK'}}),
    sentence: 'mapping: tables.parts.only: x.csv has no column "Status": correct the mapping, or the file',
  },
  {
    what: 'an ignored column that the file lacks',
    mapping: {tables: {parts: {part: 'Serial', product: 'Line'}}, ignore: {Remarks: 'free text'}},
    sentence:
      'mapping: ignore: x.csv has no column "Remarks" (did you mean "Remark"?): correct the mapping, or the file',
  },
  {
    what: 'columns of the file that are left out',
    mapping: {tables: {parts: {part: 'Serial', product: 'Line'}}, ignore: {When: '-', Result: '-'}},
    sentence:
      'mapping: x.csv has columns that the mapping does not use: "Order", "Remark": map them, or list them under "ignore" with the reason',
  },
  {
    what: 'an ignored column without a reason',
    mapping: {tables: {}, ignore: {When: ''}},
    sentence: 'mapping: ignore.When: must not be empty',
  },
  {
    what: 'an unknown canonical column',
    mapping: parts({products: 'Order'}),
    sentence:
      'mapping: tables.parts.products: parts has no column "products" (did you mean "product"?): it has part, product, work_order, lot, made_at, recorded_at',
  },
  {
    what: 'a required column that nothing fills',
    mapping: {tables: {parts: {part: 'Serial'}}, ignore: {...others}},
    sentence: 'mapping: tables.parts: parts needs the column "product"',
  },
  {
    what: 'a value that the column does not know',
    mapping: {
      tables: {inspections: {inspection: '$line', part: 'Serial', result: {map: 'Result', values: {OK: 'passed'}}}},
      ignore: {Order: '-', When: '-', Line: '-', Remark: '-'},
    },
    sentence: 'mapping: tables.inspections.result: "passed" is not one of pass, fail, error',
  },
  {
    what: 'an unknown table',
    mapping: {tables: {part: {part: 'Serial'}}, ignore: {...others}},
    sentence:
      'mapping: tables.part: there is no table "part" (did you mean "parts"?): the tables are products, work_orders, lots, parts, genealogy, movements, stations, shifts, operations, events, parameters, measurements, readings, inspections, defects, reviews, tallies, defect_codes',
  },
  {
    what: 'texts of another table than measurements',
    mapping: parts({texts: {Remark: 'remark'}}),
    sentence: 'mapping: tables.parts: texts (a wide file) are for measurements, not for parts',
  },
  {
    what: 'a text that the file lacks',
    mapping: {tables: {measurements: {part: 'Serial', texts: {Colour: 'colour'}}}},
    sentence: 'mapping: tables.measurements.texts: x.csv has no column "Colour": correct the mapping, or the file',
  },
  {
    what: 'names for the columns of a file that has them',
    mapping: {...parts({}), columns: ['serial', 'order', 'when', 'line', 'result', 'remark']},
    sentence: 'x.csv: line 1 is a header with the names that the mapping gives: leave "columns" out of the mapping',
  },
  {
    what: 'more names than the file has columns',
    mapping: {...parts({}), columns: ['a', 'b', 'c', 'd', 'e', 'f', 'g']},
    sentence:
      'x.csv: line 1 has 6 fields, but "columns" of the mapping names 7: name each column once, in the file\'s order',
  },
  {
    what: 'a name for two columns',
    mapping: {...parts({}), columns: ['Serial', 'Order', 'serial']},
    sentence: 'mapping: columns: it has "Serial" and "serial", alike but for case: rename one of them',
  },
  {
    what: 'to fold a column that the file lacks',
    mapping: {...parts({}), foldCase: {line: 'upper'}},
    sentence: 'mapping: foldCase: x.csv has no column "line" (did you mean "Line"?): correct the mapping, or the file',
  },
  {
    what: 'to fold by another rule',
    mapping: {...parts({}), foldCase: {Line: 'title'}},
    sentence: 'mapping: foldCase.Line: has to be one of lower, upper, not "title"',
  },
  {
    what: 'a look-up of a text that a folded column never shows',
    mapping: {
      ...parts({lot: {join: ['Line', {map: 'Order', values: {'': null, w1: 'A', W2: 'B'}}], with: '-'}}),
      foldCase: {Order: 'lower'},
    },
    sentence: 'mapping: tables.parts.lot: "Order" is read in lower case (foldCase), so it never is "W2": write "w2"',
  },
  {
    what: 'a filter by a text that a folded column never shows',
    mapping: {...parts({only: {Line: [null, 'l1']}}), foldCase: {Line: 'upper'}},
    sentence: 'mapping: tables.parts.only: "Line" is read in upper case (foldCase), so it never is "l1": write "L1"',
  },
  {
    what: 'a notice on a column that the file lacks',
    mapping: {...parts({}), notices: [{count: {Resultat: 'OK'}, say: 'good ones'}]},
    sentence: 'mapping: notices.0: the file has no column "Resultat" (did you mean "Result"?)',
  },
];

test.each(wrong)('refuses $what', async ({mapping, sentence}) => {
  const path = file('x.csv', CSV);
  expect(await refusal(() => planFile(path, {mapping: mapping as Mapping}), path)).toBe(sentence);
});

test('a mapping may be a file, which errors name', async () => {
  const path = file('x.csv', CSV);
  const at = (text: string) => planFile(path, {mapping: file('m.json', text)}).catch((e: Error) => e.message);
  expect(await at('{"tables": {"parts": 3}}')).toMatch(/m\.json: tables\.parts: has to be an object, not 3/);
  expect(await at('{"tables": ')).toMatch(/m\.json: the mapping is not valid JSON: /);
  expect(await planFile(path, {mapping: '/nowhere/m.json'}).catch((e: Error) => e.message)).toMatch(
    /^\/nowhere\/m\.json: there is no such mapping: check the path$/,
  );
  // Those that come with Fishbone may be meant by their names.
  expect(await planFile(path, {mapping: '/nowhere/secm'}).catch((e: Error) => e.message)).toMatch(
    /no such mapping: check the path; or is .*ingest\/mappings\/secom\.json meant\?$/,
  );
});

test('notices are counted over the whole file', async () => {
  const text = 'id,q,kind\n1,"1,5",a\n2,"2,5",\n1,"1,5",a\n"3\n",-,?\n1,"1,5",a\n';
  const mapping: Mapping = {
    tables: {products: {product: 'id', cost: 'q'}},
    ignore: {kind: 'no room'},
    decimal: ',',
    missing: ['?'],
    notices: [
      {count: {kind: null}, say: 'no kind'},
      {count: {kind: 'a', id: '1'}, say: 'a ones'},
      {count: {kind: 'z'}, say: 'never'},
      {count: 'exact-duplicates', say: 'twins'},
      {sum: 'q', say: 'in all'},
    ],
  };
  expect((await planFile(file('x.csv', text), {mapping})).notices).toEqual([
    'column "kind" is not taken: no room',
    '2 records: no kind',
    '3 records: a ones',
    '3 records in 1 group are exact duplicates: twins',
    'column "q" adds up to 7: in all',
  ]);
});

test('what is read in one case is told, with the spellings that meet by it', async () => {
  const mapping: Mapping = {
    columns: ['id', 'name', 'kind'],
    tables: {products: {product: 'id'}},
    ignore: {name: 'no room', kind: 'no room'},
    missing: ['NaN'],
    foldCase: {name: 'upper', kind: 'lower'},
  };
  const path = file('x.data', '1,kmart,a\n2,KMART,b\n3,Kmart,NaN\n4,AMES,\n');
  const plan = await planFile(path, {mapping});
  expect(plan.records).toMatchObject({columns: ['id', 'name', 'kind'], headerLines: 0});
  expect(plan.notices.slice(2)).toEqual([
    'column "name" is read in upper case: 4 spellings become 2, 2 values changed',
    'column "kind" is read in lower case: its 2 spellings stay apart, 0 values changed',
  ]);
  const lines = file('x.ndjson', '{"id":"1","name":"kmart","kind":"a"}\n');
  const {columns: _columns, ...named} = mapping;
  expect((await planFile(lines, {mapping: named})).notices.slice(2)).toEqual([
    'column "name" is read in upper case',
    'column "kind" is read in lower case',
  ]);
  expect(await refusal(() => planFile(lines, {mapping}), lines)).toBe(
    'x.ndjson: is JSON, which names its columns itself: leave "columns" out of the mapping',
  );
});

test('the mapping in the README is one', async () => {
  const readme = readFileSync(new URL('../../ingest/README.md', import.meta.url), 'utf8');
  const mapping = JSON.parse(readme.match(/```json\n(.*?)```/s)![1]) as Mapping;
  const path = file('x.csv', 'Record;Serial;Cell;OK?;Torque [Nm];Remark\nTEST;S1;AOI - 3;Y;1,5;\n');
  const plan = await planFile(path, {mapping});
  expect(plan.tables.map(({table}) => table)).toEqual(['inspections', 'measurements']);
  expect(plan.notices).toEqual([
    'column "Remark" is not taken: free text, nobody reads it',
    '1 record: tests without a remark',
  ]);
});
