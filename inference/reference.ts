import type {z} from 'zod';
import {findImages} from './images.ts';
import {inOrder} from './in-order.ts';
import type {Judged} from './judge.ts';
import {Judges, type Labour} from './judges.ts';
import type {Reference} from './model-card.ts';
import {loadModel} from './registry.ts';

export class TooFewPassed extends Error {}

/** Values fall into so many bins, about equally many in each. */
const BINS = 10;

/**
 * What images look like to a model, and how sure it is of them: the part of its card that later images are held against.
 * Only those that pass count, so that it makes no difference how many bad ones were collected.
 * @param on what the card is to call these images
 * @returns also how many were looked at, and of those without a verdict why
 * @throws ModelRefused if the model may not be used; TooFewPassed where fewer than 100 images pass
 */
export async function referenceOf(
  paths: readonly string[],
  {model, models, on, ...labour}: Labour & {model: string; models?: string; on: string},
): Promise<{reference: z.infer<typeof Reference>; images: number; failures: {image: string; reason: string}[]}> {
  const judges = await Judges.open(await loadModel(model, models), labour);
  const values: Record<'suspicion' | 'brightness' | 'contrast' | 'sharpness', number[]> = {
    suspicion: [],
    brightness: [],
    contrast: [],
    sharpness: [],
  };
  const failures: {image: string; reason: string}[] = [];
  let images = 0;
  try {
    const judged = inOrder(findImages(paths), judges.capacity, async found => {
      if ('missing' in found) return {image: found.missing, judged: {reason: found.reason}};
      if ('skipped' in found) return null;
      return {image: found.image, judged: await judges.judge({path: found.image, keepIn: null})};
    });
    for await (const one of judged) {
      if (one === null) continue;
      images++;
      if ('reason' in one.judged) failures.push({image: one.image, reason: one.judged.reason});
      else if (one.judged.verdict.suspicion < judges.model.card.thresholds.fail) take(values, one.judged);
    }
  } finally {
    await judges.close();
  }
  const passed = values.suspicion.length;
  if (passed < PASSED_MIN)
    throw new TooFewPassed(
      `${passed} of ${images} images passed: at least ${PASSED_MIN} are needed to say how they are spread`,
    );
  const {suspicion, brightness, contrast, sharpness} = values;
  return {
    reference: {
      on,
      images: passed,
      suspicion: spreadOf(suspicion),
      brightness: spreadOf(brightness),
      contrast: spreadOf(contrast),
      ...(sharpness.length === passed ? {sharpness: spreadOf(sharpness)} : {}),
    },
    images,
    failures,
  };
}

const PASSED_MIN = 100;

function take(values: Record<string, number[]>, {verdict, figures}: Extract<Judged, {figures: object}>): void {
  values.suspicion.push(verdict.suspicion);
  values.brightness.push(figures.brightness);
  values.contrast.push(figures.contrast);
  if (figures.sharpness !== null) values.sharpness.push(figures.sharpness);
}

/** Limits at tenths where values differ, at the least, and above the most; a value at a limit lies above it. */
function spreadOf(values: readonly number[]): {limits: number[]; shares: number[]} {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const tenths = Array.from({length: BINS - 1}, (_, k) => sorted[Math.ceil(((k + 1) * n) / BINS) - 1]);
  // Values have five digits at most.
  const beyond = Number((sorted[n - 1] + 1e-5).toFixed(5));
  const limits = [...new Set([sorted[0], ...tenths, beyond])];
  const below = limits.map(limit => sorted.filter(value => value < limit).length);
  const shares = [...below, n].map((count, k) => Number(((count - (below[k - 1] ?? 0)) / n).toFixed(5)));
  return {limits, shares};
}
