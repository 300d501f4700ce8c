import {createHash} from 'node:crypto';
import {readFile, stat} from 'node:fs/promises';
import {type MessagePort, parentPort, workerData} from 'node:worker_threads';
import {keepImage} from '../warehouse/images.ts';
import {type DecodedImage, decode} from './decode.ts';
import {preprocess} from './preprocess.ts';
import type {Model} from './registry.ts';
import {openSession} from './session.ts';
import {thumbnailOf} from './thumbnail.ts';

/** A batch on its way to a worker: positions in the run's list of images, and their paths. */
export interface Batch {
  images: {index: number; path: string}[];
}

/** What became of one image. `digest` is null if its bytes could not be read. */
export type Judged = {index: number; digest: string | null} & (
  | {probabilities: number[]; box: number[] | null; width: number; height: number}
  | {reason: string}
);

export type FromWorker =
  | {kind: 'ready'}
  | {kind: 'refused'; reason: string}
  | {kind: 'judged'; images: Judged[]; runMs: number};

const MOST_BYTES = 256 * 1024 * 1024;

type Prepared = {index: number; digest: string | null} & (DecodedImage | {reason: string});
type Run = Awaited<ReturnType<typeof openSession>>;

export interface WorkerData {
  model: Model;
  /** The warehouse folder that images are kept in; null: they are not. */
  keepIn: string | null;
}

const {model, keepIn} = (workerData ?? {}) as WorkerData;

if (parentPort) serve(parentPort, openSession(model));

function serve(port: MessagePort, opening: Promise<Run>): void {
  const answer = (message: FromWorker) => port.postMessage(message);
  let turn: Promise<void> = opening.then(
    () => answer({kind: 'ready'}),
    error => answer({kind: 'refused', reason: (error as Error).message}),
  );
  port.on('message', (batch: Batch) => {
    // The next batch is read and decoded (in libuv's threads) while the one before is in the model.
    const prepared = Promise.all(batch.images.map(prepare));
    turn = turn.then(async () => answer(await judge(await prepared, await opening)));
  });
}

async function prepare({index, path}: {index: number; path: string}): Promise<Prepared> {
  const {width, height} = model.card.input;
  let bytes: Buffer;
  try {
    const {size} = await stat(path);
    if (size > MOST_BYTES)
      return {index, digest: null, reason: `the file has ${size} bytes, at most ${MOST_BYTES} are read`};
    bytes = await readFile(path);
  } catch (error) {
    return {index, digest: null, reason: `the file cannot be read (${(error as NodeJS.ErrnoException).code})`};
  }
  const digest = createHash('sha256').update(bytes).digest('hex');
  const decoded = await decode(bytes, {width, height});
  if (keepIn !== null && !('reason' in decoded)) await keepImage(keepIn, digest, bytes, await thumbnailOf(bytes));
  return {index, digest, ...decoded};
}

async function judge(prepared: readonly Prepared[], run: Run): Promise<FromWorker> {
  const {input} = model.card;
  const images = prepared.filter(one => !('reason' in one)) as (Prepared & DecodedImage)[];
  const tensor = new Float32Array(images.length * input.channels * input.height * input.width);
  for (const [at, image] of images.entries()) preprocess(image, input, tensor, at);
  const begun = performance.now();
  const answers = images.length > 0 ? await runOrExplain(run, tensor, images.length) : [];
  const runMs = performance.now() - begun;
  const judged = prepared.map((one): Judged => {
    const {index, digest} = one;
    if ('reason' in one) return {index, digest, reason: one.reason};
    const given = answers[images.indexOf(one)];
    if ('reason' in given) return {index, digest, reason: given.reason};
    return {index, digest, probabilities: given.probabilities, box: given.box, ...sizeOf(one)};
  });
  return {kind: 'judged', images: judged, runMs};
}

async function runOrExplain(run: Run, tensor: Float32Array, images: number): ReturnType<Run> {
  try {
    return await run(tensor, images);
  } catch (error) {
    const reason = `the model could not be run: ${(error as Error).message}`;
    return Array.from({length: images}, () => ({reason}));
  }
}

function sizeOf({header: {width, height}}: DecodedImage): {width: number; height: number} {
  return {width, height};
}
