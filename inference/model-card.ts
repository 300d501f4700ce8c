import {z} from 'zod';

/** A share with its 95 % interval (Wilson) and the counts that it is made of. */
const Share = z.strictObject({
  hits: z.number().int().nonnegative(),
  of: z.number().int().positive(),
  value: z.number(),
  low: z.number(),
  high: z.number(),
});

const Quality = z.strictObject({
  /** The set of images that it was measured on: none that the model learned from or was chosen by. */
  on: z.string(),
  images: z.number().int().positive(),
  classes: z.array(z.string()),
  /** Rows are the truth, columns the verdict. */
  confusion: z.array(z.array(z.number().int().nonnegative())),
  correct: Share,
  /** Defective images that passed. */
  escapes: Share,
  /** Good images that failed. */
  overkill: Share,
  perClass: z.array(z.strictObject({class: z.string(), sensitivity: Share, specificity: Share})),
  location: z
    .strictObject({
      of: z.string(),
      /** Mean intersection over union. */
      meanOverlap: z.number(),
      overlapAtLeastHalf: Share,
      perClass: z.array(z.strictObject({class: z.string(), meanOverlap: z.number(), overlapAtLeastHalf: Share})),
    })
    .optional(),
});

/** What a model's folder says about the model: `card.json`. */
export const ModelCard = z
  .strictObject({
    name: z.string().min(1),
    version: z.string().min(1),
    description: z.string(),
    /** The ONNX file, beside the card. */
    file: z.string().regex(/^[\w.-]+\.onnx$/, 'must be the name of an .onnx file in the same folder'),
    sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits'),
    bytes: z.number().int().positive().optional(),
    input: z.strictObject({
      name: z.string(),
      /** [image, channel, row, column] */
      layout: z.literal('NCHW'),
      /** 1: gray (ITU-R BT.601 luma); 3: red, green, blue. */
      channels: z.union([z.literal(1), z.literal(3)]),
      height: z.number().int().min(1).max(4096),
      width: z.number().int().min(1).max(4096),
      resize: z.literal('bilinear'),
      /** A sample of 0..255 becomes sample / divideBy. */
      divideBy: z.number().positive(),
    }),
    outputs: z.strictObject({
      scores: z.strictObject({name: z.string(), kind: z.enum(['probabilities', 'logits'])}),
      /** x, y, width, height of the defect, in shares of the image. */
      box: z.strictObject({name: z.string(), kind: z.literal('xywh-shares')}).optional(),
    }),
    /** In the order of the scores. A class without a defect code means a good part. */
    classes: z
      .array(z.strictObject({name: z.string(), defect: z.string().nullable(), severity: z.number().nullable()}))
      .min(2)
      .refine(classes => classes.some(({defect}) => defect !== null), 'no class has a defect code'),
    /** A part fails when the classes with a defect code together are at least this probable. */
    thresholds: z.strictObject({fail: z.number().gt(0).lte(1)}),
    training: z.record(z.string(), z.unknown()),
    quality: Quality.optional(),
  })
  .refine(({quality, classes}) => !quality || sameNames(quality.classes, classes), {
    path: ['quality', 'classes'],
    message: 'must be the names of classes in the same order',
  });

export type ModelCard = z.infer<typeof ModelCard>;

function sameNames(names: readonly string[], classes: readonly {name: string}[]): boolean {
  return names.length === classes.length && names.every((name, k) => name === classes[k].name);
}
