import {z} from 'zod';
import '../warehouse/plain-words.ts';

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

/** How values are spread: `limits` part them, and `shares` says how many lie below the first, between, and above the last. */
const Spread = z
  .strictObject({limits: z.array(z.number()).min(1).max(50), shares: z.array(z.number().min(0).max(1))})
  .superRefine(({limits, shares}, context) => {
    const complain = (path: string, message: string) => context.addIssue({code: 'custom', path: [path], message});
    if (limits.some((limit, k) => k > 0 && limit <= limits[k - 1])) complain('limits', 'must rise');
    if (shares.length !== limits.length + 1) complain('shares', `must be ${limits.length + 1}, one more than limits`);
    else if (Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) > 1e-3) complain('shares', 'must add up to 1');
  });

/** What images looked like, and how sure the model was, where its quality was measured: of images that passed. */
export const Reference = z.strictObject({
  /** The set of images. */
  on: z.string(),
  /** How many of them passed. */
  images: z.number().int().positive(),
  suspicion: Spread,
  brightness: Spread,
  contrast: Spread,
  sharpness: Spread.optional(),
});

const Input = z
  .strictObject({
    name: z.string(),
    /** [image, channel, row, column] */
    layout: z.literal('NCHW'),
    /** 1: gray (ITU-R BT.601 luma); 3: colours in `order`. */
    channels: z.union([z.literal(1), z.literal(3)]),
    height: z.number().int().min(1).max(4096),
    width: z.number().int().min(1).max(4096),
    /** bilinear: stretched to the size; letterbox: as large as fits, in the middle, `padding` around it. Both as PIL's BILINEAR. */
    resize: z.enum(['bilinear', 'letterbox']),
    padding: z.number().int().min(0).max(255).default(114),
    order: z.enum(['RGB', 'BGR']).default('RGB'),
    /** A sample of 0..255 becomes (sample / divideBy - mean) / std; these two have a number a channel. */
    divideBy: z.number().positive(),
    mean: z.array(z.number()).optional(),
    std: z.array(z.number().positive()).optional(),
    /** How many bits of a sample of 16 count, where a camera fills fewer. */
    bits: z.number().int().min(8).max(16).optional(),
  })
  .superRefine(({channels, mean, std}, context) => {
    for (const [name, list] of Object.entries({mean, std})) {
      if (list === undefined || list.length === channels) continue;
      context.addIssue({code: 'custom', path: [name], message: `needs ${channels} numbers, one a channel`});
    }
  });

const Numbers = z.enum(['probabilities', 'logits']);

/** How a detector tells its boxes: C classes, any number of boxes, unsorted. */
const Boxes = z.discriminatedUnion('layout', [
  /** [N, boxes, 4 + C], or with `objectness` [N, boxes, 5 + C] and scores that are its multiples. */
  z.strictObject({layout: z.literal('rows'), name: z.string(), objectness: z.boolean().default(true)}),
  /** The same turned: [N, 4 + C, boxes]. */
  z.strictObject({layout: z.literal('columns'), name: z.string(), objectness: z.boolean().default(false)}),
  /** [N, boxes, 4], [N, boxes] and [N, boxes]: a label is the position of its class. */
  z.strictObject({layout: z.literal('separate'), boxes: z.string(), scores: z.string(), labels: z.string()}),
]);

const Share01 = z.number().gt(0).lte(1);
const Classes = z.array(
  z.strictObject({name: z.string(), defect: z.string().nullable(), severity: z.number().nullable()}),
);
const hasDefect = (classes: z.output<typeof Classes>) => classes.some(({defect}) => defect !== null);
const NO_DEFECT = 'no class has a defect code';

const COMMON = {
  name: z.string().min(1),
  version: z.string().min(1),
  description: z.string(),
  /** The ONNX file, beside the card. */
  file: z.string().regex(/^[\w.-]+\.onnx$/, 'must be the name of an .onnx file in the same folder'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits'),
  bytes: z.number().int().positive().optional(),
  input: Input,
  training: z.record(z.string(), z.unknown()),
  quality: Quality.optional(),
  reference: Reference.optional(),
};

const ClassifierCard = z.strictObject({
  kind: z.literal('classifier'),
  ...COMMON,
  outputs: z.strictObject({
    /** [N, C]; probabilities add up to one. */
    scores: z.strictObject({name: z.string(), kind: Numbers}),
    /** [N, 4]: x, y, width, height of the defect, in shares of the image. */
    box: z.strictObject({name: z.string(), kind: z.literal('xywh-shares')}).optional(),
  }),
  /** In the order of the scores. A class without a defect code means a good part. */
  classes: Classes.min(2).refine(hasDefect, NO_DEFECT),
  /** A part fails when the classes with a defect code together are at least this probable. */
  thresholds: z.strictObject({fail: Share01}),
});

const DetectorCard = z.strictObject({
  kind: z.literal('detector'),
  ...COMMON,
  outputs: z.strictObject({
    boxes: Boxes,
    /** c is the centre; two corners; a corner and the size. */
    corners: z.enum(['cxcywh', 'xyxy', 'xywh']),
    /** Pixels of the model's input, or shares of it. */
    units: z.enum(['pixels', 'shares']),
    scores: Numbers,
  }),
  classes: Classes.min(1).refine(hasDefect, NO_DEFECT),
  /** Boxes of at least `fail` are defects; of those of one class that overlap by more (intersection over union), the best. */
  thresholds: z.strictObject({fail: Share01, overlap: z.number().min(0).max(1)}),
});

const SegmenterCard = z.strictObject({
  kind: z.literal('segmenter'),
  ...COMMON,
  /** [N, C, rows, columns] of any size; softmax over the classes, or of one class its own logistic function. */
  outputs: z.strictObject({mask: z.strictObject({name: z.string(), kind: Numbers})}),
  classes: Classes.min(1).refine(hasDefect, NO_DEFECT),
  /** Defects are the regions of at least `fail` that have at least this area, in pixels of the model's input. */
  thresholds: z.strictObject({fail: Share01, areaPixels: z.number().positive()}),
});

const AnomalyCard = z.strictObject({
  kind: z.literal('anomaly'),
  ...COMMON,
  outputs: z.strictObject({
    /** [N] or [N, 1]: `low` and less becomes 0, `high` and more becomes 1. */
    score: z
      .strictObject({name: z.string(), low: z.number().default(0), high: z.number().default(1)})
      .refine(({low, high}) => low < high, 'low must be less than high'),
    /** [N, rows, columns] or [N, 1, rows, columns], in the score's units. */
    map: z.strictObject({name: z.string()}).optional(),
  }),
  classes: Classes.length(1).refine(hasDefect, NO_DEFECT),
  thresholds: z.strictObject({fail: Share01}),
});

/** What a model's folder says about the model: `card.json`. One that says no kind is a classifier's. */
export const ModelCard = z
  .preprocess(
    told => (typeof told === 'object' && told !== null && !('kind' in told) ? {kind: 'classifier', ...told} : told),
    z.discriminatedUnion('kind', [ClassifierCard, DetectorCard, SegmenterCard, AnomalyCard], {
      error: 'must be "classifier", "detector", "segmenter" or "anomaly"',
    }),
  )
  .refine(({quality, classes}) => !quality || sameNames(quality.classes, classes), {
    path: ['quality', 'classes'],
    message: 'must be the names of classes in the same order',
  });

export type ModelCard = z.output<typeof ModelCard>;
export type CardOf<K extends ModelCard['kind']> = Extract<ModelCard, {kind: K}>;

function sameNames(names: readonly string[], classes: readonly {name: string}[]): boolean {
  return names.length === classes.length && names.every((name, k) => name === classes[k].name);
}
