/** Inspectors under suspicion: their inspections, what reviewers say of them, and what follows for thresholds and versions. */
import {z} from 'zod';
import {
  ChallengeAnswer,
  ChallengeQuestion,
  DefectMapAnswer,
  DefectMapQuestion,
  InspectionAnswer,
  InspectionListAnswer,
  InspectionListQuestion,
  QueueAnswer,
  QueueQuestion,
  ReviewAnswer,
  ReviewInput,
  ReviewListAnswer,
  ReviewListQuestion,
  ScoreDriftAnswer,
  ScoreDriftQuestion,
  ThresholdAnswer,
  ThresholdQuestion,
} from '../warehouse/inspector-answers.ts';
import {inspection, inspections} from '../warehouse/inspectors/cards.ts';
import {challenge} from '../warehouse/inspectors/challenge.ts';
import {defectMap} from '../warehouse/inspectors/defect-map.ts';
import {inspectorDrift} from '../warehouse/inspectors/drift.ts';
import {reviewQueue} from '../warehouse/inspectors/queue.ts';
import {reviews} from '../warehouse/inspectors/reviews.ts';
import {thresholds} from '../warehouse/inspectors/thresholds.ts';
import {cardReferences} from './card-references.ts';
import {withImages} from './image-sizes.ts';
import {operation} from './operation.ts';
import {recordReview} from './record-review.ts';

export const INSPECTOR_OPERATIONS = {
  'inspection.list': operation({
    summary: 'Inspections with their defects, the newest first',
    input: InspectionListQuestion.strict(),
    output: InspectionListAnswer,
    run: async (app, question) => {
      const answer = await inspections(app.warehouse, question);
      return {...answer, inspections: await withImages(app, answer.inspections)};
    },
  }),
  'inspection.show': operation({
    summary: 'One inspection with its defects and reviews',
    input: z.strictObject({id: z.string().min(1), asOf: InspectionListQuestion.shape.asOf}),
    output: InspectionAnswer,
    run: async (app, {id, asOf}) => (await withImages(app, [await inspection(app.warehouse, id, asOf)]))[0],
  }),
  review: operation({
    summary: 'Records whether a reviewer agrees with the result of an inspection; the same word once',
    input: ReviewInput,
    output: ReviewAnswer,
    run: (app, input, caller) => recordReview(app, input, caller),
  }),
  'review.list': operation({
    summary: 'What reviewers said, the newest first, and how far they agree with each other',
    input: ReviewListQuestion.strict(),
    output: ReviewListAnswer,
    run: (app, question) => reviews(app.warehouse, question),
  }),
  'review.queue': operation({
    summary: 'What should be reviewed next: a random sample, most of what the inspector was not sure of',
    input: QueueQuestion.strict(),
    output: QueueAnswer,
    run: async (app, question, {authenticated}) => {
      const reviewer = question.reviewer ?? authenticated ?? undefined;
      const answer = await reviewQueue(app.warehouse, {...app.config.reviews, ...question, reviewer});
      return {...answer, items: await withImages(app, answer.items)};
    },
  }),
  thresholds: operation({
    summary: 'What yield, false calls and escapes would be at other thresholds of an inspector',
    input: ThresholdQuestion.strict(),
    output: ThresholdAnswer,
    run: (app, question) => thresholds(app.warehouse, question),
  }),
  challenge: operation({
    summary: 'Two inspectors, such as two versions of a model, on the same images or parts',
    input: ChallengeQuestion.strict(),
    output: ChallengeAnswer,
    run: async (app, question) => {
      const answer = await challenge(app.warehouse, question);
      const cases = answer.differing.cases;
      const champions = await withImages(
        app,
        cases.map(one => one.champion),
      );
      const challengers = await withImages(
        app,
        cases.map(one => one.challenger),
      );
      const shown = cases.map((one, k) => ({...one, champion: champions[k], challenger: challengers[k]}));
      return {...answer, differing: {...answer.differing, cases: shown}};
    },
  }),
  'scores.drift': operation({
    summary:
      'Whether the scores of inspectors, and the images that they get, are still what they were in their first lots and what their card says',
    input: ScoreDriftQuestion.strict(),
    output: ScoreDriftAnswer,
    run: async (app, question) => inspectorDrift(app.warehouse, question, await cardReferences(app)),
  }),
  'defect.map': operation({
    summary: 'Where on the part defects fall: parts by the middle of their main defect, on a grid',
    input: DefectMapQuestion.strict(),
    output: DefectMapAnswer,
    run: (app, question) => defectMap(app.warehouse, question),
  }),
} as const;
