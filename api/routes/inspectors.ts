import {z} from 'zod';
import {
  ChallengeQuestion,
  DefectMapQuestion,
  InspectionListQuestion,
  QueueQuestion,
  ReviewInput,
  ReviewListQuestion,
  ScoreDriftQuestion,
  ThresholdQuestion,
} from '../../warehouse/inspector-answers.ts';
import type {App} from '../app.ts';
import type {Http} from '../http.ts';
import {runOperation} from '../operations.ts';
import {asQuery} from '../query-string.ts';
import {answersWith} from './answers-with.ts';
import {recent} from './recent.ts';

const Id = z.object({id: z.string().min(1)});
const Inspector = z.object({inspector: z.string().min(1)});

export async function inspectorRoutes(http: Http, app: App): Promise<void> {
  const cached = {config: {access: 'read'}, preHandler: recent(app)} as const;

  http.get(
    '/v1/inspections',
    {...cached, schema: {...answersWith('inspection.list'), querystring: asQuery(InspectionListQuestion)}},
    ({query, caller}) => runOperation(app, 'inspection.list', query, caller),
  );
  http.get(
    '/v1/inspections/:id',
    {
      ...cached,
      schema: {
        ...answersWith('inspection.show'),
        params: Id,
        querystring: asQuery(InspectionListQuestion.pick({asOf: true})),
      },
    },
    ({params, query, caller}) => runOperation(app, 'inspection.show', {...query, ...params}, caller),
  );
  http.post(
    '/v1/inspections/:id/review',
    {
      config: {access: 'propose'},
      schema: {...answersWith('review'), params: Id, body: ReviewInput.omit({inspection: true})},
    },
    ({params, body, caller}) => runOperation(app, 'review', {...body, inspection: params.id}, caller),
  );
  http.get(
    '/v1/reviews',
    {...cached, schema: {...answersWith('review.list'), querystring: asQuery(ReviewListQuestion)}},
    ({query, caller}) => runOperation(app, 'review.list', query, caller),
  );
  // What is drawn next depends on who asks: never from memory.
  http.get(
    '/v1/reviews/queue',
    {config: {access: 'read'}, schema: {...answersWith('review.queue'), querystring: asQuery(QueueQuestion)}},
    ({query, caller}) => runOperation(app, 'review.queue', query, caller),
  );
  http.get(
    '/v1/inspectors/:inspector/thresholds',
    {
      ...cached,
      schema: {
        ...answersWith('thresholds'),
        params: Inspector,
        querystring: asQuery(ThresholdQuestion.omit({inspector: true})),
      },
    },
    ({params, query, caller}) => runOperation(app, 'thresholds', {...query, ...params}, caller),
  );
  http.get(
    '/v1/inspectors/challenge',
    {...cached, schema: {...answersWith('challenge'), querystring: asQuery(ChallengeQuestion)}},
    ({query, caller}) => runOperation(app, 'challenge', query, caller),
  );
  http.get(
    '/v1/inspectors/drift',
    {...cached, schema: {...answersWith('scores.drift'), querystring: asQuery(ScoreDriftQuestion)}},
    ({query, caller}) => runOperation(app, 'scores.drift', query, caller),
  );
  http.get(
    '/v1/defect-map',
    {...cached, schema: {...answersWith('defect.map'), querystring: asQuery(DefectMapQuestion)}},
    ({query, caller}) => runOperation(app, 'defect.map', query, caller),
  );
}
