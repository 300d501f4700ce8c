import {Worker} from 'node:worker_threads';
import {type Model, ModelRefused} from './registry.ts';
import type {Batch, FromWorker, Judged, WorkerData} from './worker.ts';

export interface Labour {
  /** Threads that decode and run the model. */
  workers: number;
  /** Images that go through the model together. */
  batchSize: number;
  /** The warehouse folder that images are kept in; null: they are not. */
  keepIn: string | null;
  onProgress?: (done: number, total: number) => void;
}

/**
 * Has every image judged in worker threads; this thread only passes messages.
 * @returns one entry an image, in the order of the paths, and the time spent inside the model
 * @throws ModelRefused if the runtime cannot open the model
 */
export async function judgeAll(
  model: Model,
  paths: readonly string[],
  labour: Labour,
): Promise<{judged: Judged[]; runMs: number}> {
  const work: Work = {paths, next: 0, done: 0, judged: [], runMs: 0, labour};
  const hands = Math.min(Math.max(1, labour.workers), Math.ceil(paths.length / labour.batchSize));
  const ends = await Promise.all(Array.from({length: hands}, () => employ(model, work)));
  // A worker that died took its batches along; what no other one took up is told here, not dropped.
  const reason = ends.find(end => end !== null) ?? 'the workers ended early';
  for (let index = 0; index < paths.length; index++) work.judged[index] ??= {index, digest: null, reason};
  return {judged: work.judged, runMs: work.runMs};
}

interface Work {
  paths: readonly string[];
  next: number;
  done: number;
  judged: Judged[];
  runMs: number;
  labour: Labour;
}

/** Two batches a worker: one in the model, one being decoded. */
const IN_FLIGHT = 2;

/** Feeds one worker until nothing is left. @returns null, or why it died; its unfinished images stay open */
async function employ(model: Model, work: Work): Promise<string | null> {
  const worker = new Worker(new URL('./boot.js', import.meta.url), {
    workerData: {model, keepIn: work.labour.keepIn} satisfies WorkerData,
  });
  let open = 0;
  const feed = () => {
    while (open < IN_FLIGHT && work.next < work.paths.length) {
      worker.postMessage(takeBatch(work));
      open++;
    }
  };
  try {
    return await new Promise<string | null>((resolve, reject) => {
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'refused') {
          return reject(new ModelRefused(`model '${model.card.name}' refused by the runtime: ${message.reason}`));
        }
        if (message.kind === 'judged') {
          open--;
          record(message, work);
        }
        feed();
        if (open === 0) resolve(null);
      });
      worker.on('error', error => resolve(`the inference worker died: ${error.message}`));
      worker.on('exit', code => resolve(`the inference worker ended with code ${code}`));
    });
  } finally {
    await worker.terminate();
  }
}

function takeBatch(work: Work): Batch {
  const first = work.next;
  work.next = Math.min(first + work.labour.batchSize, work.paths.length);
  return {images: work.paths.slice(first, work.next).map((path, k) => ({index: first + k, path}))};
}

function record({images, runMs}: Extract<FromWorker, {kind: 'judged'}>, work: Work): void {
  for (const image of images) work.judged[image.index] = image;
  work.runMs += runMs;
  work.done += images.length;
  work.labour.onProgress?.(work.done, work.paths.length);
}
