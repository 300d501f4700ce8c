/** Capability: what can be asked of a parameter that has limits, and what is answered. */
import {z} from 'zod';
import {Interval, Scope} from './answers.ts';
import {ChartKind, Ends, SigmaName, SubgroupBy} from './chart-answers.ts';
import {DISTRIBUTIONS} from './statistics/fitted-distributions.ts';

export const DistributionName = z.enum(DISTRIBUTIONS);
export const IntervalConvention = z.enum(['lots', 'parts', 'qcc']);

export const CapabilityQuestion = Scope.extend({
  parameter: z.string().min(1),
  lsl: z.number().optional(),
  usl: z.number().optional(),
  target: z.number().optional(),
  guardBand: z.number().nonnegative().optional().describe('draws both limits in, for the uncertainty of measurement'),
  bound: z.number().optional().describe('natural bound: no value can be below it; 0 where no value is negative'),
  required: z.number().positive().optional().describe('the Ppk that is asked for; 1.33'),
  subgroup: SubgroupBy.optional(),
  sigma: SigmaName.optional(),
  distribution: DistributionName.optional().describe('whose percentiles are shown beside; else the best fit'),
  interval: IntervalConvention.optional().describe(
    'lots: Pp, Ppk, Cpm and ppm with lots as the unit (where lots are known); parts: each part by itself; qcc: n - 1 degrees of freedom for all, as R qcc does',
  ),
  sixPack: z.boolean().optional().describe('with the six panels that show it'),
});
export type CapabilityQuestion = z.infer<typeof CapabilityQuestion>;

const Index = Interval.nullable();
const Ppm = z.number().nonnegative();
const Beyond = z.object({below: Ppm, above: Ppm, total: Ppm});
const Count = z.number().int().nonnegative();

/** A distribution fitted by maximum likelihood, how well it fits, and what its percentiles say. */
const Fit = z.object({
  distribution: DistributionName,
  parameters: z.record(z.string(), z.number()),
  /** -2 log likelihood + parameters x log n: less is better. */
  bic: z.number(),
  /** Anderson-Darling's A squared, and its p with the parameters estimated. */
  statistic: z.number(),
  p: z.number(),
  low: z.number().describe('0.135 % percentile'),
  median: z.number(),
  high: z.number().describe('99.865 % percentile'),
  pp: z.number().nullable(),
  ppk: z.object({value: z.number(), low: z.number().nullable(), high: z.number().nullable()}).nullable(),
  ppm: Beyond,
});
export type Fit = z.infer<typeof Fit>;

/** A point of a chart, or several neighbours from the lowest to the highest of them. */
const Mark = z.object({
  x: z.string(),
  to: z.string(),
  parts: Ends.optional(),
  at: z.string().nullable(),
  place: z.number(),
  points: Count,
  low: z.number(),
  high: z.number(),
  lcl: z.number().nullable(),
  ucl: z.number().nullable(),
  outside: Count,
});
export type Mark = z.infer<typeof Mark>;

const Panel = z.object({kind: ChartKind, center: z.number(), outside: Count, points: Count, marks: z.array(Mark)});
export type Panel = z.infer<typeof Panel>;

export const SixPack = z.object({
  means: Panel,
  spread: Panel,
  last: z.array(
    z.object({
      x: z.string(),
      parts: Ends.optional(),
      place: z.number(),
      n: Count,
      mean: z.number(),
      values: z.array(z.number()),
    }),
  ),
  histogram: z.object({
    width: z.number(),
    bins: z.array(z.object({from: z.number(), to: z.number(), count: Count})),
    curves: z.array(
      z.object({
        name: z.enum(['within', 'overall', 'fitted']),
        points: z.array(z.object({x: z.number(), count: z.number()})),
      }),
    ),
  }),
  /** z is the standard normal value that as large a share of a normal distribution lies below. */
  probability: z.object({
    points: z.array(z.object({z: z.number(), share: z.number(), value: z.number()})),
    lines: z.array(
      z.object({
        z: z.number(),
        share: z.number(),
        normal: z.number(),
        low: z.number(),
        high: z.number(),
        fitted: z.number().nullable(),
      }),
    ),
  }),
  spans: z.array(
    z.object({
      name: z.enum(['within', 'overall', 'percentiles', 'limits', 'acceptance']),
      low: z.number().nullable(),
      center: z.number().nullable(),
      high: z.number().nullable(),
    }),
  ),
});
export type SixPack = z.infer<typeof SixPack>;

export const CapabilityAnswer = z.object({
  asOf: z.number().int(),
  parameter: z.string(),
  unit: z.string().nullable(),
  /** Whether the Ppk asked for is reached for sure, for sure not, or neither. */
  verdict: z.object({capable: z.enum(['yes', 'no', 'open']), required: z.number(), sentence: z.string()}),
  n: z.number().int(),
  mean: z.number(),
  sigmaWithin: z.number(),
  sigmaBy: z.string(),
  sigmaOverall: z.number(),
  subgroups: z.object({count: Count, smallest: Count, largest: Count}),
  lsl: z.number().nullable(),
  usl: z.number().nullable(),
  target: z.number().nullable(),
  cp: Index,
  cpk: Index,
  pp: Index,
  ppk: Index,
  cpm: Index,
  /** What the intervals rest on. */
  interval: z.object({
    convention: IntervalConvention,
    lots: Count.nullable(),
    correlation: z.number().nullable().describe('share of the variance that lies between lots'),
    degrees: z.object({within: z.number(), overall: z.number()}),
    text: z.string(),
  }),
  ppmExpected: z.object({within: z.number(), overall: z.number()}),
  ppmObserved: z.number(),
  /** By side; observed with its interval. */
  ppm: z.object({
    observed: z.object({below: Interval, above: Interval, total: Interval}),
    within: Beyond,
    overall: Beyond,
    fitted: Beyond.nullable(),
  }),
  /** Acceptance limits by ISO 14253-1; null without a guard band. */
  guard: z
    .object({
      band: z.number(),
      lsl: z.number().nullable(),
      usl: z.number().nullable(),
      observed: z.object({below: Count, above: Count, total: Count}).describe('values that do not prove conformance'),
      outside: Count.describe('of these, values beyond the limits themselves'),
    })
    .nullable(),
  normal: z.object({
    test: z.literal('Anderson-Darling'),
    statistic: z.number().nullable(),
    p: z.number().nullable(),
    /** By the 0.135 %, 50 % and 99.865 % percentiles of the values; null with fewer than 2,000. */
    percentile: z.object({pp: z.number().nullable(), ppk: z.number().nullable()}).nullable(),
    disagrees: z.boolean(),
  }),
  fits: z.array(Fit),
  notFitted: z.array(z.object({distribution: DistributionName, reason: z.string()})),
  /** Whose percentiles are shown beside the normal figures. */
  fitted: z.object({distribution: DistributionName, chosen: z.enum(['best fit', 'asked for'])}).nullable(),
  stable: z.object({
    ok: z.boolean(),
    outside: z.number().int(),
    points: z.number().int(),
    chart: ChartKind,
    expected: z.number().describe('points beyond the limits that chance alone gives'),
    spread: z.object({chart: ChartKind, outside: Count, points: Count}),
  }),
  notes: z.array(z.string()),
  sixPack: SixPack.optional(),
});
export type CapabilityAnswer = z.infer<typeof CapabilityAnswer>;

export const ParametersQuestion = Scope.pick({asOf: true, product: true});
export type ParametersQuestion = z.infer<typeof ParametersQuestion>;

/** What is measured, and the newest limits of it. */
export const ParameterRow = z.object({
  parameter: z.string().describe('<step>.<parameter>, as charts and capability take it'),
  step: z.string().nullable(),
  unit: z.string().nullable(),
  lsl: z.number().nullable(),
  target: z.number().nullable(),
  usl: z.number().nullable(),
  guardBand: z.number().nullable(),
  limits: z.enum(['one', 'by product', 'none']),
});
export type ParameterRow = z.infer<typeof ParameterRow>;
