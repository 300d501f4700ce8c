import type {Delivery} from './book.ts';

/** Time, so that a test need not wait for it. */
export interface Clock {
  nowMs(): number;
  /** Resolves after `ms` (infinity: never) or as soon as `signal` aborts, whichever is first. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export const realClock: Clock = {
  // Not the clock of the wall: set back by a day, it would hold everything up for a day.
  nowMs: () => performance.now(),
  wait: (ms, signal) =>
    new Promise(resolve => {
      if (signal.aborted) return resolve();
      // Longer than a timer can be: being woken early does no harm.
      const timer = setTimeout(done, Math.min(Math.max(ms, 0), 0x7fffffff));
      signal.addEventListener('abort', done, {once: true});
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
    }),
};

/**
 * How long to wait after the n-th failure in a row: half a second, doubling, at most five minutes; and of that at least
 * half, so that what failed together, here and in other plants with the same receiver, does not come back together.
 * @param draw in [0, 1]
 */
export function backoffMs(failures: number, draw: number): number {
  return Math.min(500 * 2 ** (Math.max(failures, 1) - 1), 300_000) * (0.5 + draw / 2);
}

/** So many failures in a row, of whichever deliveries, make a receiver one that is down. */
const DOWN_AFTER = 3;

/**
 * When what failed may be tried again: each delivery on its own schedule, and a receiver that is down as a whole, which
 * is then tried with one delivery at a time until it answers.
 */
export class Pauses {
  readonly #deliveries = new Map<Delivery, Pause>();
  readonly #receivers = new Map<string, Pause>();
  readonly #log: (line: string) => void;
  readonly #draw: () => number;

  /** @param draw in [0, 1]: scatters the pauses */
  constructor(log: (line: string) => void, draw: () => number = Math.random) {
    this.#log = log;
    this.#draw = draw;
  }

  /** When the delivery may be tried; 0 when it never failed. */
  overMs(delivery: Delivery): number {
    return Math.max(this.#deliveries.get(delivery)?.untilMs ?? 0, this.receiverOverMs(delivery.receiver));
  }

  receiverOverMs(receiver: string): number {
    return this.#receivers.get(receiver)?.untilMs ?? 0;
  }

  isTrying(receiver: string): boolean {
    return (this.#receivers.get(receiver)?.failures ?? 0) >= DOWN_AFTER;
  }

  failed(delivery: Delivery, why: string, nowMs: number, retryAfterMs = 0): void {
    const failures = (this.#deliveries.get(delivery)?.failures ?? 0) + 1;
    this.#deliveries.set(delivery, {
      failures,
      untilMs: nowMs + Math.max(backoffMs(failures, this.#draw()), retryAfterMs),
    });
    const {receiver} = delivery;
    const before = this.#receivers.get(receiver) ?? {failures: 0, untilMs: 0};
    // What was in flight when the receiver went down says nothing new about it.
    const isNews = before.untilMs <= nowMs;
    const count = before.failures + (isNews ? 1 : 0);
    const down = isNews && count >= DOWN_AFTER ? nowMs + backoffMs(count - DOWN_AFTER + 1, this.#draw()) : 0;
    const untilMs = Math.max(before.untilMs, down, retryAfterMs > 0 ? nowMs + retryAfterMs : 0);
    this.#receivers.set(receiver, {failures: count, untilMs});
    if (count !== DOWN_AFTER || before.failures >= DOWN_AFTER) return;
    const advice = `what is for it waits and is tried again by itself; "fishbone doctor" says how much, and whether it can be reached`;
    this.#log(`${receiver} does not answer: ${why}; ${advice}`);
  }

  answered(delivery: Delivery): void {
    if (this.isTrying(delivery.receiver)) this.#log(`${delivery.receiver} answers again`);
    this.#deliveries.delete(delivery);
    this.#receivers.delete(delivery.receiver);
  }
}

interface Pause {
  failures: number;
  untilMs: number;
}
