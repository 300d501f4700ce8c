/** Who follows whom, and since which batch: compressed adjacency in typed arrays, and a few later links beside it. */

/** Pairs as they arrive: `from[k]` is followed by `to[k]` since batch `since[k]`. */
export interface Pairs {
  from: Int32Array;
  to: Int32Array;
  since: Uint32Array;
}

/** Batch numbers in as few bytes as the newest of them needs. */
export type Batches = Uint8Array | Uint16Array | Uint32Array;

/** Room for batch numbers no larger than those given. */
export function batchesLike(given: Uint32Array, length: number): Batches {
  let newest = 0;
  for (let k = 0; k < given.length; k++) if (given[k] > newest) newest = given[k];
  return new (newest < 1 << 8 ? Uint8Array : newest < 1 << 16 ? Uint16Array : Uint32Array)(length);
}

export class Adjacency {
  /** Followers of item i: `#to[#start[i]]` to before `#to[#start[i + 1]]`. */
  readonly #start: Uint32Array;
  readonly #to: Int32Array;
  readonly #since: Batches;
  /** What came after the arrays were made: item -> follower, batch, follower, batch, ... */
  readonly #later = new Map<number, number[]>();
  #laterCount = 0;

  private constructor(start: Uint32Array, to: Int32Array, since: Batches) {
    this.#start = start;
    this.#to = to;
    this.#since = since;
  }

  /** Sorts pairs by where they start, in linear time, pausing so that others get their turn. @param items keys are below it */
  static async of({from, to, since}: Pairs, items: number, pause: () => Promise<void>): Promise<Adjacency> {
    const start = new Uint32Array(items + 1);
    for (let k = 0; k < from.length; k++) {
      start[from[k] + 1]++;
      if (k % SLICE === SLICE - 1) await pause();
    }
    for (let i = 0; i < items; i++) start[i + 1] += start[i];
    await pause();
    const sorted = new Int32Array(to.length);
    const sortedSince = batchesLike(since, to.length);
    const next = start.slice(0, items);
    for (let k = 0; k < from.length; k++) {
      const at = next[from[k]]++;
      sorted[at] = to[k];
      sortedSince[at] = since[k];
      if (k % SLICE === SLICE - 1) await pause();
    }
    return new Adjacency(start, sorted, sortedSince);
  }

  add(from: number, to: number, since: number): void {
    const later = this.#later.get(from);
    if (later) later.push(to, since);
    else this.#later.set(from, [to, since]);
    this.#laterCount++;
  }

  /** Visits the followers of an item at a position. */
  each(item: number, asOf: number, visit: (follower: number) => void): void {
    if (item + 1 < this.#start.length) {
      const end = this.#start[item + 1];
      for (let k = this.#start[item]; k < end; k++) if (this.#since[k] <= asOf) visit(this.#to[k]);
    }
    if (this.#laterCount === 0) return;
    const later = this.#later.get(item);
    if (!later) return;
    for (let k = 0; k < later.length; k += 2) if (later[k + 1] <= asOf) visit(later[k]);
  }

  /** Whether an item has any follower at a position. */
  has(item: number, asOf: number): boolean {
    if (item + 1 < this.#start.length) {
      const end = this.#start[item + 1];
      for (let k = this.#start[item]; k < end; k++) if (this.#since[k] <= asOf) return true;
    }
    const later = this.#laterCount > 0 ? this.#later.get(item) : undefined;
    return later?.some((since, k) => k % 2 === 1 && since <= asOf) ?? false;
  }

  /** The lowest and the highest key among the followers; `[0, -1]` if there are none. */
  span(item: number, asOf: number): [low: number, high: number] {
    let [low, high] = [0, -1];
    this.each(item, asOf, follower => {
      if (low > high) low = high = follower;
      else if (follower < low) low = follower;
      else if (follower > high) high = follower;
    });
    return [low, high];
  }

  get links(): number {
    return this.#to.length + this.#laterCount;
  }

  /** Links that are not in the arrays yet: many of them are a reason to make the arrays anew. */
  get later(): number {
    return this.#laterCount;
  }

  get bytes(): number {
    return this.#start.byteLength + this.#to.byteLength + this.#since.byteLength + this.#laterCount * LATER_BYTES;
  }
}

/** Pairs between two pauses: a few milliseconds. */
export const SLICE = 1 << 18;
/** A link in a map takes about this much, by measurement of a heap. */
const LATER_BYTES = 100;
