import {QuestionError} from '../question-error.ts';
import type {Chartable, Lines} from './chartable.ts';
import {isoTime} from './values.ts';

/**
 * Which points of a chart lie within FROM..TO, either of which may be absent.
 * @throws QuestionError where they are fewer than a chart of this kind needs
 */
export function pointsWithin<R extends Lines>({began, least}: Chartable<R>, window: string | undefined): number[] {
  const [from, to] = (window ?? '..').split('..').map(boundOf);
  const indices: number[] = [];
  for (let i = 0; i < began.length; i++) {
    const isWithin = (from === null || began[i] >= from) && (to === null || began[i] < to);
    if (isWithin || (from === null && to === null)) indices.push(i);
  }
  enough(indices.length, least, window === undefined ? '' : ` within ${window}`);
  return indices;
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
  const time = Date.parse(/T|^\d{4}-\d{2}-\d{2}$/.test(text) ? text : text.replace(' ', 'T'));
  if (Number.isNaN(time)) throw new QuestionError(`the baseline is FROM..TO, two times in ISO 8601: "${text}" is none`);
  return time;
}

/** When the first and the last of these points began. */
export function spanOf({began}: {began: Float64Array}, indices: readonly number[]) {
  return {
    from: indices.length === 0 ? null : isoTime(began[indices[0]]),
    to: indices.length === 0 ? null : isoTime(began[indices[indices.length - 1]]),
    points: indices.length,
  };
}
