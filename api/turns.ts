import {availableParallelism} from 'node:os';
import type {App} from './app.ts';
import {FishboneError} from './errors.ts';

/**
 * Questions of pages. Each takes all cores; more of them at once are answered no sooner, and take what recording needs. So
 * the others wait, and beyond what anybody would wait for they are refused. What is soon answered does not wait for what
 * is not.
 */
const LANES: Readonly<Record<string, Lane>> = {
  pareto: 'long',
  yield: 'long',
  chart: 'long',
  capability: 'long',
  parameters: 'long',
  scan: 'long',
  alarms: 'long',
  finding: 'long',
  statements: 'long',
  contain: 'long',
  plant: 'long',
  studies: 'long',
  gage: 'long',
  linearity: 'long',
  agreement: 'long',
  'inspection.list': 'long',
  'review.queue': 'long',
  thresholds: 'long',
  challenge: 'long',
  'scores.drift': 'long',
  'defect.map': 'long',
  unresolved: 'long',
  supply: 'long',
  find: 'short',
  trace: 'short',
  contained: 'short',
};
type Lane = 'long' | 'short';
const AT_ONCE = Math.min(8, Math.max(1, availableParallelism() - 1));
const WAITING_MAX = 64;

interface Turns {
  running: number;
  waiting: (() => void)[];
}

const turns = new WeakMap<App, Record<Lane, Turns>>();

/** How many questions wait for their turn. */
export const waitingQuestions = (app: App): number =>
  Object.values(turns.get(app) ?? {}).reduce((sum, {waiting}) => sum + waiting.length, 0);

/** @throws FishboneError OVERLOADED when too many wait */
export async function inTurn<T>(app: App, name: string, work: () => Promise<T>): Promise<T> {
  if (!Object.hasOwn(LANES, name)) return work();
  const lanes = turns.get(app) ?? {long: {running: 0, waiting: []}, short: {running: 0, waiting: []}};
  turns.set(app, lanes);
  const mine = lanes[LANES[name]];
  if (mine.running >= AT_ONCE) {
    if (mine.waiting.length >= WAITING_MAX)
      throw new FishboneError('OVERLOADED', `${WAITING_MAX} questions are waiting already`, {
        hint: 'ask again in a few seconds',
      });
    await new Promise<void>(resolve => mine.waiting.push(resolve));
  } else mine.running++;
  try {
    return await work();
  } finally {
    const next = mine.waiting.shift();
    if (next) next();
    else mine.running--;
  }
}
