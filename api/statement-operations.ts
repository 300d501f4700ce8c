/** The SQL behind an answer: every number can be opened. */
import {capability} from '../warehouse/charts/capability.ts';
import {chart} from '../warehouse/charts/chart.ts';
import {agreement} from '../warehouse/measurement-systems/agreement.ts';
import {gage} from '../warehouse/measurement-systems/gage.ts';
import {linearity} from '../warehouse/measurement-systems/linearity.ts';
import {pareto} from '../warehouse/pareto.ts';
import {findingSqlOrReason} from '../warehouse/screening/finding-sql.ts';
import {finding} from '../warehouse/screening/findings.ts';
import {StatementsAnswer, StatementsQuestion} from '../warehouse/statement-answers.ts';
import {preludeOf, withStatements} from '../warehouse/statements.ts';
import {yieldOf} from '../warehouse/yield.ts';
import type {App} from './app.ts';
import {operation} from './operation.ts';

export const STATEMENT_OPERATIONS = {
  statements: operation({
    summary: 'The SQL behind an answer, in the order in which it runs',
    input: StatementsQuestion,
    output: StatementsAnswer,
    run: async (app, question) => {
      const {answer, statements} = await withStatements(() => answered(app, question));
      // Of a session that goes on from an earlier question this is known already.
      const from = {sql: preludeOf(answer.asOf, app.warehouse.timeZone), values: {}};
      const counts = question.of === 'finding' ? await findingSqlOrReason(app.warehouse, question.question.id) : null;
      return {asOf: answer.asOf, statements: [from, ...statements], counts};
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
    case 'gage':
      return gage(warehouse, asking.question);
    case 'linearity':
      return linearity(warehouse, asking.question);
    case 'agreement':
      return agreement(warehouse, asking.question);
    case 'finding':
      return finding(warehouse, asking.question.id);
  }
}
