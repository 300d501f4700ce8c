import {z} from 'zod';
import {UnresolvedQuestion} from '../../warehouse/data-answers.ts';
import {tableRows} from '../../warehouse/table-rows.ts';
import type {App} from '../app.ts';
import {toCsv} from '../csv.ts';
import {FishboneError} from '../errors.ts';
import type {Http} from '../http.ts';
import {runOperation} from '../operations.ts';
import {asQuery} from '../query-string.ts';
import {answersWith} from './answers-with.ts';
import {unchanged} from './etag.ts';

const Id = z.object({id: z.string().min(1)});

const TableQuery = z.object({
  asOf: z.number().int().nonnegative().optional(),
  limit: z.number().int().positive().max(1_000_000).optional(),
});

export async function dataRoutes(http: Http, app: App): Promise<void> {
  const read = {config: {access: 'read'}} as const;
  const cached = {...read, preHandler: unchanged(app)} as const;

  http.get('/v1/batches', {...cached, schema: answersWith('batches')}, ({caller}) =>
    runOperation(app, 'batches', {}, caller),
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
  http.get(
    '/v1/tables/:table.:form',
    {
      ...cached,
      schema: {
        summary: 'The current rows of a canonical table; headers state the position and whether there are more rows',
        params: z.object({table: z.string(), form: z.enum(['json', 'csv', 'arrows'])}),
        querystring: asQuery(TableQuery),
      },
    },
    async ({params: {table, form}, query: {asOf, limit = 100_000}}, reply) => {
      const found = await tableRows(app.warehouse, table, {asOf, limit});
      if (!found) throw new FishboneError('NOT_FOUND', `there is no table "${table}"`);
      reply.header('fishbone-as-of', found.asOf).header('fishbone-truncated', String(found.truncated));
      if (form === 'csv') return reply.type('text/csv; charset=utf-8').send(toCsv(found));
      if (form === 'arrows') {
        const {toArrowStream} = await import('../arrow-stream.ts');
        return reply.type('application/vnd.apache.arrow.stream').send(Buffer.from(toArrowStream(table, found)));
      }
      return {table, asOf: found.asOf, truncated: found.truncated, rows: found.rows};
    },
  );
  http.get('/v1/openapi.json', {config: {access: 'open'}, schema: {hide: true}}, (_request, reply) =>
    reply.send(http.swagger()),
  );
}
