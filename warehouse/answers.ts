/**
 * The questions that the warehouse answers and the shapes of its answers: the one definition that the API, the CLI, the
 * dashboards and the notebooks share. Field names are fixed by contract; fields may be added, never renamed.
 */
import './plain-words.ts';
import {z} from 'zod';
import {Boundary, BoundaryName} from './boundary-answers.ts';
import {LookedAt, MeasuredValue} from './item-answers.ts';
import {OutcomeHistogram, TimeStrip} from './plot-answers.ts';

export const Count = z.number().int().nonnegative();
export const Position = z.number().int().nonnegative().describe('ledger position: a batch number');

const isoTime = z.union([z.iso.datetime({offset: true, local: true}), z.iso.date()]);
export const Time = z.string().refine(text => isoTime.safeParse(text.replace(' ', 'T')).success, {
  error: ({input}) => `"${String(input)}" is no time: write 2026-05-14, or 2026-05-14T06:12:00+02:00`,
});

/** What every question may carry. */
export const Scope = z.object({
  asOf: Position.optional(),
  product: z.string().optional(),
  from: Time.optional().describe("bounds the part's first valid inspection: from <= t"),
  to: Time.optional().describe("bounds the part's first valid inspection: t < to"),
  where: z.string().optional().describe('filter expression over factor names'),
});
export type Scope = z.infer<typeof Scope>;

export const Interval = z.object({value: z.number(), low: z.number(), high: z.number()});
export type Interval = z.infer<typeof Interval>;

// ── screen ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export const ScreenQuestion = Scope.extend({
  defect: z.string().optional(),
  anyFail: z.boolean().optional(),
  measurement: z.string().optional(),
  cluster: z.enum(['lot', 'part']).optional(),
  strata: z.array(z.string()).optional(),
  given: z.string().optional().describe('held fixed: a finding id or a filter expression, several with semicolons'),
  against: z.string().optional(),
  top: z.number().int().positive().optional(),
});
export type ScreenQuestion = z.infer<typeof ScreenQuestion>;

export const Branch = z.enum(['man', 'machine', 'material', 'method', 'measurement', 'environment']);
export type Branch = z.infer<typeof Branch>;

export const Verdict = z.enum([
  'supported',
  'ambiguous',
  'explained',
  'through',
  'not-identifiable',
  'too-little-data',
  'no-evidence',
]);
export type Verdict = z.infer<typeof Verdict>;

/** Parts whose value is known. */
const Group = z.object({n: Count, mean: z.number(), sd: z.number()});

export const Finding = z.object({
  id: z.string(),
  rank: z.number().int().positive(),
  factor: z.string(),
  step: z.string().nullable(),
  branch: Branch,
  kind: z.enum(['category', 'number', 'missing', 'interaction', 'time']),
  level: z.string().nullable(),
  threshold: z.object({op: z.enum(['<', '>=']), value: z.number()}).nullable(),
  with: z.array(z.string()).nullable(),
  where: z.string().nullable().describe('filter expression of the exposed parts, where one can be written'),
  effect: Interval.extend({
    measure: z.enum(['riskRatio', 'meanDifference']),
    level: z
      .number()
      .describe(
        'of the interval: 0.95; of claims higher, so that 95 % of all claims told cover (Benjamini & Yekutieli 2005)',
      ),
  }),
  auc: z
    .number()
    .nullable()
    .describe('of a number: chance that a defective part lies above another; this variable alone, nothing held fixed'),
  aucInterval: z
    .object({low: z.number(), high: z.number()})
    .nullable()
    .describe('95 % interval of that area, the clusters of the question as clusters (Obuchowski 1997)'),
  ks: z
    .object({statistic: z.number(), p: z.number()})
    .nullable()
    .describe('Kolmogorov-Smirnov, defective parts against the others: this variable alone, parts as independent'),
  means: z
    .object({
      defective: Group,
      others: Group,
      difference: z.number(),
      low: z.number(),
      high: z.number(),
      p: z.number(),
    })
    .nullable()
    .describe('means and Welch test of their difference, 95 %: this variable alone, parts as independent'),
  parts: Count,
  defective: Count,
  lots: Count,
  p: z.number(),
  q: z.number(),
  crude: Interval,
  adjustedFor: z.array(z.string()),
  reversed: z.boolean(),
  attributableShare: z.number(),
  verdict: Verdict,
  ambiguousWith: z.array(z.string()),
  explainedBy: z.string().nullable(),
  sentence: z.string(),
});
export type Finding = z.infer<typeof Finding>;

export const ScreenAnswer = z.object({
  question: ScreenQuestion.extend({
    cluster: z.enum(['lot', 'part']),
    strata: z.array(z.string()),
    notes: z.array(z.string()).describe('what the question costs: no lots, no times, which run was used'),
  }),
  asOf: Position,
  permalink: z.string(),
  population: z.object({parts: Count, defective: Count, lots: Count}),
  tests: Count,
  notTested: z.array(z.object({factor: z.string(), reason: z.string(), branch: Branch})),
  findings: z.array(Finding),
});
export type ScreenAnswer = z.infer<typeof ScreenAnswer>;

/** A level of a factor, or a tenth of a number: its rate (or mean) with a 95 % interval, lots as independent. */
export const LevelRate = z.object({
  level: z.string(),
  parts: Count,
  defective: z.number(),
  lots: Count,
  rate: z.number(),
  low: z.number(),
  high: z.number(),
});
export type LevelRate = z.infer<typeof LevelRate>;

export const FindingAnswer = z.object({
  finding: Finding,
  question: ScreenAnswer.shape.question,
  asOf: Position,
  code: z.string().describe('version of the code that found it'),
  levels: z.array(LevelRate),
  histogram: OutcomeHistogram.nullable().describe('of a number, where the outcome is that parts are defective'),
  strip: TimeStrip.nullable().describe('the outcome over time; null where no lot has a time'),
});
export type FindingAnswer = z.infer<typeof FindingAnswer>;

// ── trace and contain ────────────────────────────────────────────────────────────────────────────────────────────────

export const ItemKind = z.enum(['part', 'lot', 'work_order']);
export type ItemKind = z.infer<typeof ItemKind>;

export const TraceQuestion = z.object({
  id: z.string(),
  kind: ItemKind.optional(),
  forward: z.boolean().optional(),
  backward: z.boolean().optional(),
  asOf: Position.optional(),
});
export type TraceQuestion = z.infer<typeof TraceQuestion>;

export const FindQuestion = z.object({
  text: z.string().trim().min(1).max(200).describe('how the id begins; in small or in capital letters'),
  top: z.number().int().positive().max(100).optional().describe('so many at most, default 8'),
  asOf: Position.optional(),
});
export type FindQuestion = z.infer<typeof FindQuestion>;

export const FindAnswer = z.object({
  asOf: Position,
  items: z.array(z.object({kind: ItemKind, id: z.string()})).describe('in the order of their ids'),
});
export type FindAnswer = z.infer<typeof FindAnswer>;

export const Completeness = z.object({
  expected: Count,
  found: Count,
  missing: z.array(z.object({kind: z.string(), id: z.string(), what: z.string()})),
});
export type Completeness = z.infer<typeof Completeness>;

export const Related = z.object({kind: ItemKind, id: z.string(), depth: Count, detail: z.string().nullable()});
export type Related = z.infer<typeof Related>;

export const Sibling = z.object({
  kind: ItemKind,
  id: z.string(),
  through: z.object({kind: ItemKind, id: z.string()}).describe('what it shares: the production lot, or a direct input'),
  detail: z.string().nullable(),
});
export type Sibling = z.infer<typeof Sibling>;

export const TraceEvent = z.object({
  at: z.string().nullable(),
  what: z.enum(['made', 'operation', 'inspection', 'movement', 'consumed', 'measurement', 'hold', 'report']),
  step: z.string().nullable(),
  station: z.string().nullable(),
  text: z.string().describe('one line that a person can read'),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
});
export type TraceEvent = z.infer<typeof TraceEvent>;

const LinkEnd = z.object({kind: ItemKind, id: z.string()});

export const TraceAnswer = z.object({
  asOf: Position,
  kind: ItemKind,
  id: z.string(),
  history: z.array(TraceEvent),
  measured: z.array(MeasuredValue).describe('of a part: every current value, the oldest first'),
  inspections: z.array(LookedAt).describe('of a part: with the defects that each found, and where'),
  backward: z.array(Related),
  forward: z.array(Related),
  siblings: z.array(Sibling).describe('what shares its production lot or a direct input, the narrowest group first'),
  links: z
    .array(z.object({from: LinkEnd, into: LinkEnd, how: z.enum(['consumed', 'belongs'])}))
    .describe('how it and its nearest relatives hang together; belongs: a part to its production lot or work order'),
  truncated: z
    .object({backward: Count, forward: Count, siblings: Count})
    .describe('how many more there are than are listed'),
  completeness: Completeness,
  widenedBy: z.array(z.string()).describe('what else it may have gone into, because expected links are missing'),
});
export type TraceAnswer = z.infer<typeof TraceAnswer>;

export const ContainQuestion = Scope.extend({
  target: z.string().optional().describe('a finding id, a lot id, or a filter expression'),
  parts: z.array(z.string()).max(100_000).optional().describe('ids of suspect parts, in the place of a target'),
  lots: z.array(z.string()).max(100_000).optional().describe('ids of lots that are suspect as a whole, likewise'),
  processedFrom: Time.optional().describe(
    'when the parts were at the step that the filter names, else when they were made: from <= t',
  ),
  processedTo: Time.optional().describe('likewise: t < to'),
  boundary: BoundaryName.optional().describe('takes the parts within this boundary in the place of the exposed ones'),
});
/** `sql`: the query that gave the list. */
export type ContainQuestion = z.infer<typeof ContainQuestion> & {sql?: string};

const Whereabouts = z.enum(['in-process', 'stock', 'consumed', 'shipped', 'scrapped', 'quarantine', 'unknown']);
export const Place = z.object({
  where: Whereabouts,
  location: z.string().nullable(),
  parts: Count.describe('suspect parts that were seen there last; 0 of a lot that is suspect as a whole'),
  seenBy: z.enum(['movement', 'operation']).nullable().describe('the later of the two says where it is'),
  seenAt: z.string().nullable(),
});
export type Place = z.infer<typeof Place>;

const BlastRadius = z.object({
  stops: z
    .object({
      parts: Count.describe('suspect parts in process, in stock or in quarantine'),
      cost: z
        .object({value: z.number(), ofParts: Count, unknown: Count.describe('parts whose product has no cost')})
        .nullable()
        .describe('what these parts are worth, by the cost of their products; null where none has one'),
      workOrders: z.array(z.object({workOrder: z.string(), parts: Count, status: z.string().nullable()})),
    })
    .describe('what a hold would stop'),
  evidence: z
    .object({
      inspected: Count.describe('suspect parts that were inspected'),
      failed: Count.describe('of these, by their first valid inspection'),
      share: z
        .object({value: z.number(), low: z.number().nullable(), high: z.number().nullable()})
        .nullable()
        .describe('failed of inspected, with a 95 % interval; null where none was inspected'),
      unit: z.enum(['lot', 'part']).describe('what the interval takes as independent'),
      allFailed: Count.describe('failed parts of the plant'),
      covered: z.number().nullable().describe('share of all failed parts that are suspect'),
    })
    .describe('how many of the suspect parts would truly be bad, and how much of the trouble they are'),
});
export type BlastRadius = z.infer<typeof BlastRadius>;

export const ContainAnswer = z.object({
  id: z.string(),
  asOf: Position,
  basis: z.string().describe('in words: what makes these suspect'),
  permalink: z.string(),
  listed: z
    .object({parts: z.array(z.string()), lots: z.array(z.string()), sql: z.string().nullable()})
    .optional()
    .describe('what was suspected by a list, and the query that gave it'),
  lots: z.array(
    Place.extend({
      lot: z.string(),
      material: z.string().nullable(),
      role: z
        .enum(['asked', 'production', 'consumer'])
        .describe('the lot asked for; a lot that suspect parts belong to; a lot that suspects went into'),
      parts: Count.describe('suspect parts of the lot'),
      of: Count.describe('all parts of the lot'),
      where: Whereabouts.describe('where most of its suspect parts are; the first of `places`'),
      places: z.array(Place).describe('where its suspect parts are, most parts first'),
    }),
  ),
  parts: Count,
  looseParts: z.array(z.string()).describe('suspect parts that belong to no lot'),
  places: z
    .array(z.object({where: Whereabouts, parts: Count}))
    .describe('all suspect parts, those in no lot too, by where they are'),
  inHouse: Count.describe(
    'lots that are still in process, stock or quarantine with all suspect parts that are not scrapped',
  ),
  partlyInHouse: Count.describe('lots of which some suspect parts are known to be in house'),
  gone: Count.describe('lots that are consumed, shipped or scrapped with all their suspect parts'),
  unknown: Count.describe(
    'lots of which nothing says where all or some suspect parts are, and none are known in house',
  ),
  whereabouts: z.string().describe('in words: where the lots are, or the parts where there is no lot'),
  blast: BlastRadius.optional().describe('not in populations that were contained before it was told'),
  boundary: Boundary.nullable()
    .optional()
    .describe('where the line around the exposed parts may be drawn; null for a lot; not in populations of before'),
  completeness: Completeness,
  widenedBy: z.array(z.string()),
  notes: z.array(z.string()).optional().describe('what the window in time does to parts without one'),
});
export type ContainAnswer = z.infer<typeof ContainAnswer>;

// ── holds ────────────────────────────────────────────────────────────────────────────────────────────────────────────

// ── the plant at a glance ────────────────────────────────────────────────────────────────────────────────────────────

/** What the scope bar of the dashboards needs to build a question. */
export const Plant = z.object({
  plant: z.string(),
  timeZone: z.string(),
  asOf: Position,
  lastBatchAt: z.string().nullable(),
  newestInspectionAt: z.string().nullable(),
  newestPartAt: z
    .string()
    .nullable()
    .describe('when the last of all parts was inspected for the first time: what windows bound'),
  problems: z.array(z.string()).describe('what the archive has lost: rows are whole, but could not be made anew'),
  parts: Count,
  products: z.array(z.object({product: z.string(), parts: Count})),
  defects: z.array(z.object({defect: z.string(), parts: Count})),
  steps: z.array(z.object({step: z.string(), stations: z.array(z.string())})),
  access: z.object({mode: z.enum(['single-user', 'keys']), name: z.string().nullable(), role: z.string().nullable()}),
});
export type Plant = z.infer<typeof Plant>;
