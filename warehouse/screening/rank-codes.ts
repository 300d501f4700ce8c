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
  const {ids, found} = numbered(values);
  const distinct = found.slice().sort();
  const codeOf = new Uint32Array(found.length + 1);
  codeOf.set(codeOfIds(found, distinct), 1);
  const codes = distinct.length < 65_535 ? shared(Uint16Array, values.length) : shared(Uint32Array, values.length);
  for (let e = 0; e < ids.length; e++) codes[e] = codeOf[ids[e]];
  return {rows, codes, distinct: intoShared(distinct)};
}

/** Room that every call uses anew: fresh memory costs more than what is done in it. */
let room = new Uint32Array(0);

/** Every value's number in order of appearance, from 1; 0 for NaN. Found by hashing: cheaper than sorting all of them. */
function numbered(values: Float64Array): {ids: Uint32Array; found: Float64Array} {
  if (room.length < values.length) room = new Uint32Array(values.length);
  const ids = room.fill(0, 0, values.length).subarray(0, values.length);
  const cell = new Float64Array(1);
  const bits = new Int32Array(cell.buffer);
  let size = 1 << 12;
  let table = new Uint32Array(size);
  let found = new Float64Array(size >> 1);
  let count = 0;
  const slotOf = (value: number): number => {
    cell[0] = value;
    let h = Math.imul(bits[0] ^ Math.imul(bits[1], 0x9e3779b1), 0x85ebca6b);
    h ^= h >>> 15;
    let slot = Math.imul(h, 0xc2b2ae35) >>> 0;
    slot = (slot ^ (slot >>> 13)) & (size - 1);
    while (table[slot] !== 0 && found[table[slot] - 1] !== value) slot = (slot + 1) & (size - 1);
    return slot;
  };
  for (let e = 0; e < values.length; e++) {
    const value = values[e] + 0;
    if (Number.isNaN(value)) continue;
    const slot = slotOf(value);
    if (table[slot] === 0) {
      found[count] = value;
      table[slot] = ++count;
      ids[e] = count;
      if (count < size >> 1) continue;
      size *= 2;
      table = new Uint32Array(size);
      const wider = new Float64Array(size >> 1);
      wider.set(found);
      found = wider;
      for (let id = 1; id <= count; id++) table[slotOf(found[id - 1])] = id;
    } else ids[e] = table[slot];
  }
  return {ids, found: found.slice(0, count)};
}

/** Place of each found value among the ascending ones, from 1. */
function codeOfIds(found: Float64Array, distinct: Float64Array): Uint32Array {
  const codes = new Uint32Array(found.length);
  for (let id = 0; id < found.length; id++) {
    const value = found[id];
    let [low, high] = [0, distinct.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (distinct[middle] < value) low = middle + 1;
      else high = middle;
    }
    codes[id] = low + 1;
  }
  return codes;
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
