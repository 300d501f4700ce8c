/** SQL from people, over the canonical tables. */
import {z} from 'zod';
import {QUERY_FORMS, QueryAnswer, QueryQuestion} from '../warehouse/query-answers.ts';
import type {Answer} from '../warehouse/sandbox/process.ts';
import {type Caller, operation} from './operation.ts';

const asked = ({authenticated, signal}: Caller) => ({by: authenticated, signal, seesNames: authenticated === null});

const inJson = ({body}: Answer) => JSON.parse(body.toString()) as QueryAnswer;
const inBytes = ({head, body}: Answer) => ({...head, body: body.toString('base64')});

export const QUERY_OPERATIONS = {
  query: operation({
    summary: 'Answers one SELECT over the canonical tables, in a process of its own; says of which position',
    input: QueryQuestion.strict(),
    output: QueryAnswer,
    run: async (app, question, caller) => inJson(await app.queries.ask(question, {...asked(caller), form: 'json'})),
    atRest: async (app, question) => {
      const answer = await app.queries.atRest(question, 'json');
      return async () => inJson(await answer());
    },
  }),
  'query.as': operation({
    summary: 'The same as CSV or as an Arrow stream',
    input: QueryQuestion.extend({form: z.enum(QUERY_FORMS)}).strict(),
    output: QueryAnswer.omit({rows: true}).extend({body: z.base64()}),
    run: async (app, {form, ...question}, caller) => inBytes(await app.queries.ask(question, {...asked(caller), form})),
    atRest: async (app, {form, ...question}) => {
      const answer = await app.queries.atRest(question, form);
      return async () => inBytes(await answer());
    },
  }),
} as const;
