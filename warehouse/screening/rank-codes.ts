/** A number as dense ranks: what a rank test needs of it, in a quarter of the memory, and counted instead of sorted. */
export interface RankCodes {
  /** Rows of the frame that have an entry, ascending; all numbers of a step share one list. */
  rows: Int32Array;
  /** By entry: 0 = missing, else one more than the place of its value in `distinct`. */
  codes: Uint16Array | Uint32Array;
  /** Values that occur, ascending; those beyond a detection limit are infinite. */
  distinct: Float64Array;
}

/** Codes of the values of `rows`; NaN is missing, and 0 and -0 are one value. */
export function rankCodes(values: Float64Array, rows: Int32Array): RankCodes {
  const {length} = values;
  const [ids] = roomFor(length);
  const found = numbered(values, ids);
  const distinct = found === null ? ranked(values, ids) : inOrder(found, ids);
  const codes = shared<Uint16Array | Uint32Array>(distinct.length < 65_535 ? Uint16Array : Uint32Array, length);
  codes.set(ids);
  return {rows, codes, distinct: intoShared(distinct)};
}

/** Room that every call uses anew: fresh memory costs more than what is done in it. */
let room: Uint32Array[] = [];

/** The entries' codes, and what sorting takes. */
function roomFor(length: number): Uint32Array[] {
  if (room.length === 0 || room[0].length < length) room = [0, 1, 2, 3, 4].map(() => new Uint32Array(length));
  return room.map(array => array.subarray(0, length));
}

/** More different values than this are sorted at once: looking each up would miss the processor's cache every time. */
const MOST_HASHED = 1 << 16;
const SLOTS = 4 * MOST_HASHED;
const SHIFT = 32 - Math.log2(SLOTS);
const table = new Uint32Array(SLOTS);

/**
 * Writes every value's number in order of appearance, from 1, and 0 for NaN: found by hashing, which is cheaper than sorting all of them.
 * @returns the values by number, null where there are too many
 */
function numbered(values: Float64Array, ids: Uint32Array): Float64Array | null {
  const bits = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
  const found = new Float64Array(MOST_HASHED);
  table.fill(0);
  let count = 0;
  for (let e = 0; e < values.length; e++) {
    const value = values[e];
    if (Number.isNaN(value)) {
      ids[e] = 0;
      continue;
    }
    // -0 is 0, and has to be found where 0 is. The upper bits of a product depend on all bits of what is multiplied.
    const product = Math.imul(bits[2 * e], 0x9e3779b1) ^ Math.imul(bits[2 * e + 1], 0x85ebca6b);
    let slot = value === 0 ? 0 : product >>> SHIFT;
    while (table[slot] !== 0 && found[table[slot] - 1] !== value) slot = (slot + 1) & (SLOTS - 1);
    if (table[slot] === 0) {
      if (count === MOST_HASHED) return null;
      found[count] = value + 0;
      table[slot] = ++count;
    }
    ids[e] = table[slot];
  }
  return found.slice(0, count);
}

/** Turns numbers in order of appearance into places in ascending order. @returns the values in that order */
function inOrder(found: Float64Array, ids: Uint32Array): Float64Array {
  const codeOf = new Uint32Array(found.length + 1);
  const distinct = ranked(found, codeOf.subarray(1));
  for (let e = 0; e < ids.length; e++) ids[e] = codeOf[ids[e]];
  return distinct;
}

/**
 * Writes every value's place among the ascending different ones, from 1, and 0 for NaN.
 * @returns the different values, ascending
 */
function ranked(values: Float64Array, ids: Uint32Array): Float64Array {
  const {keys, entry} = sortedKeys(values);
  const distinct = new Float64Array(entry.length);
  ids.fill(0);
  let count = 0;
  for (let from = 0; from < entry.length; ) {
    let to = from + 1;
    while (to < entry.length && keys[to] === keys[from]) to++;
    // What a key cannot tell apart.
    if (to - from > 1) putInOrder(values, entry, from, to);
    for (; from < to; from++) {
      const value = values[entry[from]] + 0;
      if (count === 0 || distinct[count - 1] !== value) distinct[count++] = value;
      ids[entry[from]] = count;
    }
  }
  return distinct.slice(0, count);
}

/** Few as a rule, or all of one value. */
function putInOrder(values: Float64Array, entry: Uint32Array, from: number, to: number): void {
  if (to - from > 64) {
    let isSorted = true;
    for (let k = from + 1; isSorted && k < to; k++) isSorted = values[entry[k - 1]] <= values[entry[k]];
    if (!isSorted) entry.subarray(from, to).sort((a, b) => values[a] - values[b] || 0);
    return;
  }
  for (let k = from + 1; k < to; k++) {
    const one = entry[k];
    const value = values[one];
    let at = k;
    for (; at > from && values[entry[at - 1]] > value; at--) entry[at] = entry[at - 1];
    entry[at] = one;
  }
}

const DIGIT = 11;

/**
 * The entries whose value is known, in the order of their keys: the upper 32 bits of how far a value lies above the least,
 * counted in the doubles between them. Sorted digit after digit.
 */
function sortedKeys(values: Float64Array): {keys: Uint32Array; entry: Uint32Array} {
  const [, low, high, entry, spare] = roomFor(values.length);
  const length = asIntegers(values, low, high, entry);
  const shift = takeLeast(high, length);
  let keys = high;
  for (let k = 0; k < length; k++)
    keys[k] = shift === 0 ? high[k] : (high[k] << shift) | (shift === 32 ? low[k] : low[k] >>> (32 - shift));
  let order = entry;
  let keys2 = low;
  let order2 = spare;
  for (let digit = 0; digit < 32; digit += DIGIT) {
    const start = startsOf(keys, length, digit);
    // Where all have the same digit the order stays.
    if (start === null) continue;
    deal(digit, start, keys, order, keys2, order2, length);
    [keys, order, keys2, order2] = [keys2, order2, keys, order];
  }
  return {keys: keys.subarray(0, length), entry: order.subarray(0, length)};
}

/** Known values as unsigned whole numbers of 64 bits that come in their order. @returns how many are known */
function asIntegers(values: Float64Array, low: Uint32Array, high: Uint32Array, entry: Uint32Array): number {
  const bits = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  let length = 0;
  for (let e = 0; e < values.length; e++) {
    const value = values[e];
    if (Number.isNaN(value)) continue;
    const isNegative = value < 0;
    const lower = value === 0 ? 0 : bits[2 * e];
    const upper = value === 0 ? 0 : bits[2 * e + 1];
    low[length] = isNegative ? ~lower : lower;
    high[length] = isNegative ? ~upper : upper ^ 0x80000000;
    entry[length++] = e;
  }
  return length;
}

/** Takes the least off all. @returns by how many bits what is left may be shifted up, at most 32 */
function takeLeast(high: Uint32Array, length: number): number {
  let least = 0xffffffff;
  for (let k = 0; k < length; k++) if (high[k] < least) least = high[k];
  let most = 0;
  for (let k = 0; k < length; k++) {
    high[k] -= least;
    if (high[k] > most) most = high[k];
  }
  return Math.clz32(most);
}

/** Where the keys with each digit begin; null where all have the same. */
function startsOf(keys: Uint32Array, length: number, shift: number): Uint32Array | null {
  const start = new Uint32Array((1 << DIGIT) + 1);
  const mask = (1 << DIGIT) - 1;
  for (let k = 0; k < length; k++) start[((keys[k] >>> shift) & mask) + 1]++;
  if (start.includes(length)) return null;
  for (let digit = 0; digit < mask; digit++) start[digit + 1] += start[digit];
  return start;
}

function deal(
  shift: number,
  next: Uint32Array,
  keys: Uint32Array,
  entry: Uint32Array,
  keys2: Uint32Array,
  entry2: Uint32Array,
  length: number,
): void {
  const mask = (1 << DIGIT) - 1;
  for (let k = 0; k < length; k++) {
    const at = next[(keys[k] >>> shift) & mask]++;
    keys2[at] = keys[k];
    entry2[at] = entry[k];
  }
}

/** The values of all rows, NaN where missing: the way back. */
export function valuesOf({rows, codes, distinct}: RankCodes, parts: number): Float64Array {
  const values = new Float64Array(parts).fill(Number.NaN);
  for (let e = 0; e < rows.length; e++) if (codes[e] > 0) values[rows[e]] = distinct[codes[e] - 1];
  return values;
}

/** An array that threads can read together. */
export function shared<T extends Uint16Array | Uint32Array | Int32Array | Float64Array>(
  kind: {new (buffer: ArrayBufferLike): T; BYTES_PER_ELEMENT: number},
  length: number,
): T {
  return new kind(sharedBytes(length * kind.BYTES_PER_ELEMENT));
}

/** Memory of all threads; a page that is not isolated from other origins may not have any, and has one thread. */
export function sharedBytes(bytes: number): ArrayBufferLike {
  return typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes);
}

function intoShared(values: Float64Array): Float64Array {
  const copy = shared(Float64Array, values.length);
  copy.set(values);
  return copy;
}

/** The list of all rows of a frame. */
export function allRows(parts: number): Int32Array {
  const rows = shared(Int32Array, parts);
  for (let i = 0; i < parts; i++) rows[i] = i;
  return rows;
}
