/** The way to the threads that evaluate: started when first needed, and no reason for a process to stay alive. */
import {availableParallelism} from 'node:os';
import {MessageChannel, type MessagePort, Worker} from 'node:worker_threads';
import type {Helper} from './crew.ts';
import type {evaluate, Stage} from './evaluate.ts';
import type {Frame} from './frame.ts';
import type {FromWorker, ToWorker} from './worker.ts';

type Evaluation = ReturnType<typeof evaluate>;
interface Waiting {
  task: Extract<ToWorker, {id: number}>;
  onStage: (stage: Stage) => void;
  resolve: (evaluation: Evaluation) => void;
  reject: (error: Error) => void;
}

/** Nobody waits for the answer any more. */
class ScreenCancelled extends Error {
  readonly code = 'CANCELLED';
  override name = 'ScreenCancelled';
}

/** The lead first; the others help it. */
let crew: Worker[] = [];
let asked = 0;
const waiting = new Map<number, Waiting>();

interface Asking {
  top?: number;
  /** The p of what was tested elsewhere and shares the error rate. */
  others?: readonly number[];
  signal?: AbortSignal;
  onStage?: (stage: Stage) => void;
}

/**
 * As `evaluate`, in another thread.
 * @throws ScreenCancelled once `signal` is aborted: the thread is ended, and the others' questions go to a new one
 */
export function evaluateElsewhere(
  frame: Frame,
  notes: string[],
  {top, others, signal, onStage = () => undefined}: Asking = {},
): Promise<Evaluation> {
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
      task: {id, frame, notes, top, others},
      onStage,
      resolve: evaluation => {
        settled();
        resolve(evaluation);
      },
      reject: error => {
        settled();
        reject(error);
      },
    });
    send({id, frame, notes, top, others});
  });
}

function send(task: Waiting['task']): void {
  if (crew.length === 0) crew = [hireLead()];
  // One thread answers a small question sooner than two can agree on their shares.
  if (crew.length === 1 && valuesIn(task.frame) > FEW_VALUES) crew.push(...hireHelpers(crew[0]));
  crew[0].ref();
  crew[0].postMessage(task satisfies ToWorker);
}

const FEW_VALUES = 1_000_000;
/** More threads than this have too little each to be worth their memory. */
const MOST_THREADS = 8;

function valuesIn({factors, parts}: Frame): number {
  return factors.reduce((sum, factor) => sum + (factor.kind === 'number' ? factor.rows.length : parts), 0);
}

/** A thread cannot be told to stop in the middle: all are ended, and what others wait for starts again elsewhere. */
async function takeBack(id: number): Promise<void> {
  const taken = waiting.get(id);
  if (taken === undefined) return;
  waiting.delete(id);
  const ended = dismiss();
  for (const {task} of waiting.values()) send(task);
  taken.reject(new ScreenCancelled('the question was taken back'));
  await ended;
}

function dismiss(): Promise<unknown> {
  const ended = crew;
  crew = [];
  for (const worker of ended) worker.removeAllListeners();
  return Promise.all(ended.map(worker => worker.terminate()));
}

function hireLead(): Worker {
  const lead = start(null, []);
  lead.on('message', (answer: FromWorker) => {
    const asker = waiting.get(answer.id);
    if ('stage' in answer) {
      asker?.onStage(answer.stage);
      return;
    }
    waiting.delete(answer.id);
    if (waiting.size === 0) lead.unref();
    if ('error' in answer) asker?.reject(new Error(`the evaluation failed: ${answer.error}`));
    else asker?.resolve(answer.evaluation);
  });
  return lead;
}

function hireHelpers(lead: Worker): Worker[] {
  const ends: Helper[] = [];
  const helpers = Array.from({length: Math.min(MOST_THREADS, availableParallelism()) - 1}, () => {
    const {port1, port2} = new MessageChannel();
    const rung = new Int32Array(new SharedArrayBuffer(4));
    ends.push({port: port1, rung});
    return start({port: port2, rung}, [port2]);
  });
  const ports = ends.map(({port}) => port);
  lead.postMessage({helpers: ends} satisfies ToWorker, ports);
  return helpers;
}

/** A thread; if it ends by itself, the others cannot go on. */
function start(workerData: Helper | null, transferList: MessagePort[]): Worker {
  const worker = new Worker(new URL('./boot.js', import.meta.url), {workerData, transferList});
  worker.unref();
  const gone = (cause: unknown) => {
    if (!crew.includes(worker)) return;
    void dismiss();
    for (const {reject} of waiting.values()) reject(new Error('the evaluation ended early', {cause}));
    waiting.clear();
  };
  worker.on('error', gone);
  worker.on('exit', code => gone(`exit code ${code}`));
  return worker;
}
