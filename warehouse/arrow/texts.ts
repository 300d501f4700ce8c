import duckdb from '@duckdb/node-bindings';

/** Texts one after the other, and where each begins. */
export interface TextColumn {
  offsets: Int32Array;
  bytes: Uint8Array;
  /** Where the next text goes. */
  end: number;
}

const INLINE_BYTES = 12;
const CELL_BYTES = 16;
/** Texts of a page lie close together. What is between two of them that are no farther apart is on their own pages. */
const GAP_BYTES = 64n;

/**
 * Adds the texts of a vector to a column. A text of up to 12 bytes lies in its cell; a longer one is behind a pointer, and
 * following one is a call into the engine: texts that lie next to each other are fetched by one call.
 * @param cells 16 bytes a row: length, then the text, or its first four bytes and a pointer
 * @param valid a bit a row, null when all have a value
 */
export function gatherTexts(
  cells: Uint8Array,
  valid: Uint8Array | null,
  rows: number,
  column: TextColumn,
  firstRow: number,
): void {
  const view = new DataView(cells.buffer, cells.byteOffset, cells.byteLength);
  const runs = new Runs(view);
  for (let r = 0; r < rows; r++) {
    const at = r * CELL_BYTES;
    const isThere = valid === null || (valid[r >> 3] & (1 << (r & 7))) !== 0;
    const length = isThere ? view.getUint32(at, true) : 0;
    if (column.end + length > column.bytes.length) grow(column, length);
    const {bytes, end} = column;
    if (length <= INLINE_BYTES) for (let k = 0; k < length; k++) bytes[end + k] = cells[at + 4 + k];
    else runs.add(at, length, end);
    column.end += length;
    column.offsets[firstRow + r + 1] = column.end;
  }
  runs.copyInto(column.bytes);
}

function grow(column: TextColumn, needed: number): void {
  const larger = new Uint8Array(Math.max(column.bytes.length * 2, column.end + needed));
  larger.set(column.bytes.subarray(0, column.end));
  column.bytes = larger;
}

/** Long texts, those that follow each other closely in memory taken together. */
class Runs {
  readonly #cells: DataView;
  readonly #texts: {start: bigint; length: number; to: number; cell: number}[] = [];

  constructor(cells: DataView) {
    this.#cells = cells;
  }

  add(cell: number, length: number, to: number): void {
    this.#texts.push({start: this.#cells.getBigUint64(cell + 8, true), length, to, cell});
  }

  copyInto(bytes: Uint8Array): void {
    const texts = this.#texts;
    for (let first = 0; first < texts.length; ) {
      const {start, cell} = texts[first];
      let end = start + BigInt(texts[first].length);
      let last = first + 1;
      for (; last < texts.length; last++) {
        const next = texts[last];
        // The same text again (a dictionary's), or one that lies behind.
        if (next.start < start || next.start > end + GAP_BYTES) break;
        const nextEnd = next.start + BigInt(next.length);
        if (nextEnd > end) end = nextEnd;
      }
      const pointer = this.#cells.byteOffset + cell + 8;
      const run = duckdb.get_data_from_pointer(this.#cells.buffer as ArrayBuffer, pointer, Number(end - start));
      for (let k = first; k < last; k++) {
        const text = texts[k];
        const offset = Number(text.start - start);
        bytes.set(run.subarray(offset, offset + text.length), text.to);
      }
      first = last;
    }
  }
}
