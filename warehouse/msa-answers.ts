/** Measurement systems: what can be asked of gages and inspectors, and what is answered. Terms are AIAG's. */
import {z} from 'zod';
import {Count, Interval, Position, Scope} from './answers.ts';

// ── which studies there are ──────────────────────────────────────────────────────────────────────────────────────────

export const StudiesQuestion = z.object({asOf: Scope.shape.asOf});
export type StudiesQuestion = z.infer<typeof StudiesQuestion>;

const Appraiser = z.enum(['operator', 'station', 'tool']);

const Where = z
  .string()
  .nullable()
  .describe('the filter that lets its parts alone through; null where no others were measured there');

export const StudiesAnswer = z.object({
  asOf: Position,
  gage: z
    .array(
      z.object({
        parameter: z.string(),
        appraiser: Appraiser,
        parts: Count,
        appraisers: Count,
        trials: Count.describe('of most parts by most appraisers'),
        values: Count,
        balanced: z.boolean().describe('whether each appraiser measured each part so often, or each its own parts'),
        where: Where,
      }),
    )
    .describe('parameters of which appraisers measured the same parts again'),
  linearity: z
    .array(
      z.object({
        parameter: z.string(),
        reference: z.string().describe('the step at which the same parts were measured less often'),
        parts: Count,
        values: Count,
        smallest: z.number().describe('reference value'),
        largest: z.number(),
        where: Where,
      }),
    )
    .describe('parameters that were measured again and again at one step, and less often at another'),
  agreement: z.array(
    z.object({
      step: z.string().nullable(),
      inspectors: Count,
      decisions: Count,
      reviewed: Count,
    }),
  ),
});
export type StudiesAnswer = z.infer<typeof StudiesAnswer>;

// ── gage ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

export const GageQuestion = Scope.extend({
  parameter: z.string().min(1).describe('<step>.<parameter>'),
  lsl: z.number().optional(),
  usl: z.number().optional(),
  appraiser: Appraiser.optional().describe(
    'what of the operation is the appraiser; station or tool where gages are compared',
  ),
  keepInteraction: z.boolean().optional().describe('do not pool it with repeatability, whatever its p'),
  balancedSubset: z.boolean().optional().describe('of an unbalanced study, analyse what is complete'),
  plots: z.boolean().optional().describe('with what plots of the study show'),
});
export type GageQuestion = z.infer<typeof GageQuestion>;

const AnovaRow = z.object({
  source: z.enum(['part', 'appraiser', 'interaction', 'repeatability', 'total']),
  df: z.number().int(),
  ss: z.number(),
  ms: z.number().nullable(),
  f: z.number().nullable(),
  p: z.number().nullable(),
});

const Component = z.object({
  source: z.enum(['gage', 'repeatability', 'reproducibility', 'appraiser', 'interaction', 'part', 'total']),
  variance: Interval,
  contribution: z.number().describe('per cent of the total variance'),
  percentContribution: Interval.describe('the same with its interval'),
  sigma: z.number(),
  studyVariation: z.number().describe('6 sigma'),
  percentStudy: Interval.describe('per cent of the total variation'),
  percentTolerance: Interval.nullable().describe('6 sigma as per cent of usl - lsl'),
});

const Limits = z.object({
  center: z.number(),
  lcl: z.number(),
  ucl: z.number(),
  outside: Count.describe('of all points'),
});

const GagePlots = z.object({
  cells: z
    .array(
      z.object({
        part: z.string(),
        appraiser: z.string(),
        values: z.array(z.number()),
        mean: z.number(),
        range: z.number(),
      }),
    )
    .describe('by appraiser, then part'),
  parts: z.array(z.object({part: z.string(), mean: z.number()})),
  appraisers: z.array(z.object({appraiser: z.string(), mean: z.number(), range: z.number().describe('mean range')})),
  means: Limits.describe('of the chart of means: three sigma of repeatability, by the mean range'),
  ranges: Limits.describe('of the chart of ranges'),
});
export type GagePlots = z.infer<typeof GagePlots>;

export const GageAnswer = z.object({
  asOf: z.number().int(),
  parameter: z.string(),
  design: z.enum(['crossed', 'nested']),
  parts: Count,
  appraisers: z.array(z.string()),
  trials: Count,
  n: Count,
  mean: z.number(),
  lsl: z.number().nullable(),
  usl: z.number().nullable(),
  anova: z.array(AnovaRow),
  anovaPooled: z.array(AnovaRow).nullable().describe('where the interaction is pooled with repeatability'),
  interaction: z.object({p: z.number().nullable(), pooled: z.boolean(), rule: z.string()}).nullable(),
  components: z.array(Component),
  ndc: z
    .object({value: Count, low: Count, high: Count.nullable()})
    .nullable()
    .describe('distinct categories; null where the gage shows no variation'),
  verdicts: z.array(
    z.object({
      basis: z.enum(['study variation', 'tolerance']),
      percent: Interval.describe('of gage R&R'),
      band: z.enum(['acceptable', 'may be acceptable', 'not acceptable']),
      sentence: z.string(),
    }),
  ),
  plots: GagePlots.nullable().describe('only if asked for'),
  notes: z.array(z.string()),
});
export type GageAnswer = z.infer<typeof GageAnswer>;

// ── bias and linearity ───────────────────────────────────────────────────────────────────────────────────────────────

export const LinearityQuestion = Scope.extend({
  parameter: z.string().min(1).describe('<step>.<parameter>, what the gage under study measured'),
  reference: z
    .string()
    .min(1)
    .describe('the step at which the same parameter was measured by what counts as the truth'),
  processVariation: z
    .number()
    .positive()
    .optional()
    .describe('6 sigma of the process, for bias and linearity as its per cent'),
  plots: z.boolean().optional().describe('with what the plot of the study shows'),
});
export type LinearityQuestion = z.infer<typeof LinearityQuestion>;

const Percent = z.number().nullable().describe('of the process variation');

const Coefficient = Interval.extend({standardError: z.number(), p: z.number()});

export const LinearityAnswer = z.object({
  asOf: z.number().int(),
  parameter: z.string(),
  reference: z.string(),
  n: Count,
  levels: z.array(
    z.object({
      part: z.string(),
      reference: z.number().describe('mean of what was measured at the step of reference'),
      referenceValues: Count,
      n: Count,
      mean: z.number(),
      sigma: z.number(),
      bias: z
        .object({
          value: z.number(),
          low: z.number().nullable(),
          high: z.number().nullable(),
          p: z.number().nullable().describe('that there is none'),
          q: z.number().nullable().describe('Benjamini-Hochberg over all levels'),
          percent: Percent,
        })
        .describe('with its t interval; without one where the values are all equal'),
      fitted: Interval.describe('bias by the line, with the interval of its mean'),
    }),
  ),
  overall: Interval.extend({p: z.number(), percent: Percent}),
  regression: z
    .object({
      intercept: Coefficient,
      slope: Coefficient,
      sigma: z.number().describe('standard deviation of the residuals'),
      degrees: Count,
      rSquared: z.number().nullable(),
      percentLinearity: z.number().describe('100 |slope|'),
      linearity: z.number().nullable().describe('|slope| times the process variation'),
    })
    .describe('bias = intercept + slope * reference'),
  lackOfFit: z.object({f: z.number(), p: z.number()}).nullable().describe('of a straight line; null with two parts'),
  verdict: z.object({found: z.enum(['linearity', 'bias', 'neither']), sentence: z.string()}),
  plots: z
    .object({
      values: z.array(z.object({part: z.string(), reference: z.number(), bias: z.number()})),
      line: z.array(Interval.extend({reference: z.number()})).describe('the line with the interval of its mean'),
    })
    .nullable()
    .describe('only if asked for'),
  notes: z.array(z.string()),
});
export type LinearityAnswer = z.infer<typeof LinearityAnswer>;

// ── agreement ────────────────────────────────────────────────────────────────────────────────────────────────────────

const Share = z.number().min(0).max(1);
const Sample = z.number().int().positive();

export const AgreementQuestion = Scope.extend({
  by: z.enum(['station', 'step', 'product', 'defect']).optional(),
  step: z.string().optional().describe('inspections at this step'),
  station: z.string().optional().describe('inspections at this station'),
  inspector: z.string().optional().describe('only this one: model@version or a person'),
  reference: z.string().optional().describe('the inspector whose word counts as the truth'),
  sensitivity: Share.optional().describe('of a reference sample that has nothing to do with these parts'),
  sensitivityN: Sample.optional().describe('bad parts of that sample'),
  specificity: Share.optional(),
  specificityN: Sample.optional().describe('good parts of that sample'),
});
export type AgreementQuestion = z.infer<typeof AgreementQuestion>;

const Rate = Interval.nullable();
const Kappa = Interval.extend({standardError: z.number()}).nullable();

const Against = z.object({
  decisions: Count,
  agree: Count,
  agreement: Interval.describe('Clopper-Pearson, decisions as the unit'),
  kappa: Kappa.describe("Cohen's; null where both only ever say one thing"),
  /** How often what was said: first the one, then the other. */
  table: z.object({failFail: Count, failPass: Count, passFail: Count, passPass: Count}),
});

const Reviewed = z.object({
  inspected: Count,
  reviewed: Count,
  fraction: z.number().nullable().describe('reviewed of those inspected'),
  bad: Count,
  good: Count,
});

export const AgreementAnswer = z.object({
  asOf: z.number().int(),
  inspectors: z.array(
    z.object({
      inspector: z.string(),
      level: z.string().nullable().describe('of what `by` asked for'),
      inspected: Count,
      reviews: z
        .object({fail: Reviewed, pass: Reviewed})
        .describe('how many of either result somebody looked at again'),
      apparentRate: Rate.describe('failed of inspected'),
      trueRate: Rate.describe('bad of inspected, each result weighted by how often it came'),
      correctedRate: Rate.describe('by the given sensitivity and specificity (Rogan & Gladen)'),
      ppv: Rate.describe('bad of failed'),
      npv: Rate.describe('good of passed'),
      overkill: Rate.describe('good of failed: false calls'),
      escape: Rate.describe('bad of passed'),
      sensitivity: Rate,
      specificity: Rate,
      missRate: Rate.describe('passed of bad'),
      falseAlarmRate: Rate.describe('failed of good'),
      unit: z.string().describe('what counts as independent in these intervals'),
      notTold: z.array(z.object({what: z.array(z.string()), reason: z.string()})),
    }),
  ),
  missed: z
    .array(
      z.object({
        inspector: z.string(),
        defect: z.string(),
        reviewed: Count.describe('passes that were reviewed'),
        bad: Count.describe('of them, those on which a reviewer named this defect'),
        escape: Interval.describe('of all passes, each review by how many it speaks for'),
      }),
    )
    .describe('asked by defect: what passes, as far as reviewers named it'),
  within: z.array(
    z.object({
      inspector: z.string(),
      parts: Count.describe('inspected more than once by the same'),
      agree: Count,
      agreement: Interval.describe('Clopper-Pearson, parts as the unit'),
    }),
  ),
  pairs: z.array(Against.extend({first: z.string(), second: z.string()})),
  reference: z
    .object({
      inspector: z.string(),
      appraisers: z.array(
        Against.extend({
          inspector: z.string(),
          effectiveness: Interval.extend({parts: Count, correct: Count}).describe('parts judged right in every trial'),
          sensitivity: Rate,
          specificity: Rate,
          ppv: Rate,
          npv: Rate,
          missRate: Rate,
          falseAlarmRate: Rate,
        }),
      ),
    })
    .nullable(),
  fleiss: z
    .object({
      inspectors: z.array(z.string()),
      decisions: Count,
      value: z.number(),
      low: z.number().nullable(),
      high: z.number().nullable(),
    })
    .nullable()
    .describe("Fleiss' kappa of all of them, where three or more judged the same parts"),
  notes: z.array(z.string()),
});
export type AgreementAnswer = z.infer<typeof AgreementAnswer>;
