/**
 * Honest in every null cell and able in the planted ones. The bounds are binomial: with a true false-claim rate of .05
 * the count allowed is exceeded in less than one run of a thousand, with part-level tests' rates (.6 to 1) always.
 */
import {describe, expect, test} from 'vitest';
import type {PlantOptions} from '../../../warehouse/screening/planted/plant.ts';
import {fishbone, lotVanElteren, partCmh, trial} from '../../../warehouse/screening/planted/trial.ts';

const SMALL = {steps: 9, numbers: 3, partsPerLot: 60};

/** The least count c with P(Binomial(n, p) > c) < 0.001. */
function mostByChance(n: number, p: number): number {
  let [chance, cumulated, c] = [(1 - p) ** n, (1 - p) ** n, 0];
  while (1 - cumulated >= 0.001) {
    chance *= ((n - c) / (c + 1)) * (p / (1 - p));
    cumulated += chance;
    c++;
  }
  return c;
}

test('the bound itself', () => {
  // SciPy 1.17.1: binom.sf(7, 40, .05) = 0.00071, binom.sf(6, 40, .05) = 0.0034.
  expect(mostByChance(40, 0.05)).toBe(7);
});

describe('false claims stay rare', () => {
  const cells: [string, Omit<PlantOptions, 'seed'>][] = [
    ['null, independent parts', {lots: 60}],
    ['null, correlation .01', {lots: 60, correlation: 0.01}],
    ['null, correlation .05', {lots: 60, correlation: 0.05}],
    ['products steer the routing', {lots: 90, correlation: 0.01, confounded: true}],
    ['days differ', {lots: 90, correlation: 0.01, dayVariation: 0.5}],
    ['the rate drifts', {lots: 90, correlation: 0.01, drift: 3}],
    ['bad lots for no recorded reason', {lots: 90, correlation: 0.01, badLots: 3}],
  ];
  test.each(cells)('%s', (_, options) => {
    const plants = 30;
    const {anyFalse} = trial({...SMALL, ...options}, fishbone, plants);
    expect(anyFalse, `${anyFalse} of ${plants} plants, seeds 1 to ${plants}`).toBeLessThanOrEqual(
      mostByChance(plants, 0.05),
    );
  });

  test('the yardstick can fail: parts taken as independent', () => {
    const {anyFalse} = trial({...SMALL, lots: 60, correlation: 0.05}, partCmh, 10);
    expect(anyFalse).toBeGreaterThan(mostByChance(10, 0.05));
  });
});

describe('causes are found', () => {
  test('three bad lots of sixty, five times as bad, stand among the first five; a rank test on lots loses them', () => {
    const options: Omit<PlantOptions, 'seed'> = {
      ...SMALL,
      partsPerLot: 100,
      lots: 60,
      correlation: 0.01,
      cause: {kind: 'lots', lots: 3, ratio: 5},
    };
    const [ours, ranks] = [fishbone, lotVanElteren].map(method => trial(options, method, 20));
    expect(ours.firstFive).toBeGreaterThanOrEqual(13);
    expect(ours.first).toBeGreaterThan(ranks.first);
  });

  test('eight bad lots of 240, three times as bad', () => {
    const options: Omit<PlantOptions, 'seed'> = {
      ...SMALL,
      partsPerLot: 100,
      lots: 240,
      correlation: 0.01,
      cause: {kind: 'lots', lots: 8, ratio: 3},
    };
    const tally = trial(options, fishbone, 12);
    expect(tally.first, 'first').toBeGreaterThanOrEqual(8);
    expect(tally.claimed, 'claimed').toBeGreaterThanOrEqual(5);
  });

  test('in lanes the set holds the cause', () => {
    const options: Omit<PlantOptions, 'seed'> = {
      ...SMALL,
      lots: 120,
      correlation: 0.01,
      lanes: 0.7,
      cause: {kind: 'tool', ratio: 3},
    };
    const tally = trial(options, fishbone, 20);
    expect(tally.claiming).toBeGreaterThanOrEqual(16);
    expect(tally.claiming - tally.covered).toBeLessThanOrEqual(mostByChance(tally.claiming, 0.05));
  });

  test('a threshold and an optimum are found in numbers', () => {
    for (const kind of ['high', 'spread'] as const) {
      const tally = trial(
        {...SMALL, partsPerLot: 100, lots: 80, correlation: 0.01, cause: {kind, ratio: 2.5}},
        fishbone,
        15,
      );
      expect(tally.first, kind).toBeGreaterThanOrEqual(6);
    }
  });
});
