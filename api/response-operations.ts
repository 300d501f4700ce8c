import {z} from 'zod';
import {NEXT, PAGE, pageOf} from './cursor.ts';
import {decided, operation} from './operation.ts';
import {ResponseRow, RuleRow, TryAnswer, TryQuestion} from './responses/answers.ts';

const Text = z.string().trim().min(1);

export const RESPONSE_OPERATIONS = {
  'responses.list': operation({
    summary: 'The response rules: whether each is in force, and how often it fired and was withheld',
    input: z.strictObject({}),
    output: z.object({rules: z.array(RuleRow)}),
    run: app => ({rules: app.responses.list()}),
  }),
  'responses.try': operation({
    summary: 'What response rules would have done with what is known: a dry run on history, which sends nothing',
    input: TryQuestion.strict(),
    output: TryAnswer,
    run: (app, question, {signal, onProgress}) => app.responses.try(question, {signal, onProgress}),
  }),
  'responses.log': operation({
    summary: 'What response rules did and what was withheld, with what became of each message; the newest first',
    input: z.strictObject({
      ...PAGE,
      rule: Text.optional(),
      fired: z.boolean().optional().describe('true: only what fired; false: only what was withheld'),
      askPerson: z.boolean().optional().describe('only what waits for a person'),
    }),
    output: z.object({responses: z.array(ResponseRow), ...NEXT}),
    run: (app, {limit, cursor, ...which}) => {
      const all = app.responses.log(which);
      const {items, next} = pageOf(all, (_row, place) => place, {limit, cursor}, app.warehouse.ledger.head.seq);
      return {responses: items, next};
    },
  }),
  'responses.settle': operation({
    summary: 'A person says what became of a message that no look-up can tell, or has a rejected one sent again',
    input: z.strictObject({
      id: Text.describe("the message's id, as the log has it"),
      as: z.enum(['acknowledged', 'send-again']),
      reason: Text,
      by: Text.optional().describe('who decides; a key proves it, otherwise it is self-declared'),
    }),
    output: ResponseRow,
    run: async (app, {id, as, by, reason}, caller) => {
      await app.settleResponse({id, as, why: reason, by: decided(by, caller).by});
      return app.responses.log().find(({deliveries}) => deliveries.some(one => one.id === id))!;
    },
  }),
} as const;
