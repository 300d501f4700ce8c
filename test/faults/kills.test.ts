import {expect, test} from 'vitest';
import {folder} from '../warehouse/plant-in-a-folder.ts';
import {afterDeath, BEGINNINGS, begin, dieAt, pointsOf, wholeLife, within} from './kills.ts';
import {drawsFrom} from './random.ts';
import {killAgainAndAgain} from './random-kills.ts';

const SEED = 20261122;
// Each kill costs two starts of a process: on a machine that does much else, they take their time.
const LIMIT_MS = 300_000;

test(
  'killed at named points of a whole life: nothing acknowledged is lost, and going on leads to the same facts',
  async () => {
    const random = drawsFrom(SEED);
    const whole = folder();
    const expected = await wholeLife(whole);
    for (const [beginning, kills] of [
      [BEGINNINGS[0], 6],
      [BEGINNINGS[1], 2],
    ] as const) {
      const points = await within(async path => {
        await begin(beginning, whole, path);
        return pointsOf(path);
      });
      for (let k = 0; k < kills; k++) {
        // One in each stretch of the life.
        const deadly = 1 + Math.floor(((k + random()) * points.length) / kills);
        await within(async path => {
          await begin(beginning, whole, path);
          const death = await dieAt(path, deadly);
          const {broken, restartMs} = await afterDeath(path, death, expected);
          const where = `${beginning}, point ${deadly}: ${points[deadly - 1]}`;
          expect({where, killed: death.killed, broken}).toEqual({where, killed: true, broken: []});
          expect(restartMs).toBeLessThan(60_000);
        });
      }
    }
  },
  LIMIT_MS,
);

test(
  'killed at random while it ingests, decides and checkpoints: nothing lost, by half or twice',
  async () => {
    const report = await killAgainAndAgain(folder(), 12, drawsFrom(SEED));
    expect(report.acknowledged).toBeGreaterThan(0);
    expect(report).toMatchObject({lostBatches: 0, partialBatches: 0, duplicatedParts: 0, lostDecisions: 0});
    expect(report.slowestRestartMs).toBeLessThan(60_000);
  },
  LIMIT_MS,
);
