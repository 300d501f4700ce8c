import {z} from 'zod';
import type {App} from '../app.ts';
import type {Http} from '../http.ts';
import {OPERATIONS, runOperation} from '../operations.ts';
import {asQuery} from '../query-string.ts';
import {answersWith} from './answers-with.ts';

const Id = z.object({id: z.string().min(1)});

export async function holdRoutes(http: Http, app: App): Promise<void> {
  http.get(
    '/v1/holds',
    {
      config: {access: 'read'},
      schema: {...answersWith('hold.list'), querystring: asQuery(OPERATIONS['hold.list'].input)},
    },
    ({query, caller}) => runOperation(app, 'hold.list', query, caller),
  );
  http.get(
    '/v1/holds/:id',
    {config: {access: 'read'}, schema: {...answersWith('hold.show'), params: Id}},
    ({params, caller}) => runOperation(app, 'hold.show', params, caller),
  );
  http.get(
    '/v1/holds/:id/evidence',
    {config: {access: 'read'}, schema: {...answersWith('hold.evidence'), params: Id}},
    ({params, caller}) => runOperation(app, 'hold.evidence', params, caller),
  );
  http.get('/v1/reason-codes', {config: {access: 'read'}, schema: answersWith('hold.reasons')}, ({caller}) =>
    runOperation(app, 'hold.reasons', {}, caller),
  );
  http.post(
    '/v1/holds/:id/check',
    {
      config: {access: 'propose'},
      schema: {...answersWith('hold.check'), params: Id, body: z.strictObject({}).nullable().optional()},
    },
    ({params, caller}) => runOperation(app, 'hold.check', params, caller),
  );
  http.get(
    '/v1/holds/:id/mes',
    {config: {access: 'read'}, schema: {...answersWith('hold.look'), params: Id}},
    ({params, caller}) => runOperation(app, 'hold.look', params, caller),
  );
  http.post(
    '/v1/holds',
    {config: {access: 'propose'}, schema: {...answersWith('hold.propose'), body: OPERATIONS['hold.propose'].input}},
    ({body, caller}) => runOperation(app, 'hold.propose', body, caller),
  );
  http.post(
    '/v1/holds/:id/settle',
    {
      config: {access: 'decide'},
      schema: {...answersWith('hold.settle'), params: Id, body: OPERATIONS['hold.settle'].input.omit({id: true})},
    },
    ({params: {id}, body, caller}) => runOperation(app, 'hold.settle', {...body, id}, caller),
  );
  http.post(
    '/v1/holds/:id/review',
    {
      config: {access: 'decide'},
      schema: {...answersWith('hold.review'), params: Id, body: OPERATIONS['hold.review'].input.omit({id: true})},
    },
    ({params: {id}, body, caller}) => runOperation(app, 'hold.review', {...body, id}, caller),
  );
  // A browser that has nothing to add sends no body at all.
  for (const decision of ['approve', 'refuse'] as const) {
    const name = `hold.${decision}` as const;
    const body = OPERATIONS[name].input.omit({id: true}).nullable().optional();
    http.post(
      `/v1/holds/:id/${decision}`,
      {config: {access: 'decide'}, schema: {...answersWith(name), params: Id, body}},
      ({params: {id}, body, caller}) => runOperation(app, name, {...body, id}, caller),
    );
  }
  for (const decision of ['release', 'scrap'] as const) {
    const name = `hold.${decision}` as const;
    const body = OPERATIONS[name].input.omit({id: true}).nullable().optional();
    http.post(
      `/v1/holds/:id/${decision}`,
      {config: {access: 'decide'}, schema: {...answersWith(name), params: Id, body}},
      ({params: {id}, body, caller}) => runOperation(app, name, {...body, id}, caller),
    );
  }
}
