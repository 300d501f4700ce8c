import {z} from 'zod';
import {DriftQuestion} from '../../warehouse/drift-answers.ts';
import type {App} from '../app.ts';
import type {Http} from '../http.ts';
import {OPERATIONS, runOperation} from '../operations.ts';
import {asQuery} from '../query-string.ts';
import {answersWith} from './answers-with.ts';

const Id = z.object({id: z.string().min(1)});

export async function driftRoutes(http: Http, app: App): Promise<void> {
  http.get(
    '/v1/drift',
    {config: {access: 'read'}, schema: {...answersWith('drift'), querystring: asQuery(DriftQuestion)}},
    ({query, caller}) => runOperation(app, 'drift', query, caller),
  );
  http.post(
    '/v1/drift/:id/accept',
    {
      config: {access: 'replay'},
      schema: {...answersWith('drift.accept'), params: Id, body: OPERATIONS['drift.accept'].input.omit({id: true})},
    },
    ({body, params, caller}) => runOperation(app, 'drift.accept', {...body, ...params}, caller),
  );
}
