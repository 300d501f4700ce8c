import type {LiveData} from '../../warehouse/live-answers.ts';

type Reason = LiveData<'end'>['reason'];

/** Progress is news only while it is new: more of it does not wait. */
const HEARD_MAX = 32;

/** One who watches: where he stands in the ledger, and whether he takes what is offered. */
export class Watcher {
  /** The last entry that he was told. */
  seq: number;
  ended: Reason | null = null;
  isGone = false;
  #heard: string[] = [];
  #wake: (() => void) | null = null;
  /** Something may have come since he last waited. */
  #isWoken = false;
  #offeredMs: number | null = null;

  constructor(seq: number) {
    this.seq = seq;
  }

  /** How long something has been waiting for him to take it. */
  get waitsMs(): number {
    return this.#offeredMs === null ? 0 : Date.now() - this.#offeredMs;
  }

  *offer(text: string): Generator<string> {
    this.#offeredMs = Date.now();
    yield text;
    this.#offeredMs = null;
  }

  hear(text: string): void {
    if (this.#heard.length >= HEARD_MAX) this.#heard.shift();
    this.#heard.push(text);
    this.wake();
  }

  heard(): string[] {
    return this.#heard.splice(0);
  }

  /** @returns false when it was ended before */
  end(reason: Reason): boolean {
    if (this.ended !== null) return false;
    this.ended = reason;
    this.wake();
    return true;
  }

  leave(): void {
    this.isGone = true;
    this.wake();
  }

  wake(): void {
    this.#isWoken = true;
    this.#wake?.();
  }

  /** Until there may be something to tell. @returns false when the time is over */
  async wait(ms: number): Promise<boolean> {
    if (!this.#isWoken) {
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, ms).unref();
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = null;
    }
    const isNews = this.#isWoken;
    this.#isWoken = false;
    return isNews;
  }
}
