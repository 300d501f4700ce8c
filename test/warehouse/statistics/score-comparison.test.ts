import {expect, test} from 'vitest';
import {lotsNeeded} from '../../../warehouse/statistics/lots-needed.ts';
import {compareShares} from '../../../warehouse/statistics/score-comparison.ts';

const of = (count: number, size: number) => ({share: count / size, size});
/** So many that t is normal. */
const df = 1e7;

// Ratio and p: statsmodels 0.14.5, confint_proportions_2indep(method='score', correction=False) and test_proportions_2indep.
// Difference: the likelihood maximised by SciPy 1.17 (minimize_scalar, brentq).
test.each([
  [of(7, 34), of(1, 34), [1.2208528535, 42.57571761], [0.0283705, 0.3439399], 0.0239258435],
  [of(56, 70), of(48, 80), [1.0798215064, 1.670805578], [0.0533338, 0.3377295], 0.0080450814],
  [of(27, 122), of(44, 487), [1.5775137545, 3.7499265347], [0.0604972, 0.2158321], 5.561344998e-5],
  [of(30, 1500), of(12, 1400), [1.2142944231, 4.488719047], [0.0028876, 0.0207105], 0.0100467787],
  [of(0, 200), of(5, 210), [0, 0.7979872554], [-0.0545158, -0.0047459], 0.0281200259],
  [of(5, 200), of(0, 210), [1.3808941679, null], [0.0068067, 0.0571783], 0.0211448416],
])('%o against %o', (first, second, ratio, difference, p) => {
  const compared = compareShares(first, second, {df})!;
  expect(compared.ratio.low).toBeCloseTo(ratio[0]!, 4);
  if (ratio[1] === null) expect(compared.ratio.high).toBeNull();
  else expect(compared.ratio.high! / ratio[1]).toBeCloseTo(1, 4);
  expect(compared.difference.low).toBeCloseTo(difference[0], 5);
  expect(compared.difference.high).toBeCloseTo(difference[1], 5);
  expect(compared.p / p).toBeCloseTo(1, 3);
});

test('56 of 70 against 48 of 80 by Mee: Newcombe (1998), Stat. Med. 17:873, table II, method 5', () => {
  const {low, high} = compareShares(of(56, 70), of(48, 80), {df})!.difference;
  expect([low.toFixed(4), high.toFixed(4)]).toEqual(['0.0533', '0.3377']);
});

test('test and intervals say the same, with few degrees of freedom too', () => {
  for (let count = 0; count <= 40; count++) {
    const compared = compareShares(of(count, 150), of(15, 190), {df: 9})!;
    const {difference, ratio, p} = compared;
    const apart = difference.low > 0 || difference.high < 0;
    expect(apart, `${count}`).toBe(p < 0.05);
    expect(ratio.low > 1 || ratio.high! < 1, `${count}`).toBe(apart);
  }
});

test('the other way round, the ratio is turned and the difference has the other sign', () => {
  const there = compareShares(of(9, 120), of(20, 100), {df: 12})!;
  const back = compareShares(of(20, 100), of(9, 120), {df: 12})!;
  expect(back.ratio.high).toBeCloseTo(1 / there.ratio.low, 8);
  expect(back.difference.low).toBeCloseTo(-there.difference.high, 8);
  expect(back.p).toBeCloseTo(there.p, 12);
});

test('nothing failed, or everything: nothing to compare', () => {
  expect(compareShares(of(0, 10), of(0, 20), {df: 5})).toBeNull();
  expect(compareShares(of(10, 10), of(20, 20), {df: 5})).toBeNull();
});

test('lots needed: as parts are for halving 10 % at 5 % with 80 % power, on the logarithmic scale', () => {
  // By hand: (1.959964 + 0.841621)^2 x 2 x 0.9 / (0.1 x 50) / (ln 2)^2 = 7.848880 x 0.36 / 0.480453.
  expect(lotsNeeded(0.1, 2, [{partsALot: 50}, {partsALot: 50}])).toBeCloseTo(5.8811, 3);
});
