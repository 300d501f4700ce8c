/** What may be suspected, and the population that follows from it. */
import {z} from 'zod';
import {ContainAnswer, ContainQuestion} from '../warehouse/answers.ts';
import {contain, contained} from '../warehouse/contain.ts';
import type {QueryAnswer} from '../warehouse/query-answers.ts';
import {FishboneError} from './errors.ts';
import {operation} from './operation.ts';

const ROWS_MAX = 100_000;

export const CONTAIN_OPERATIONS = {
  contain: operation({
    summary: 'The suspect population of a finding, a lot, a filter, a window in time or a list of parts',
    input: ContainQuestion.strict(),
    output: ContainAnswer,
    run: (app, question) => contain(app.warehouse, question),
  }),
  'contain.query': operation({
    summary: 'The suspect population of the parts (column part) and lots (column lot) that one SELECT gives',
    input: ContainQuestion.omit({target: true, parts: true, lots: true})
      .extend({sql: z.string().min(1).max(100_000).describe('one SELECT')})
      .strict(),
    output: ContainAnswer,
    run: async (app, {sql, asOf, ...scope}, {authenticated, signal}) => {
      const question = {sql, asOf, fresh: asOf === undefined, limit: ROWS_MAX};
      const asking = {by: authenticated, seesNames: authenticated === null, form: 'json' as const, signal};
      const {body} = await app.queries.ask(question, asking);
      const answer = JSON.parse(body.toString()) as QueryAnswer;
      return contain(app.warehouse, {...listOf(answer), ...scope, sql, asOf: answer.asOf});
    },
  }),
  contained: operation({
    summary: 'A suspect population as it was found earlier',
    input: z.strictObject({id: z.string().min(1)}),
    output: ContainAnswer,
    run: (app, {id}) => contained(app.warehouse, id),
  }),
} as const;

/** @throws FishboneError USAGE for an answer that is no list of ids: half of a list is never taken for the whole */
function listOf({columns, rows, truncated}: QueryAnswer): {parts: string[]; lots: string[]} {
  const refuse = (why: string) =>
    new FishboneError('USAGE', `the query is no list of suspects: ${why}`, {
      hint: 'it has to have a column part, or lot, or both, with the ids as text: select part from ... where ...',
    });
  const kinds = (['part', 'lot'] as const).filter(kind => columns.some(({name}) => name === kind));
  if (kinds.length === 0) throw refuse(`its columns are ${columns.map(({name}) => name).join(', ')}`);
  if (truncated) throw refuse(`it has more than ${ROWS_MAX} rows`);
  const ids: Record<'part' | 'lot', Set<string>> = {part: new Set(), lot: new Set()};
  for (const [k, row] of rows.entries()) {
    const given = kinds.filter(kind => row[kind] !== null);
    if (given.length === 0) throw refuse(`row ${k + 1} names none`);
    for (const kind of given) {
      const id = row[kind];
      if (typeof id !== 'string') throw refuse(`row ${k + 1}: ${kind} is ${JSON.stringify(id)}, which is no text`);
      ids[kind].add(id);
    }
  }
  return {parts: [...ids.part], lots: [...ids.lot]};
}
