/** How a file is to be read, said on the command line, over HTTP and in a replay. */
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {z} from 'zod';
import type {Problem} from '../../api/problem.ts';
import {Receipt} from '../../warehouse/data-answers.ts';
import {workbook} from '../ingest/readers/workbook.ts';
import {fishboneHere, servedPlant, temporaryFolder} from './plant.ts';

const UMLAUT = Buffer.from('lot,material\nL1,Kupfer\nL2,M\xfcnster\n', 'latin1');
const BOOK = workbook([
  {
    name: 'Parts',
    rows: [
      ['serial', 'type'],
      ['P1', 'A'],
      ['Total', 'A'],
    ],
  },
  {
    name: 'lots',
    rows: [
      ['lot', 'material'],
      ['L1', 'steel'],
    ],
  },
]);
const SERIALS = {sheet: 'Parts', tables: {parts: {part: 'serial', product: 'type'}}};
const DEFECTS = {
  rows: 'results[].defects',
  tables: {
    inspections: {inspection: 'id', part: 'part', inspected_at: 'at', result: 'result', distinct: true},
    defects: {inspection: 'id', defect: 'defects.code', present: ['defects.code']},
  },
};
const RESULTS = JSON.stringify({
  results: [
    {id: 'I1', part: 'P1', at: '2024-03-01T06:00:00Z', result: 'fail', defects: [{code: 'D1'}, {code: 'D2'}]},
    {id: 'I2', part: 'P2', at: '2024-03-01T06:00:00Z', result: 'pass', defects: []},
  ],
});

/** A warehouse of one batch, with mappings, and the command line for it. */
async function place(mappings: Record<string, unknown>) {
  const folder = temporaryFolder();
  const warehouse = join(folder, 'W');
  const write = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const ask = (...args: string[]) => fishboneHere([...args, '--warehouse', warehouse, '--json']);
  await ask('ingest', write('products.csv', 'product\nA\n'));
  mkdirSync(join(warehouse, 'mappings'));
  for (const [name, mapping] of Object.entries(mappings))
    writeFileSync(join(warehouse, 'mappings', `${name}.json`), JSON.stringify(mapping));
  const counts = async (...args: string[]) => {
    const ran = await ask(...args);
    const {code, err} = ran;
    const [receipt] = code === 0 || code === 3 ? z.array(Receipt).parse(ran.json()) : [];
    return {code, err, tables: receipt?.tables.map(t => [t.table, t.accepted, t.rejected]), notices: receipt?.notices};
  };
  return {write, counts, ask};
}

test('--encoding: refused with what to say, kept, and taken by a replay that says it', async () => {
  const {write, counts} = await place({});
  const path = write('lots.csv', UMLAUT);
  const refused = await counts('ingest', path);
  expect(refused.code).toBe(1);
  expect(refused.err).toMatch(/line 3 .*--encoding/);
  expect(await counts('quarantine', 'replay', '--all', '--encoding', 'utf-99')).toMatchObject({code: 1});
  expect(await counts('quarantine', 'replay', '--all', '--encoding', 'windows-1252')).toMatchObject({
    code: 0,
    tables: [['lots', 2, 0]],
  });
  expect(await counts('ingest', path, '--encoding', 'windows-1252')).toMatchObject({code: 0, tables: [['lots', 0, 0]]});
});

test('--sheet and --mapping with a workbook; what a replay says goes before what was said', async () => {
  const kept = {...SERIALS, totals: 'ignore'};
  const {write, counts} = await place({serials: SERIALS, 'serials.v2': kept});
  const path = write('book.xlsx', BOOK);
  expect((await counts('ingest', path)).err).toMatch(/book\.xlsx: sheet "Parts": parts has no column "serial"/);
  expect(await counts('ingest', path, '--sheet', 'lots', '--table', 'lots')).toMatchObject({tables: [['lots', 1, 0]]});
  expect(await counts('ingest', path, '--mapping', 'serials')).toMatchObject({code: 3, tables: [['parts', 1, 1]]});
  const again = await counts('quarantine', 'replay', '3', '--mapping', 'serials.v2');
  expect(again).toMatchObject({code: 0, tables: [['parts', 0, 0]]});
  expect(again.notices).toContain('sheet "Parts": 1 row of totals is not taken, as the mapping says: row 3 ("Total")');
});

test('--mapping with JSON, by path and by name; a wrong name is told those that exist', async () => {
  const {write, counts} = await place({defects: DEFECTS, broken: {tables: 1}});
  const path = write('results.json', RESULTS);
  const tables = [
    ['inspections', 2, 0],
    ['defects', 2, 0],
  ];
  expect(await counts('ingest', path, '--mapping', write('m.json', JSON.stringify(DEFECTS)))).toMatchObject({tables});
  expect(await counts('ingest', path, '--mapping', 'defects')).toMatchObject({code: 0});
  const wrong = await counts('ingest', path, '--mapping', 'defect');
  expect([wrong.code, wrong.err]).toEqual([
    2,
    'fishbone: there is no mapping "defect"\n' +
      '  the mappings of this warehouse are broken, defects; another file is named by its path, as in ./defect.json\n',
  ]);
  const broken = await counts('ingest', path, '--mapping', 'broken');
  expect([broken.code, broken.err]).toEqual([1, expect.stringMatching(/^fishbone: mapping "broken": tables/)]);
});

test('over HTTP: encoding, a mapping by its name and never by a path, replay with either', async () => {
  const {http, folder} = await servedPlant({empty: true});
  const send = async (url: string, payload: string | Buffer, type = 'application/octet-stream') =>
    (await http.inject({method: 'POST', url, headers: {'content-type': type}, payload})).json<unknown>();
  expect(await send('/v1/ingest/lots?encoding=windows-1252', UMLAUT, 'text/csv')).toMatchObject([
    {status: 'accepted', tables: [{table: 'lots', accepted: 2}]},
  ]);
  const missing = (await send('/v1/ingest?mapping=defects', RESULTS)) as Problem;
  expect(missing).toMatchObject({code: 'USAGE', detail: 'there is no mapping "defects"'});
  mkdirSync(join(folder, 'mappings'));
  const save = (name: string, mapping: unknown) =>
    writeFileSync(join(folder, 'mappings', `${name}.json`), JSON.stringify(mapping));
  save('defects', DEFECTS);
  save('serials', SERIALS);
  save('serials-2', {...SERIALS, totals: 'keep'});
  for (const wrong of ['../defects', '/etc/passwd', 'defects.json', 'a/b', '..', '.hidden'])
    expect(await send(`/v1/ingest?mapping=${encodeURIComponent(wrong)}`, RESULTS)).toMatchObject({
      code: 'USAGE',
      errors: [{pointer: '/mapping'}],
    });
  expect(await send('/v1/ingest/parts?mapping=defects', RESULTS, 'application/json')).toMatchObject({
    detail: 'a mapping names its own tables',
  });
  expect(await send('/v1/ingest?mapping=defects', RESULTS)).toMatchObject([
    {
      tables: [
        {table: 'inspections', accepted: 2},
        {table: 'defects', accepted: 2},
      ],
    },
  ]);
  const [{batch}] = (await send('/v1/ingest?mapping=serials', BOOK)) as {batch: number}[];
  const replay = (payload: object) => http.inject({method: 'POST', url: `/v1/quarantine/${batch}/replay`, payload});
  expect((await replay({mapping: '../x'})).statusCode).toBe(400);
  expect((await replay({mapping: 'serials-2'})).json()).toMatchObject([
    {tables: [{table: 'parts', accepted: 1, rejected: 0}]},
  ]);
});
