import {z} from 'zod';
import type {App} from '../app.ts';
import {PAGE, readCursor, writeCursor} from '../cursor.ts';
import {FishboneError} from '../errors.ts';
import {download} from '../exports/export.ts';
import {FORM_NAMES} from '../exports/forms.ts';
import {negotiate} from '../exports/negotiate.ts';
import type {Http} from '../http.ts';
import {Problem} from '../problem.ts';
import {asQuery} from '../query-string.ts';
import {unchanged} from './etag.ts';

const TableQuery = z.object({
  asOf: z.number().int().nonnegative().optional().describe('as it was after this batch'),
  columns: z.array(z.string().min(1)).min(1).optional().describe('all by default'),
  limit: z
    .number()
    .int()
    .nonnegative()
    .optional()
    .describe('all rows by default; fishbone-truncated says whether there are more'),
  cursor: PAGE.cursor.describe('the header fishbone-next of the page before; its position goes before asOf'),
});

export async function tableRoutes(http: Http, app: App): Promise<void> {
  http.get(
    '/v1/tables/:file',
    {
      config: {
        access: 'read',
        ofTables: ({params, headers}) => tablesOf((params as {file: string}).file, headers.accept),
      },
      preHandler: unchanged(app),
      schema: {
        summary:
          'The current rows of a canonical table or of the wide view of a step, of any number; headers state the position, ' +
          'how many rows there are, and whether a limit cut them',
        params: z.object({
          file: z
            .string()
            .describe(
              `parts, or step_bore; with .${FORM_NAMES.join(', .')} behind it, or in the form that Accept names`,
            ),
        }),
        querystring: asQuery(TableQuery),
        response: {200: z.unknown().describe('the rows, as they are made'), '4xx': Problem},
      },
    },
    async ({params: {file}, query, headers: {accept}, url}, reply) => {
      const asked = negotiate(file, accept);
      if (!asked)
        throw new FishboneError('NOT_ACCEPTABLE', `a table cannot be had as ${accept}`, {
          hint: `ask for ${file}.${FORM_NAMES.join(` or ${file}.`)}`,
        });
      const {cursor, ...question} = query;
      const from = readCursor(cursor);
      if (from) Object.assign(question, {asOf: from.at, after: from.after});
      const {exported, mediaType, bytes} = await download(app, asked.table, asked.form, question);
      // Whoever left while it was made gets nothing, and nothing stays.
      if (reply.raw.destroyed) bytes.destroy();
      reply
        .header('vary', 'accept')
        .header('fishbone-as-of', exported.asOf)
        .header('fishbone-rows', exported.rows)
        .header('fishbone-truncated', String(exported.truncated));
      if (exported.last) {
        const next = writeCursor({at: exported.asOf, after: exported.last});
        const there = new URL(url, 'http://here');
        there.searchParams.set('cursor', next);
        reply.header('fishbone-next', next).header('link', `<${there.pathname}${there.search}>; rel="next"`);
      }
      if (asked.form !== 'json')
        reply.header(
          'content-disposition',
          `attachment; filename*=UTF-8''${encodeURIComponent(`${asked.table}.${asked.form}`)}`,
        );
      return reply.type(asked.form === 'csv' ? `${mediaType}; charset=utf-8` : mediaType).send(bytes);
    },
  );
}

/** In a form that there is not nothing is read. */
function tablesOf(file: string, accept: string | undefined): string[] {
  const asked = negotiate(file, accept);
  return asked ? [asked.table] : [];
}
