/**
 * Digests of ids in memory, some with a number: open addressing in typed arrays, 8 or 16 bytes a place. It is cut into
 * segments that grow by themselves, so that no growth holds the event loop up for longer than some milliseconds.
 */
const SEGMENTS = 256;
const FIRST_PLACES = 64;
const FILL_MAX = 0.75;

export class DigestTable {
  readonly #keyWords: 2 | 3;
  readonly #stride: number;
  readonly #segments: Uint32Array[];
  readonly #sizes = new Uint32Array(SEGMENTS);
  size = 0;

  /** @param keyWords 32-bit words of a digest; with 3 words each digest has a number, with 2 it is in the table or not */
  constructor(keyWords: 2 | 3) {
    this.#keyWords = keyWords;
    this.#stride = keyWords === 2 ? 2 : 4;
    this.#segments = Array.from({length: SEGMENTS}, () => new Uint32Array(FIRST_PLACES * this.#stride));
  }

  /** @returns its number (0 without numbers), or undefined when the digest is not in the table */
  get(a: number, b: number, c = 0): number | undefined {
    const first = notEmpty(a, b);
    const segment = this.#segments[b >>> 24];
    const at = this.#place(segment, first, b, c);
    return isEmpty(segment, at) ? undefined : this.#keyWords === 2 ? 0 : segment[at + 3];
  }

  add(a: number, b: number, c = 0, number = 0): void {
    const first = notEmpty(a, b);
    const s = b >>> 24;
    let segment = this.#segments[s];
    let at = this.#place(segment, first, b, c);
    if (isEmpty(segment, at)) {
      if (this.#sizes[s] + 1 > (segment.length / this.#stride) * FILL_MAX) {
        segment = this.#grow(s);
        at = this.#place(segment, first, b, c);
      }
      this.#sizes[s]++;
      this.size++;
    }
    segment[at] = first;
    segment[at + 1] = b;
    if (this.#keyWords === 3) {
      segment[at + 2] = c;
      segment[at + 3] = number;
    }
  }

  /** Where a digest stands in its segment, or the empty place where it would. */
  #place(segment: Uint32Array, a: number, b: number, c: number): number {
    const places = segment.length / this.#stride;
    for (let place = a & (places - 1); ; place = (place + 1) & (places - 1)) {
      const at = place * this.#stride;
      if (isEmpty(segment, at)) return at;
      if (segment[at] === a && segment[at + 1] === b && (this.#keyWords === 2 || segment[at + 2] === c)) return at;
    }
  }

  #grow(s: number): Uint32Array {
    const old = this.#segments[s];
    const grown = new Uint32Array(old.length * 2);
    for (let at = 0; at < old.length; at += this.#stride) {
      if (isEmpty(old, at)) continue;
      const to = this.#place(grown, old[at], old[at + 1], this.#keyWords === 3 ? old[at + 2] : 0);
      grown.set(old.subarray(at, at + this.#stride), to);
    }
    this.#segments[s] = grown;
    return grown;
  }
}

/** Two zeros mark an empty place: the one digest in 2^64 that has them is filed next to itself. */
const notEmpty = (a: number, b: number): number => (a === 0 && b === 0 ? 1 : a);

const isEmpty = (segment: Uint32Array, at: number): boolean => segment[at] === 0 && segment[at + 1] === 0;
