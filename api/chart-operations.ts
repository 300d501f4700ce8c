/** What is asked of control charts besides one chart: frozen baselines, alarms, and all parameters at a glance. */
import {z} from 'zod';
import {ParameterRow, ParametersQuestion} from '../warehouse/capability-answers.ts';
import {
  AlarmAnswer,
  AlarmQuestion,
  ChartQuestion,
  FrozenBaseline,
  ScanAnswer,
  ScanQuestion,
} from '../warehouse/chart-answers.ts';
import {alarms} from '../warehouse/charts/alarms.ts';
import {freezeBaseline, frozenBaselines, retireBaseline, told} from '../warehouse/charts/frozen.ts';
import {scan} from '../warehouse/charts/scan.ts';
import {parameters} from '../warehouse/parameters.ts';
import {decided, operation} from './operation.ts';

const By = z.string().trim().min(1).optional().describe('who decides; a key proves it, otherwise it is self-declared');
const Reason = z.string().trim().min(1).describe('why these limits; kept with them');

export const CHART_OPERATIONS = {
  'baseline.freeze': operation({
    summary: 'Freezes the limits of a chart as its baseline gives them now, with the reason; a new version each time',
    input: ChartQuestion.omit({stages: true, rules: true, last: true, asOf: true, from: true, to: true})
      .extend({
        validFrom: z.iso
          .datetime({offset: true, local: true})
          .optional()
          .describe('from when on the limits hold; by default from the end of the baseline'),
        reason: Reason,
        by: By,
      })
      .strict(),
    output: FrozenBaseline,
    run: (app, {reason, by, ...question}, caller) =>
      freezeBaseline(app.warehouse, question, {reason, ...decided(by, caller)}),
  }),
  'baseline.list': operation({
    summary: 'Frozen baselines in force, with their reasons',
    input: z.strictObject({asOf: ChartQuestion.shape.asOf}),
    output: z.object({baselines: z.array(FrozenBaseline)}),
    run: ({warehouse}, {asOf}) => ({baselines: frozenBaselines(warehouse, asOf ?? warehouse.position).map(told)}),
  }),
  'baseline.retire': operation({
    summary: 'Takes a frozen baseline out of force; the version before it holds again',
    input: z.strictObject({id: z.string().min(1), reason: Reason, by: By}),
    output: FrozenBaseline,
    run: (app, {id, reason, by}, caller) => retireBaseline(app.warehouse, id, {reason, ...decided(by, caller)}),
  }),
  alarms: operation({
    summary: 'What is out of order on charts with a frozen baseline, within a budget of false alarms a week',
    input: AlarmQuestion.strict(),
    output: AlarmAnswer,
    run: (app, question) => alarms(app.warehouse, question),
  }),
  parameters: operation({
    summary: 'What is measured at which step, with the limits that hold now',
    input: ParametersQuestion.strict(),
    output: z.object({parameters: z.array(ParameterRow)}),
    run: async (app, question) => ({parameters: await parameters(app.warehouse, question)}),
  }),
  scan: operation({
    summary: 'All parameters at a glance: which are unstable or not capable',
    input: ScanQuestion.strict(),
    output: ScanAnswer,
    run: (app, question) => scan(app.warehouse, question),
  }),
} as const;
