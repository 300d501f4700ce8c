/** What is drawn of a finding beside its rates by level: a number's spread by outcome, and the outcome over time. */
import {z} from 'zod';

const Count = z.number().int().nonnegative();

/** Of parts whose value is known; bins are of one width, and what lies outside of them is counted beside. */
export const OutcomeHistogram = z.object({
  from: z.number().describe('lower edge of the first bin: the 0.5 % quantile'),
  width: z.number().positive(),
  defective: z.array(Count).describe('one a bin'),
  others: z.array(Count),
  below: z.object({defective: Count, others: Count}).describe('smaller than the first bin'),
  above: z.object({defective: Count, others: Count}).describe('greater than the last bin'),
});
export type OutcomeHistogram = z.infer<typeof OutcomeHistogram>;

const StripGroup = z.object({
  parts: Count,
  rate: z.number().nullable().describe('share defective, or mean of a numeric outcome; null where there is no part'),
});

/** Lots in order of time; where there are too many, neighbours are put together. */
export const TimeStrip = z.object({
  unit: z.enum(['lot', 'part']),
  marks: z.boolean().describe('whether the finding draws a line between exposed parts and others'),
  points: z.array(
    z.object({
      name: z.string().nullable().describe('the lot or part; null where several are one point'),
      from: z.string().describe('when the first lot of it began'),
      to: z.string(),
      lots: Count,
      exposed: StripGroup,
      others: StripGroup.describe('not exposed; all parts where no line is drawn'),
    }),
  ),
  timeless: Count.describe('parts of lots without a time, which are not in it'),
});
export type TimeStrip = z.infer<typeof TimeStrip>;
