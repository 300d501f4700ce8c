/** One-way analysis of variance on NIST's StRD: the digits that certified values and double precision permit. */
import {describe, expect, test} from 'vitest';
import {oneWayAnova} from '../../../warehouse/statistics/one-way-anova.ts';
import {digits, linesOf, nist} from './nist-data.ts';

/** Groups of values, with the certified sums of squares between and within and F. */
function dataset(name: string) {
  const lines = linesOf(`anova_${name}.dat`);
  const certified = (what: string) =>
    lines
      .find(line => line.trim().startsWith(what))!
      .trim()
      .split(/\s+/)
      .slice(2)
      .map(Number);
  const [, between, , f] = certified('Between');
  const [, within] = certified('Within');
  const groups = new Map<string, number[]>();
  for (const line of lines.slice(60)) {
    const [group, value] = line.trim().split(/\s+/);
    if (value !== undefined) groups.set(group, [...(groups.get(group) ?? []), Number(value)]);
  }
  return {groups: [...groups.values()], between, within, f};
}

describe.skipIf(!nist.present)('NIST StRD', () => {
  // SmLs04 to 06 have 7 constant leading digits, SmLs07 to 09 have 13: as many are gone once the values are doubles, before any
  // arithmetic. Four digits are what is left of the last three.
  test.each([
    ['AtmWtAg', 10],
    ['SiRstv', 12.5],
    ['SmLs01', 14],
    ['SmLs02', 13],
    ['SmLs03', 12],
    ['SmLs04', 9.5],
    ['SmLs05', 9.5],
    ['SmLs06', 9.5],
    ['SmLs07', 3.9],
    ['SmLs08', 3.9],
    ['SmLs09', 3.9],
  ])('%s: F and both sums of squares to %f digits', (name, atLeast) => {
    const {groups, between, within, f} = dataset(name);
    const found = oneWayAnova(groups);
    const reached = [found.f! / f, found.between.sum / between, found.within.sum / within].map(ratio =>
      digits(ratio, 1),
    );
    expect(Math.min(...reached)).toBeGreaterThan(atLeast);
  });
});

test('what cannot be analysed', () => {
  expect(() => oneWayAnova([[1, 2, 3]])).toThrow('invalid groups');
  expect(() => oneWayAnova([[1], [2]])).toThrow('invalid groups');
  expect(
    oneWayAnova([
      [1, 1],
      [2, 2, 2],
    ]),
  ).toMatchObject({f: null, p: null});
});
