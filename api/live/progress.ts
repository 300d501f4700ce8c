import type {LiveProgress} from '../../warehouse/live-answers.ts';
import type {Caller} from '../operation.ts';
import type {Live} from './live.ts';

/** What may take so long that whoever waits wants to know. */
const LONG: ReadonlySet<string> = new Set([
  'screen',
  'ingest',
  'infer',
  'scan',
  'contain',
  'contain.query',
  'quarantine.replay',
  'backup',
  'compact',
  'responses.try',
]);
const EVERY_MS = 250;

/** Does a piece of work and tells those who watch how it goes. */
export async function withProgress<T>(
  live: Live,
  what: string,
  caller: Caller,
  work: (caller: Caller) => Promise<T> | T,
): Promise<T> {
  const {request, onProgress} = caller;
  if (request === undefined || !LONG.has(what)) return work(caller);
  const beganMs = Date.now();
  let toldMs = 0;
  let last: Pick<LiveProgress, 'stage' | 'done' | 'total'> = {stage: null, done: null, total: null};
  const tell = (state: LiveProgress['state']) => {
    toldMs = Date.now();
    live.progress({request, what, state, ...last, ms: toldMs - beganMs});
  };
  tell('running');
  try {
    const answer = await work({
      ...caller,
      onProgress: (done, total, stage) => {
        onProgress?.(done, total, stage);
        const isNewStage = stage !== last.stage;
        last = {stage, done, total};
        if (isNewStage || Date.now() - toldMs >= EVERY_MS) tell('running');
      },
    });
    tell('done');
    return answer;
  } catch (error) {
    tell('failed');
    throw error;
  }
}
