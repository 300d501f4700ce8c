import {expect, test} from 'vitest';
import {
  countPoint,
  deviationPoint,
  normalPoint,
  rangePoint,
  rulesThatApply,
  shewhartRunLength,
} from '../../warehouse/charts/run-length.ts';

const KNOWN = {subgroups: 1e12, degrees: 1e6};
const of = (what: string, draw: Parameters<typeof shewhartRunLength>[2], lines = KNOWN) =>
  shewhartRunLength(what, 'limits', draw, lines);

/**
 * One over the chance beyond three standard errors, by the distributions themselves: of the range of five by numerical
 * integration (.00460), of the standard deviation of five by chi-squared (.00390), of counts by their exact sums.
 */
test.each([
  ['means', normalPoint, 370.4],
  ['ranges of 5', rangePoint(5), 217.2],
  ['standard deviations of 5', deviationPoint(5), 256.5],
  ['shares, 50 parts, a fifth defective', countPoint(50, 0.2, true), 369.8],
  ['rates, 50 parts, a defect in ten', countPoint(50, 0.1, false), 183.4],
] as const)('%s', (what, draw, published) => {
  expect(of(what, draw) / published).toBeGreaterThan(0.92);
  expect(of(what, draw) / published).toBeLessThan(1.08);
});

test('limits from a short baseline cost more, and the standard deviation of many values follows the same law', () => {
  for (const [what, draw] of [
    ['ranges of 5', rangePoint(5)],
    ['deviations of 60', deviationPoint(60)],
    ['shares', countPoint(50, 0.2, true)],
  ] as const)
    expect(of(what, draw, {subgroups: 8, degrees: 30})).toBeLessThan(of(what, draw));
  // 59 s^2 / sigma^2 as chi-squared beyond c4 plus or minus three spreads, integrated numerically: .002721.
  expect(Math.abs(of('deviations of 60', deviationPoint(60)) / 367.5 - 1)).toBeLessThan(0.08);
});

test('charts that are neither symmetric nor independent use some rules only', () => {
  expect(rulesThatApply('nelson', 'all')).toBe('nelson');
  expect(rulesThatApply('nelson', 'any-distribution')).toBe('nelson:1,2,3,4');
  expect(rulesThatApply('western-electric', 'limits')).toBe('western-electric:1');
});
