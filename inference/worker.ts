/** One process that decodes images and runs a model. It may die, of native code too, and takes nothing along but its images. */
import {type Job, type Judged, judge, prepare} from './judge.ts';
import type {Model} from './registry.ts';
import {openSession, type Run} from './session.ts';

export type ToWorker = {kind: 'open'; model: Model; provider: string} | {kind: 'judge'; jobs: Job[]};

export type FromWorker = {kind: 'ready'} | {kind: 'refused'; reason: string} | {kind: 'judged'; images: Judged[]};

if (process.send) serve();

function serve(): void {
  const answer = (message: FromWorker) => process.send?.(message);
  let opened: {model: Model; run: Promise<Run>} | null = null;
  let turn: Promise<unknown> = Promise.resolve();
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'open') {
      const {model, provider} = message;
      const run = openSession(model, provider);
      opened = {model, run};
      run.then(
        () => answer({kind: 'ready'}),
        error => answer({kind: 'refused', reason: (error as Error).message}),
      );
      return;
    }
    if (!opened) throw new Error('no model was opened');
    const {model, run} = opened;
    // The next batch is read and decoded (in libuv's threads) while the one before is in the model.
    const prepared = Promise.all(message.jobs.map(job => prepare(job, model)));
    turn = turn.then(async () => {
      const all = await prepared;
      const groups = model.isAlone ? all.map(one => [one]) : [all];
      const images: Judged[] = [];
      for (const group of groups) images.push(...(await judge(group, model, await run)));
      answer({kind: 'judged', images});
    });
  });
  // Nobody is left to be told.
  process.on('disconnect', () => process.exit());
}
