import {createHash} from 'node:crypto';
import {createWriteStream} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import type {IncomingHttpHeaders} from 'node:http';
import {join} from 'node:path';
import {Readable, Transform} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import type {FastifyRequest} from 'fastify';
import {validatorCompiler} from 'fastify-type-provider-zod';
import {z} from 'zod';
import type {Receipt} from '../../warehouse/data-answers.ts';
import type {App} from '../app.ts';
import {FishboneError} from '../errors.ts';
import type {Http} from '../http.ts';
import {InspectionInput} from '../inspections/input.ts';
import {INSPECTIONS} from '../inspections/load-inspections.ts';
import {withProgress} from '../live/progress.ts';
import {ingest, isUnusable, type LoadOptions} from '../load-files.ts';
import {MappingName} from '../named-mappings.ts';
import {runOperation} from '../operations.ts';
import {asQuery} from '../query-string.ts';
import {noteRefused} from '../watch-rejects.ts';
import {answersWith} from './answers-with.ts';

/** What may be sent, and how such a file is called. */
const ENDINGS: Readonly<Record<string, string>> = {
  'text/csv': '.csv',
  'text/tab-separated-values': '.tsv',
  'application/x-ndjson': '.ndjson',
  'application/ndjson': '.ndjson',
  'application/vnd.apache.parquet': '.parquet',
  'application/vnd.apache.arrow.stream': '.arrows',
  'application/vnd.apache.arrow.file': '.arrow',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': '.xlsx',
  'application/json': '.json',
};

/** Of what says itself what its tables are; its content says what it is. */
const ANY_FILE = ['application/octet-stream', 'text/plain'];

const Query = z.object({
  wide: z.boolean().optional(),
  timeZone: z.string().optional(),
  encoding: z.string().optional().describe('of delimited text that is not UTF-8'),
  mapping: MappingName.optional(),
  sheet: z.string().optional().describe('the sheet of a workbook that is meant'),
  dryRun: z.boolean().optional(),
  source: z.string().max(300).optional().describe('what the data are called on receipts and in the quarantine'),
});

export async function ingestRoutes(http: Http, app: App): Promise<void> {
  await http.register(async (streamed: Http) => {
    streamed.removeAllContentTypeParsers();
    // Not collected in memory: the body goes from the connection to the disk.
    for (const type of [...Object.keys(ENDINGS), ...ANY_FILE])
      streamed.addContentTypeParser(type, (_request, body, done) => done(null, body));
    const headers = z.object({'idempotency-key': z.string().min(1).max(200).optional()});
    streamed.post(
      '/v1/ingest/:table',
      {
        config: {access: 'append', ofTables: ({params}) => [(params as {table: string}).table]},
        schema: {
          ...answersWith('ingest'),
          description: `The body is a file: ${Object.keys(ENDINGS).join(', ')}. Idempotency-Key is honoured.`,
          params: z.object({table: z.string()}),
          querystring: asQuery(Query),
          headers,
        },
      },
      request => {
        const {table} = request.params;
        const type = typeOf(request.headers);
        if (ENDINGS[type] === undefined)
          throw new FishboneError('USAGE', `${type} does not say what kind of table it is`, {
            hint: `send ${Object.keys(ENDINGS).join(', ')}; or POST /v1/ingest, for files that say what their tables are`,
          });
        const name = `${table.replaceAll(/[^\w-]/g, '_')}${ENDINGS[type]}`;
        return take(app, request, {source: `POST /v1/ingest/${table}`, ...request.query, table}, name);
      },
    );
    streamed.post(
      '/v1/ingest',
      {
        // Which tables a file is about is seen when it is read.
        config: {access: 'append', ofTables: () => []},
        schema: {
          ...answersWith('ingest'),
          description:
            'The body is a file that says itself what its tables are (Q-DAS DFQ, IPC-CFX, a workbook with a sheet a table), or ' +
            "whose name says it, or that a mapping of the warehouse says (?mapping=NAME). The file's content says its kind. Idempotency-Key is honoured.",
          querystring: asQuery(Query.extend({name: z.string().max(300).optional().describe("the file's name")})),
          headers,
        },
      },
      request => {
        const {name, ...query} = request.query;
        // Of a path, only the last piece names a file; without a name, there is no ending that could be wrong.
        const file =
          (name ?? 'body')
            .replace(/^.*[\\/]/, '')
            .replaceAll(/[^\w.-]/g, '_')
            .replace(/^\.+/, '') || 'body';
        return take(app, request, {source: name ?? 'POST /v1/ingest', ...query}, file);
      },
    );
  });

  http.post(
    '/v1/inspections',
    {
      config: {
        access: 'append',
        limit: 'inspections',
        audit: false,
        ofStation: true,
        ofTables: () => ['inspections', 'defects'],
      },
      // What is refused is in no batch, and a station that suddenly sends nothing else has to be noticed.
      onResponse: async ({body}, {statusCode}) => {
        const rows = Array.isArray(body) ? body.length : 1;
        if (statusCode === 400 || statusCode === 422) await noteRefused(app, INSPECTIONS, rows);
      },
      schema: {
        ...answersWith('inspections'),
        description:
          'What is new is on the disk when this answers, and whatever is asked after that sees it; its batch is made within a second.',
        querystring: asQuery(
          z.object({wait: z.boolean().optional().describe('answers when what is new is in a batch, with its number')}),
        ),
        body: z.union([InspectionInput, z.array(InspectionInput)]),
      },
      // Of a union, zod's errors would not say which field it was.
      validatorCompiler: part => {
        if (part.httpPart !== 'body')
          return validatorCompiler(part as unknown as Parameters<typeof validatorCompiler>[0]);
        return (body: unknown) => {
          const parsed = Array.isArray(body)
            ? z.array(InspectionInput).safeParse(body)
            : InspectionInput.safeParse(body);
          return parsed.success ? {value: parsed.data} : {error: parsed.error};
        };
      },
    },
    ({body, query: {wait}, caller}) =>
      runOperation(app, 'inspections', {inspections: Array.isArray(body) ? body : [body], wait}, caller),
  );
}

const typeOf = (headers: IncomingHttpHeaders): string =>
  (headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();

/** Takes in the file that a body is; once only for one key of one caller. */
async function take(
  app: App,
  {headers, body, caller}: Pick<FastifyRequest, 'headers' | 'body' | 'caller'>,
  {source, ...options}: LoadOptions & {source: string},
  name: string,
): Promise<Receipt[]> {
  const folder = await mkdtemp(join(app.warehouse.folder, 'tmp', 'ingest-'));
  try {
    const path = join(folder, name);
    const digest = await keep(body instanceof Readable ? body : Readable.from([]), path);
    const work = async () =>
      usable(
        await withProgress(app.live, 'ingest', caller, () =>
          ingest(app, [path], {...options, only: caller.tables, source: () => source}),
        ),
      );
    const key = headers['idempotency-key'];
    if (typeof key !== 'string') return await work();
    const request = createHash('sha256')
      .update(JSON.stringify([name, options, digest]))
      .digest('hex');
    return await app.receipts.once(JSON.stringify([caller.authenticated, key]), request, work);
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}

/** Writes what arrives to a file. @returns its SHA-256 */
async function keep(body: Readable, path: string): Promise<string> {
  const hash = createHash('sha256');
  const digesting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(body, digesting, createWriteStream(path));
  return hash.digest('hex');
}

/** A file of which not a row could be read is the sender's error, not a receipt. */
function usable(receipts: Receipt[]): Receipt[] {
  const unusable = receipts.find(isUnusable);
  if (unusable) throw new FishboneError('FILE_UNUSABLE', unusable.notices.join('; '), {hint: 'no row was taken in'});
  return receipts;
}
