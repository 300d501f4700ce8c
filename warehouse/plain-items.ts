/** Integers and doubles as the engine holds them in a vector. */
import type {DuckDBVector} from '@duckdb/node-api';

/** The items of a vector as DuckDB holds them; looked at one by one only where the driver keeps them elsewhere. */
export function plainItems(vector: DuckDBVector, rows: number): Int32Array | Float64Array {
  const {items, validity} = vector as unknown as {items?: unknown; validity?: {data?: unknown}};
  const isPlain = items instanceof Float64Array || items instanceof Int32Array;
  if (isPlain && isAllValid(validity?.data, rows)) return items.subarray(0, rows);
  const values = Array.from({length: rows}, (_, r) => vector.getItem(r));
  const wrong = values.find(value => typeof value !== 'number');
  if (wrong !== undefined) throw new Error(`expected integers or doubles without null, got ${String(wrong)}`);
  return items instanceof Int32Array ? Int32Array.from(values as number[]) : Float64Array.from(values as number[]);
}

/** DuckDB's mask: none, or a bit a row. */
function isAllValid(mask: unknown, rows: number): boolean {
  if (mask === null) return true;
  if (!(mask instanceof BigUint64Array)) return false;
  // Looked at as halves: a number costs nothing, a BigInt is an object.
  const halves = new Int32Array(mask.buffer, mask.byteOffset, 2 * mask.length);
  const whole = rows >> 5;
  for (let word = 0; word < whole; word++) if (halves[word] !== -1) return false;
  const rest = rows % 32;
  return rest === 0 || (halves[whole] | (-1 << rest)) === -1;
}

export function joined(pieces: readonly (Int32Array | Float64Array)[], isInteger: boolean): Int32Array | Float64Array {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const whole = isInteger ? new Int32Array(length) : new Float64Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
