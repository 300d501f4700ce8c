import {createHash} from 'node:crypto';
import {readFile, stat} from 'node:fs/promises';
import {keepImage} from '../warehouse/images.ts';
import {type DecodedImage, decode} from './decode.ts';
import {figuresOf, type ImageFigures} from './image-figures.ts';
import {judgeImage} from './kinds/kinds.ts';
import type {Outputs} from './kinds/outputs.ts';
import type {Box, Found, NoVerdict, Verdict} from './kinds/verdict.ts';
import {preprocess} from './preprocess.ts';
import type {Model} from './registry.ts';
import type {Run} from './session.ts';
import {thumbnailOf} from './thumbnail.ts';

export interface Job {
  path: string;
  /** The warehouse folder that the image is kept in; null: it is not. */
  keepIn: string | null;
}

/** What became of one image. `digest` is null if its bytes could not be read. */
export type Judged = {digest: string | null; timings: Timings} & (Seen | NoVerdict);

export interface Seen {
  verdict: Verdict;
  /** Of the image. */
  width: number;
  height: number;
  figures: ImageFigures;
}

/** Milliseconds. */
export interface Timings {
  /** Reading, decoding and keeping. */
  decodeMs: number;
  /** In the model: the batch's, shared among its images. */
  modelMs: number;
}

/** Larger files are not read. */
const MOST_BYTES = 256 * 1024 * 1024;

export type Prepared = {digest: string | null; decodeMs: number} & (
  | (DecodedImage & {figures: ImageFigures})
  | NoVerdict
);

/** Reads an image, takes its digest, decodes it, and keeps it where that is wanted. */
export async function prepare({path, keepIn}: Job, {card}: Pick<Model, 'card'>): Promise<Prepared> {
  const begun = performance.now();
  let bytes: Buffer;
  try {
    const {size} = await stat(path);
    if (size > MOST_BYTES) return refused(`the file has ${size} bytes, at most ${MOST_BYTES} are read`);
    bytes = await readFile(path);
  } catch (error) {
    return refused(`the file cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  const digest = createHash('sha256').update(bytes).digest('hex');
  const decoded = await decode(bytes, card.input);
  if ('reason' in decoded) return {...decoded, digest, decodeMs: performance.now() - begun};
  // Before its verdict is told: whatever is recorded can be looked at.
  if (keepIn !== null) {
    try {
      await keepImage(keepIn, digest, bytes, thumbnailOf(bytes, decoded.header));
    } catch (error) {
      return {
        digest,
        reason: `the image could not be kept: ${(error as Error).message}`,
        decodeMs: performance.now() - begun,
      };
    }
  }
  const figures = figuresOf(decoded, card.input.width);
  return {...decoded, figures, digest, decodeMs: performance.now() - begun};
}

const refused = (reason: string): Prepared => ({digest: null, decodeMs: 0, reason});

/** Has images that were prepared judged together. @returns one answer an image, in their order */
export async function judge(prepared: readonly Prepared[], {card}: Pick<Model, 'card'>, run: Run): Promise<Judged[]> {
  const {input} = card;
  const images = prepared.filter((one): one is Exclude<Prepared, NoVerdict> => !('reason' in one));
  const tensor = new Float32Array(images.length * input.channels * input.height * input.width);
  for (const [at, image] of images.entries()) preprocess(image, input, tensor, at);
  const begun = performance.now();
  const answer = images.length > 0 ? await runOrExplain(run, tensor, images.length) : {outputs: {}};
  const modelMs = images.length > 0 ? (performance.now() - begun) / images.length : 0;
  return prepared.map((one): Judged => {
    const {digest, decodeMs} = one;
    if ('reason' in one) return {digest, timings: {decodeMs, modelMs: 0}, reason: one.reason};
    const timings = {decodeMs, modelMs};
    if ('reason' in answer) return {digest, timings, reason: answer.reason};
    const verdict = areNumbers(answer.outputs, images.indexOf(one), images.length)
      ? judgeImage(card, answer.outputs, images.indexOf(one))
      : {reason: 'the model gave an answer that is no number'};
    if ('reason' in verdict) return {digest, timings, reason: verdict.reason};
    const {width, height} = one.header;
    return {
      digest,
      timings,
      verdict: {...verdict, found: verdict.found.map(found => inImage(found, one, input))},
      width,
      height,
      figures: one.figures,
    };
  });
}

async function runOrExplain(run: Run, tensor: Float32Array, images: number): Promise<{outputs: Outputs} | NoVerdict> {
  try {
    return {outputs: await run(tensor, images)};
  } catch (error) {
    return {reason: `the model could not be run: ${(error as Error).message}`};
  }
}

function areNumbers(outputs: Outputs, k: number, images: number): boolean {
  return Object.values(outputs).every(({data}) => {
    if (!(data instanceof Float32Array)) return true;
    const length = data.length / images;
    return data.subarray(k * length, (k + 1) * length).every(Number.isFinite);
  });
}

/** From shares of the model's input to shares of the image within it; what lies beside the image is not told. */
function inImage(found: Found, {content}: DecodedImage, input: {width: number; height: number}): Found {
  if (!found.box) return found;
  const [x, y, width, height] = found.box;
  const [left, right] = [x, x + width].map(side => clipped((side * input.width - content.left) / content.width));
  const [top, bottom] = [y, y + height].map(side => clipped((side * input.height - content.top) / content.height));
  const box: Box = [left, top, right - left, bottom - top];
  return {...found, box: right > left && bottom > top ? box : null};
}

const clipped = (share: number): number => Math.min(1, Math.max(0, share));
