/** Least squares on NIST's StRD: the digits that certified values and double precision permit. */
import {describe, expect, test} from 'vitest';
import {leastSquares} from '../../../warehouse/statistics/least-squares.ts';
import {digits, linear, nist} from './nist-data.ts';

describe.skipIf(!nist.present)('NIST StRD', () => {
  // Longley's columns all but follow from each other (condition number 5e9).
  // Norris's constant is small beside the values that it is the difference of.
  test.each([
    {name: 'Norris', ofCoefficients: 12, ofErrors: 13.5},
    {name: 'Longley', ofCoefficients: 13, ofErrors: 14},
  ])('$name: coefficients to $ofCoefficients digits, all else to $ofErrors', ({name, ofCoefficients, ofErrors}) => {
    const {columns, y, ...certified} = linear(name);
    const found = leastSquares(columns, y);
    expect(found.coefficients).toHaveLength(certified.coefficients.length);
    certified.coefficients.forEach((coefficient, j) => {
      expect(digits(found.coefficients[j], coefficient)).toBeGreaterThan(ofCoefficients);
      expect(digits(found.standardErrors[j], certified.standardErrors[j])).toBeGreaterThan(ofErrors);
    });
    expect(digits(found.residual, certified.residual)).toBeGreaterThan(ofErrors);
    expect(digits(found.rSquared!, certified.rSquared)).toBeGreaterThan(ofErrors);
    expect(found.degrees).toBe(y.length - columns.length - 1);
  });
});

// By hand: Sxx = 10, Sxy = 8, Syy = 10, so that the slope is 0.8, the constant 3 - 0.8 * 3, and 10 - 6.4 is left.
test('five points by hand, and the same far from zero', () => {
  const [x, y] = [
    [1, 2, 3, 4, 5],
    [1, 3, 2, 5, 4],
  ];
  for (const far of [0, 2 ** 40]) {
    const fit = leastSquares([x.map(value => value + far)], y);
    expect(fit.coefficients[1]).toBeCloseTo(0.8, 14);
    expect(fit.residual).toBeCloseTo(Math.sqrt(3.6 / 3), 14);
    expect(fit.standardErrors[1]).toBeCloseTo(Math.sqrt(1.2 / 10), 14);
    expect(fit.rSquared).toBeCloseTo(0.64, 14);
    if (far === 0) expect(fit.coefficients[0]).toBeCloseTo(0.6, 14);
  }
});

test('no column: the mean and its standard error', () => {
  const fit = leastSquares([], [1, 2, 6]);
  expect(fit.coefficients).toEqual([3]);
  expect(fit.standardErrors[0]).toBeCloseTo(Math.sqrt(7 / 3), 14);
});

test('what cannot be fitted is refused; y that does not vary has nothing to explain', () => {
  expect(() => leastSquares([[1, 2]], [1, 2])).toThrow('2 rows are too few for 1 columns and a constant');
  expect(() => leastSquares([[1, 2, 3]], [1, 2, 3, 4])).toThrow('columns must be as long as y');
  expect(() => leastSquares([[5, 5, 5, 5]], [1, 2, 3, 4])).toThrow('column 1 is constant');
  expect(() =>
    leastSquares(
      [
        [1, 2, 3, 5],
        [3, 5, 7, 11],
      ],
      [1, 2, 3, 4],
    ),
  ).toThrow('column 2 is constant or follows from those before it');
  expect(leastSquares([[1, 2, 3]], [4, 4, 4])).toMatchObject({rSquared: null, residual: 0, coefficients: [4, 0]});
});
