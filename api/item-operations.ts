/** One part, lot or work order: how its id begins, and its whole story with the holds of its lot. */
import {FindAnswer, FindQuestion, type TraceAnswer, TraceQuestion} from '../warehouse/answers.ts';
import {findNames} from '../warehouse/find-names.ts';
import {TracedAnswer} from '../warehouse/hold-answers.ts';
import {trace} from '../warehouse/trace.ts';
import {withImages} from './image-sizes.ts';
import {operation} from './operation.ts';
import type {Holds} from './write-back/holds.ts';

export const ITEM_OPERATIONS = {
  find: operation({
    summary: 'Parts, lots and work orders whose id begins like this',
    input: FindQuestion.strict(),
    output: FindAnswer,
    run: (app, question) => findNames(app.warehouse, question),
  }),
  trace: operation({
    summary: 'Where something came from, where it went, and what happened to it',
    input: TraceQuestion.strict(),
    output: TracedAnswer,
    run: async (app, question) => {
      const answer = await trace(app.warehouse, question);
      const lot = lotOf(answer);
      const inspections = await withImages(app, answer.inspections);
      return {...answer, inspections, holds: lot === null ? [] : holdsOf(app.holds, lot)};
    },
  }),
} as const;

/** The lot that it is, or that a part shares its fate with. */
function lotOf({kind, id, history}: TraceAnswer): string | null {
  if (kind === 'lot') return id;
  if (kind === 'work_order') return null;
  const made = history.find(({what, details}) => what === 'made' && typeof details.lot === 'string');
  return made === undefined ? null : String(made.details.lot);
}

function holdsOf(holds: Holds, lot: string): TracedAnswer['holds'] {
  return holds.about(lot).map(hold => {
    const {id, decision, reason, text, proposedBy, proposedAt, coverage, lots} = hold;
    const {state} = coverage.find(cover => cover.lot === lot)!;
    const told = lots.filter(delivery => delivery.lot === lot);
    return {id, decision, reason, text, proposedBy, proposedAt, lot, state, lots: told};
  });
}
