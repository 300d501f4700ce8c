import {z} from 'zod';
import {UnresolvedQuestion} from '../../warehouse/data-answers.ts';
import type {App} from '../app.ts';
import type {Http} from '../http.ts';
import {OPERATIONS, runOperation} from '../operations.ts';
import {asQuery} from '../query-string.ts';
import {answersWith} from './answers-with.ts';
import {unchanged} from './etag.ts';

const Id = z.object({id: z.string().min(1)});

export async function dataRoutes(http: Http, app: App): Promise<void> {
  const read = {config: {access: 'read'}} as const;
  const cached = {...read, preHandler: unchanged(app)} as const;

  http.get(
    '/v1/batches',
    {...cached, schema: {...answersWith('batches'), querystring: asQuery(OPERATIONS.batches.input)}},
    ({query, caller}) => runOperation(app, 'batches', query, caller),
  );
  http.get('/v1/quarantine', {...cached, schema: answersWith('quarantine.list')}, ({caller}) =>
    runOperation(app, 'quarantine.list', {}, caller),
  );
  http.get(
    '/v1/quarantine/:id',
    {...cached, schema: {...answersWith('quarantine.show'), params: Id}},
    ({params, caller}) => runOperation(app, 'quarantine.show', params, caller),
  );
  http.get(
    '/v1/unresolved',
    {...cached, schema: {...answersWith('unresolved'), querystring: asQuery(UnresolvedQuestion)}},
    ({query, caller}) => runOperation(app, 'unresolved', query, caller),
  );
}
