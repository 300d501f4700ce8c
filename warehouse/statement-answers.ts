/** The SQL behind an answer: which answer, and what is told of it. */
import {z} from 'zod';
import {Position} from './answers.ts';
import {CapabilityQuestion} from './capability-answers.ts';
import {ChartQuestion} from './chart-answers.ts';
import {AgreementQuestion, GageQuestion, LinearityQuestion} from './msa-answers.ts';
import {ParetoQuestion, YieldQuestion} from './pareto-answers.ts';

const asked = <N extends string, Q extends z.ZodType>(of: N, question: Q) =>
  z.strictObject({of: z.literal(of), question});

export const StatementsQuestion = z.discriminatedUnion('of', [
  asked('pareto', ParetoQuestion.strict()),
  asked('yield', YieldQuestion.strict()),
  asked('chart', ChartQuestion.strict()),
  asked('capability', CapabilityQuestion.strict()),
  asked('gage', GageQuestion.strict()),
  asked('linearity', LinearityQuestion.strict()),
  asked('agreement', AgreementQuestion.strict()),
  asked('finding', z.strictObject({id: z.string().min(1)})),
]);
export type StatementsQuestion = z.infer<typeof StatementsQuestion>;

export const StatementsAnswer = z.object({
  asOf: Position,
  statements: z
    .array(z.object({sql: z.string(), values: z.record(z.string(), z.unknown()).describe('what stands for $name')}))
    .describe("over the warehouse's own tables, in the order in which they run"),
  counts: z
    .object({
      sql: z
        .string()
        .nullable()
        .describe('one SELECT over the canonical tables, for POST /v1/query: level, parts, defective'),
      reason: z.string().nullable().describe('why there is none'),
    })
    .nullable()
    .describe('of a finding: the query that gives its counts'),
});
export type StatementsAnswer = z.infer<typeof StatementsAnswer>;
