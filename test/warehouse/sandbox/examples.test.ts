/** The README's examples run, and answers are exact. */
import {readFileSync} from 'node:fs';
import {tableFromIPC} from 'apache-arrow';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type Asked, plantToAsk} from './plant.ts';

let plant: Asked;
beforeAll(async () => {
  plant = await plantToAsk();
});
afterAll(() => plant.remove());

const readme = readFileSync(new URL('../../../warehouse/sandbox/README.md', import.meta.url), 'utf8');
const examples = [...readme.matchAll(/```sql\n(.*?)```/gs)].map(([, sql]) => sql);

test.each(examples)('%s', async sql => {
  expect((await plant.rows(sql)).length).toBeGreaterThan(0);
});

describe('what the examples answer', () => {
  const answerOf = (beginning: string) => plant.rows(examples.find(sql => sql.startsWith(`-- ${beginning}`))!);

  test('a join and a count: all four parts of lot L1 ran on T7 and failed', async () => {
    expect(await answerOf('a chain')).toEqual([
      {tool: 'T7', parts: 4, failed: 4},
      {tool: 'T1', parts: 8, failed: 0},
    ]);
  });

  test('a pivot', async () => {
    expect(await answerOf('a PIVOT')).toEqual([
      {lot: 'L1', pass: 0, fail: 4},
      {lot: 'L2', pass: 4, fail: 0},
      {lot: 'L3', pass: 4, fail: 0},
    ]);
  });

  test('quantiles of 1 to 12: 0.05 of the way between the ranks is 1.55', async () => {
    expect(await answerOf('quantiles')).toMatchObject([{quantiles: [1.55, 6.5, 11.45]}]);
  });

  test('what a lot went into', async () => {
    expect(await answerOf('everything')).toEqual([{child: 'L1'}, {child: 'L2'}]);
  });
});

describe('values', () => {
  const SQL = `select 9007199254740993 as big, 12 as small, (2::hugeint ^ 100)::hugeint as huge, 1.50 as money, -2.25 as less,
    timestamptz '2024-03-01 07:00:00.123456+01' as moment, timestamp '2024-03-01 07:00:00' as clock, date '2024-02-29' as day,
    'nan'::double as nan, '-inf'::double as low, null as nothing, true as yes, 'é"' as text, [1, null] as list, {a: 1} as struct,
    map {'k': 2} as map`;

  test('in JSON', async () => {
    expect(
      await plant.rows(SQL.replace('(2::hugeint ^ 100)::hugeint', '1267650600228229401496703205376::hugeint')),
    ).toEqual([
      {
        big: '9007199254740993',
        small: 12,
        huge: '1267650600228229401496703205376',
        money: '1.50',
        less: '-2.25',
        moment: '2024-03-01T06:00:00.123456Z',
        clock: '2024-03-01T07:00:00.000',
        day: '2024-02-29',
        nan: 'NaN',
        low: '-Infinity',
        nothing: null,
        yes: true,
        text: 'é"',
        list: [1, null],
        struct: {a: 1},
        map: [{key: 'k', value: 2}],
      },
    ]);
  });

  test('in CSV, where a formula is none', async () => {
    const {body} = await plant.ask(`select 1.50 as a, -2.25 as b, '=1+1' as c, 'x, y' as d, null as e`, {form: 'csv'});
    expect(body.toString()).toBe(`a,b,c,d,e\r\n1.50,-2.25,'=1+1,"x, y",\r\n`);
  });

  test('in Arrow', async () => {
    const {body} = await plant.ask(
      `select * from (values (9007199254740993, 1.50, -2.25, timestamptz '2024-03-01 07:00:00.123456+01', date '2024-02-29',
         0.5::double, true, 'é', [1]), (null, null, null, null, null, null, null, null, null))
       v(big, money, less, moment, day, half, yes, text, list)`,
      {form: 'arrows'},
    );
    const table = tableFromIPC(body);
    const column = (name: string) => table.getChild(name)!.data[0].values as ArrayLike<number | bigint>;
    expect(column('big')[0]).toBe(9007199254740993n);
    expect(column('moment')[0]).toBe(1709272800123456n);
    expect(Array.from(column('money')).slice(0, 4)).toEqual([150, 0, 0, 0]);
    expect((column('less') as Uint32Array)[0]).toBe(2 ** 32 - 225);
    const [first, second] = table.toArray() as Record<string, unknown>[];
    expect(first).toMatchObject({half: 0.5, yes: true, text: 'é', list: '[1]'});
    expect(Number(first.day)).toBe(Date.UTC(2024, 1, 29));
    for (const {name} of table.schema.fields) expect(second[name]).toBeNull();
    const none = await plant.ask('select part, made_at, 1.5 as d from parts where false', {form: 'arrows'});
    expect(tableFromIPC(none.body).numRows).toBe(0);
  });
});

describe('parameters', () => {
  test('are values of a type', async () => {
    const sql = `select $t as t, typeof($i) as i, typeof($b) as b, typeof($d) as d, $y as y, $n as n,
      list_contains($l, 'P2') as l, list_sum($m) as m, (select count(*) from parts where part in (select unnest($l))) as c`;
    const params = {t: "o'clock; --", i: 7, b: 5e9, d: 0.5, y: true, n: null, l: ['P1', 'P2'], m: [1, 2.5]};
    expect(await plant.rows(sql, {params})).toEqual([
      {t: "o'clock; --", i: 'INTEGER', b: 'BIGINT', d: 'DOUBLE', y: true, n: null, l: true, m: 3.5, c: 2},
    ]);
  });

  test('have to be there, and no others', async () => {
    expect((await plant.ask('select $a, $b', {params: {a: 1}})).told).toHaveProperty(
      'refused.message',
      'no value for $b',
    );
    expect((await plant.ask('select $a', {params: {a: 1, c: 1}})).told).toHaveProperty(
      'refused.message',
      'the query has no $c',
    );
    expect((await plant.ask('select $a', {params: {a: ['x', 1]}})).told).toHaveProperty('refused');
  });
});

describe('caps', () => {
  test('rows: what is cut is told, what just fits is whole', async () => {
    const cut = await plant.ask('from range(10)', {maxRows: 9});
    expect(cut.told).toMatchObject({rows: 9, head: {truncated: true, notes: [expect.stringContaining('9 rows')]}});
    expect((await plant.ask('from range(10)', {maxRows: 10})).told).toMatchObject({rows: 10, head: {truncated: false}});
  });

  test.each(['json', 'csv', 'arrows'] as const)('bytes of %s', async form => {
    const {told, body} = await plant.ask("select repeat('x', 1000) as x from range(900)", {form, maxBytes: 100_000});
    expect(told).toMatchObject({head: {truncated: true}});
    expect(body.length).toBeGreaterThan(90_000);
    expect(body.length).toBeLessThan(130_000);
  });
});

test('what stands at the end of a query is no obstacle', async () => {
  for (const end of [';', ' ; ', '-- so', '; -- so', '/* so */', '; /* a */ -- b\n', "\n--'\n;\n"])
    expect(await plant.rows(`select 'a;--' as x ${end}`)).toEqual([{x: 'a;--'}]);
});

test('what is wrong is told with its place', async () => {
  expect((await plant.ask("select 'ü',\n colour from parts")).told).toMatchObject({
    refused: {message: expect.stringContaining('Candidate'), position: "select 'ü',\n colour".length - 6 + 1},
  });
});

test('an earlier position shows what was known then', async () => {
  const early = await plant.rows('from parts', {asOf: 0});
  expect(early).toEqual([]);
});
