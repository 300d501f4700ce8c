import {z} from 'zod';
import type {About} from '../inference/about.ts';
import type {App} from './app.ts';
import {mustBeRecorded, recordJudged} from './record-judged.ts';

const Number0 = z.number().nullable();

const Inspection = z.object({
  inspection: z.string(),
  part: z.string(),
  inspected_at: z.string().nullable(),
  step: z.string().nullable(),
  station: z.string().nullable(),
  inspector: z.string().describe('model@version'),
  result: z.enum(['pass', 'fail', 'error']),
  confidence: Number0,
  image: z.string().nullable().describe('SHA-256 of its bytes, by which it is kept'),
  verification: z.literal('unverified'),
  defects: z.array(
    z.object({
      defect: z.string(),
      severity: Number0,
      confidence: z.number(),
      x: Number0.describe('of its box, in pixels of the image'),
      y: Number0,
      width: Number0,
      height: Number0,
    }),
  ),
});

export const InspectedImage = z.object({
  status: z
    .enum(['accepted', 'duplicate', 'unknown'])
    .describe('"unknown": nobody says whose image it is, so nothing is recorded'),
  batch: z.number().int().nullable(),
  inspection: Inspection.nullable(),
  reason: z.string().nullable().describe('why there is no verdict'),
  timings: z.object({
    decodeMs: z.number().describe('reading, decoding and keeping'),
    modelMs: z.number().describe("its share of the batch's time in the model"),
    totalMs: z.number().describe('until it was on the disk'),
  }),
});
export type InspectedImage = z.infer<typeof InspectedImage>;

export const InspectedImages = z.object({
  images: z
    .array(
      InspectedImage.extend({
        file: z.string().describe('its name as sent'),
        status: z
          .enum([...InspectedImage.shape.status.options, 'refused'])
          .describe('"refused": nothing of it was recorded, for the reason given'),
        timings: InspectedImage.shape.timings.nullable(),
      }),
    )
    .describe('one a file, in the order sent'),
  notices: z.array(z.string()).describe('what was sent and belongs to no file'),
});
export type InspectedImages = z.infer<typeof InspectedImages>;

/**
 * One image as it comes: judged, kept, recorded. What it answers is on the disk, and rules hear of it at once.
 * @param how.isWhole whether an image without a verdict is to be recorded: one that may still be written is not
 * @throws ModelRefused; FishboneError OVERLOADED, CONFLICT, FILE_UNUSABLE
 */
export async function inspectImage(
  app: App,
  path: string,
  {model, about, keep, isWhole = true}: {model: string; about: About; keep: boolean; isWhole?: boolean},
): Promise<InspectedImage> {
  const begun = performance.now();
  const {inspected, timings} = await app.inference.inspect(model, path, about, keep);
  const {inspection, reason} = inspected;
  const told = (status: InspectedImage['status'], batch: number | null): InspectedImage => ({
    status,
    batch,
    inspection,
    reason,
    timings: {...timings, totalMs: performance.now() - begun},
  });
  if (!inspection || (reason !== null && !isWhole)) return told('unknown', null);
  const recorded = await recordJudged(app, [inspection]);
  return told(mustBeRecorded(recorded), recorded.batch);
}
