import fc from 'fast-check';
import {expect, test} from 'vitest';
import {allRows, rankCodes, valuesOf} from '../../../warehouse/screening/rank-codes.ts';

/** Place of each value among the different ones as sorting them says; 0 for NaN. */
function placesBySorting(values: Float64Array): {codes: number[]; distinct: number[]} {
  const known = [...values].filter(value => !Number.isNaN(value)).map(value => value + 0);
  const distinct = [...new Set(known)].sort((a, b) => a - b);
  const placeOf = new Map(distinct.map((value, at) => [value, at + 1]));
  return {codes: Array.from(values, value => placeOf.get(value + 0) ?? 0), distinct};
}

function expectPlaces(values: Float64Array): void {
  const {codes, distinct} = rankCodes(values, allRows(values.length));
  const expected = placesBySorting(values);
  expect([...distinct]).toEqual(expected.distinct);
  expect([...codes]).toEqual(expected.codes);
}

test('codes are places among the different values', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.double(), fc.integer({min: -3, max: 3}))), values =>
      expectPlaces(Float64Array.from(values)),
    ),
  );
});

const STEPS = 70_000;
/** Scattered without a generator of chances: k times an odd number, modulo a power of two, meets all. */
const scattered = (k: number) => Math.imul(k, 0x9e3779b1) >>> 0;
const MANY: [what: string, value: (k: number) => number][] = [
  ['different values in no order', k => scattered(k) / 7],
  ['positive and negative ones', k => (scattered(k) - 2 ** 31) * 1e-300],
  ['values that differ in their last bits alone', k => 1000 + scattered(k) * 2 ** -42],
  ['a far one beside many that lie close together', k => (k === 5 ? 1e300 : 1 + scattered(k) * 2 ** -52)],
  [
    'missing and infinite ones among them, and both zeros',
    k => [Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0, -0][k] ?? scattered(k) - 2 ** 31,
  ],
  ['each value twice', k => scattered(k >> 1)],
];

test.each(MANY)('more values than are looked up: %s', (_, value) => {
  expectPlaces(Float64Array.from({length: 2 * STEPS}, (_unused, k) => value(k)));
});

test('the way back: every value again, missing ones too', () => {
  const values = Float64Array.of(3, Number.NaN, -1, 3, Number.POSITIVE_INFINITY);
  expect([...valuesOf(rankCodes(values, allRows(5)), 5)]).toEqual([...values]);
});
