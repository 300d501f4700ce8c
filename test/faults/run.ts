/**
 * The long runs: `npm run faults -- --kills 200` (half at named points, half at random), `-- --sweep` (every named point
 * of two lives once), `-- --calls` (every system call that writes; Linux with strace), `-- --holds 10000` (deliveries to
 * a MES that does everything wrong). `--seed N` repeats a run.
 */
import {parseArgs} from 'node:util';
import {afterDeath, BEGINNINGS, begin, type Death, dieAt, type Facts, pointsOf, wholeLife, within} from './kills.ts';
import {NOTHING_WRONG, storm} from './mes/storm.ts';
import {drawsFrom} from './random.ts';
import {killAgainAndAgain} from './random-kills.ts';
import {dieAtCall, hasStrace, traceLife} from './system-calls.ts';

const KILLS_A_WAREHOUSE = 50;

const {values} = parseArgs({
  options: {
    kills: {type: 'string', default: '0'},
    sweep: {type: 'boolean', default: false},
    calls: {type: 'boolean', default: false},
    holds: {type: 'string', default: '0'},
    seed: {type: 'string', default: '20261122'},
  },
});
const random = drawsFrom(Number(values.seed));
const tally = {kills: 0, livedOn: 0, broken: 0, slowestRestartMs: 0};

if (Number(values.holds) > 0) await throughTheStorm(Number(values.holds), Number(values.seed));
if (Number(values.kills) > 0 || values.sweep || values.calls) await within(killedLives);

async function killedLives(whole: string): Promise<void> {
  const expected = await wholeLife(whole);
  const kills = Number(values.kills);
  if (kills > 0) await atNamedPoints(whole, expected, Math.ceil(kills / 2));
  if (kills > 0) await atRandom(Math.floor(kills / 2));
  if (values.sweep) await atEveryPoint(whole, expected);
  if (values.calls && !hasStrace()) throw new Error('--calls needs Linux and strace');
  if (values.calls) await atEveryCall(whole, expected);
}

async function throughTheStorm(holds: number, seed: number): Promise<void> {
  await within(async folder => {
    const size = {lots: Math.ceil(holds / 25), populations: Math.ceil(holds / 16)};
    console.log(`seed ${seed}: ${holds} holds over ${size.lots} lots`);
    const report = await storm({folder, holds, ...size, seed, killAfterMs: [5_000, 20_000], log: console.log});
    const wrong = Object.entries(NOTHING_WRONG).filter(([what, right]) => {
      return JSON.stringify(report[what as keyof typeof NOTHING_WRONG]) !== JSON.stringify(right);
    });
    if (wrong.length > 0) process.exitCode = 1;
    console.dir(report, {maxArrayLength: 20});
    console.log(wrong.length === 0 ? 'nothing is wrong' : `wrong: ${wrong.map(([what]) => what).join(', ')}`);
  });
}

async function atNamedPoints(whole: string, expected: Facts, kills: number): Promise<void> {
  for (const [k, beginning] of BEGINNINGS.entries()) {
    const points = await countPoints(whole, beginning);
    const share = k === 0 ? Math.ceil(kills / 2) : Math.floor(kills / 2);
    for (let n = 0; n < share; n++) {
      const deadly = 1 + Math.floor(((n + random()) * points.length) / share);
      await oneDeath(whole, expected, beginning, points[deadly - 1], folder => dieAt(folder, deadly));
    }
  }
  report(`${kills} kills at named points`);
}

async function atEveryPoint(whole: string, expected: Facts): Promise<void> {
  for (const beginning of BEGINNINGS) {
    const points = await countPoints(whole, beginning);
    for (const [k, point] of points.entries()) {
      await oneDeath(whole, expected, beginning, point, folder => dieAt(folder, k + 1));
    }
  }
  report('every named point, before and after');
}

async function atEveryCall(whole: string, expected: Facts): Promise<void> {
  for (const beginning of BEGINNINGS) {
    const {paths, calls} = await traceLife(beginning, whole);
    for (let n = 1; n <= calls; n++) {
      await oneDeath(whole, expected, beginning, `system call ${n}`, folder => dieAtCall(folder, paths, n));
    }
    // Of the database alone, so that the checkpoint of closing, in a thread of its own, is gone through as well.
    const database = ['warehouse.duckdb'];
    for (let n = 1; ; n++) {
      const where = `system call ${n} on the database`;
      const killed = await oneDeath(whole, expected, beginning, where, folder => dieAtCall(folder, database, n));
      if (!killed) break;
    }
  }
  report('every system call that writes');
}

async function oneDeath(
  whole: string,
  expected: Facts,
  beginning: (typeof BEGINNINGS)[number],
  where: string,
  die: (folder: string) => Promise<Death>,
): Promise<boolean> {
  return within(async folder => {
    await begin(beginning, whole, folder);
    const death = await die(folder);
    const {broken, restartMs} = await afterDeath(folder, death, expected).catch((error: Error) => ({
      broken: [`cannot be opened: ${error.message}`],
      restartMs: 0,
    }));
    if (death.killed) tally.kills++;
    else tally.livedOn++;
    tally.broken += broken.length;
    tally.slowestRestartMs = Math.max(tally.slowestRestartMs, restartMs);
    for (const line of broken) console.log(`${beginning}, ${where}: ${line}`);
    return death.killed;
  });
}

async function atRandom(kills: number): Promise<void> {
  const sums = {acknowledged: 0, decided: 0, lostBatches: 0, partialBatches: 0, duplicatedParts: 0, lostDecisions: 0};
  let slowestRestartMs = 0;
  for (let done = 0; done < kills; done += KILLS_A_WAREHOUSE) {
    await within(async folder => {
      const found = await killAgainAndAgain(folder, Math.min(KILLS_A_WAREHOUSE, kills - done), random, 1000);
      for (const what of Object.keys(sums) as (keyof typeof sums)[]) sums[what] += found[what];
      slowestRestartMs = Math.max(slowestRestartMs, found.slowestRestartMs);
    });
  }
  const {lostBatches, partialBatches, duplicatedParts, lostDecisions} = sums;
  if (lostBatches + partialBatches + duplicatedParts + lostDecisions > 0) process.exitCode = 1;
  console.log(`${kills} kills at random:`, {...sums, slowestRestartMs: Math.round(slowestRestartMs)});
}

function countPoints(whole: string, beginning: (typeof BEGINNINGS)[number]): Promise<string[]> {
  return within(async folder => {
    await begin(beginning, whole, folder);
    return pointsOf(folder);
  });
}

/** Tells what was found since the last report, and starts to count anew. */
function report(what: string): void {
  if (tally.broken > 0) process.exitCode = 1;
  console.log(`${what}:`, {...tally, slowestRestartMs: Math.round(tally.slowestRestartMs)});
  Object.assign(tally, {kills: 0, livedOn: 0, broken: 0, slowestRestartMs: 0});
}
