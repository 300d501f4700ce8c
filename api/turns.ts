import {availableParallelism} from 'node:os';
import type {App} from './app.ts';
import {FishboneError} from './errors.ts';

/**
 * Questions of pages. More of them at once than there are cores are answered no sooner, and take the threads that
 * recording needs; so the others wait, and beyond what anybody would wait for they are refused.
 */
const OF_PAGES: ReadonlySet<string> = new Set([
  'pareto',
  'yield',
  'trace',
  'chart',
  'capability',
  'parameters',
  'scan',
  'alarms',
  'finding',
  'contain',
  'contain.query',
  'contained',
  'plant',
  'gage',
  'linearity',
  'agreement',
  'unresolved',
]);
const AT_ONCE = Math.max(2, availableParallelism());
const WAITING_MAX = 64;

interface Turns {
  running: number;
  waiting: (() => void)[];
}

const turns = new WeakMap<App, Turns>();

/** How many questions wait for their turn. */
export const waitingQuestions = (app: App): number => turns.get(app)?.waiting.length ?? 0;

/** @throws FishboneError OVERLOADED when too many wait */
export async function inTurn<T>(app: App, name: string, work: () => Promise<T>): Promise<T> {
  if (!OF_PAGES.has(name)) return work();
  const mine = turns.get(app) ?? {running: 0, waiting: []};
  turns.set(app, mine);
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
