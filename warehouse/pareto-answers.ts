/** Questions and answers of yield and Pareto. */
import {z} from 'zod';
import {Count, Position, Scope, Time} from './answers.ts';

/** A 95 % interval; null where none can be given, and `notes` say why. */
const Range = z.object({low: z.number(), high: z.number()}).nullable();

const Unit = z.enum(['lot', 'part']).describe('what intervals take as independent');

// ── pareto ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export const ParetoQuestion = Scope.extend({
  by: z.string().optional().describe("'defect', 'product', 'station' or any factor name; default defect"),
  defect: z.string().optional().describe('count this defect (or group of defects) only'),
  weight: z.enum(['count', 'ppm', 'severity', 'cost']).optional(),
  top: z.number().int().positive().optional(),
  against: z
    .string()
    .optional()
    .describe('compare with the parts of this filter; without `where`, everything else is compared with them'),
  againstFrom: Time.optional().describe('compare with this period: from <= t'),
  againstTo: Time.optional().describe('compare with this period: t < to'),
});
export type ParetoQuestion = z.infer<typeof ParetoQuestion>;

/** What to ask to see what a bar is made of: to be merged into the question. */
const Drill = z.object({
  by: z.string(),
  defect: z.string().optional(),
  product: z.string().optional(),
  where: z.string().optional(),
});
export type Drill = z.infer<typeof Drill>;

export const ParetoBar = z.object({
  key: z.string(),
  count: Count.describe('defects'),
  parts: Count.describe('defective parts'),
  ppm: z.number().describe('defective parts per million parts inspected'),
  weight: z.number().describe('what the bars are ordered by'),
  share: z.number(),
  cumulative: z.number(),
  where: z
    .string()
    .nullable()
    .describe("filter of exactly this bar's defective parts, within the question's product and window"),
  next: Drill.nullable().describe('the question that breaks this bar down, with the same denominators'),
});
export type ParetoBar = z.infer<typeof ParetoBar>;

const Side = z.object({
  parts: Count.describe('inspected'),
  defective: Count,
  lots: Count,
  ppm: z.number().nullable().describe('as it is; null where nothing was inspected'),
  standardised: z.number().nullable().describe('ppm at the stated mix of products'),
  low: z.number().nullable(),
  high: z.number().nullable().describe('95 % interval of the standardised ppm'),
});

export const ChangeVerdict = z.enum(['worse', 'better', 'no-evidence', 'too-little-data', 'not-comparable']);
export type ChangeVerdict = z.infer<typeof ChangeVerdict>;

export const Change = z.object({
  key: z.string(),
  now: Side,
  against: Side,
  difference: z
    .object({value: z.number(), low: z.number(), high: z.number()})
    .nullable()
    .describe('ppm, now less against'),
  ratio: z
    .object({value: z.number().nullable(), low: z.number(), high: z.number().nullable()})
    .nullable()
    .describe('now over against; value and high are null where nothing bounds them'),
  level: z
    .number()
    .describe(
      'of the intervals of difference and ratio: 0.95; of bars told worse or better higher, so that 95 % of those cover (Benjamini & Yekutieli 2005)',
    ),
  p: z.number().nullable(),
  q: z.number().nullable().describe('p adjusted for the number of bars (Benjamini & Hochberg 1995)'),
  verdict: ChangeVerdict,
  words: z.string(),
  lotsNeeded: z.number().nullable().describe('lots on each side that would show a halving or doubling, power 80 %'),
});
export type Change = z.infer<typeof Change>;

export const ParetoComparison = z.object({
  now: z.string().describe('in words: what the question is about'),
  against: z.string().describe('in words: what it is compared with'),
  unit: Unit,
  mix: z
    .array(z.object({product: z.string(), share: z.number()}))
    .describe('of products, both sides together: the standard that rates are brought to'),
  leftOut: z
    .array(z.object({product: z.string(), parts: Count, side: z.enum(['now', 'against'])}))
    .describe('products of one side only: in the rates as they are, not in those compared'),
  tests: Count,
  overall: Change,
  sentence: z.string(),
  bars: z.array(Change).describe('by the larger of both rates; what `top` cuts is Other, the last'),
});
export type ParetoComparison = z.infer<typeof ParetoComparison>;

export const ParetoAnswer = z.object({
  asOf: Position,
  by: z.string(),
  weight: z.string(),
  basis: z.object({parts: Count, defectiveParts: Count, defects: Count}),
  bars: z.array(ParetoBar),
  other: ParetoBar.extend({keys: Count}).nullable(),
  comparison: ParetoComparison.optional(),
  notes: z.array(z.string()).describe('what the figures assume'),
});
export type ParetoAnswer = z.infer<typeof ParetoAnswer>;

// ── yield ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export const YieldQuestion = Scope.extend({
  step: z.string().optional(),
  by: z.string().optional(),
  sigmaShift: z
    .number()
    .min(0)
    .max(3)
    .optional()
    .describe('added to the sigma level; 0 unless asked for, 1.5 is the convention of Six Sigma'),
});
export type YieldQuestion = z.infer<typeof YieldQuestion>;

const YieldFigures = z.object({
  inspected: Count,
  passedFirst: Count,
  fpy: z.number().nullable(),
  rty: z.number().nullable().describe('at this mix of products, each along its own route'),
  dpmo: z.number().nullable(),
  dpu: z.number().nullable(),
  opportunities: z.number().nullable(),
  passedEveryStep: z
    .number()
    .nullable()
    .describe('observed share of parts that passed every step at first; rty is the product of the steps'),
  finalYield: z.number().nullable().describe('share of parts that are good by the last inspection, after rework'),
  hiddenFactory: z.number().nullable().describe('share of parts that are good in the end but not at first: rework'),
  sigmaLevel: z.number().nullable().describe('of dpmo, with the shift that the question asks for'),
  lots: Count.describe('what intervals rest on: lots, or parts where no lots are known'),
  intervals: z
    .object({
      fpy: Range,
      rty: Range,
      dpmo: Range,
      dpu: Range,
      passedEveryStep: Range,
      finalYield: Range,
      hiddenFactory: Range,
    })
    .describe('95 %'),
});
export type YieldFigures = z.infer<typeof YieldFigures>;

export const RouteStep = z.object({
  step: z.string(),
  rework: z.boolean().describe('parts come here only after a failure: not in the rolled yield'),
  inspected: Count,
  passedFirst: Count,
  fpy: z.number(),
  finalYield: z.number().describe('share whose last inspection here passed, or that were put right in rework'),
  rolled: z.number().nullable().describe('rolled throughput yield from the start of the route up to this step'),
  intervals: z.object({fpy: Range, finalYield: Range, rolled: Range}),
});
export type RouteStep = z.infer<typeof RouteStep>;

export const YieldAnswer = YieldFigures.extend({
  asOf: Position,
  unit: Unit,
  sigmaShift: z.number(),
  route: z.array(RouteStep).describe('of the parts in scope, in the order in which parts come to the steps'),
  groups: z.array(YieldFigures.extend({key: z.string()})).optional(),
  notes: z.array(z.string()).describe('what the figures assume'),
});
export type YieldAnswer = z.infer<typeof YieldAnswer>;
