import {expect, test} from 'vitest';
import {folder} from '../warehouse/plant-in-a-folder.ts';
import {killAgainAndAgain} from './kills.ts';

test('a process killed while it writes: nothing acknowledged is lost, nothing is there by half or twice', async () => {
  // A plain congruential sequence, so that a failure can be run again: Numerical Recipes' constants.
  let state = 20261122;
  const random = () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
  const report = await killAgainAndAgain(folder(), 6, random);
  expect(report.acknowledged).toBeGreaterThan(0);
  expect(report).toMatchObject({lostBatches: 0, partialBatches: 0, duplicatedParts: 0, lostDecisions: 0});
  expect(report.slowestRestartMs).toBeLessThan(10_000);
});
