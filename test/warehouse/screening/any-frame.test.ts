/** Whatever is asked: every figure of every finding is finite, and within what it can be. */
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {Finding} from '../../../warehouse/answers.ts';
import {evaluate} from '../../../warehouse/screening/evaluate.ts';
import type {Factor, Frame} from '../../../warehouse/screening/frame.ts';
import {allRows, rankCodes} from '../../../warehouse/screening/rank-codes.ts';

const WithoutId = Finding.omit({id: true});

const strange = fc.oneof(
  {weight: 6, arbitrary: fc.integer({min: -3, max: 3})},
  {weight: 4, arbitrary: fc.double({min: -10, max: 10, noNaN: true})},
  {weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, 1e308, -1e308, 5e-324)},
);

const frames: fc.Arbitrary<Frame> = fc
  .record({
    parts: fc.integer({min: 1, max: 60}),
    lots: fc.integer({min: 1, max: 12}),
    strata: fc.integer({min: 1, max: 3}),
  })
  .chain(({parts, lots, strata}) => {
    const column = <T>(of: fc.Arbitrary<T>) => fc.array(of, {minLength: parts, maxLength: parts});
    const common = {step: 'bore', stepOrder: 1};
    const category = column(fc.integer({min: -1, max: 4})).map(
      (codes): Factor => ({
        ...common,
        name: 'c',
        branch: 'machine',
        kind: 'category',
        codes: Int32Array.from(codes),
        levels: ['A', 'B', 'C', 'D', 'E'],
      }),
    );
    // What holds for a whole lot: the codes follow the lot.
    const byLot = fc
      .array(fc.integer({min: -1, max: 2}), {minLength: lots, maxLength: lots})
      .map((codes): ((lot: Int32Array) => Factor) => lot => ({
        ...common,
        name: 'l',
        branch: 'material',
        kind: 'category',
        codes: lot.map(l => codes[l]),
        levels: ['A', 'B', 'C'],
      }));
    const number = column(strange).map(
      (values): Factor => ({
        ...common,
        name: 'n',
        branch: 'method',
        kind: 'number',
        ...rankCodes(Float64Array.from(values), allRows(parts)),
      }),
    );
    return fc
      .record({
        numeric: fc.boolean(),
        outcome: fc.oneof(
          column(fc.constantFrom(0, 1)),
          column(fc.constantFrom(0, 0, 0, 0, 1, Number.NaN)),
          column(strange),
        ),
        lot: column(fc.integer({min: 0, max: lots - 1})),
        stratum: column(fc.integer({min: 0, max: strata - 1})),
        ordered: fc.boolean(),
        factors: fc.tuple(
          fc.array(category, {maxLength: 2}),
          fc.array(byLot, {maxLength: 2}),
          fc.array(number, {maxLength: 2}),
        ),
      })
      .map(({numeric, outcome, lot: lots_, stratum, ordered, factors: [categories, whole, numbers]}): Frame => {
        const lot = Int32Array.from(lots_);
        const factors = [...categories, ...whole.map(of => of(lot)), ...numbers];
        const share = (y: number) => (Number.isFinite(y) ? Number(y > 0) : Number.NaN);
        return {
          parts,
          outcome: Float64Array.from(outcome, y =>
            numeric ? (Number.isFinite(y) ? Math.max(-1e9, Math.min(1e9, y)) : Number.NaN) : share(y),
          ),
          outcomeKind: numeric ? 'numeric' : 'defective',
          outcomeLabel: numeric ? 'heat' : 'scratch',
          lot,
          lots,
          lotsOrdered: ordered,
          stratum: Int32Array.from(stratum),
          strata: Array.from({length: strata}, (_, s) => `P${s}`),
          strataFactors: strata > 1 ? ['part.product'] : [],
          factors: factors.map((factor, k) => ({...factor, name: `${factor.name}${k}`})),
        };
      });
  });

test('every figure is finite', () => {
  fc.assert(
    fc.property(frames, frame => {
      const {findings} = evaluate(frame);
      for (const finding of findings) {
        // The shape refuses NaN and infinities.
        const {effect, crude, p, q, auc} = WithoutId.parse(finding);
        for (const {value, low, high} of [effect, crude]) {
          expect(low).toBeLessThanOrEqual(value);
          expect(value).toBeLessThanOrEqual(high);
        }
        for (const share of [p, q, auc ?? 0, finding.attributableShare]) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
        }
        expect(finding.sentence).not.toMatch(/NaN|Infinity|undefined|null/);
      }
    }),
    {numRuns: 300, seed: 20261122},
  );
});
