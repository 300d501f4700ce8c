/** What a model's outputs are, and what of them is one image's. */

/** An output that a card promises; null is a size that may be anything. The images come first and are not in `sizes`. */
export interface Expected {
  name: string;
  /** One of these. */
  sizes: readonly (readonly (number | null)[])[];
  /** What the last size counts, for people. */
  unit?: string;
  /** A position instead of a measure: whole numbers are taken too. */
  isLabel?: boolean;
}

interface Output {
  dims: readonly number[];
  data: unknown;
}

export type Outputs = Readonly<Record<string, Output>>;

/** The part of an output that is about one image. */
export interface Piece {
  sizes: readonly number[];
  values: Float32Array | BigInt64Array | Int32Array;
}

/** @throws Error if the output has not the shape or the numbers that the card promises */
export function checkOutput({name, sizes, isLabel}: Expected, outputs: Outputs, images: number): void {
  const {dims, data} = outputs[name];
  const isNumber =
    data instanceof Float32Array || (isLabel && (data instanceof BigInt64Array || data instanceof Int32Array));
  const fits = sizes.some(
    one =>
      dims.length === one.length + 1 &&
      dims[0] === images &&
      one.every((size, k) => size === null || size === dims[k + 1]),
  );
  if (fits && isNumber) return;
  const promised = sizes.map(one => `[${[images, ...one.map(size => size ?? 'any')].join(', ')}]`).join(' or ');
  const given = `[${dims.join(', ')}]${isNumber ? '' : ' of other numbers'}`;
  throw new Error(`the model's output '${name}' is ${given}, the card says ${promised}`);
}

/** Image k's part of an output that was checked. */
export function pieceOf(outputs: Outputs, name: string, k: number): Piece {
  const {dims, data} = outputs[name];
  const sizes = dims.slice(1);
  const length = sizes.reduce((product, size) => product * size, 1);
  return {sizes, values: (data as Piece['values']).subarray(k * length, (k + 1) * length)};
}

export function numbersOf(outputs: Outputs, name: string, k: number): Float32Array {
  return pieceOf(outputs, name, k).values as Float32Array;
}
