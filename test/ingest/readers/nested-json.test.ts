import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {read} from '../../../ingest/readers/readers.ts';
import {file, folder, refusal} from '../folder.ts';

async function lines(text: string, rows?: string): Promise<unknown[]> {
  const {records} = await read(file('parts.json', text), {into: folder(), ...(rows !== undefined && {rows})});
  const made = readFileSync(records.path, 'utf8').trim();
  return made === '' ? [] : made.split('\n').map(line => JSON.parse(line));
}
const refused = (text: string, rows?: string) =>
  refusal(path => read(path, {into: folder(), ...(rows !== undefined && {rows})}), file('parts.json', text));

const NESTED = '{"part":"P1","at":{"cell":"A","n":9007199254740993},"tags":["a",1.50],"none":null}';
const FLAT = {part: 'P1', 'at.cell': 'A', 'at.n': '9007199254740993', tags: '["a",1.50]'};
const INSPECTED = `{"plant": "X", "results": [
  {"part": "P1", "defects": [{"code": "D1", "at": {"x": 1}}, {"code": "D2"}]},
  {"part": "P2", "defects": []},
  {"part": "P3"}
], "count": 3}`;

test('an array, an object that holds one, and lines: digits exact, objects as columns, arrays as text', async () => {
  expect(await lines(`[\n${NESTED},\n\n{"part":"P2"}]`)).toEqual([
    {...FLAT, $line: 2},
    {part: 'P2', $line: 4},
  ]);
  expect(await lines(`{"results":[${NESTED}]}`)).toEqual([{...FLAT, $line: 1}]);
  expect(await lines(`${NESTED}\n{"part":"P2"}\nnothing\n`)).toEqual([
    {...FLAT, $line: 1},
    {part: 'P2', $line: 2},
    {$line: 3, $reason: 'not a JSON object', $text: 'nothing'},
  ]);
});

test('rows: a record for each element, with the fields around it; an empty array leaves its parent', async () => {
  const around = {'$.plant': 'X', '$.count': '3'};
  const found = [
    {...around, part: 'P1', 'defects.$index': '1', 'defects.code': 'D1', 'defects.at.x': '1', $line: 2},
    {...around, part: 'P1', 'defects.$index': '2', 'defects.code': 'D2', $line: 2},
    {...around, part: 'P2', $line: 3},
    {...around, part: 'P3', $line: 4},
  ];
  expect(await lines(INSPECTED, 'results[].defects')).toEqual(found);
  expect(await lines('{"p":1,"a":{"d":[{"e":[{"f":1},{"f":2}]}]}}\n{"p":2}\n', '[].a.d[].e')).toEqual([
    {p: '1', 'a.d.$index': '1', 'a.d.e.$index': '1', 'a.d.e.f': '1', $line: 1},
    {p: '1', 'a.d.$index': '1', 'a.d.e.$index': '2', 'a.d.e.f': '2', $line: 1},
    {p: '2', $line: 2},
  ]);
});

test.each<[string, RegExp, string?]>([
  ['[{"a":1},{"a":', /is JSON that was cut off: line 1 ends inside of 2 brackets/],
  ['[{"a":"\0"}]', /line 1 holds NUL bytes/],
  ['{\n"a":1}', /without an array of objects/],
  ['{\n"a":[{"x":1}],"b":[{"x":1}]}', /with the arrays "a", "b": say in a mapping/],
  [`[{"a":${'['.repeat(70)}${']'.repeat(70)}}]`, /nested deeper than 64 levels/],
  ['[]', /has no record/],
  [INSPECTED, /has no array "result"/, 'result[].defects'],
  ['[{"a":1}]', /begins with \[\], as in \[\]\.a/, 'a'],
  ['[{"a":1}]', /write it as results\[\]\.defects/, 'a..b'],
  ['[{"a":1},{"A":1}]', /alike but for case/],
])('refuses %s', async (text, why, rows) => {
  expect(await refused(text, rows)).toMatch(why);
});

test('a record that holds a NUL is put into quarantine, not altered', async () => {
  expect(await lines('[{"a":"x\\u0000y"},{"a":"z"}]')).toEqual([
    {$line: 1, $reason: 'it holds a NUL character', $text: 'x\ufffdy'},
    {a: 'z', $line: 1},
  ]);
});

test('a record with two fields of one name is put into quarantine; fourteen levels are read', async () => {
  const deep = `${'{"a":'.repeat(13)}1${'}'.repeat(13)}`;
  expect(await lines(`[{"a.b":1,"a":{"b":2}}, {"z":${deep}}]`)).toEqual([
    {$line: 1, $reason: 'has two fields "a.b"', $text: '{"a.b":1,"a":{"b":2}}'},
    {[`z${'.a'.repeat(13)}`]: '1', $line: 1},
  ]);
});
