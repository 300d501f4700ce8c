import duckdb from '@duckdb/node-bindings';
import type {Streamed} from '../duckdb.ts';
import {gatherTexts, type TextColumn} from './texts.ts';

/** The bytes of the texts of an answer's only column, none of them null, one piece for each that the engine gives. */
export async function* textBytes({
  chunks,
}: Pick<Streamed, 'chunks'>): AsyncGenerator<{bytes: Uint8Array; ends: Int32Array}> {
  for await (const {chunk, rowCount} of chunks) {
    const column: TextColumn = {offsets: new Int32Array(rowCount + 1), bytes: new Uint8Array(rowCount * 64), end: 0};
    const cells = duckdb.vector_get_data(duckdb.data_chunk_get_vector(chunk, 0), rowCount * 16);
    gatherTexts(cells, null, rowCount, column, 0);
    yield {bytes: column.bytes.subarray(0, column.end), ends: column.offsets.subarray(1)};
  }
}
