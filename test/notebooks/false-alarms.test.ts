import {describe, expect, test} from 'vitest';
import {betaBinomial, falseAlarms, lotScore, partChiSquared, studentQuantile} from '../../notebooks/false-alarms.ts';

const lot = (exposed: boolean, parts: number, defective: number) => ({exposed, parts, defective});

describe('the two tests', () => {
  test('chi-squared over parts, by hand: 200 x 1000² / (100 x 100 x 30 x 170)', () => {
    expect(partChiSquared([lot(true, 60, 4), lot(true, 40, 6), lot(false, 100, 20)])).toBeCloseTo(3.921569, 6);
    expect(partChiSquared([lot(true, 60, 4), lot(true, 40, 6)])).toBe(0);
  });

  test('score over lots, by hand: beyond expectation by 1.5, -0.5 | -0.5, -0.5, so 1 / √0.75', () => {
    const lots = [lot(true, 10, 3), lot(true, 10, 1), lot(false, 10, 1), lot(false, 10, 1)];
    expect(lotScore(lots)).toBeCloseTo(1.154701, 6);
    expect(lotScore(lots.map(each => ({...each, defective: 0})))).toBe(0);
  });

  test("Student's t against the usual printed table", () => {
    expect(studentQuantile(10)).toBeCloseTo(2.228, 3);
    expect(studentQuantile(30)).toBeCloseTo(2.042, 3);
    expect(studentQuantile(120)).toBeCloseTo(1.98, 3);
  });
});

test('two parts fail together with p² + ρp(1 - p), which is what correlation means', () => {
  expect(betaBinomial(2, 0.2, 0.25)).toEqual([0.68, 0.24, 0.08].map(p => expect.closeTo(p, 12)));
  expect(betaBinomial(3, 0.5, 0)).toEqual([1, 3, 3, 1].map(k => expect.closeTo(k / 8, 9)));
});

describe('false alarms', () => {
  const sizes = Array.from({length: 120}, () => 100);

  test('without correlation both keep their promise', () => {
    const {byParts, byLots} = falseAlarms(sizes, {rate: 0.05, correlation: 0, plants: 2000, seed: 3});
    expect(Math.abs(byParts - 0.05), `by parts ${byParts}`).toBeLessThan(0.02);
    expect(Math.abs(byLots - 0.05), `by lots ${byLots}`).toBeLessThan(0.02);
  });

  test('with it, counting parts accuses as often as the design effect says', () => {
    // Kish (1965): variance grows by 1 + 99 x 0.05 = 5.95, so 1.96 is passed as 1.96 / √5.95 = 0.8035 would be: 42.2 %.
    const {byParts, byLots} = falseAlarms(sizes, {rate: 0.05, correlation: 0.05, plants: 2000, seed: 3});
    expect(Math.abs(byParts - 0.422), `by parts ${byParts}`).toBeLessThan(0.04);
    expect(Math.abs(byLots - 0.05), `by lots ${byLots}`).toBeLessThan(0.02);
  });

  test('a seed draws the same again, another seed does not', () => {
    const draw = (seed: number) => falseAlarms(sizes, {rate: 0.05, correlation: 0.05, plants: 200, seed});
    expect(draw(5)).toEqual(draw(5));
    expect(draw(5)).not.toEqual(draw(6));
  });
});
