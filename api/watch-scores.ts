/** Raises an alert where an inspector's scores, or the images that it gets, are not what they were, and ends it when they are again. */
import {inspectorDrift} from '../warehouse/inspectors/drift.ts';
import {QuestionError} from '../warehouse/question-error.ts';
import {raiseAlert} from './alerts.ts';
import type {App} from './app.ts';
import {cardReferences} from './card-references.ts';

const NAMES = {
  suspicion: 'inspector.scores',
  brightness: 'inspector.brightness',
  contrast: 'inspector.contrast',
  sharpness: 'inspector.sharpness',
} as const;

/**
 * One look at every inspector: a server takes one a day, so that an inspector whose lots differ by chance only raises one false
 * alarm a measure in a thousand days.
 */
export async function watchScores(app: App): Promise<void> {
  const {inspectors, asOf} = await inspectorDrift(app.warehouse, {}, await cardReferences(app)).catch(
    (error: unknown) => {
      // Nothing was inspected yet.
      if (error instanceof QuestionError) return {inspectors: [], asOf: 0};
      throw error;
    },
  );
  for (const {inspector, measure, card, ...own} of inspectors) {
    const name = NAMES[measure];
    const drifted = [own, card].filter(one => one?.status === 'drifted');
    if (drifted.length === 0) {
      await app.alerts.over(name, inspector, own.reason);
      continue;
    }
    const figures = {
      index: own.index,
      p: own.p,
      alpha: own.alpha,
      mean: own.newest?.mean ?? null,
      before: own.reference?.mean ?? null,
      lots: own.newest?.lots ?? null,
      cardIndex: card?.index ?? null,
      cardLow: card?.low ?? null,
    };
    const text = drifted.map(one => one!.reason).join('; ');
    const permalink = `/inspections?tab=inspectors&inspector=${encodeURIComponent(inspector)}`;
    await raiseAlert(app, {name, source: inspector, text, figures, batch: asOf, permalink});
  }
}
