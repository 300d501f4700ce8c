/** The way to the thread that evaluates: started when first needed, and no reason for a process to stay alive. */
import {Worker} from 'node:worker_threads';
import type {evaluate} from './evaluate.ts';
import type {Frame} from './frame.ts';
import type {FromWorker, ToWorker} from './worker.ts';

type Evaluation = ReturnType<typeof evaluate>;
type Waiting = {resolve: (evaluation: Evaluation) => void; reject: (error: Error) => void};

let worker: Worker | null = null;
let asked = 0;
const waiting = new Map<number, Waiting>();

/** As `evaluate`, in another thread. */
export function evaluateElsewhere(frame: Frame, notes: string[]): Promise<Evaluation> {
  worker ??= hire();
  const current = worker;
  const id = ++asked;
  return new Promise<Evaluation>((resolve, reject) => {
    waiting.set(id, {resolve, reject});
    current.ref();
    current.postMessage({id, frame, notes} satisfies ToWorker);
  });
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
