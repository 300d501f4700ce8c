import type {LookUp, Outcome} from './driver.ts';

/** The receiver said no, and will say it again. */
export class Refused extends Error {}

/** No usable answer came. */
export class Failed extends Error {
  /** The receiver may have done what it was asked for. */
  readonly mayBeDone: boolean;
  readonly retryAfterMs?: number;

  constructor(message: string, mayBeDone: boolean, retryAfterMs?: number) {
    super(message);
    this.mayBeDone = mayBeDone;
    this.retryAfterMs = retryAfterMs;
  }
}

/** For drivers that take several steps: what a step threw is an answer. */
export async function settled(task: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof Refused) return {is: 'rejected', why: error.message};
    if (!(error instanceof Failed)) return {is: 'unknown', why: error instanceof Error ? error.message : String(error)};
    const {message: why, mayBeDone, retryAfterMs} = error;
    return {is: mayBeDone ? 'unknown' : 'not-delivered', why, retryAfterMs};
  }
}

export async function lookedUp(task: () => Promise<LookUp>): Promise<LookUp> {
  try {
    return await task();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    // Sending again begins with the same question, and tells what is refused.
    if (error instanceof Refused) return {is: 'unknown'};
    return {is: 'unreachable', why, retryAfterMs: error instanceof Failed ? error.retryAfterMs : undefined};
  }
}
