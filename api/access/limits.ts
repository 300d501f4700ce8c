/** A bucket that fills at an even pace and holds a minute's worth: a burst is let through, a flood is not. */
interface Bucket {
  left: number;
  atMs: number;
}

const MINUTE_MS = 60_000;
/** Who comes from ever new addresses does not fill the memory. */
const MOST_BUCKETS = 50_000;

/** How often each caller may do one kind of thing. */
export class Limit {
  readonly #perMinute: number | null;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(perMinute: number | null, now: () => number = Date.now) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** Takes one. @returns 0, or after how many seconds there is one again: then nothing was taken */
  take(caller: string): number {
    const wait = this.wait(caller);
    if (wait === 0 && this.#perMinute !== null) this.#bucket(caller, this.#perMinute).left--;
    return wait;
  }

  /** Whether there is one, without taking it; as `take`. */
  wait(caller: string): number {
    if (this.#perMinute === null) return 0;
    const {left} = this.#bucket(caller, this.#perMinute);
    return left >= 1 ? 0 : Math.max(1, Math.ceil(((1 - left) / this.#perMinute) * 60));
  }

  #bucket(caller: string, size: number): Bucket {
    const nowMs = this.#now();
    let bucket = this.#buckets.get(caller);
    if (!bucket) {
      if (this.#buckets.size >= MOST_BUCKETS) this.#forget(size);
      bucket = {left: size, atMs: nowMs};
      this.#buckets.set(caller, bucket);
    }
    bucket.left = Math.min(size, bucket.left + (Math.max(0, nowMs - bucket.atMs) / MINUTE_MS) * size);
    bucket.atMs = nowMs;
    return bucket;
  }

  /** A bucket that is full again says nothing; if there are none, the oldest goes. */
  #forget(size: number): void {
    const nowMs = this.#now();
    for (const [caller, {left, atMs}] of this.#buckets)
      if (left + ((nowMs - atMs) / MINUTE_MS) * size >= size) this.#buckets.delete(caller);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size >= MOST_BUCKETS) this.#buckets.delete(oldest);
  }
}
