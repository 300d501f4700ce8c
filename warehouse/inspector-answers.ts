/** Inspectors under suspicion: what can be asked of their verdicts, of those who review them, and what is answered. */
import {z} from 'zod';
import {Count, Interval, Position, Scope} from './answers.ts';
import {KeptImage} from './item-answers.ts';
import {AgreementAnswer} from './msa-answers.ts';

const Share = z.number().min(0).max(1);
const Name = z.string().trim().min(1);
const Limit = z.number().int().positive().max(500).optional();

// ── inspections ──────────────────────────────────────────────────────────────────────────────────────────────────────

const FoundDefect = z.object({
  defect: z.string(),
  severity: z.number().nullable(),
  confidence: z.number().nullable(),
  x: z.number().nullable().describe('left edge of the box, as sent: pixels of the image, or shares of it'),
  y: z.number().nullable(),
  width: z.number().nullable(),
  height: z.number().nullable(),
  view: z.string().nullable(),
});

const ReviewVerdict = z.enum(['agree', 'disagree', 'withdrawn']);

export const Review = z.object({
  inspection: z.string(),
  reviewer: z.string(),
  verdict: ReviewVerdict,
  defect: z.string().nullable().describe('the true defect, where the reviewer named one'),
  reason: z.string().nullable(),
  reviewedAt: z.string().nullable(),
  sampled: z.number().nullable().describe('probability with which a queue offered it; null where somebody chose it'),
  authenticated: z.boolean().describe('whether the name was proven; false where it was declared, or came in a file'),
});
export type Review = z.infer<typeof Review>;

export const InspectionCard = z.object({
  inspection: z.string(),
  part: z.string(),
  product: z.string().nullable(),
  lot: z.string().nullable(),
  step: z.string().nullable(),
  station: z.string().nullable(),
  inspector: z.string().nullable(),
  inspectedAt: z.string().nullable(),
  result: z.enum(['pass', 'fail', 'error']),
  confidence: z.number().nullable(),
  image: z.string().nullable().describe('SHA-256 of the image'),
  kept: KeptImage,
  verification: z.enum(['unverified', 'confirmed', 'rejected']),
  defects: z.array(FoundDefect),
});
export type InspectionCard = z.infer<typeof InspectionCard>;

/** How large images of a view are, as far as boxes show it: no box ends beyond. */
const Frame = z.object({view: z.string().nullable(), width: z.number(), height: z.number()});

export const InspectionListQuestion = Scope.extend({
  inspector: z.string().optional(),
  station: z.string().optional(),
  step: z.string().optional(),
  defect: z.string().optional(),
  result: z.enum(['pass', 'fail', 'error']).optional(),
  verification: z.enum(['unverified', 'confirmed', 'rejected']).optional(),
  limit: Limit.describe('24 by default'),
  offset: Count.max(1_000_000).optional(),
});
export type InspectionListQuestion = z.infer<typeof InspectionListQuestion>;

export const InspectionListAnswer = z.object({
  asOf: Position,
  total: Count,
  inspections: z.array(InspectionCard).describe('the newest first'),
  frames: z.array(Frame),
});
export type InspectionListAnswer = z.infer<typeof InspectionListAnswer>;

export const InspectionAnswer = InspectionCard.extend({
  asOf: Position,
  reviews: z.array(Review),
  frames: z.array(Frame),
});
export type InspectionAnswer = z.infer<typeof InspectionAnswer>;

// ── reviews ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export const ReviewInput = z.strictObject({
  inspection: Name,
  verdict: ReviewVerdict.describe('agree or disagree with its result; withdrawn takes back what was said'),
  defect: Name.optional().describe(
    'the true defect: of a fail that is one by another defect, or of what a pass missed',
  ),
  reason: Name.optional(),
  sampled: z.number().gt(0).max(1).optional().describe('as the queue said that offered it'),
  by: Name.optional().describe('who reviews; a key proves it, otherwise it is self-declared'),
});

export const ReviewAnswer = Review.extend({
  status: z.enum(['accepted', 'duplicate']),
  verification: z.enum(['unverified', 'confirmed', 'rejected']).describe('of the inspection, by all its reviewers'),
  batch: z.number().int().nullable(),
});
export type ReviewAnswer = z.infer<typeof ReviewAnswer>;

export const ReviewListQuestion = z.object({
  asOf: Position.optional(),
  inspection: z.string().optional(),
  reviewer: z.string().optional(),
  limit: Limit.describe('100 by default'),
});
export type ReviewListQuestion = z.infer<typeof ReviewListQuestion>;

export const ReviewListAnswer = z.object({
  asOf: Position,
  total: Count,
  reviews: z
    .array(
      Review.extend({
        part: z.string().nullable(),
        inspector: z.string().nullable(),
        result: z.string().nullable(),
        verification: z.string().nullable(),
      }),
    )
    .describe('the newest first'),
  between: z
    .array(AgreementAnswer.shape.pairs.element)
    .describe('reviewers against each other, on what both reviewed: a fail is a part that is bad in truth'),
});
export type ReviewListAnswer = z.infer<typeof ReviewListAnswer>;

export const QueueQuestion = Scope.extend({
  inspector: z.string().optional(),
  station: z.string().optional(),
  step: z.string().optional(),
  passes: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe('share of the sure passes that is drawn; by default as configured (0.02)'),
  fails: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe('share of the sure fails that is drawn; by default as configured (0.25)'),
  second: z.boolean().optional().describe('what others reviewed already, for a second opinion'),
  reviewer: z.string().optional().describe('leaves out what this person reviewed'),
  limit: Limit.describe('20 by default'),
});
export type QueueQuestion = z.infer<typeof QueueQuestion>;

export const QueueAnswer = z.object({
  asOf: Position,
  waiting: Count.describe('drawn, and not reviewed yet'),
  shares: z.object({passes: Share, fails: Share}).describe('of the sure ones, as they were drawn'),
  strata: z.array(
    z.object({
      result: z.enum(['pass', 'fail']),
      sure: z.boolean().describe('confidence of 0.9 or more'),
      probability: Share.describe('with which each is drawn'),
      inspections: Count,
      drawn: Count,
      reviewed: Count.describe('of those drawn'),
    }),
  ),
  items: z.array(InspectionCard.extend({sampled: Share, sure: z.boolean()})).describe('in a random order that stays'),
  frames: z.array(Frame),
});
export type QueueAnswer = z.infer<typeof QueueAnswer>;

// ── thresholds ───────────────────────────────────────────────────────────────────────────────────────────────────────

export const ThresholdQuestion = Scope.extend({
  inspector: z.string().min(1).describe('model@version, or a person who says how sure'),
  station: z.string().optional(),
  step: z.string().optional(),
  at: z.array(z.coerce.number().min(0).max(1)).max(200).optional().describe('thresholds; 0.05 to 0.95 by default'),
});
export type ThresholdQuestion = z.infer<typeof ThresholdQuestion>;

const Rate = Interval.nullable();

export const ThresholdAnswer = z.object({
  asOf: Position,
  inspector: z.string(),
  inspections: Count,
  withScore: Count,
  lots: Count,
  reviewed: z.object({fail: Count, pass: Count, bad: Count, good: Count}),
  now: z.object({
    failShare: Interval.describe('as it was judged'),
    between: z
      .object({highestPass: z.number(), lowestFail: z.number()})
      .nullable()
      .describe('where its threshold lies; null where everything has one result'),
    against: Count.describe('inspections that no single threshold explains: passes more suspect than some fail'),
  }),
  curve: z.array(
    z.object({
      threshold: z.number(),
      failShare: Interval.describe('of all inspections with a score, would fail'),
      yield: Interval,
      overkill: Rate.describe('good of those that would fail'),
      escape: Rate.describe('bad of those that would pass'),
      missRate: Rate.describe('would pass, of the bad'),
      falseAlarmRate: Rate.describe('would fail, of the good'),
    }),
  ),
  unit: z.string(),
  cannotKnow: z.array(z.string()),
});
export type ThresholdAnswer = z.infer<typeof ThresholdAnswer>;

// ── champion and challenger ──────────────────────────────────────────────────────────────────────────────────────────

export const ChallengeQuestion = Scope.extend({
  champion: z.string().min(1),
  challenger: z.string().min(1),
  station: z.string().optional(),
  step: z.string().optional(),
  limit: Limit.describe('differing cases that are listed; 24 by default'),
});
export type ChallengeQuestion = z.infer<typeof ChallengeQuestion>;

export const ChallengeAnswer = z.object({
  asOf: Position,
  champion: z.string(),
  challenger: z.string(),
  pairs: z.object({
    all: Count,
    byImage: Count.describe('the same image'),
    byPart: Count.describe('the same part and step, as often as it came, where one of them names no image'),
    championOnly: Count.describe('judged by the champion alone, or by another image'),
    challengerOnly: Count,
  }),
  compared: AgreementAnswer.shape.pairs.element
    .omit({first: true, second: true})
    .nullable()
    .describe('the champion first; null where they judged nothing in common'),
  mcNemar: z.object({
    championOnlyFails: Count,
    challengerOnlyFails: Count,
    p: z.number().describe('exact, parts as independent'),
  }),
  byLot: Interval.extend({p: z.number(), lots: Count})
    .nullable()
    .describe(
      "champion's fail share less the challenger's, lots as the unit; null below two lots, or where no lot differs",
    ),
  reviewed: z.object({
    differing: Count.describe('differing cases that reviewers settled'),
    championRight: Count,
    challengerRight: Count,
    p: z.number().describe('exact, of these'),
  }),
  differing: z.object({
    total: Count,
    cases: z.array(
      z.object({
        part: z.string(),
        lot: z.string().nullable(),
        step: z.string(),
        image: z.string().nullable(),
        champion: InspectionCard,
        challenger: InspectionCard,
        right: z
          .enum(['champion', 'challenger'])
          .nullable()
          .describe('by review; null where nobody said, or reviews contradict'),
      }),
    ),
  }),
  frames: z.array(Frame),
  notes: z.array(z.string()),
});
export type ChallengeAnswer = z.infer<typeof ChallengeAnswer>;

// ── drift ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export const ScoreDriftQuestion = Scope.pick({asOf: true, product: true, where: true}).extend({
  inspector: z.string().optional().describe('all by default'),
  station: z.string().optional(),
  step: z.string().optional(),
  reference: z.number().int().min(5).max(500).optional().describe('its first lots, 30 by default: they never change'),
  newest: z.number().int().min(2).max(200).optional().describe('lots that are compared with these, 10 by default'),
});
export type ScoreDriftQuestion = z.infer<typeof ScoreDriftQuestion>;

const Period = z.object({
  from: z.string().nullable(),
  to: z.string().nullable(),
  lots: Count,
  inspections: Count,
  mean: z.number(),
});

const DriftMeasure = z
  .enum(['suspicion', 'brightness', 'contrast', 'sharpness'])
  .describe('how bad the inspector finds parts; of their images, how they look to it: shares of full scale');
export type DriftMeasure = z.infer<typeof DriftMeasure>;

const DriftStatus = z.enum(['drifted', 'no evidence', 'too little']);

const DriftBin = z.object({
  from: z.number(),
  to: z.number(),
  reference: z.number(),
  newest: z.number(),
});

export const InspectorDrift = z.object({
  inspector: z.string(),
  measure: DriftMeasure,
  unit: z.enum(['lot', 'day']),
  status: DriftStatus,
  reason: z.string().describe('one sentence'),
  reference: Period.nullable(),
  newest: Period.nullable(),
  index: z.number().nullable().describe('population stability index, over tenths of the reference'),
  p: z.number().nullable().describe('lots drawn anew'),
  alpha: z.number().describe('one look in so many raises a false alarm'),
  bins: z.array(DriftBin),
  series: z
    .array(z.object({at: z.string().nullable(), key: z.string(), n: Count, mean: z.number(), failShare: z.number()}))
    .describe('one a lot, or day; the newest 200 and all of the reference'),
  card: z
    .object({
      on: z.string().describe('the images that the model was measured on'),
      status: DriftStatus,
      reason: z.string().describe('one sentence'),
      index: z.number().nullable().describe('population stability index of images that passed'),
      low: z.number().nullable().describe('at least: 99.9 % bound, lots drawn with replacement'),
      bins: z.array(DriftBin),
    })
    .nullable()
    .describe("against the model's card; null where it says nothing of the measure"),
});
export type InspectorDrift = z.infer<typeof InspectorDrift>;

export const ScoreDriftAnswer = z.object({
  asOf: Position,
  inspectors: z.array(InspectorDrift).describe('one an inspector and measure that there are values of'),
  notes: z.array(z.string()),
});
export type ScoreDriftAnswer = z.infer<typeof ScoreDriftAnswer>;

// ── where defects fall ───────────────────────────────────────────────────────────────────────────────────────────────

export const DefectMapQuestion = Scope.extend({
  defect: z.string().optional(),
  station: z.string().optional().describe('where the part was inspected'),
  inspector: z.string().optional(),
  columns: z.number().int().min(2).max(40).optional().describe('cells from left to right, 12 by default'),
});
export type DefectMapQuestion = z.infer<typeof DefectMapQuestion>;

export const DefectMapAnswer = z.object({
  asOf: Position,
  failing: Count.describe('parts that failed at their first inspection, of these'),
  placed: Count.describe('of them, those whose main defect has a box'),
  maps: z
    .array(
      z.object({
        view: z.string().nullable(),
        width: z.number().describe('no box ends beyond'),
        height: z.number(),
        cell: z.number().describe('side of a cell, in the units of the boxes'),
        columns: Count,
        rows: Count,
        parts: Count,
        cells: z
          .array(z.object({column: Count, row: Count, parts: Count}))
          .describe('by the middle of the box; cells without parts are left out'),
      }),
    )
    .describe('one a view, the one with most parts first'),
});
export type DefectMapAnswer = z.infer<typeof DefectMapAnswer>;
