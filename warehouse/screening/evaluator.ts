/** The way to the thread that evaluates: started when first needed, and no reason for a process to stay alive. */
import {Worker} from 'node:worker_threads';
import type {evaluate} from './evaluate.ts';
import type {Frame} from './frame.ts';
import type {FromWorker, ToWorker} from './worker.ts';

type Evaluation = ReturnType<typeof evaluate>;
interface Waiting {
  task: ToWorker;
  resolve: (evaluation: Evaluation) => void;
  reject: (error: Error) => void;
}

/** Nobody waits for the answer any more. */
class ScreenCancelled extends Error {
  override name = 'ScreenCancelled';
}

let worker: Worker | null = null;
let asked = 0;
const waiting = new Map<number, Waiting>();

/**
 * As `evaluate`, in another thread.
 * @throws ScreenCancelled once `signal` is aborted: the thread is ended, and the others' questions go to a new one
 */
export function evaluateElsewhere(frame: Frame, notes: string[], signal?: AbortSignal): Promise<Evaluation> {
  const id = ++asked;
  return new Promise<Evaluation>((resolve, reject) => {
    if (signal?.aborted) {
      reject(new ScreenCancelled('the question was taken back'));
      return;
    }
    const cancel = () => void takeBack(id);
    const settled = () => signal?.removeEventListener('abort', cancel);
    signal?.addEventListener('abort', cancel);
    waiting.set(id, {
      task: {id, frame, notes},
      resolve: evaluation => {
        settled();
        resolve(evaluation);
      },
      reject: error => {
        settled();
        reject(error);
      },
    });
    send({id, frame, notes});
  });
}

function send(task: ToWorker): void {
  worker ??= hire();
  worker.ref();
  worker.postMessage(task);
}

/** A thread cannot be told to stop in the middle: it is ended, and what others wait for starts again elsewhere. */
async function takeBack(id: number): Promise<void> {
  const taken = waiting.get(id);
  if (taken === undefined) return;
  waiting.delete(id);
  const ended = worker;
  worker = null;
  ended?.removeAllListeners();
  for (const {task} of waiting.values()) send(task);
  taken.reject(new ScreenCancelled('the question was taken back'));
  await ended?.terminate();
}

function hire(): Worker {
  const hired = new Worker(new URL('./boot.js', import.meta.url));
  hired.unref();
  hired.on('message', (answer: FromWorker) => {
    const asker = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) hired.unref();
    if ('error' in answer) asker?.reject(new Error(`the evaluation failed: ${answer.error}`));
    else asker?.resolve(answer.evaluation);
  });
  const gone = (cause: unknown) => {
    if (worker === hired) worker = null;
    for (const {reject} of waiting.values()) reject(new Error('the evaluation ended early', {cause}));
    waiting.clear();
  };
  hired.on('error', gone);
  hired.on('exit', code => gone(`exit code ${code}`));
  return hired;
}
