/** What the engine holds and what Arrow says it holds, value by value; expected values are the engine's own, as text. */

import {tmpdir} from 'node:os';
import {type Table, tableFromIPC} from 'apache-arrow';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {asArrowColumn} from '../../warehouse/arrow/columns.ts';
import {toArrowIpc} from '../../warehouse/arrow/ipc.ts';
import {textBytes} from '../../warehouse/arrow/text-bytes.ts';
import {openDatabase, openSession, quoteName, type Session} from '../../warehouse/duckdb.ts';
import {csvHead, csvLine, jsonObject} from '../../warehouse/text-lines.ts';

let session: Session;
let close: () => void;
beforeAll(async () => {
  const instance = await openDatabase(':memory:', {temporaryFolder: tmpdir(), memoryLimitMb: 500, threads: 2});
  session = await openSession(instance);
  close = () => instance.closeSync();
});
afterAll(() => close());

async function arrow(sql: string, form: 'stream' | 'file' = 'stream'): Promise<{table: Table; pieces: number}> {
  const {names, types} = await session.shape(sql);
  const columns = names.map((name, c) => asArrowColumn(quoteName(name), types[c])).join(', ');
  const pieces: Uint8Array[] = [];
  for await (const piece of toArrowIpc(await session.stream(`select ${columns} from (${sql})`), form))
    pieces.push(piece);
  return {table: tableFromIPC(Buffer.concat(pieces)), pieces: pieces.length};
}

test('every type, with values, extremes and nulls', async () => {
  const {table} = await arrow(`select * from (values
    (true, (-128)::tinyint, 255::utinyint, (-32768)::smallint, 2147483647::integer, 9007199254740993::bigint, 18446744073709551615::ubigint,
     170141183460469231731687303715884105::hugeint, 0.1::double, 1.5::float, (-12.34)::decimal(9, 2), 'short', 'a text of more than twelve bytes: äöü 零',
     '\\xAA\\x00'::blob, date '1969-12-31', timestamp '1969-12-31 23:59:59.999999', timestamptz '2024-02-29 12:00:00.000001+02',
     [1, 2], {'a': 'x'}, interval '1 day', 'b'::enum('a', 'b'), uuid '00000000-0000-0000-0000-000000000001'),
    (null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null)
  ) t(yes, i8, u8, i16, i32, i64, u64, huge, f64, f32, dec, short, long, bytes, day, local, instant, list, struct, span, code, id)`);
  const row = table.get(0)!.toJSON() as Record<string, unknown>;
  expect(row).toMatchObject({
    yes: true,
    i8: -128,
    u8: 255,
    i16: -32768,
    i32: 2147483647,
    i64: 9007199254740993n,
    u64: 18446744073709551615n,
    f64: 0.1,
    f32: 1.5,
    short: 'short',
    long: 'a text of more than twelve bytes: äöü 零',
    bytes: Uint8Array.of(0xaa, 0),
    list: '[1,2]',
    struct: '{"a":"x"}',
    span: '1 day',
    code: 'b',
    id: '00000000-0000-0000-0000-000000000001',
  });
  expect(String(row.huge)).toBe('170141183460469231731687303715884105');
  expect(table.schema.fields.find(f => f.name === 'dec')?.type.toString()).toBe('Decimal[38e+2]');
  const bits = table.getChild('dec')!.data[0].values as Uint32Array;
  expect(BigInt.asIntN(64, (BigInt(bits[1]) << 32n) | BigInt(bits[0]))).toBe(-1234n);
  expect((table.getChild('instant')!.data[0].values as BigInt64Array)[0]).toBe(
    BigInt(Date.UTC(2024, 1, 29, 10)) * 1000n + 1n,
  );
  expect((table.getChild('local')!.data[0].values as BigInt64Array)[0]).toBe(-1n);
  expect((table.getChild('day')!.data[0].values as Int32Array)[0]).toBe(-1);
  expect(Object.values(table.get(1)!.toJSON() as object).every(value => value === null)).toBe(true);
});

test.each(['stream', 'file'] as const)('many pieces of uneven length, as a %s', async form => {
  // Filtered, so that no piece of the engine begins where a byte of a mask does.
  const sql = `select i, case when i % 5 <> 0 then repeat(chr((97 + i % 26)::integer), (hash(i) % 41)::integer) || 'ü' end as t,
    case when i % 7 <> 3 then (i * 0.5)::double end as x, i % 3 = 0 as b, (['red', 'green', null])[1 + i % 3]::enum('red', 'green') as e
    from range(190000) r(i) where hash(i) % 11 <> 0`;
  const {table, pieces} = await arrow(sql, form);
  expect(pieces).toBeGreaterThan(2);
  const expected = await session.rows(sql);
  expect(table.numRows).toBe(expected.length);
  const columns = ['i', 't', 'x', 'b', 'e'].map(name => table.getChild(name)!);
  let wrong = 0;
  expected.forEach((row, k) => {
    const [i, ...rest] = columns.map(column => column.get(k) as unknown);
    if (Number(i) !== row.i || rest[0] !== row.t || rest[1] !== row.x || rest[2] !== row.b || rest[3] !== row.e)
      wrong++;
  });
  expect(wrong).toBe(0);
});

test('no rows are a table all the same', async () => {
  const {table} = await arrow("select 1 as one, 'x' as text where false");
  expect([table.numRows, table.schema.fields.map(f => f.name)]).toEqual([0, ['one', 'text']]);
});

test('the next piece is made when the one before is taken', async () => {
  const {names, types, chunks} = await session.stream('select i from range(1000000) r(i)');
  let fetched = 0;
  async function* counted() {
    for await (const chunk of chunks) {
      fetched += chunk.rowCount;
      yield chunk;
    }
  }
  const bytes = toArrowIpc({names, types, chunks: counted()}, 'stream');
  await bytes.next();
  expect(fetched).toBeLessThan(70_000);
  await bytes.return(undefined);
});

test('lines of text: quoted, defused, exact', async () => {
  const sql = `select * from (values
    ('=1+1', 1::bigint, 0.1::double, timestamptz '2024-02-29 12:00:00.5+02', 'a "b", c', [1, 2]),
    (null, 9007199254740993, 'inf'::double, timestamptz '1969-12-31 23:59:59.999999+00', 'two' || chr(10) || 'lines', null)
  ) t("a ""name""", big, x, "at", t, l)`;
  const {names, types} = await session.shape(sql);
  const columns = names.map((name, c) => ({name, type: types[c]}));
  const lines = async (line: string) => {
    const texts: string[] = [];
    for await (const {bytes} of textBytes(await session.stream(`select ${line} from (${sql})`)))
      texts.push(Buffer.from(bytes).toString());
    return texts.join('');
  };
  expect((await session.row<{head: string}>(`select ${csvHead(names)} as head`)).head).toBe(
    '"a ""name""",big,x,at,t,l\r\n',
  );
  expect(await lines(csvLine(columns))).toBe(
    `'=1+1,1,0.1,2024-02-29T10:00:00.500Z,"a ""b"", c","[1,2]"\r\n,9007199254740993,inf,1969-12-31T23:59:59.999999Z,"two\nlines",\r\n`,
  );
  const objects = (await lines(`${jsonObject(columns)} || chr(10)`))
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as object);
  expect(objects).toEqual([
    {'a "name"': '=1+1', big: 1, x: 0.1, at: '2024-02-29T10:00:00.500Z', t: 'a "b", c', l: [1, 2]},
    {'a "name"': null, big: '9007199254740993', x: null, at: '1969-12-31T23:59:59.999999Z', t: 'two\nlines', l: null},
  ]);
});
