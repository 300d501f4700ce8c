import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {kolmogorovSmirnovTail, largestGap} from '../../../warehouse/statistics/kolmogorov-smirnov.ts';

/** Both groups' values as codes: the k-th smallest distinct value has code k. */
function gapOf(rare: readonly number[], others: readonly number[]): number {
  const distinct = [...new Set([...rare, ...others])].sort((a, b) => a - b);
  const codeOf = (value: number) => distinct.indexOf(value) + 1;
  const upTo = new Uint32Array(distinct.length + 1);
  for (const value of [...rare, ...others]) upTo[codeOf(value)]++;
  for (let c = 1; c < upTo.length; c++) upTo[c] += upTo[c - 1];
  return largestGap(upTo, Uint32Array.from(rare, codeOf).sort());
}

/** By the definition: both distribution functions at every value. */
function gapByDefinition(first: readonly number[], second: readonly number[]): number {
  const below = (values: readonly number[], x: number) => values.filter(value => value <= x).length / values.length;
  return Math.max(...[...first, ...second].map(x => Math.abs(below(first, x) - below(second, x))));
}

const PI = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5];
const E = [2, 7, 1, 8, 2, 8, 1, 8, 2, 8, 4, 5, 9, 0, 4, 5, 2, 3, 5, 3];

describe('the largest gap', () => {
  // SciPy 1.17.1 ks_2samp(...).statistic; many ties.
  test.each([
    ['above in the middle', PI, E, 0.2090909090909091],
    ['below', PI, E.map(x => x + 3), 0.46818181818181825],
    ['apart', [1, 2, 3], [4, 5, 6, 7], 1],
  ])('%s', (_, rare, others, expected) => {
    expect(gapOf(rare, others)).toBeCloseTo(expected, 14);
    expect(gapOf(others, rare)).toBeCloseTo(expected, 14);
  });

  test('is that of the definition, whichever group is called rare', () => {
    const values = fc.array(fc.integer({min: 0, max: 9}), {minLength: 1, maxLength: 12});
    fc.assert(
      fc.property(values, values, (first, second) => {
        expect(gapOf(first, second)).toBeCloseTo(gapByDefinition(first, second), 12);
      }),
      {seed: 20260310},
    );
  });

  test('an empty group has none', () => {
    expect(gapOf([], PI)).toBe(0);
    expect(gapOf(PI, [])).toBe(0);
    expect(gapOf([], [])).toBe(0);
  });
});

describe('its chance', () => {
  // SciPy 1.17.1 ks_2samp(method='asymp'), which is stats.kstwo.sf(D, round(n m / (n + m))).
  test.each([
    [0.05, 40, 900, 0.9999069511879085, 1e-3],
    [0.1, 40, 900, 0.805785550160502, 1e-3],
    [0.2, 40, 900, 0.08283152442634079, 1e-4],
    [0.3, 40, 900, 0.0015748421501795562, 1e-6],
    [0.5, 40, 900, 2.6116723913842665e-9, 1e-10],
    [0.8, 40, 900, 1.120913763409364e-26, 1e-10],
    [0.95, 40, 900, 7.275957619353986e-50, 1e-10],
    [0.12, 300, 500, 0.00812690236757984, 1e-5],
    [0.03, 25_000, 60_000, 3.122946801783533e-14, 1e-5],
    [0.1, 25_000, 60_000, 4.483119696944348e-154, 0.02],
    [0.01, 500_000, 500_000, 3.827782382946494e-22, 1e-5],
    [0.05, 30_000, 970_000, 1.1535214972767641e-63, 1e-3],
    [0.31, 3, 15, 0.9712, 0.01],
    [0.62, 3, 15, 0.2888, 0.01],
    [0.8, 1, 1000, 0.4, 0.01],
    [0.7, 4, 6, 0.18, 0.01],
  ])('D = %d of %d and %d', (statistic, n, m, expected, tolerance) => {
    const p = kolmogorovSmirnovTail(statistic, n, m);
    expect(Math.abs(p / expected - 1), `${p} against ${expected}`).toBeLessThan(tolerance);
    expect(kolmogorovSmirnovTail(statistic, m, n)).toBe(p);
  });

  test('samples that lie apart have the chance of the one arrangement, not 0', () => {
    // By hand, and SciPy's method='exact': 2 / C(7, 3) (its 'asymp' says 0).
    expect(kolmogorovSmirnovTail(1, 3, 4)).toBeCloseTo(2 / 35, 14);
    expect(kolmogorovSmirnovTail(1, 1, 9)).toBeCloseTo(0.2, 14);
  });

  test('falls as the gap grows, and is 1 where there is nothing to compare', () => {
    const chances = Array.from({length: 1001}, (_, k) => kolmogorovSmirnovTail(k / 1000, 50, 700));
    const rises = chances.slice(1).map((p, k) => p - chances[k]);
    // Where the exact term takes over from the series the two differ by 5e-4.
    expect(Math.max(...rises)).toBeLessThan(5e-4);
    expect(kolmogorovSmirnovTail(0, 5, 5)).toBe(1);
    expect(kolmogorovSmirnovTail(0, 0, 9)).toBe(1);
    expect(() => kolmogorovSmirnovTail(Number.NaN, 5, 9)).toThrow('invalid statistic: NaN');
  });
});
