/** What is told of one part beside its history: its values against their spec, and what was seen on its images. */
import {z} from 'zod';

export const MeasuredValue = z.object({
  step: z.string().nullable(),
  run: z.number().int(),
  parameter: z.string(),
  at: z.string().nullable(),
  value: z.number().nullable(),
  text: z.string().nullable().describe('a value that is no number'),
  lsl: z.number().nullable(),
  target: z.number().nullable(),
  usl: z.number().nullable(),
  unit: z.string().nullable(),
  against: z
    .enum(['inside', 'below', 'above'])
    .nullable()
    .describe('the spec that was valid then; null where there are no limits'),
});
export type MeasuredValue = z.infer<typeof MeasuredValue>;

/** Whether an image is here, and how large it is. */
export const KeptImage = z
  .object({width: z.number().nullable(), height: z.number().nullable()})
  .nullable()
  .describe('whether /v1/images has it, and how large it is, in pixels');

export const LookedAt = z.object({
  inspection: z.string(),
  at: z.string().nullable(),
  step: z.string().nullable(),
  station: z.string().nullable(),
  inspector: z.string().nullable(),
  result: z.string(),
  image: z.string().nullable().describe('as it was recorded: the digest of the image, or a name'),
  kept: KeptImage,
  defects: z.array(
    z.object({
      defect: z.string(),
      severity: z.number().nullable(),
      confidence: z.number().nullable(),
      x: z.number().nullable().describe('left edge, in pixels of the image'),
      y: z.number().nullable().describe('upper edge'),
      width: z.number().nullable(),
      height: z.number().nullable(),
      view: z.string().nullable(),
    }),
  ),
});
export type LookedAt = z.infer<typeof LookedAt>;
