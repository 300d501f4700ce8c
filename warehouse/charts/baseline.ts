import type {ChartQuestion} from '../chart-answers.ts';
import {QuestionError} from '../question-error.ts';

/** Which points centre and limits are estimated from: all, or those that began within FROM..TO. */
export interface Baseline {
  indices: number[];
  told: {from: string | null; to: string | null; points: number};
}

/** @param began when each point began, in order of time. @throws QuestionError for fewer than `least` points */
export function baselineOf(question: ChartQuestion, began: readonly (string | null)[], least: number): Baseline {
  const [from, to] = (question.baseline ?? '..').split('..').map(boundOf);
  const indices = began.flatMap((at, i) => {
    if (from === null && to === null) return [i];
    const t = at === null ? Number.NaN : Date.parse(at);
    return (from === null || t >= from) && (to === null || t < to) ? [i] : [];
  });
  if (indices.length < least) {
    const where = question.baseline === undefined ? '' : ` within ${question.baseline}`;
    throw new QuestionError(
      `${indices.length === 0 ? 'no points' : `only ${indices.length} point${indices.length === 1 ? '' : 's'}`}${where}: a chart of this kind needs at least ${least}`,
    );
  }
  return {
    indices,
    told: {from: began[indices[0]], to: began[indices[indices.length - 1]], points: indices.length},
  };
}

function boundOf(text: string): number | null {
  if (text === '') return null;
  const time = Date.parse(/T|^\d{4}-\d{2}-\d{2}$/.test(text) ? text : text.replace(' ', 'T'));
  if (Number.isNaN(time)) throw new QuestionError(`the baseline is FROM..TO, two times in ISO 8601: "${text}" is none`);
  return time;
}
