/** How a response rule is configured: `responses` in `fishbone.json`, name → when, then, limits. */
import {z} from 'zod';
import {Branch, Verdict} from '../../warehouse/answers.ts';
import {ChartQuestion} from '../../warehouse/chart-answers.ts';
import {parseFilter} from '../../warehouse/filter-grammar.ts';
import {isSpan} from './period.ts';

const Text = z.string().trim().min(1);
const Span = z.string().refine(isSpan, {error: 'is no length of time: say "30 minutes", "8 hours" or "2 days"'});
const Where = z.string().superRefine((expression, context) => {
  try {
    parseFilter(expression);
  } catch (error) {
    context.addIssue({code: 'custom', message: (error as Error).message});
  }
});

/** Inspections that failed, one by one or so many of a kind. */
const FailTrigger = z.strictObject({
  defect: z
    .union([Text, z.array(Text).min(1)])
    .optional()
    .describe('with this defect, or one of these'),
  severityAtLeast: z.number().optional().describe('a defect without a severity does not count'),
  confidenceAtLeast: z.number().min(0).max(1).optional().describe("of the defect; where it has none, the inspection's"),
  where: Where.optional().describe('a filter expression over the part, as for --where'),
  atLeast: z
    .strictObject({
      fails: z.number().int().min(2).max(10_000),
      within: Span,
      per: z.enum(['station', 'lot', 'product']),
    })
    .optional()
    .describe('only when so many come within a time at one place; each fail counts for one firing'),
});
export type FailTrigger = z.output<typeof FailTrigger>;

const ALERT = /^[a-z][\w-]*(\.[\w-]+)*(\.\*)?$/i;

const ChartTrigger = ChartQuestion.pick({
  kind: true,
  subgroup: true,
  sigma: true,
  rules: true,
  baseline: true,
  product: true,
  lambda: true,
  width: true,
  k: true,
  h: true,
})
  .extend({of: Text.describe('<step>.<parameter>, a defect code, or any-fail'), where: Where.optional()})
  .strict();
export type ChartTrigger = z.output<typeof ChartTrigger>;

const AlarmTrigger = z.strictObject({
  of: z
    .union([Text, z.array(Text).min(1)])
    .optional()
    .describe(
      '<step>.<parameter>, a defect code, or any-fail, or several; all charts with a frozen baseline when absent',
    ),
  budget: z.number().positive().max(1000).optional().describe('false alarms a week over all charts, default 1'),
});
export type AlarmTrigger = z.output<typeof AlarmTrigger>;

const FindingTrigger = z.strictObject({
  verdict: z.array(Verdict).min(1).default(['supported']),
  qAtMost: z.number().min(0).max(1).default(0.05),
  branch: Branch.optional(),
});
export type FindingTrigger = z.output<typeof FindingTrigger>;

const When = z
  .strictObject({
    fail: FailTrigger.optional(),
    alert: z
      .string()
      .regex(ALERT, {error: 'is no name of alerts: write rejects.rate, or drift.* for all of a kind'})
      .optional(),
    alarm: AlarmTrigger.optional(),
    chart: ChartTrigger.optional(),
    finding: FindingTrigger.optional(),
  })
  .refine(when => Object.values(when).filter(one => one !== undefined).length === 1, {
    error: 'needs exactly one of fail, alert, alarm, chart and finding',
  });

const To = Text.describe('the name of a receiver');
const Argument = z.union([z.number(), z.boolean(), z.string()]);

const Action = z.discriminatedUnion('do', [
  z.strictObject({do: z.literal('result'), to: To}),
  z.strictObject({
    do: z.literal('rework'),
    to: To,
    route: Text.optional().describe('the route or operation to send it to'),
  }),
  z.strictObject({
    do: z.literal('nonconformance'),
    to: To,
    code: Text.optional().describe("the receiver's code; by default the defect's"),
  }),
  z.strictObject({do: z.literal('notify'), to: To, text: Text.optional().describe('goes before what is told anyway')}),
  z.strictObject({do: z.literal('completion'), to: To}),
  z.strictObject({do: z.literal('hold'), reason: Text, text: z.string().default('')}),
  z
    .strictObject({
      do: z.literal('adjust'),
      to: To,
      set: Text.optional().describe("a node of the receiver's `nodes`"),
      value: z.number().optional(),
      step: z.number().optional().describe('added to what is read'),
      call: Text.optional().describe("a method of the receiver's `methods`"),
      arguments: z.array(Argument).optional(),
    })
    .superRefine(({set, value, step, call, arguments: given}, context) => {
      const isWrite = set !== undefined && (value !== undefined) !== (step !== undefined) && given === undefined;
      const isCall = call !== undefined && value === undefined && step === undefined;
      if ((set === undefined) === (call === undefined) || !(isWrite || isCall))
        context.addIssue({
          code: 'custom',
          message: 'needs "set" with one of value and step, or "call" with its arguments',
        });
    }),
]);
export type Action = z.output<typeof Action>;

const Limits = z.strictObject({
  once: z
    .strictObject({per: z.enum(['part', 'lot', 'station', 'workOrder', 'product', 'cause', 'rule']), within: Span})
    .optional()
    .describe('no second time for the same one within a time'),
  budget: z
    .strictObject({
      perHour: z.number().int().min(1).max(100_000).default(60),
      perDay: z.number().int().min(1).max(1_000_000).default(500),
    })
    .prefault({})
    .describe('what is beyond it is recorded as withheld'),
  freshWithin: Span.default('1 day').describe('what is older when it arrives is recorded as withheld'),
  notAfter: Span.default('5 minutes').describe('an adjustment that has not left by then is not made any more'),
});

/** Of which triggers an action makes sense, and by what it may be told apart. */
const RuleSettings = z
  .strictObject({when: When, then: z.array(Action).min(1).max(20), limits: Limits.prefault({})})
  .superRefine(({when, then, limits}, context) => {
    const refuse = (path: (string | number)[], message: string) => context.addIssue({code: 'custom', path, message});
    then.forEach((action, k) => {
      if (!when.fail && ['result', 'rework', 'completion'].includes(action.do))
        refuse(['then', k, 'do'], `${action.do} is about one part: only a rule of fails can do it`);
      const namesLot = when.fail ?? when.finding ?? (when.chart?.subgroup === 'lot' ? when.chart : undefined);
      if (action.do === 'hold' && !namesLot)
        refuse(
          ['then', k, 'do'],
          'nothing to hold is known: use a rule of fails, of findings, or of a chart with lots as subgroups',
        );
    });
    const per = limits.once?.per;
    if (per !== undefined && per !== 'rule' && (per === 'cause') === (when.fail !== undefined))
      refuse(
        ['limits', 'once', 'per'],
        when.fail
          ? 'a fail has no cause yet: say part, lot, station, workOrder, product or rule'
          : 'say cause or rule: only fails are about parts and lots',
      );
  });
export type Rule = z.output<typeof RuleSettings>;

export const ResponsesSettings = z.record(
  z.string().regex(/^[\w.-]{1,80}$/, {error: 'is no name of a rule: letters, digits, - . _'}),
  RuleSettings,
);
