/** Raises `inspector.scores` where an inspector's scores are not what they were, and ends it when they are again. */
import {scoreDrift} from '../warehouse/inspectors/score-drift.ts';
import {QuestionError} from '../warehouse/question-error.ts';
import {raiseAlert} from './alerts.ts';
import type {App} from './app.ts';

const NAME = 'inspector.scores';

/**
 * One look at every inspector: a server takes one a day, so that an inspector whose lots differ by chance only raises one false
 * alarm in a thousand days.
 */
export async function watchScores(app: App): Promise<void> {
  const {inspectors, asOf} = await scoreDrift(app.warehouse, {}).catch((error: unknown) => {
    // Nothing was inspected yet.
    if (error instanceof QuestionError) return {inspectors: [], asOf: 0};
    throw error;
  });
  for (const {inspector, status, reason, index, p, alpha, reference, newest} of inspectors) {
    if (status !== 'drifted') {
      await app.alerts.over(NAME, inspector, reason);
      continue;
    }
    const figures = {
      index,
      p,
      alpha,
      mean: newest?.mean ?? null,
      before: reference?.mean ?? null,
      lots: newest?.lots ?? null,
    };
    const permalink = `/inspections?tab=inspectors&inspector=${encodeURIComponent(inspector)}`;
    await raiseAlert(app, {name: NAME, source: inspector, text: reason, figures, batch: asOf, permalink});
  }
}
