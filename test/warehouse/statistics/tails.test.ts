import {describe, expect, test} from 'vitest';
import {incompleteBeta} from '../../../warehouse/statistics/beta.ts';
import {gammaTail, logGamma} from '../../../warehouse/statistics/gamma.ts';
import {normalTail, normalUpperQuantile} from '../../../warehouse/statistics/normal.ts';
import {pearsonThreeTail} from '../../../warehouse/statistics/pearson-three.ts';
import {chiSquaredTail, fTail, studentTail} from '../../../warehouse/statistics/tails.ts';

/** Relative agreement, so that a tail of 1e-300 is checked as hard as one of 0.1. */
function expectRelative(actual: number, expected: number, tolerance: number): void {
  expect(Math.abs(actual / expected - 1), `${actual} against ${expected}`).toBeLessThan(tolerance);
}

// Every expected value: SciPy 1.17.1 (scipy.stats sf and isf, scipy.special).
describe('tails agree with SciPy, far out too', () => {
  test.each([
    [0.5, 0.3085375387259869],
    [1.959963984540054, 0.025],
    [5, 2.866515718791933e-7],
    [10, 7.61985302416047e-24],
    [37, 5.7255712225239266e-300],
    [-3, 0.9986501019683699],
  ])('normal tail of %d', (z, expected) => expectRelative(normalTail(z), expected, 1e-12));

  test.each([
    [0.025, 1.9599639845400545],
    [1e-10, 6.361340902404056],
    [1e-200, 30.20559417957964],
    [0.7, -0.5244005127080407],
  ])('normal quantile of %d', (p, expected) => expectRelative(normalUpperQuantile(p), expected, 1e-12));

  test.each([
    [0.1, 2.252712651734206],
    [3.5, 1.2009736023470743],
    [14.9, 24.924132002217277],
    [15, 25.191221182738683],
    [1000.5, 5908.674175848678],
  ])('log gamma of %d', (x, expected) => expectRelative(logGamma(x), expected, 1e-13));

  test.each([
    [0.5, 3, 0.014305878435429641],
    [10, 30, 7.121750862815593e-6],
    [100, 60, 0.9999985184723673],
    [1000, 1500, 2.204698611389594e-43],
    [3, 600, 4.786642678691298e-256],
  ])('gamma of shape %d beyond %d', (shape, x, expected) => expectRelative(gammaTail(shape, x), expected, 1e-11));

  test.each([
    [3, 1, 0.010336050675925726],
    [5, 0.5, 6.528528136645478e-5],
    [6, 2.5, 0.0015885268091237923],
    [4, 0.0448, 4.9337781541705564e-5],
    [4, 0.0446, 4.92463701669158e-5],
    [4, 0.03, 4.288750716870805e-5],
    [0.0001, 0.03, 0.4979653926558094],
  ])('Pearson III beyond %d, skewness %d', (z, skewness, expected) =>
    // Beyond shape 2,000 (skewness below 0.045) the saddlepoint stands in: five digits.
    expectRelative(pearsonThreeTail(z, skewness), expected, skewness < 0.0447 ? 1e-5 : 1e-10),
  );

  test.each([
    [2.5, 7, 0.3, 0.6412224629717214],
    [50, 3, 0.01, 1.3001275000000013e-97],
    [0.5, 0.5, 0.9, 0.7951672353008665],
  ])('incomplete beta(%d, %d) at %d', (a, b, x, expected) => expectRelative(incompleteBeta(x, a, b), expected, 1e-12));

  test('chi-squared, t and F', () => {
    // 11.8852 with p 0.0005658 is statsmodels' documented Cochran-Mantel-Haenszel example.
    expectRelative(chiSquaredTail(11.8852, 1), 0.000565817494841188, 1e-12);
    expectRelative(chiSquaredTail(1400, 3), 2.945619361016289e-303, 1e-11);
    expectRelative(studentTail(2.228, 10), 0.02500588590855566, 1e-12);
    expectRelative(studentTail(50, 7), 1.67562629777502e-10, 1e-12);
    expectRelative(studentTail(12, 500), 1.2432256392309257e-29, 1e-11);
    expectRelative(studentTail(-1, 4), 0.8130495168499705, 1e-12);
    expectRelative(fTail(4.1, 3, 20), 0.02023401454457378, 1e-12);
    expectRelative(fTail(200, 2, 60), 2.8960266968543456e-27, 1e-12);
    expectRelative(fTail(0.5, 5, 9), 0.7695913462496616, 1e-12);
  });

  test('what makes no sense is refused by name', () => {
    expect(() => gammaTail(0, 1)).toThrow('invalid shape: 0');
    expect(() => pearsonThreeTail(3, -1)).toThrow('invalid skewness: -1');
    expect(() => normalUpperQuantile(0)).toThrow('invalid p: 0');
  });
});
