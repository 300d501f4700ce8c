/** The SQL behind an answer: every number can be opened. */
import {z} from 'zod';
import {CapabilityQuestion} from '../warehouse/capability-answers.ts';
import {ChartQuestion} from '../warehouse/chart-answers.ts';
import {capability} from '../warehouse/charts/capability.ts';
import {chart} from '../warehouse/charts/chart.ts';
import {pareto} from '../warehouse/pareto.ts';
import {ParetoQuestion, YieldQuestion} from '../warehouse/pareto-answers.ts';
import {StatementsAnswer} from '../warehouse/query-answers.ts';
import {finding} from '../warehouse/screening/findings.ts';
import {positionSql, withStatements} from '../warehouse/statements.ts';
import {yieldOf} from '../warehouse/yield.ts';
import type {App} from './app.ts';
import {operation} from './operation.ts';

const asked = <N extends string, Q extends z.ZodType>(of: N, question: Q) => z.strictObject({of: z.literal(of), question});

export const StatementsQuestion = z.discriminatedUnion('of', [
  asked('pareto', ParetoQuestion.strict()),
  asked('yield', YieldQuestion.strict()),
  asked('chart', ChartQuestion.strict()),
  asked('capability', CapabilityQuestion.strict()),
  asked('finding', z.strictObject({id: z.string().min(1)})),
]);
type StatementsQuestion = z.output<typeof StatementsQuestion>;

export const STATEMENT_OPERATIONS = {
  statements: operation({
    summary: 'The SQL behind an answer, in the order in which it runs',
    input: StatementsQuestion,
    output: StatementsAnswer,
    run: async (app, question) => {
      const {answer, statements} = await withStatements(() => answered(app, question));
      // Of a session that goes on from an earlier question this is known already.
      const from = {sql: positionSql(answer.asOf, app.warehouse.timeZone), values: {}};
      return {asOf: answer.asOf, statements: [from, ...statements]};
    },
  }),
} as const;

function answered({warehouse}: App, asking: StatementsQuestion): Promise<{asOf: number}> {
  switch (asking.of) {
    case 'pareto':
      return pareto(warehouse, asking.question);
    case 'yield':
      return yieldOf(warehouse, asking.question);
    case 'chart':
      return chart(warehouse, asking.question);
    case 'capability':
      return capability(warehouse, asking.question);
    case 'finding':
      return finding(warehouse, asking.question.id);
  }
}
