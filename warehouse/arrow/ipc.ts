import type {DuckDBType} from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import {
  AsyncByteQueue,
  Field,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Schema,
  Struct,
} from 'apache-arrow';
import {columnBuilder} from './columns.ts';

/** What a query gives, a piece of at most 2,048 rows at a time. */
export interface Chunks {
  names: readonly string[];
  types: readonly DuckDBType[];
  chunks: AsyncIterable<{chunk: duckdb.DataChunk; rowCount: number}>;
}

/** Rows of a record batch: large enough for whoever computes with them, small enough for nobody to wait. */
const BATCH_ROWS = 65_536;
const BATCH_BYTES = 32_000_000;

/**
 * The answer of a query as Arrow IPC bytes. The next piece is made when the one before it is taken.
 * @param form a stream, or a file with its footer (Feather 2)
 * @see https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc
 */
export async function* toArrowIpc({names, types, chunks}: Chunks, form: 'stream' | 'file'): AsyncGenerator<Uint8Array> {
  const builders = types.map(type => columnBuilder(type, BATCH_ROWS));
  const schema = new Schema(builders.map(({type}, c) => new Field(names[c], type, true)));
  const written = new Pieces();
  const writer = form === 'stream' ? new RecordBatchStreamWriter() : new RecordBatchFileWriter();
  writer.reset(written, schema);
  let rows = 0;
  const flush = () => {
    const children = builders.map(builder => builder.take());
    const data = makeData({type: new Struct(schema.fields), length: rows, nullCount: 0, children});
    writer.write(new RecordBatch(schema, data));
    rows = 0;
    return written.taken();
  };
  for await (const {chunk, rowCount} of chunks) {
    if (rows + rowCount > BATCH_ROWS || builders.some(({bytes}) => bytes > BATCH_BYTES)) yield flush();
    for (const [c, builder] of builders.entries()) builder.append(duckdb.data_chunk_get_vector(chunk, c), rowCount);
    rows += rowCount;
  }
  if (rows > 0) yield flush();
  writer.finish();
  yield written.taken();
}

/** Where a writer leaves its bytes until they are taken: Arrow's own queue has no way to take what is there and no more. */
class Pieces extends AsyncByteQueue {
  #pieces: Uint8Array[] = [];

  override write(value: ArrayBufferLike | ArrayBufferView | string): number {
    this.#pieces.push(
      typeof value === 'string'
        ? Buffer.from(value)
        : ArrayBuffer.isView(value)
          ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
          : new Uint8Array(value),
    );
    return this.#pieces.length;
  }

  taken(): Uint8Array {
    const whole = Buffer.concat(this.#pieces);
    this.#pieces = [];
    return whole;
  }
}
