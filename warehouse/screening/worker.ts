/** A thread that evaluates frames, one after the other, so that a server goes on answering meanwhile; or one that helps it. */
import {parentPort, workerData} from 'node:worker_threads';
import {crewOf, type Helper, help} from './crew.ts';
import {evaluate, type Stage} from './evaluate.ts';
import type {Frame} from './frame.ts';
import {rememberedLayout} from './layouts.ts';

export type ToWorker =
  | {id: number; frame: Frame; notes: string[]; top?: number; others?: readonly number[]}
  | {helpers: Helper[]};
export type FromWorker = {id: number} & ({evaluation: ReturnType<typeof evaluate>} | {error: string} | {stage: Stage});

const helps = workerData as Helper | null;
if (helps !== null) help(helps);
/** Once there are some they help with every question, however small. */
let helpers: Helper[] = [];

parentPort?.on('message', (message: ToWorker) => {
  if ('helpers' in message) {
    ({helpers} = message);
    return;
  }
  const {id, frame, notes, top, others} = message;
  let answer: FromWorker;
  try {
    const onStage = (stage: Stage) => parentPort?.postMessage({id, stage} satisfies FromWorker);
    const options = {notes, top, others, onStage, layoutOf: rememberedLayout, members: crewOf(helpers)};
    answer = {id, evaluation: evaluate(frame, options)};
  } catch (error) {
    answer = {id, error: error instanceof Error ? (error.stack ?? error.message) : String(error)};
  }
  parentPort?.postMessage(answer);
});
