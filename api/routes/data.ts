import {z} from 'zod';
import {UnresolvedQuestion} from '../../warehouse/data-answers.ts';
import type {App} from '../app.ts';
import type {Http} from '../http.ts';
import {MappingName} from '../named-mappings.ts';
import {OPERATIONS, runOperation} from '../operations.ts';
import {asQuery} from '../query-string.ts';
import {answersWith} from './answers-with.ts';
import {recent} from './recent.ts';

const Id = z.object({id: z.string().min(1)});

export async function dataRoutes(http: Http, app: App): Promise<void> {
  const read = {config: {access: 'read'}} as const;
  const cached = {...read, preHandler: recent(app)} as const;

  http.get(
    '/v1/batches',
    {...cached, schema: {...answersWith('batches'), querystring: asQuery(OPERATIONS.batches.input)}},
    ({query, caller}) => runOperation(app, 'batches', query, caller),
  );
  http.get('/v1/supply', {...cached, schema: answersWith('supply')}, ({caller}) =>
    runOperation(app, 'supply', {}, caller),
  );
  http.get('/v1/quarantine', {...cached, schema: answersWith('quarantine.list')}, ({caller}) =>
    runOperation(app, 'quarantine.list', {}, caller),
  );
  http.get(
    '/v1/quarantine/:id',
    {
      ...cached,
      schema: {
        ...answersWith('quarantine.show'),
        params: Id,
        querystring: asQuery(OPERATIONS['quarantine.show'].input.omit({id: true})),
      },
    },
    ({params, query, caller}) => runOperation(app, 'quarantine.show', {...query, ...params}, caller),
  );
  const replaying = {config: {access: 'replay'}} as const;
  // A path is of the machine that the warehouse is on: that is for the command line.
  const Again = OPERATIONS['quarantine.replay'].input.extend({mapping: MappingName.optional()});
  http.post(
    '/v1/quarantine/replay',
    {...replaying, schema: {...answersWith('quarantine.replay'), body: Again.omit({id: true})}},
    ({body, caller}) => runOperation(app, 'quarantine.replay', body, caller),
  );
  http.post(
    '/v1/quarantine/:id/replay',
    {
      ...replaying,
      schema: {
        ...answersWith('quarantine.replay'),
        params: Id,
        body: Again.omit({id: true, all: true, reason: true}).nullable().optional(),
      },
    },
    ({params, body, caller}) => runOperation(app, 'quarantine.replay', {...body, ...params}, caller),
  );
  for (const did of ['set-aside', 'reopen'] as const) {
    const name = `quarantine.${did}` as const;
    http.post(
      `/v1/quarantine/:id/${did}`,
      {...replaying, schema: {...answersWith(name), params: Id, body: OPERATIONS[name].input.omit({id: true})}},
      ({params, body, caller}) => runOperation(app, name, {...body, ...params}, caller),
    );
  }
  http.get(
    '/v1/unresolved',
    {...cached, schema: {...answersWith('unresolved'), querystring: asQuery(UnresolvedQuestion)}},
    ({query, caller}) => runOperation(app, 'unresolved', query, caller),
  );
}
