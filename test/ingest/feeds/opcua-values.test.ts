import '../../../ingest/feeds/opcua-quiet.ts';
import {DataType, DataValue, type StatusCode, StatusCodes, Variant, type VariantOptions} from 'node-opcua-client';
import {describe, expect, test} from 'vitest';
import {takenOf} from '../../../ingest/feeds/opcua-values.ts';
import {Watched} from '../../../ingest/feeds/opcua-watched.ts';

const NODE = {node: 'ns=2;s=X', station: 'P1', parameter: 'x', samplingMs: 0};
const AT = new Date('2024-05-01T06:00:00.123Z');

interface How {
  at?: Date | null;
  picoseconds?: number;
  status?: StatusCode;
  uncertain?: 'keep' | 'quarantine';
}

function taken(value: VariantOptions, {at = AT, picoseconds = 0, status, uncertain = 'quarantine'}: How = {}) {
  const told = new DataValue({
    value: new Variant({arrayType: 0, ...value}),
    statusCode: status ?? StatusCodes.Good,
    sourceTimestamp: at,
    sourcePicoseconds: picoseconds,
  });
  const {sent} = takenOf(NODE, told, {uncertain});
  return 'reason' in sent ? sent.reason : sent.row;
}

// The halves of a 64-bit integer are [high, low] words.
test.each([
  [{dataType: DataType.Double, value: 1.5}, 1.5],
  [{dataType: DataType.Boolean, value: false}, 0],
  [{dataType: DataType.Byte, value: 7}, 7],
  [{dataType: DataType.Int64, value: [0xff_ff_ff_ff, 0xff_ff_ff_fe]}, -2],
  [{dataType: DataType.UInt64, value: [0x1f_ff_ff, 0xff_ff_ff_ff]}, 9_007_199_254_740_991],
])('%j is a reading of %d', (value, expected) => {
  expect(taken(value)).toEqual({station: 'P1', parameter: 'x', at: '2024-05-01T06:00:00.123000Z', value: expected});
});

test.each([
  [{dataType: DataType.UInt64, value: [0x20_00_00, 0]}, 'it is 9007199254740992, which is too long for a number'],
  [{dataType: DataType.Double, value: Number.POSITIVE_INFINITY}, 'it is Infinity, not a number'],
  [{dataType: DataType.String, value: '7'}, 'it is a String, not a number'],
  [{dataType: DataType.Double, arrayType: 1, value: [1, 2]}, 'it is an array of Double, not one number'],
  [{dataType: DataType.Null}, 'it has no value'],
] as const)('%j goes into quarantine', (value, expected) => {
  expect(taken(value as VariantOptions)).toBe(`node ns=2;s=X: ${expected}`);
});

describe('time and status', () => {
  const one = {dataType: DataType.Double, value: 1};

  test('microseconds are kept; without a source time it is no reading', () => {
    expect(taken(one, {picoseconds: 456_700_000})).toMatchObject({at: '2024-05-01T06:00:00.123456Z'});
    expect(taken(one, {at: null})).toBe('node ns=2;s=X: it has no source time');
    expect(taken(one, {at: new Date(Date.UTC(1601, 0, 1))})).toBe('node ns=2;s=X: it has no source time');
  });

  test('Bad never is a value, Uncertain only where it is to be kept', () => {
    const uncertain = StatusCodes.UncertainLastUsableValue;
    expect(taken(one, {status: StatusCodes.BadNoCommunication, uncertain: 'keep'})).toContain('BadNoCommunication');
    expect(taken(one, {status: uncertain})).toBe('node ns=2;s=X: its status is UncertainLastUsableValue');
    expect(taken(one, {status: uncertain, uncertain: 'keep'})).toMatchObject({value: 1});
    expect(taken(one, {status: StatusCodes.GoodLocalOverride})).toMatchObject({value: 1});
  });
});

describe('what may be missing before a reading', () => {
  const at = (k: number) => `2024-05-01T06:00:0${k}.000000Z`;
  const received = Date.UTC(2024, 4, 1, 7);

  test('begins with the first reading; a stretch has no holes; a new one may have, unless nothing changed', () => {
    const watched = new Watched(NODE, undefined);
    watched.came(at(1), 1, false);
    watched.recorded(at(1), received);
    watched.came(at(2), 1, false);
    watched.recorded(at(2), received);
    watched.came(at(2), 2, false);
    expect(watched.missing).toBeNull();
    watched.came(at(5), 3, false);
    expect(watched.missing).toMatchObject({to: at(5)});
  });

  test('the position waits for what is missing, and goes on from the newest then', () => {
    const watched = new Watched(NODE, {at: at(1), from: at(1)});
    watched.came(at(4), 1, false);
    watched.recorded(at(4), received);
    watched.came(at(5), 1, false);
    watched.recorded(at(5), received);
    expect(watched.position).toEqual({at: at(1), from: at(1)});
    const first = watched.missing!;
    watched.came(at(7), 1, true);
    expect(watched.found(first)).toBe(false);
    expect(watched.position).toEqual({at: at(1), from: at(1)});
    watched.recorded(at(7), received);
    expect(watched.found(watched.missing!)).toBe(true);
    expect(watched.position).toEqual({at: at(7), from: at(7)});
  });

  test('a clock that runs ahead does not carry the position with it', () => {
    const watched = new Watched(NODE, undefined);
    watched.recorded('2024-05-01T09:00:00.000000Z', received);
    expect(watched.position).toEqual({at: '2024-05-01T09:00:00.000000Z', from: '2024-05-01T07:00:00.000000Z'});
    // It was put right.
    watched.recorded('2024-05-01T07:30:00.000000Z', Date.UTC(2024, 4, 1, 7, 30));
    expect(watched.position?.from).toBe('2024-05-01T07:30:00.000000Z');
  });
});
