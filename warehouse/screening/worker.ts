/** Evaluates frames in a thread of its own, one after the other, so that a server goes on answering meanwhile. */
import {parentPort} from 'node:worker_threads';
import {evaluate} from './evaluate.ts';
import type {Frame} from './frame.ts';
import {rememberedLayout} from './layouts.ts';

export type ToWorker = {id: number; frame: Frame; notes: string[]};
export type FromWorker = {id: number} & ({evaluation: ReturnType<typeof evaluate>} | {error: string});

parentPort?.on('message', ({id, frame, notes}: ToWorker) => {
  let answer: FromWorker;
  try {
    answer = {id, evaluation: evaluate(frame, {notes, layoutOf: rememberedLayout})};
  } catch (error) {
    answer = {id, error: error instanceof Error ? (error.stack ?? error.message) : String(error)};
  }
  parentPort?.postMessage(answer);
});
