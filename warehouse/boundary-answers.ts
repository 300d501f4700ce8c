/** The boundaries that a suspect population may have: how large each is, how much of it is truly bad, and what it covers. */
import {z} from 'zod';

const Count = z.number().int().nonnegative();

/**
 * exposed: the parts that match, and no others; window: all parts of the line from the first to the last affected one;
 * between-good: from after the last good part before the window to before the first good part after it; -lots: the same in
 * whole production lots.
 */
export const BoundaryName = z.enum([
  'exposed',
  'exposed-lots',
  'window',
  'window-lots',
  'between-good',
  'between-good-lots',
]);
export type BoundaryName = z.infer<typeof BoundaryName>;

const Passed = z.object({part: z.string(), at: z.string().nullable()});

const Window = z.object({
  line: z.string().describe('what processed these parts one after the other: the tool, the station, or the product'),
  affected: Count,
  first: Passed.describe('the first affected part'),
  last: Passed.describe('the last affected part'),
  goodBefore: Passed.nullable().describe(
    'the last good part before it; null: it may have begun before what is recorded',
  ),
  goodAfter: Passed.nullable().describe('the first good part after it; null: it may still be going on'),
  goodInARowBefore: Count.describe('inspected parts that were good, one after the other, up to the first affected one'),
  goodInARowAfter: Count.describe('inspected parts that were good, one after the other, from the last affected one on'),
  chanceBefore: z
    .number()
    .nullable()
    .describe('how often such a row comes by chance while the share of the window is bad'),
  chanceAfter: z.number().nullable().describe('the same of the row after it; parts taken as independent'),
  share: z.number().nullable().describe('bad of the inspected parts from the first to the last affected one'),
  open: z.boolean(),
  sentence: z.string(),
});

export const Boundary = z.object({
  order: z.string().describe('in words: in which order the parts were taken, and on what'),
  affected: Count.describe('exposed parts that are known to be bad; all exposed parts where none is known to be'),
  affectedAre: z.string().describe('in words: which parts count as affected'),
  unplaced: Count.describe('affected parts without a time, which no window can hold'),
  knownBad: Count.describe('bad parts of the plant, exposed or not'),
  candidates: z.array(
    z.object({
      name: BoundaryName,
      what: z.string(),
      parts: Count,
      lots: Count.describe('production lots with any of these parts'),
      inspected: Count,
      bad: Count,
      share: z
        .object({value: z.number(), low: z.number().nullable(), high: z.number().nullable()})
        .nullable()
        .describe('bad of inspected, 95 % interval with lots as independent; null where none was inspected'),
      covered: z.number().nullable().describe('share of all known bad parts that it holds'),
      affected: Count,
      coversAll: z.boolean().describe('whether it holds every affected part'),
    }),
  ),
  smallest: BoundaryName.nullable().describe('the fewest parts among those that hold every affected part'),
  smallestInLots: BoundaryName.nullable().describe('the same among those in whole lots, which a hold can stop'),
  windows: z.array(Window).describe('a line each, most affected parts first; 20 at most'),
  moreWindows: Count,
  open: z.boolean().describe('on some line no good part is known after the last affected one'),
});
export type Boundary = z.infer<typeof Boundary>;
