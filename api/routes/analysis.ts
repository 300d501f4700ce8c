import type {FastifyReply} from 'fastify';
import {z} from 'zod';
import {
  ContainQuestion,
  FindQuestion,
  ItemKind,
  Plant,
  ScreenQuestion,
  TraceQuestion,
} from '../../warehouse/answers.ts';
import {ParetoQuestion, YieldQuestion} from '../../warehouse/pareto-answers.ts';
import type {App} from '../app.ts';
import type {Http} from '../http.ts';
import {OPERATIONS, runOperation} from '../operations.ts';
import {Problem} from '../problem.ts';
import {asQuery} from '../query-string.ts';
import {answersWith} from './answers-with.ts';
import {recent} from './recent.ts';

const Id = z.object({id: z.string().min(1)});
const TraceParams = z.object({kind: z.union([ItemKind, z.literal('any')]), id: z.string().min(1)});

export async function analysisRoutes(http: Http, app: App): Promise<void> {
  const read = {config: {access: 'read'}} as const;
  const cached = {...read, preHandler: recent(app)} as const;

  http.get(
    '/v1/pareto',
    {...cached, schema: {...answersWith('pareto'), querystring: asQuery(ParetoQuestion)}},
    ({query, caller}) => runOperation(app, 'pareto', query, caller),
  );
  http.get(
    '/v1/yield',
    {...cached, schema: {...answersWith('yield'), querystring: asQuery(YieldQuestion)}},
    ({query, caller}) => runOperation(app, 'yield', query, caller),
  );
  http.get(
    '/v1/find',
    {...cached, schema: {...answersWith('find'), querystring: asQuery(FindQuestion)}},
    ({query, caller}) => runOperation(app, 'find', query, caller),
  );
  http.get(
    '/v1/trace/:kind/:id',
    {
      ...cached,
      schema: {
        ...answersWith('trace'),
        params: TraceParams,
        querystring: asQuery(TraceQuestion.omit({id: true, kind: true})),
      },
    },
    ({params: {kind, id}, query, caller}) =>
      runOperation(app, 'trace', {...query, id, ...(kind === 'any' ? {} : {kind})}, caller),
  );
  http.post(
    '/v1/screen',
    {...read, schema: {...answersWith('screen'), body: ScreenQuestion.strict()}},
    ({body, caller}, reply) => runOperation(app, 'screen', body, {...caller, signal: untilGone(reply)}),
  );
  http.get(
    '/v1/findings/:id',
    {
      ...read,
      preHandler: recent(app, {isFixed: ({query}) => !(query as {recompute?: boolean}).recompute}),
      schema: {
        ...answersWith('finding'),
        params: Id,
        querystring: asQuery(z.object({recompute: z.boolean().optional()})),
      },
    },
    ({params, query, caller}) => runOperation(app, 'finding', {...params, ...query}, caller),
  );
  http.post(
    '/v1/contain',
    {...read, schema: {...answersWith('contain'), body: ContainQuestion.strict()}},
    ({body, caller}) => runOperation(app, 'contain', body, caller),
  );
  http.post(
    '/v1/contain/query',
    {config: {access: 'query'}, schema: {...answersWith('contain.query'), body: OPERATIONS['contain.query'].input}},
    ({body, caller}) => runOperation(app, 'contain.query', body, caller),
  );
  http.get('/v1/contained/:id', {...cached, schema: {...answersWith('contained'), params: Id}}, ({params, caller}) =>
    runOperation(app, 'contained', params, caller),
  );
  const plant = {summary: OPERATIONS.plant.summary, response: {200: Plant, '4xx': Problem}};
  const asSeen = recent(app, {who: ({seenAs}) => JSON.stringify(seenAs)});
  http.get(
    '/v1/plant',
    {config: {access: 'read', audit: false}, preHandler: asSeen, schema: plant},
    async ({caller, seenAs}) => ({
      ...(await runOperation(app, 'plant', {}, caller)),
      access: seenAs,
    }),
  );
}

/** Aborted when the connection closes before the answer is sent. */
export function untilGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}
