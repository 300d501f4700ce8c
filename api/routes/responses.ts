import {z} from 'zod';
import type {App} from '../app.ts';
import type {Http} from '../http.ts';
import {OPERATIONS, runOperation} from '../operations.ts';
import {asQuery} from '../query-string.ts';
import {answersWith} from './answers-with.ts';

const Id = z.object({id: z.string().min(1)});

export async function responseRoutes(http: Http, app: App): Promise<void> {
  http.get('/v1/responses', {config: {access: 'read'}, schema: answersWith('responses.list')}, ({caller}) =>
    runOperation(app, 'responses.list', {}, caller),
  );
  http.post(
    '/v1/responses/try',
    {config: {access: 'read'}, schema: {...answersWith('responses.try'), body: OPERATIONS['responses.try'].input}},
    ({body, caller}) => runOperation(app, 'responses.try', body, caller),
  );
  http.get(
    '/v1/responses/log',
    {
      config: {access: 'read'},
      schema: {...answersWith('responses.log'), querystring: asQuery(OPERATIONS['responses.log'].input)},
    },
    ({query, caller}) => runOperation(app, 'responses.log', query, caller),
  );
  http.post(
    '/v1/responses/:id/settle',
    {
      config: {access: 'decide'},
      schema: {
        ...answersWith('responses.settle'),
        params: Id,
        body: OPERATIONS['responses.settle'].input.omit({id: true}),
      },
    },
    ({params: {id}, body, caller}) => runOperation(app, 'responses.settle', {...body, id}, caller),
  );
}
