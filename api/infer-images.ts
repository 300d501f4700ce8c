import {availableParallelism} from 'node:os';
import {join} from 'node:path';
import {z} from 'zod';
import type {Told} from '../inference/about.ts';
import {countImages, type Inferred, infer} from '../inference/infer.ts';
import type {Inspection} from '../inference/inspection.ts';
import {Reference} from '../inference/model-card.ts';
import {referenceOf, TooFewPassed} from '../inference/reference.ts';
import {Receipt} from '../warehouse/data-answers.ts';
import type {App} from './app.ts';
import {FishboneError} from './errors.ts';
import {recordJudged} from './record-judged.ts';

const Count = z.number().int().nonnegative();

export const InferAnswer = z.object({
  images: Count,
  inspections: Count.describe('with a verdict, and without one: result error'),
  defects: Count,
  failed: Count.describe('images without a verdict, and paths that lead to none'),
  failures: z
    .array(z.object({image: z.string(), reason: z.string(), inspection: z.string().nullable()}))
    .describe('the first thousand'),
  leftOut: Count.describe('files that do not look like images'),
  skipped: z.array(z.string()).describe('the first thousand of them'),
  imagesPerSecond: z.number(),
  receipts: z.array(Receipt),
});
export type InferAnswer = z.infer<typeof InferAnswer>;

export interface InferInput extends Told {
  model: string;
  /** Whether the images are kept as evidence; they are, unless told. */
  keep?: boolean;
  /** @param total is not known before all folders were looked into: then it is null */
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** Where a plant's own models are. */
const modelsOf = ({config}: App): string => join(config.folder, 'models');

/** What is recorded together: as many as come in a second or so. */
const GROUP = 1_000;
const NAMED = 1_000;

/**
 * Images → inspections and their defects → the warehouse, in order, recorded while others are being judged. Killed at any
 * point and asked again, each image is there once.
 */
export async function inferAndIngest(
  app: App,
  paths: readonly string[],
  {model, keep = true, onProgress, signal, ...told}: InferInput,
): Promise<InferAnswer> {
  const run = new InferRun(app, `infer:${model}`);
  const total = onProgress ? await countImages(paths) : 0;
  const {workers = Math.min(2, availableParallelism()), ...labour} = app.config.inference;
  const begun = performance.now();
  const keepIn = keep ? app.warehouse.folder : undefined;
  for await (const one of infer(paths, {model, models: modelsOf(app), keepIn, workers, ...labour, ...told})) {
    signal?.throwIfAborted();
    await run.take(one);
    onProgress?.(run.answer.images, Math.max(total, run.answer.images));
  }
  await run.end();
  const seconds = (performance.now() - begun) / 1000;
  return {...run.answer, imagesPerSecond: run.answer.images > 0 ? run.answer.images / seconds : 0};
}

export const ReferenceAnswer = z.object({
  reference: Reference,
  images: Count.describe('that were looked at; those that passed are in the reference'),
  failures: z.array(z.object({image: z.string(), reason: z.string()})).describe('without a verdict: not in it'),
});
export type ReferenceAnswer = z.infer<typeof ReferenceAnswer>;

/** Nothing of it is recorded. @throws FishboneError where too few images pass */
export async function modelReference(
  app: App,
  paths: readonly string[],
  how: {model: string; on: string},
): Promise<ReferenceAnswer> {
  const {workers = Math.min(2, availableParallelism()), ...labour} = app.config.inference;
  return referenceOf(paths, {...how, models: modelsOf(app), workers, ...labour}).catch((error: unknown) => {
    throw error instanceof TooFewPassed ? new FishboneError('USAGE', error.message) : error;
  });
}

class InferRun {
  readonly answer: InferAnswer;
  readonly #app: App;
  readonly #receipt: Receipt;
  #group: {image: string; inspection: Inspection}[] = [];
  #recording: Promise<void> = Promise.resolve();

  constructor(app: App, source: string) {
    this.#app = app;
    this.#receipt = {
      batch: null,
      digest: '',
      source,
      status: 'duplicate',
      tables: [none('inspections'), none('defects')],
      notices: [],
    };
    this.answer = {
      images: 0,
      inspections: 0,
      defects: 0,
      failed: 0,
      failures: [],
      leftOut: 0,
      skipped: [],
      imagesPerSecond: 0,
      receipts: [],
    };
  }

  async take(one: Inferred): Promise<void> {
    const {answer} = this;
    if (one.kind === 'skipped') {
      answer.leftOut++;
      if (answer.skipped.length < NAMED) answer.skipped.push(one.image);
      return;
    }
    if (one.kind === 'missing') return this.#fail(one.image, one.reason, null);
    answer.images++;
    if (one.reason !== null) this.#fail(one.image, one.reason, one.inspection?.inspection ?? null);
    if (!one.inspection) return;
    answer.inspections++;
    answer.defects += one.inspection.defects.length;
    this.#group.push({image: one.image, inspection: one.inspection});
    if (this.#group.length >= GROUP) await this.#record();
  }

  async end(): Promise<void> {
    await this.#record();
    await this.#recording;
    if (this.#receipt.batch !== null || this.answer.inspections > 0) this.answer.receipts.push(this.#receipt);
  }

  /** The next images are judged while these are being recorded; not the next but one. */
  async #record(): Promise<void> {
    await this.#recording;
    const group = this.#group.splice(0);
    this.#recording = this.#recordGroup(group);
    this.#recording.catch(() => undefined);
  }

  async #recordGroup(group: readonly {image: string; inspection: Inspection}[]): Promise<void> {
    const inspections = group.map(({inspection}) => inspection);
    const {batch, results, reasons} = await recordJudged(this.#app, inspections, this.#receipt.source);
    this.#receipt.batch = batch ?? this.#receipt.batch;
    for (const [k, result] of results.entries()) {
      const {image, inspection} = group[k];
      this.#count(result, inspection);
      const reason = reasons.get(k);
      if (reason !== undefined) this.#fail(image, reason, inspection.inspection);
    }
  }

  #count(result: string, {defects}: Inspection): void {
    const what = result === 'accepted' ? 'accepted' : result === 'duplicate' ? 'duplicates' : 'rejected';
    this.#receipt.tables[0][what]++;
    this.#receipt.tables[1][what] += defects.length;
    const [{accepted, rejected}] = this.#receipt.tables;
    this.#receipt.status =
      accepted > 0 ? (rejected > 0 ? 'partly-rejected' : 'accepted') : rejected > 0 ? 'rejected' : 'duplicate';
  }

  #fail(image: string, reason: string, inspection: string | null): void {
    this.answer.failed++;
    if (this.answer.failures.length < NAMED) this.answer.failures.push({image, reason, inspection});
    // None is left without a word.
    else this.#app.log(`${image}: ${reason}`);
  }
}

const none = (table: string) => ({table, accepted: 0, rejected: 0, duplicates: 0, conflicts: 0});
