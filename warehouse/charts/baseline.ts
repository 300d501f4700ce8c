import {momentOf} from '../moment.ts';
import {QuestionError} from '../question-error.ts';
import type {Chartable, Lines, Range} from './chartable.ts';
import {isoTime} from './values.ts';

/**
 * Which points of a chart lie within FROM..TO, either of which may be absent.
 * @throws QuestionError where they are fewer than a chart of this kind needs
 */
export function pointsWithin<R extends Lines>({began, least}: Chartable<R>, window: string | undefined): Range {
  const [from, to] = (window ?? '..').split('..').map(boundOf);
  // In order of time; points without one come last and lie within no bound.
  const range = {from: from === null ? 0 : firstFrom(began, from), to: began.length};
  if (to !== null) range.to = firstFrom(began, to);
  else if (from !== null) while (range.to > range.from && Number.isNaN(began[range.to - 1])) range.to--;
  enough(Math.max(0, range.to - range.from), least, window === undefined ? '' : ` within ${window}`);
  return range;
}

/** @throws QuestionError */
export function enough(points: number, least: number, where: string): void {
  if (points >= least) return;
  const found = points === 0 ? 'no points' : `only ${points} point${points === 1 ? '' : 's'}`;
  throw new QuestionError(`${found}${where}: a chart of this kind needs at least ${least}`);
}

/** @throws QuestionError for what is no time */
function boundOf(text: string): number | null {
  if (text === '') return null;
  const time = momentOf(text);
  if (Number.isNaN(time)) throw new QuestionError(`the baseline is FROM..TO, two times in ISO 8601: "${text}" is none`);
  return time;
}

/** The first point that began at a time or later, or at no known time. */
export function firstFrom(began: Float64Array, time: number): number {
  const first = began.findIndex(at => !(at < time));
  return first < 0 ? began.length : first;
}

/** When the first and the last of these points began. */
export const spanOf = ({began}: {began: Float64Array}, {from, to}: Range) => ({
  from: isoTime(began[from]),
  to: isoTime(began[to - 1]),
  points: to - from,
});
