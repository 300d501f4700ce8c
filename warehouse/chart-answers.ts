/** Control charts: what can be asked of a parameter or a defect over time, and what is answered. */
import {z} from 'zod';
import {Interval, Scope} from './answers.ts';

export const ChartKind = z.enum([
  'xbar',
  'r',
  's',
  'imr',
  'mr',
  'p',
  'np',
  'c',
  'u',
  'laney-p',
  'laney-u',
  'ewma',
  'cusum',
  't2',
]);
export type ChartKind = z.infer<typeof ChartKind>;

export const SubgroupBy = z.union([z.enum(['lot', 'shift', 'hour']), z.number().int().min(1).max(1000)]);
export const SigmaName = z.enum(['rbar', 'sbar', 'pooled', 'mr']);

export const ChartQuestion = Scope.extend({
  parameter: z
    .string()
    .min(1)
    .describe('<step>.<parameter>; for charts of counts a defect code or any-fail; for t2 several, with commas'),
  kind: ChartKind,
  subgroup: SubgroupBy.optional().describe('lot, shift, hour, or so many in a row'),
  sigma: SigmaName.optional(),
  baseline: z
    .string()
    .regex(/^[^.]*(\.(?!\.)[^.]*)*\.\.[^.]*(\.(?!\.)[^.]*)*$/, {
      error: ({input}) => `has to be FROM..TO, such as 2026-03-01..2026-03-22, not "${String(input)}"`,
    })
    .optional()
    .describe('FROM..TO: the points that centre and limits come from'),
  rules: z.enum(['limits', 'western-electric', 'nelson']).optional(),
  stages: z
    .string()
    .min(1)
    .optional()
    .describe(
      'where new stages begin, each with limits of its own: times in ISO 8601 with commas, or event:<kind> for the events of that kind at the stations of the step',
    ),
  last: z.number().int().positive().optional().describe('list only so many of the newest points; all are judged'),
  lambda: z.number().positive().max(1).optional().describe('ewma: weight of the newest point, default 0.2'),
  width: z.number().positive().max(10).optional().describe('ewma: limits in standard errors of the average, default 3'),
  k: z.number().nonnegative().max(10).optional().describe('cusum: reference value in standard errors, default 0.5'),
  h: z.number().positive().max(100).optional().describe('cusum: decision interval in standard errors, default 5'),
});
export type ChartQuestion = z.infer<typeof ChartQuestion>;

const Span = z.object({
  from: z.string().nullable(),
  to: z.string().nullable(),
  points: z.number().int(),
});

/** The points that centre and limits come from. */
const Baseline = Span.extend({
  frozen: z
    .object({
      id: z.string(),
      version: z.number().int(),
      validFrom: z.string(),
      reason: z.string(),
      by: z.string(),
      at: z.string(),
    })
    .nullable()
    .describe('who froze these limits and why; null where they are estimated anew'),
});

export const Ends = z
  .object({first: z.string(), last: z.string()})
  .describe('the first and the last part of a point whose name only counts: what people call it');
export type Ends = z.infer<typeof Ends>;

const Limits = z.object({lcl: z.number().nullable(), ucl: z.number().nullable()});

export const ChartAnswer = z.object({
  asOf: z.number().int(),
  parameter: z.string(),
  kind: ChartKind,
  subgroup: SubgroupBy.describe('what a point is made of'),
  family: z.string().describe('the charts that share its limits'),
  timedBy: z
    .string()
    .nullable()
    .describe('what filters call the time of its points, such as inspection.at; null where measurements name no step'),
  center: z.number(),
  /** Of single values; of a share or rate, its standardised spread (1 = as chance alone). */
  sigma: z.number(),
  sigmaBy: z.string(),
  limits: z.union([Limits, z.array(Limits)]),
  n: z.number().int().describe('values or parts behind the points'),
  points: z.array(
    z.object({
      x: z.string(),
      parts: Ends.optional(),
      at: z.string().nullable(),
      n: z.number().int(),
      value: z.number(),
      /** The lower of two cumulative sums. */
      below: z.number().optional(),
      violations: z.array(z.string()),
    }),
  ),
  of: z
    .object({points: z.number().int(), violations: z.number().int()})
    .describe('how many points there are in all, and how many of them break a rule, listed or not'),
  rules: z.object({name: z.string(), texts: z.record(z.string(), z.string())}),
  averageRunLength: z.number().nullable().describe('points between false alarms, limits and rules as they are here'),
  baseline: Baseline.describe('of the last stage'),
  stages: z
    .array(Span.extend({center: z.number(), sigma: z.number(), sigmaBy: z.string(), baseline: Baseline}))
    .describe('stretches of points that are judged by the same limits; runs end with them'),
  notes: z.array(z.string()),
});
export type ChartAnswer = z.infer<typeof ChartAnswer>;

/** A baseline that somebody chose: its limits hold for all charts of these points from `validFrom` on. */
export const FrozenBaseline = z.object({
  id: z.string(),
  version: z.number().int().describe('counts the baselines of these points, from 1'),
  parameter: z.string(),
  kind: ChartKind.describe('the chart that it was frozen on'),
  family: z.string().describe('the charts that share its limits'),
  subgroup: SubgroupBy,
  product: z.string().nullable(),
  where: z.string().nullable(),
  validFrom: z.string(),
  window: Span,
  center: z.number(),
  sigma: z.number(),
  sigmaBy: z.string(),
  reason: z.string(),
  by: z.string(),
  at: z.string(),
});
export type FrozenBaseline = z.infer<typeof FrozenBaseline>;

export const AlarmQuestion = z.object({
  asOf: Scope.shape.asOf,
  from: Scope.shape.from.describe('points from this time on; by default the four weeks before the newest point'),
  to: Scope.shape.to.describe('points before this time'),
  budget: z.number().positive().max(1000).optional().describe('false alarms a week over all charts, default 1'),
});
export type AlarmQuestion = z.infer<typeof AlarmQuestion>;

export const Alarm = z.object({
  id: z.string(),
  baseline: z.string(),
  version: z.number().int(),
  parameter: z.string(),
  kind: ChartKind,
  subgroup: SubgroupBy,
  product: z.string().nullable(),
  where: z.string().nullable(),
  what: z.enum(['mean', 'spread', 'count', 'vector']),
  side: z.enum(['above', 'below']),
  from: z.string(),
  to: z.string(),
  points: z.number().int().describe('points out of order in the same way, fewer than eight in order between them'),
  first: z.string().describe('name of the first of them'),
  firstParts: Ends.optional(),
  worst: z.object({x: z.string(), parts: Ends.optional(), at: z.string(), value: z.number(), p: z.number()}),
  center: z.number().describe('what the value would be in order'),
});
export type Alarm = z.infer<typeof Alarm>;

export const AlarmAnswer = z.object({
  asOf: z.number().int(),
  window: z.object({from: z.string().nullable(), to: z.string().nullable()}),
  charts: z.number().int().describe('charts with a frozen baseline'),
  tests: z.number().int(),
  testsPerWeek: z.number(),
  budget: z.number(),
  chance: z.number().describe('at which an alarm is raised'),
  falseAlarmsPerWeek: z.object({expected: z.number(), atThreeSigma: z.number()}),
  alarms: z.array(Alarm).describe('the newest first'),
  notes: z.array(z.string()),
});
export type AlarmAnswer = z.infer<typeof AlarmAnswer>;

const Index = Interval.nullable();

export const ScanQuestion = Scope.extend({
  top: z.number().int().positive().optional().describe('list so many parameters, the most worrying first; default 20'),
});
export type ScanQuestion = z.infer<typeof ScanQuestion>;

export const ScannedParameter = z.object({
  parameter: z.string(),
  n: z.number().int(),
  lots: z.number().int(),
  mean: z.number().nullable(),
  sigmaWithin: z.number().nullable().describe('within lots'),
  sigmaOverall: z.number().nullable(),
  lsl: z.number().nullable(),
  usl: z.number().nullable(),
  cpk: Index,
  ppk: Index,
  jumps: z.number().int().describe('lots beyond three sigma of what neighbouring lots differ by'),
  q: z.number().describe('of so many jumps, over all parameters (Benjamini & Hochberg)'),
  lotsDiffer: z
    .number()
    .nullable()
    .describe(
      'how many times as much lot means differ as the values within lots explain; null where that may be chance',
    ),
  verdict: z.enum([
    'unstable-and-not-capable',
    'not-capable',
    'unstable',
    'perhaps-not-capable',
    'in-order',
    'no-limits',
    'too-few',
  ]),
  why: z.string(),
});
export type ScannedParameter = z.infer<typeof ScannedParameter>;

export const ScanAnswer = z.object({
  asOf: z.number().int(),
  demanded: z.number().describe('of Ppk'),
  parameters: z.number().int(),
  values: z.number().int(),
  verdicts: z.record(z.string(), z.number().int()).describe('how many parameters have which'),
  worrying: z.array(ScannedParameter).describe('the most worrying first'),
  notes: z.array(z.string()),
});
export type ScanAnswer = z.infer<typeof ScanAnswer>;
