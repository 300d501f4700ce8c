// Expected texts are written by hand from the rules of writing: thousands grouped, digits as the interval deserves.
import {describe, expect, test} from 'vitest';
import {
  age,
  count,
  counted,
  cut,
  difference,
  likewise,
  moment,
  percent,
  probability,
  ratio,
} from '../../dashboards/format.ts';

describe('figures', () => {
  test('counts are grouped, and a missing one is never 0', () => {
    expect(count(25480)).toBe('25,480');
    expect(count(0)).toBe('0');
    expect(count(null)).toBe('–');
    expect(counted(1, 'entry', 'entries')).toBe('1 entry');
    expect(counted(1240, 'part')).toBe('1,240 parts');
  });

  test('per cent, three digits at most', () => {
    expect(percent(0.0243)).toBe('2.43\u00a0%');
    expect(percent(0.978)).toBe('97.8\u00a0%');
    expect(percent(1)).toBe('100\u00a0%');
    expect(percent(0)).toBe('0\u00a0%');
    // 30 bad of 100,000 are not none, and 3 of 1,000,000 are some.
    expect(percent(0.9997)).toBe('99.97\u00a0%');
    expect(percent(0.999_997)).toBe('99.9997\u00a0%');
    expect(percent(0.000_003)).toBe('0.0003\u00a0%');
    expect(percent(1 - 2 ** -50)).toBe('100\u00a0%');
    expect(percent(null)).toBe('–');
    expect(percent(Number.NaN)).toBe('–');
  });

  test('a ratio has the digits that its interval deserves', () => {
    expect(ratio({value: 3.124, low: 2.31, high: 4.22})).toEqual({value: '3.1×', interval: '[2.3, 4.2]'});
    expect(ratio({value: 1.3124, low: 1.08, high: 1.6})).toEqual({value: '1.31×', interval: '[1.08, 1.60]'});
    // Nothing beyond a thousandfold is reported, so a bound there is no result.
    expect(ratio({value: 24.3, low: 2, high: 1000})).toEqual({value: '24.3×', interval: '[2.0, > 1000]'});
    // A lower end of 1.47 must not be read as 1: that would be no effect at all.
    expect(ratio({value: 3.03, low: 1.47, high: 11.78})).toEqual({value: '3.0×', interval: '[1.5, 11.8]'});
    expect(ratio({value: 5, low: 2, high: Number.POSITIVE_INFINITY}).interval).toBe('[2.00, > 1000]');
  });

  test('a difference has a sign', () => {
    expect(difference({value: 0.121, low: 0.05, high: 0.19})).toEqual({value: '+0.12', interval: '[0.05, 0.19]'});
    expect(difference({value: -3, low: -5, high: -1}).value).toBe('−3.0');
    // Millimetres written as metres: +0.000 would say that there is none.
    expect(difference({value: 1.2e-5, low: 1e-5, high: 1.4e-5}).value).toBe('+0.0000120');
  });

  test('a mean has the digits of the interval beside it', () => {
    expect(likewise(1852.309, {low: 0.98, high: 1.6})).toBe('1,852.31');
    expect(likewise(-3, {low: -5, high: -1})).toBe('−3.0');
    expect(likewise(10, {low: 0.034, high: 0.046})).toBe('10.000');
  });

  test('probabilities stay readable however small', () => {
    expect(probability(0.8)).toBe('0.80');
    expect(probability(0.0312)).toBe('0.031');
    expect(probability(2e-9)).toBe('2 × 10⁻⁹');
    expect(probability(9.7e-6)).toBe('10⁻⁵');
    expect(probability(0)).toBe('< 10⁻³⁰⁰');
  });

  test('a cut keeps all its digits', () => {
    expect(cut(58.2549)).toBe('58.2549');
    expect(cut(-0.5)).toBe('−0.5');
    expect(cut(27363.4)).toBe('27363.4');
  });
});

describe('times', () => {
  test("the plant's clock, not the reader's", () => {
    expect(moment('2026-05-14T06:12:09Z', 'Europe/Vienna')).toBe('14 May 2026, 08:12');
    expect(moment('2026-12-31T23:30:00Z', 'Asia/Tokyo')).toBe('1 Jan 2027, 08:30');
    expect(moment(null)).toBe('no time');
    expect(moment('yesterday')).toBe('yesterday');
  });

  test('age in the largest whole unit', () => {
    const now = Date.parse('2026-05-14T12:00:00Z');
    expect(age('2026-05-14T11:59:40Z', now)).toBe('under 1 min');
    expect(age('2026-05-14T11:56:00Z', now)).toBe('4 min');
    expect(age('2026-05-12T14:00:00Z', now)).toBe('46 h');
    expect(age('2026-05-01T12:00:00Z', now)).toBe('13 days');
  });
});
