/** Which rows have a value, a bit a row: gathered from the masks of vectors, which have the same layout. */
export class Mask {
  readonly #capacity: number;
  #bits: Uint8Array | null = null;
  #filled = 0;
  #nulls = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** @param mask of the next rows; null when all of them have a value */
  append(mask: Uint8Array | null, rows: number): void {
    const from = this.#filled;
    this.#filled += rows;
    const nulls = mask === null ? 0 : rows - ones(mask, rows);
    if (nulls === 0 && this.#bits === null) return;
    this.#bits ??= setBits(new Uint8Array(Math.ceil(this.#capacity / 8)), 0, from);
    this.#nulls += nulls;
    if (mask === null || nulls === 0) setBits(this.#bits, from, from + rows);
    else copyBits(mask, rows, this.#bits, from);
  }

  /** What came in since the last time; a bitmap is made only where something is missing. */
  take(): {nullBitmap: Uint8Array | undefined; nullCount: number} {
    const taken = {
      nullBitmap: this.#bits?.subarray(0, Math.ceil(this.#filled / 8)),
      nullCount: this.#nulls,
    };
    this.#bits = null;
    this.#filled = 0;
    this.#nulls = 0;
    return taken;
  }
}

const ONES = Uint8Array.from({length: 256}, (_, byte) => byte.toString(2).replaceAll('0', '').length);

function ones(mask: Uint8Array, rows: number): number {
  let count = 0;
  const whole = rows >> 3;
  for (let k = 0; k < whole; k++) count += ONES[mask[k]];
  const rest = rows & 7;
  return rest === 0 ? count : count + ONES[mask[whole] & ((1 << rest) - 1)];
}

function setBits(bits: Uint8Array, from: number, to: number): Uint8Array {
  let at = from;
  for (; at < to && (at & 7) !== 0; at++) bits[at >> 3] |= 1 << (at & 7);
  bits.fill(0xff, at >> 3, (at + ((to - at) & ~7)) >> 3);
  for (at += (to - at) & ~7; at < to; at++) bits[at >> 3] |= 1 << (at & 7);
  return bits;
}

/** To a place that need not begin a byte: then each byte is shared out over two. */
function copyBits(mask: Uint8Array, rows: number, bits: Uint8Array, from: number): void {
  const shift = from & 7;
  const first = from >> 3;
  const last = Math.ceil(rows / 8);
  for (let k = 0; k < last; k++) {
    const byte = k === last - 1 && (rows & 7) !== 0 ? mask[k] & ((1 << (rows & 7)) - 1) : mask[k];
    bits[first + k] |= byte << shift;
    if (shift !== 0 && first + k + 1 < bits.length) bits[first + k + 1] |= byte >> (8 - shift);
  }
}
