/** Lag-1 autocorrelation against the certified values of every univariate dataset of NIST's StRD that is there. */
import {describe, expect, test} from 'vitest';
import {lagOneAutocorrelation} from '../../../warehouse/statistics/autocorrelation.ts';
import {digits, nist, univariate, univariateNames} from './nist-data.ts';

/**
 * Digits that doubles permit. NumAcc3 and NumAcc4 have values like 1000000.2 and 10000000.2: the last digits of their
 * differences of 0.1 are gone once they are doubles.
 */
const ATTAINED: Record<string, number> = {
  Lew: 14.5,
  Lottery: 14.5,
  Mavro: 13.5,
  Michelso: 13,
  NumAcc1: 15,
  NumAcc2: 15,
  NumAcc3: 12,
  NumAcc4: 10.9,
  PiDigits: 12.5,
};

describe.skipIf(!nist.present)('NIST StRD', () => {
  test.each(nist.present ? univariateNames() : [])('%s', name => {
    const {values, autocorrelation} = univariate(name);
    const found = lagOneAutocorrelation(values.map(Number))!;
    expect(ATTAINED[name], 'digits to be attained').toBeDefined();
    expect(digits(found, autocorrelation)).toBeGreaterThan(ATTAINED[name]);
  });

  test('none is missing', () => expect(univariateNames().sort()).toEqual(Object.keys(ATTAINED).sort()));
});

test('by hand: 1, 2, 3, 4 has (-1.5)(-0.5) + (-0.5)(0.5) + (0.5)(1.5) over 5', () => {
  expect(lagOneAutocorrelation([1, 2, 3, 4])).toBeCloseTo(0.25, 15);
});

test('what does not vary has none', () => {
  expect([[], [7], [0.1, 0.1, 0.1]].map(lagOneAutocorrelation)).toEqual([null, null, null]);
});
