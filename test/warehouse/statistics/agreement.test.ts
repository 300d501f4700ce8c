/** Agreement of raters, shares with clusters, and rates corrected for an imperfect inspector. */
import {describe, expect, test} from 'vitest';
import {clopperPearson} from '../../../warehouse/statistics/clopper-pearson.ts';
import {clusteredShare} from '../../../warehouse/statistics/clustered-share.ts';
import {cohenKappa} from '../../../warehouse/statistics/cohen-kappa.ts';
import {fleissKappa} from '../../../warehouse/statistics/fleiss-kappa.ts';
import {roganGladen} from '../../../warehouse/statistics/rogan-gladen.ts';
import {type Bounded, verifiedRate, verifiedShare} from '../../../warehouse/statistics/verified-rates.ts';

// AIAG MSA: effectiveness of appraisers A, B and C, 50 parts each, with the limits printed there in whole per cent.
test.each([
  [42, 50, 0.71, 0.93],
  [45, 50, 0.78, 0.97],
  [40, 50, 0.66, 0.9],
])('Clopper-Pearson: %i of %i', (count, n, low, high) => {
  const interval = clopperPearson(count, n);
  expect(interval.low).toBeCloseTo(low, 2);
  expect(interval.high).toBeCloseTo(high, 2);
});

test('Clopper-Pearson at the ends: 1 - 0.025 ^ (1 / n)', () => {
  expect(clopperPearson(0, 20)).toEqual({low: 0, high: expect.closeTo(1 - 0.025 ** (1 / 20), 12)});
  expect(clopperPearson(20, 20)).toEqual({low: expect.closeTo(0.025 ** (1 / 20), 12), high: 1});
  expect(() => clopperPearson(3, 2)).toThrow('invalid count');
});

describe("Cohen's kappa", () => {
  test('skin condition (SAS/STAT, PROC FREQ, agreement study)', () => {
    const kappa = cohenKappa([
      [10, 4, 1, 0],
      [5, 10, 12, 2],
      [2, 4, 12, 5],
      [0, 2, 6, 13],
    ])!;
    expect(kappa.value).toBeCloseTo(0.3449, 4);
    expect(kappa.standardError).toBeCloseTo(0.0724, 4);
    expect(kappa.low).toBeCloseTo(0.203, 4);
    expect(kappa.high).toBeCloseTo(0.4868, 4);
  });

  test('SexualFun (R vcd, Kappa)', () => {
    const kappa = cohenKappa([
      [7, 7, 2, 3],
      [2, 8, 3, 7],
      [1, 5, 4, 9],
      [2, 8, 9, 14],
    ])!;
    expect(kappa.value).toBeCloseTo(0.1293, 4);
    expect(kappa.standardError).toBeCloseTo(0.0686, 4);
  });

  // AIAG MSA, attribute study: 50 parts, three trials; fail or pass of the one against the other.
  test.each([
    ['A and B', [44, 6, 3, 97], 0.86],
    ['A and C', [43, 7, 8, 92], 0.78],
    ['B and C', [42, 5, 9, 94], 0.79],
    ['A and the reference', [45, 5, 3, 97], 0.88],
    ['B and the reference', [45, 2, 3, 100], 0.92],
    ['C and the reference', [42, 9, 6, 93], 0.77],
  ])('%s', (_who, [a, b, c, d], expected) => {
    const kappa = cohenKappa([
      [a, b],
      [c, d],
    ])!;
    expect(kappa.value).toBeCloseTo(expected, 2);
  });

  test('one category only: nothing to say; never together: below 0', () => {
    expect(
      cohenKappa([
        [9, 0],
        [0, 0],
      ]),
    ).toBeNull();
    expect(
      cohenKappa([
        [0, 0],
        [0, 0],
      ]),
    ).toBeNull();
    expect(
      cohenKappa([
        [0, 5],
        [5, 0],
      ])!.value,
    ).toBe(-1);
    // One rater always says the same: agreement is what chance gives.
    expect(
      cohenKappa([
        [6, 4],
        [0, 0],
      ])!.value,
    ).toBeCloseTo(0, 12);
  });
});

describe("Fleiss' kappa", () => {
  // Fleiss (1971), table 1: 30 patients, 6 psychiatrists, 5 diagnoses.
  const DIAGNOSES =
    '00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031 ' +
    '00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006';
  const counts = DIAGNOSES.split(' ').map(row => Array.from(row, Number));

  test('psychiatric diagnoses (Fleiss 1971; by category as R irr prints them)', () => {
    const kappa = fleissKappa(counts)!;
    expect(kappa.value).toBeCloseTo(0.43, 3);
    [0.245, 0.245, 0.52, 0.471, 0.566].forEach((expected, j) => {
      expect(kappa.categories[j]).toBeCloseTo(expected, 3);
    });
    expect(kappa.low!).toBeLessThan(kappa.value);
    expect(kappa.high!).toBeGreaterThan(kappa.value);
  });

  test('two raters who agree in full, one category, one thing, ratings missing', () => {
    expect(
      fleissKappa([
        [2, 0],
        [0, 2],
        [2, 0],
        [0, 2],
      ]),
    ).toMatchObject({value: 1, low: 1, high: 1});
    expect(
      fleissKappa([
        [3, 0],
        [3, 0],
      ]),
    ).toBeNull();
    expect(fleissKappa([[2, 1]])).toBeNull();
    expect(() =>
      fleissKappa([
        [2, 1],
        [2, 0],
      ]),
    ).toThrow('same number of ratings');
  });
});

describe('a share with clusters as the unit', () => {
  test('clusters of one are things on their own: Wilson (Newcombe 1998, table I: 15 of 148)', () => {
    const share = clusteredShare(Array.from({length: 148}, (_, k) => ({n: 1, count: Number(k < 15)})))!;
    expect(share.low).toBeCloseTo(0.0624, 3);
    expect(share.high).toBeCloseTo(0.1605, 3);
  });

  test('clusters that are all or nothing count as one thing each, nearly', () => {
    const share = clusteredShare(Array.from({length: 20}, (_, k) => ({n: 10, count: k < 5 ? 10 : 0})))!;
    // By hand: the variance of a mean of 20 values 0 or 1 is p q / 19; Student's quantile at 19 degrees is 2.093024 (tables).
    expect(share.effective).toBeCloseTo(19 * (1.959964 / 2.093024) ** 2, 4);
    expect(share).toMatchObject({n: 200, count: 50, value: 0.25});
  });

  test('never surer than the things themselves; nothing says nothing', () => {
    // Ten that are all the same, whatever their share: Student's quantile at 9 degrees is 2.262157 (tables).
    for (const count of [0, 2, 4])
      expect(clusteredShare(Array.from({length: 10}, () => ({n: 4, count})))!.effective).toBeCloseTo(
        40 * (1.959964 / 2.262157) ** 2,
        3,
      );
    expect(clusteredShare([{n: 8, count: 3}])!.effective).toBe(8);
    expect(clusteredShare([{n: 0, count: 0}])).toBeNull();
  });
});

describe('verification of a part of the results', () => {
  const alone = (count: number, n: number) =>
    clusteredShare(Array.from({length: n}, (_, k) => ({n: 1, count: Number(k < count)})))!;
  const good = ({value, low, high}: Bounded) => ({value: 1 - value, low: 1 - high, high: 1 - low});

  // Drum & Christacopoulos (1972), hepatic scintigraphy: 429 of 650 positive; 231 of 263 verified positives are ill, 27 of 81
  // verified negatives. Begg & Greenes' estimates are those of Zhou (1993); intervals: 400,000 resamples with NumPy 2.4.
  const [fails, badOfFails, badOfPasses] = [alone(429, 650), alone(231, 263), alone(27, 81)];
  const odds = 429 / 221;

  test('sensitivity and specificity', () => {
    const sensitivity = verifiedShare(odds, badOfFails, badOfPasses)!;
    expect(sensitivity.value).toBeCloseTo(0.836, 3);
    expect(Math.abs(sensitivity.low - 0.795)).toBeLessThan(0.01);
    expect(Math.abs(sensitivity.high - 0.88)).toBeLessThan(0.01);
    const specificity = verifiedShare(1 / odds, good(badOfPasses), good(badOfFails))!;
    expect(specificity.value).toBeCloseTo(0.738, 3);
    expect(Math.abs(specificity.low - 0.668)).toBeLessThan(0.01);
    expect(Math.abs(specificity.high - 0.808)).toBeLessThan(0.01);
  });

  test('the rate', () => {
    const rate = verifiedRate(fails, badOfFails, badOfPasses);
    expect(rate.value).toBeCloseTo(0.66 * 0.8783 + 0.34 / 3, 4);
    expect(Math.abs(rate.low - 0.6447)).toBeLessThan(0.005);
    expect(Math.abs(rate.high - 0.7404)).toBeLessThan(0.005);
  });

  test('no bad part among the reviewed passes: not found is not absent', () => {
    const none = alone(0, 200);
    const sensitivity = verifiedShare(500 / 9500, alone(90, 100), none)!;
    expect(sensitivity).toMatchObject({value: 1, high: 1});
    // Three in 200 may have been missed (rule of three): of 9,500 passes 142, beside 450 found.
    expect(sensitivity.low).toBeLessThan(450 / (450 + 142));
    expect(verifiedRate(alone(500, 10_000), alone(90, 100), none).low).toBeGreaterThan(0);
  });

  test('nothing that was found, nothing that is bad', () => {
    const missedAll = verifiedShare(1, alone(0, 30), alone(5, 30))!;
    expect(missedAll).toMatchObject({value: 0, low: 0});
    expect(missedAll.high).toBeGreaterThan(0.1);
    expect(missedAll.high).toBeLessThan(0.9);
    expect(verifiedShare(1, alone(0, 30), alone(0, 30))).toBeNull();
  });
});

test('intervals of rates from reviews hold their level (400 draws each, seed 11)', () => {
  const random = generator(11);
  const draw = (n: number, p: number) =>
    Array.from({length: n}, () => Number(random() < p)).reduce((sum, x) => sum + x, 0);
  const shareOf = (count: number, n: number) =>
    clusteredShare([
      {n: 1, count: 1, times: count},
      {n: 1, count: 0, times: n - count},
    ])!;
  // Of 2,000 parts so many fail; so many of either result are reviewed, and so many of these are bad.
  for (const [fails, ofFails, ppv, ofPasses, missing] of [
    [0.2, 100, 0.8, 80, 0.1],
    [0.05, 60, 0.7, 150, 0.02],
  ]) {
    const truth = fails * ppv + (1 - fails) * missing;
    const hits = {rate: 0, sensitivity: 0};
    for (let k = 0; k < 400; k++) {
      const failed = draw(2000, fails);
      const [bad, missed] = [shareOf(draw(ofFails, ppv), ofFails), shareOf(draw(ofPasses, missing), ofPasses)];
      const rate = verifiedRate(shareOf(failed, 2000), bad, missed);
      const sensitivity = verifiedShare(failed / (2000 - failed), bad, missed)!;
      hits.rate += Number(rate.low <= truth && truth <= rate.high);
      hits.sensitivity += Number(sensitivity.low <= (fails * ppv) / truth && (fails * ppv) / truth <= sensitivity.high);
    }
    // Three standard errors of 400 draws at 95 % are 3.3 %.
    expect(hits.rate / 400).toBeGreaterThan(0.917);
    expect(hits.sensitivity / 400).toBeGreaterThan(0.917);
  }
});

describe('Rogan and Gladen', () => {
  test('brucellosis: 23 of 150, sensitivity 96 %, specificity 89 % known (R epiR: 5.1 of 100, 95 % 0 to 13)', () => {
    const rate = roganGladen({value: 23 / 150, n: 150}, {value: 0.96, n: 1e9}, {value: 0.89, n: 1e9});
    expect(rate.value).toBeCloseTo(0.051, 3);
    expect(rate.low).toBe(0);
    expect(rate.high).toBeCloseTo(0.13, 2);
  });

  test('Helicobacter: 6 of 151, fewer than false alarms alone would give (R epiR: 0, 95 % 0 to 1.3)', () => {
    const rate = roganGladen({value: 6 / 151, n: 151}, {value: 0.964, n: 1e9}, {value: 0.927, n: 1e9});
    expect(rate).toMatchObject({value: 0, low: 0});
    expect(rate.raw).toBeLessThan(0);
    expect(rate.high).toBeCloseTo(0.013, 2);
  });

  // The formulas of Lang & Reiczigel (2014), written anew in NumPy 2.4 with SciPy 1.17.
  test.each([
    [{value: 0.1, n: 500}, {value: 0.9, n: 80}, {value: 0.97, n: 300}, 0.0804597701, 0.0432754364, 0.1199113443],
    [{value: 0.3, n: 200}, {value: 50 / 60, n: 60}, {value: 0.8, n: 60}, 0.1578947368, 0, 0.3143024526],
  ])('its interval carries the errors of sensitivity and specificity: %o', (apparent, se, sp, value, low, high) => {
    expect(roganGladen(apparent, se, sp)).toMatchObject({
      value: expect.closeTo(value, 9) as number,
      low: expect.closeTo(low, 9) as number,
      high: expect.closeTo(high, 9) as number,
    });
  });

  test('an inspector that says nothing is refused; one known from two parts each leaves everything open', () => {
    expect(() => roganGladen({value: 0.1, n: 50}, {value: 0.5, n: 50}, {value: 0.5, n: 50})).toThrow('not above 1');
    expect(roganGladen({value: 0.1, n: 50}, {value: 0.6, n: 50}, {value: 0.41, n: 1})).toMatchObject({low: 0, high: 1});
  });
});

/** Park and Miller's generator, uniform on (0, 1). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
