import {readFileSync, writeFileSync} from 'node:fs';
import {
  Bool,
  type Data,
  DateDay,
  Decimal,
  Dictionary,
  Field,
  Float32,
  Int32,
  Int64,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMicrosecond,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import {expect, test} from 'vitest';
import {read} from '../../../ingest/readers/readers.ts';
import {file, folder, refusal} from '../folder.ts';

const decimal = makeData({
  type: new Decimal(2, 20),
  length: 2,
  data: new Uint32Array([123_456, 0, 0, 0, 0xfffffffb, 0xffffffff, 0xffffffff, 0xffffffff]),
});
const micro = makeData({
  type: new TimestampMicrosecond('UTC'),
  length: 2,
  data: new BigInt64Array([1_709_600_000_000_001n, -1n]),
});
function columnOf(data: Data) {
  const field = new Field('x', data.type);
  const rows = makeData({type: new Struct([field]), length: data.length, children: [data]});
  return new Table(new RecordBatch(new Schema([field]), rows)).getChildAt(0)!;
}
const TABLE = new Table({
  part: vectorFromArray(['00123', 'P2'], new Utf8()),
  product: vectorFromArray(['A', null], new Dictionary(new Utf8(), new Int32())),
  serial: vectorFromArray([9_007_199_254_740_993n, -1n], new Int64()),
  weight: vectorFromArray([0.1, null], new Float32()),
  good: vectorFromArray([true, false], new Bool()),
  day: vectorFromArray([new Date('2024-02-29'), null], new DateDay()),
  at: columnOf(micro),
  cost: columnOf(decimal),
  tags: vectorFromArray([['a', 'b'], null], new List(new Field('item', new Utf8()))),
});
const RECORDS = [
  {
    part: '00123',
    product: 'A',
    serial: '9007199254740993',
    weight: '0.1',
    good: 'true',
    day: '2024-02-29',
    at: '2024-03-05T00:53:20.000001Z',
    cost: '1234.56',
    tags: '["a","b"]',
    $line: 1,
  },
  {part: 'P2', serial: '-1', good: 'false', at: '1969-12-31T23:59:59.999999Z', cost: '-0.05', $line: 2},
];

async function lines(bytes: Uint8Array, name = 'parts.arrow'): Promise<unknown[]> {
  const {records} = await read(file(name, bytes), {into: folder()});
  const text = readFileSync(records.path, 'utf8').trim();
  return text === '' ? [] : text.split('\n').map(line => JSON.parse(line));
}

test.each(['file', 'stream'] as const)('a %s: digits, fractions and zones exact, dictionaries resolved', async kind => {
  expect(await lines(tableToIPC(TABLE, kind))).toEqual(RECORDS);
});

test('what is cut off is refused whole', async () => {
  for (const kind of ['file', 'stream'] as const) {
    const bytes = tableToIPC(TABLE, kind);
    for (const cut of [bytes.length - 1, bytes.length - 8, bytes.length >> 1])
      expect(await refusal(path => read(path, {into: folder()}), file('p.arrow', bytes.subarray(0, cut)))).toBe(
        'p.arrow: is Apache Arrow that was cut off (its end is missing): copy or export it again',
      );
  }
});

test('columns that differ only in case are refused', async () => {
  const twins = new Table({a: vectorFromArray(['x']), A: vectorFromArray(['y'])});
  expect(await refusal(path => read(path, {into: folder()}), file('p.arrow', tableToIPC(twins)))).toMatch(
    /alike but for case/,
  );
});

test('metadata with any bit turned: refused or read, and never without end', async () => {
  const bytes = Buffer.from(tableToIPC(TABLE, 'stream'));
  const length = 8 + bytes.readInt32LE(4);
  const at = file('p.arrows', bytes);
  const into = folder();
  let refused = 0;
  for (let bit = 0; bit < 8 * length; bit += 13) {
    const damaged = Buffer.from(bytes);
    damaged[bit >> 3] ^= 1 << (bit & 7);
    writeFileSync(at, damaged);
    await read(at, {into}).catch((error: Error) => {
      expect([bit, error.name]).toEqual([bit, 'IngestError']);
      refused++;
    });
  }
  expect(refused).toBeGreaterThan(100);
});
