/** Control charts and capability: what can be asked of a parameter or a defect over time, and what is answered. */
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

const Subgroup = z.union([z.enum(['lot', 'shift', 'hour']), z.number().int().min(1).max(1000)]);
const SigmaName = z.enum(['rbar', 'sbar', 'pooled', 'mr']);

export const ChartQuestion = Scope.extend({
  parameter: z
    .string()
    .min(1)
    .describe('<step>.<parameter>; for charts of counts a defect code or any-fail; for t2 several, with commas'),
  kind: ChartKind,
  subgroup: Subgroup.optional().describe('lot, shift, hour, or so many in a row'),
  sigma: SigmaName.optional(),
  baseline: z
    .string()
    .regex(/^[^.]*(\.(?!\.)[^.]*)*\.\.[^.]*(\.(?!\.)[^.]*)*$/)
    .optional()
    .describe('FROM..TO: the points that centre and limits come from'),
  rules: z.enum(['limits', 'western-electric', 'nelson']).optional(),
});
export type ChartQuestion = z.infer<typeof ChartQuestion>;

const Limits = z.object({lcl: z.number().nullable(), ucl: z.number().nullable()});

export const ChartAnswer = z.object({
  asOf: z.number().int(),
  parameter: z.string(),
  kind: ChartKind,
  center: z.number(),
  /** Of single values; of a share or rate, its standardised spread (1 = as chance alone). */
  sigma: z.number(),
  sigmaBy: z.string(),
  limits: z.union([Limits, z.array(Limits)]),
  n: z.number().int().describe('values or parts behind the points'),
  points: z.array(
    z.object({
      x: z.string(),
      at: z.string().nullable(),
      n: z.number().int(),
      value: z.number(),
      /** The lower of two cumulative sums. */
      below: z.number().optional(),
      violations: z.array(z.string()),
    }),
  ),
  rules: z.object({name: z.string(), texts: z.record(z.string(), z.string())}),
  averageRunLength: z.number().nullable().describe('points between false alarms, limits and rules as they are here'),
  baseline: z.object({from: z.string().nullable(), to: z.string().nullable(), points: z.number().int()}),
  notes: z.array(z.string()),
});
export type ChartAnswer = z.infer<typeof ChartAnswer>;

export const CapabilityQuestion = Scope.extend({
  parameter: z.string().min(1),
  lsl: z.number().optional(),
  usl: z.number().optional(),
  target: z.number().optional(),
  subgroup: Subgroup.optional(),
  sigma: SigmaName.optional(),
});
export type CapabilityQuestion = z.infer<typeof CapabilityQuestion>;

const Index = Interval.nullable();

export const CapabilityAnswer = z.object({
  asOf: z.number().int(),
  parameter: z.string(),
  n: z.number().int(),
  mean: z.number(),
  sigmaWithin: z.number(),
  sigmaBy: z.string(),
  sigmaOverall: z.number(),
  lsl: z.number().nullable(),
  usl: z.number().nullable(),
  target: z.number().nullable(),
  cp: Index,
  cpk: Index,
  pp: Index,
  ppk: Index,
  cpm: Index,
  ppmExpected: z.object({within: z.number(), overall: z.number()}),
  ppmObserved: z.number(),
  normal: z.object({
    test: z.literal('Anderson-Darling'),
    statistic: z.number().nullable(),
    p: z.number().nullable(),
    /** By the 0.135 %, 50 % and 99.865 % percentiles; null with fewer than 2,000 values. */
    percentile: z.object({pp: z.number().nullable(), ppk: z.number().nullable()}).nullable(),
    disagrees: z.boolean(),
  }),
  stable: z.object({ok: z.boolean(), outside: z.number().int(), points: z.number().int(), chart: ChartKind}),
  notes: z.array(z.string()),
});
export type CapabilityAnswer = z.infer<typeof CapabilityAnswer>;
