import {expect, test} from 'vitest';
import {detectable, detectableInWords} from '../../../warehouse/screening/detectable.ts';
import {evaluate} from '../../../warehouse/screening/evaluate.ts';
import {makePlant} from '../../../warehouse/screening/planted/plant.ts';

const told = (value: number, low: number, high: number, measure: 'riskRatio' | 'meanDifference' = 'riskRatio') => ({
  factor: 'bore.tool',
  level: 'T7',
  effect: {measure, value, low, high, level: 0.95},
});

// By hand, with quantiles of a table: z(.95 / 2) = 1.9600, z(.001 / 2) = 3.2905, z(.80) = 0.8416.
test('the least effect, from an interval and the p that a claim needs', () => {
  // Error of the logarithm: ln(4 / 1) / (2 * 1.96) = 0.35365; (3.2905 + 0.8416) * 0.35365 = 1.46132.
  const found = detectable(told(2, 1, 4), 0.001, 60)!;
  expect(found.least).toBeCloseTo(Math.exp(1.46132), 3);
  // (1.46132 / ln 2)^2 * 60 = 266.7
  expect(found.wanted).toBe(267);
  // Of a mean: (5 - 1) / 3.92 * 4.1321 = 4.2164
  expect(detectable(told(3, 1, 5, 'meanDifference'), 0.001, 60)).toEqual({
    least: expect.closeTo(4.2164, 3),
    wanted: 119,
  });
});

test('what has no end says nothing, and nobody is sent for ever so many lots', () => {
  expect(detectable(told(2, 0.001, 4), 0.001, 60)).toBeNull();
  expect(detectable(told(2, 1, 1000), 0.001, 60)).toBeNull();
  expect(detectable(told(2, 2, 2), 0.001, 60)).toBeNull();
  expect(detectable(told(1.01, 0.5, 2), 0.001, 60)!.wanted).toBeNull();
  // As large as could have been found: more lots are not what was lacking.
  expect(detectable(told(5, 2.5, 10), 0.001, 60)!.wanted).toBeNull();
  expect(detectableInWords(told(2, 1, 4), 0.001, 1060, false)).toBe(
    'Nothing is claimed. In these 1,060 lots a risk ratio of about 4.3 or more at bore.tool T7 would have been claimed four times in five; the risk ratio of 2 that is seen would take about 4,700, if it is as large as it looks.',
  );
});

test('a question that claims nothing says what it would have found, and finds it; one that claims does not', () => {
  const said = /^Nothing is claimed\. In these 60 lots a risk ratio of about ([\d.]+) or more at \S+\.tool /;
  const leasts: number[] = [];
  for (let seed = 501; leasts.length < 5 && seed < 540; seed++) {
    const {findings, notes} = evaluate(makePlant({seed, lots: 60, correlation: 0.01}).frame);
    const note = notes.find(one => one.startsWith('Nothing is claimed'));
    const isClaimed = findings.some(({q, verdict}) => q <= 0.05 && verdict !== 'no-evidence');
    if (isClaimed) expect(note).toBeUndefined();
    const least = said.exec(note ?? '')?.[1];
    if (least) leasts.push(Number(least));
  }
  expect(leasts).toHaveLength(5);
  const ratio = leasts.sort((a, b) => a - b)[2];
  let claimed = 0;
  for (let seed = 1; seed <= 15; seed++) {
    const {frame, truth} = makePlant({seed, lots: 60, correlation: 0.01, cause: {kind: 'tool', ratio}});
    const {findings, notes} = evaluate(frame);
    const isFound = findings.some(({factor, q}) => factor === truth!.factor && q <= 0.05);
    claimed += Number(isFound);
    if (isFound) expect(notes.join()).not.toContain('Nothing is claimed');
  }
  // Four in five of 15 are 12; 9 or fewer have a chance of 6 % at that.
  expect(claimed).toBeGreaterThanOrEqual(10);
});
