import {z} from 'zod';
import {AlertQuestion} from '../../warehouse/alert-answers.ts';
import type {App} from '../app.ts';
import type {Http} from '../http.ts';
import {OPERATIONS, runOperation} from '../operations.ts';
import {asQuery} from '../query-string.ts';
import {answersWith} from './answers-with.ts';

const Id = z.object({id: z.string().min(1)});

export async function alertRoutes(http: Http, app: App): Promise<void> {
  http.get(
    '/v1/alerts',
    // Not by the ledger's position: what is counted within a minute is not in the ledger yet.
    {config: {access: 'read'}, schema: {...answersWith('alerts'), querystring: asQuery(AlertQuestion)}},
    ({query, caller}) => runOperation(app, 'alerts', query, caller),
  );
  http.post(
    '/v1/alerts/:id/close',
    {
      config: {access: 'replay'},
      schema: {
        ...answersWith('alert.close'),
        params: Id,
        body: OPERATIONS['alert.close'].input.omit({id: true}),
      },
    },
    ({body, params, caller}) => runOperation(app, 'alert.close', {...body, ...params}, caller),
  );
}
