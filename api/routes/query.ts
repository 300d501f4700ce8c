import {QueryQuestion} from '../../warehouse/query-answers.ts';
import type {QueryForm} from '../../warehouse/sandbox/job.ts';
import {StatementsQuestion} from '../../warehouse/statement-answers.ts';
import {mayUse, Role} from '../access/roles.ts';
import type {App} from '../app.ts';
import type {Http} from '../http.ts';
import {runOperation} from '../operations.ts';
import {untilGone} from './analysis.ts';
import {answersWith} from './answers-with.ts';

const TYPES: Readonly<Record<QueryForm, string>> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  arrows: 'application/vnd.apache.arrow.stream',
};

/** SQL from people. What is answered comes as bytes from the process that made it, and is sent as it is. */
export async function queryRoutes(http: Http, app: App): Promise<void> {
  http.post(
    '/v1/query',
    {
      config: {access: 'query'},
      schema: {
        ...answersWith('query'),
        description:
          'Accept asks for JSON, text/csv or application/vnd.apache.arrow.stream; of these, headers state position and truncation.',
        body: QueryQuestion.strict(),
      },
    },
    async ({body: question, headers, caller, seenAs}, reply) => {
      const form = formOf(headers.accept ?? '');
      const {head, body} = await app.queries.ask(question, {
        by: caller.authenticated,
        // As in the list of persons: whoever may read that may read names here.
        seesNames: seenAs.role === null || mayUse(Role.parse(seenAs.role), 'administer'),
        form,
        signal: untilGone(reply),
      });
      reply
        .header('fishbone-as-of', head.asOf)
        .header('fishbone-truncated', String(head.truncated))
        .header('cache-control', 'private, no-store');
      return reply.type(TYPES[form]).send(body);
    },
  );
  http.post(
    '/v1/statements',
    {config: {access: 'read'}, schema: {...answersWith('statements'), body: StatementsQuestion}},
    ({body, caller}) => runOperation(app, 'statements', body, caller),
  );
}

function formOf(accept: string): QueryForm {
  if (accept.includes('vnd.apache.arrow')) return 'arrows';
  return accept.includes('text/csv') ? 'csv' : 'json';
}
