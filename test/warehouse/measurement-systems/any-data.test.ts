/** Whatever the counts and values: figures are finite, and lie within their intervals. */
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {analyse} from '../../../warehouse/measurement-systems/analysis.ts';
import {biasOf, type ReferencePart} from '../../../warehouse/measurement-systems/bias.ts';
import {type ReviewedClusters, ratesOf} from '../../../warehouse/measurement-systems/reviewed.ts';
import type {Study} from '../../../warehouse/measurement-systems/study.ts';

interface Bounded {
  value: number;
  low: number;
  high: number;
}

function mustHold(of: Bounded | null, most = 1): void {
  if (of === null) return;
  const {low, value, high} = of;
  expect([low, value, high].every(Number.isFinite), JSON.stringify(of)).toBe(true);
  const slack = 1e-9 * Math.max(1, Math.abs(value));
  expect(low, JSON.stringify(of)).toBeLessThanOrEqual(value + slack);
  expect(high, JSON.stringify(of)).toBeGreaterThanOrEqual(value - slack);
  expect(low).toBeGreaterThanOrEqual(-slack);
  expect(high).toBeLessThanOrEqual(most + slack);
}

const upTo = (most: number) => fc.integer({min: 0, max: most});

/** Counts of a cluster: no more reviewed than there are, no more bad than reviewed. */
const cluster: fc.Arbitrary<ReviewedClusters> = fc
  .tuple(upTo(40), upTo(40), upTo(100), upTo(100), upTo(100), upTo(100), fc.integer({min: 1, max: 5}), fc.boolean())
  .filter(([fails, passes]) => fails + passes > 0)
  .map(([fails, passes, ofFails, ofPasses, badFails, badPasses, times, loose]) => {
    const some = (of: number, percent: number) => Math.floor((of * percent) / 100);
    const [reviewedFails, reviewedPasses] = [some(fails, ofFails), some(passes, ofPasses)];
    const [bads, escapes] = [some(reviewedFails, badFails), some(reviewedPasses, badPasses)];
    // Each reviewed fail speaks for one and a half, each pass for three.
    return {
      inspected: fails + passes,
      failed: fails,
      reviewed_fails: reviewedFails,
      bad_fails: bads,
      reviewed_passes: reviewedPasses,
      bad_passes: escapes,
      fails_weight: 1.5 * reviewedFails,
      bad_fails_weight: 1.5 * bads,
      fails_squares: 2.25 * reviewedFails,
      passes_weight: 3 * reviewedPasses,
      bad_passes_weight: 3 * escapes,
      passes_squares: 9 * reviewedPasses,
      times,
      without_lot: loose ? times : 0,
    };
  });

test('rates from reviews', () => {
  const sample = {sensitivity: {value: 0.9, n: 20}, specificity: {value: 0.8, n: 10}};
  fc.assert(
    fc.property(fc.array(cluster, {minLength: 1, maxLength: 6}), fc.boolean(), (clusters, byDefect) => {
      const {inspected, reviews, unit, notTold, ...rates} = ratesOf(clusters, {sample, byDefect});
      for (const rate of Object.values(rates)) mustHold(rate);
      expect(reviews.fail.inspected + reviews.pass.inspected).toBe(inspected);
      // What is not there has a reason.
      const missing = Object.entries(rates).flatMap(([name, rate]) => (rate === null ? [name] : []));
      const explained = new Set(notTold.flatMap(({what}) => what));
      const obvious = [
        ...(byDefect ? ['apparentRate', 'correctedRate'] : []),
        ...(reviews.fail.inspected === 0 ? ['ppv', 'overkill'] : []),
        ...(reviews.pass.inspected === 0 ? ['npv', 'escape'] : []),
      ];
      expect(missing.filter(name => !explained.has(name) && !obvious.includes(name))).toEqual([]);
      expect(unit).not.toBe('');
    }),
    {seed: 5, numRuns: 500},
  );
});

/** Few distinct values, so that mean squares of zero and ties come up. */
const study: fc.Arbitrary<Study> = fc
  .tuple(fc.integer({min: 2, max: 5}), fc.integer({min: 2, max: 4}), fc.integer({min: 2, max: 3}), fc.boolean())
  .chain(([parts, appraisers, trials, isNested]) => {
    const cells = (rows: number, columns: number) =>
      fc.array(
        fc.array(fc.array(upTo(3), {minLength: trials, maxLength: trials}), {minLength: columns, maxLength: columns}),
        {
          minLength: rows,
          maxLength: rows,
        },
      );
    const names = Array.from({length: appraisers}, (_, k) => `A${k}`);
    return (isNested ? cells(appraisers, parts) : cells(parts, appraisers)).map(
      (values): Study => ({design: isNested ? 'nested' : 'crossed', values, parts, appraisers: names, trials}),
    );
  });

test('gage studies', () => {
  fc.assert(
    fc.property(study, fc.boolean(), (of, keep) => {
      const values = of.values.flat(2);
      if (values.every(value => value === values[0])) return;
      const answer = analyse(of, {lsl: -1, usl: 4}, keep);
      for (const {variance, percentStudy, percentTolerance} of answer.components) {
        mustHold(variance, Number.POSITIVE_INFINITY);
        mustHold(percentStudy, 100);
        mustHold(percentTolerance, Number.POSITIVE_INFINITY);
      }
      const rows = [...answer.anova, ...(answer.anovaPooled ?? [])];
      for (const {f, p} of rows) expect([f, p].every(x => x === null || Number.isFinite(x))).toBe(true);
      const sum = answer.anova.slice(0, -1).reduce((total, {ss}) => total + ss, 0);
      expect(answer.anova.at(-1)!.ss).toBeCloseTo(sum, 9);
      // By definition, whatever the way it was added up.
      const mean = values.reduce((total, x) => total + x, 0) / values.length;
      expect(sum).toBeCloseTo(
        values.reduce((total, x) => total + (x - mean) ** 2, 0),
        8,
      );
    }),
    {seed: 6, numRuns: 200},
  );
});

/** Few distinct values and sizes, so that parts without spread and sizes that come twice come up. */
const referenceParts: fc.Arbitrary<ReferencePart[]> = fc
  .array(fc.tuple(upTo(4), fc.integer({min: 1, max: 3}), fc.array(upTo(3), {minLength: 2, maxLength: 6})), {
    minLength: 2,
    maxLength: 6,
  })
  .map(parts =>
    parts.map(([reference, referenceValues, off], k) => ({
      part: `R${k}`,
      reference,
      referenceValues,
      values: off.map(x => reference + x - 1),
    })),
  )
  .filter(parts => parts.some(({reference}) => reference !== parts[0].reference))
  .filter(parts => parts.some(({values}) => values.some(value => value !== values[0])));

test('bias and linearity: finite, whatever the order of parts and wherever the scale has its zero', () => {
  const far = 2 ** 20;
  fc.assert(
    fc.property(referenceParts, parts => {
      const {levels, overall, regression, lackOfFit, n, verdict} = biasOf(parts, 2);
      const {slope, intercept} = regression;
      const bounded = [overall, slope, intercept, ...levels.map(({fitted}) => fitted)];
      for (const {value, low, high} of bounded) {
        expect([low, value, high].every(Number.isFinite)).toBe(true);
        expect(low).toBeLessThan(value);
        expect(high).toBeGreaterThan(value);
      }
      const ps = [overall.p, slope.p, intercept.p, lackOfFit?.p ?? 1, ...levels.map(({bias}) => bias.p ?? 1)];
      expect(ps.every(p => p >= 0 && p <= 1)).toBe(true);
      expect(
        levels.every(
          ({bias}) => (bias.p === null) === (bias.low === null) && (bias.q ?? 1) >= (1 - 1e-12) * (bias.p ?? 1),
        ),
      ).toBe(true);
      expect(levels.reduce((sum, level) => sum + level.n, 0)).toBe(n);
      expect(verdict.sentence).not.toMatch(/NaN|null|undefined/);

      expect(biasOf(parts.toReversed(), 2)).toEqual(biasOf(parts, 2));
      const moved = biasOf(
        parts.map(part => ({...part, reference: part.reference + far, values: part.values.map(x => x + far)})),
        2,
      );
      expect(moved.verdict.found).toBe(verdict.found);
      expect(moved.regression.slope.value).toBeCloseTo(slope.value, 9);
      expect(moved.regression.slope.standardError).toBeCloseTo(slope.standardError, 9);
      expect(moved.overall.value).toBeCloseTo(overall.value, 9);
    }),
    {seed: 7, numRuns: 300},
  );
});
