import {textBytes} from './arrow/text-bytes.ts';
import {quoteName, quoteText, type Session, type Streamed} from './duckdb.ts';
import type {Exported} from './export-table.ts';
import type {Warehouse} from './store.ts';
import {csvHead, csvLine, jsonObject} from './text-lines.ts';

/** An exported file, read piece by piece in its order. The session that reads it is closed when that ends or is stopped. */
export class ReadExport {
  readonly #warehouse: Warehouse;
  readonly #exported: Exported;

  constructor(warehouse: Warehouse, exported: Exported) {
    this.#warehouse = warehouse;
    this.#exported = exported;
  }

  arrow(form: 'stream' | 'file'): AsyncGenerator<Uint8Array> {
    return this.#read(async function* (session, from, {names, types}) {
      // Loaded when they are needed: it takes a while.
      const [{asArrowColumn}, {toArrowIpc}] = await Promise.all([
        import('./arrow/columns.ts'),
        import('./arrow/ipc.ts'),
      ]);
      const columns = names.map((name, c) => asArrowColumn(quoteName(name), types[c]));
      yield* toArrowIpc(await session.stream(`select ${columns.join(', ')} from ${from}`), form);
    });
  }

  csv(): AsyncGenerator<Uint8Array> {
    return this.#read(async function* (session, from, {names, types}) {
      const lines = `select ${csvLine(names.map((name, c) => ({name, type: types[c]})))} from ${from}`;
      const {head} = await session.row<{head: string}>(`select ${csvHead(names)} as head`);
      yield Buffer.from(head);
      for await (const {bytes} of textBytes(await session.stream(lines))) yield bytes;
    });
  }

  /** `{table, asOf, truncated, rows: [{...}, ...]}` */
  json(table: string): AsyncGenerator<Uint8Array> {
    const {asOf, truncated} = this.#exported;
    return this.#read(async function* (session, from, {names, types}) {
      yield Buffer.from(`${JSON.stringify({table, asOf, truncated}).slice(0, -1)},"rows":[`);
      const object = jsonObject(names.map((name, c) => ({name, type: types[c]})));
      // A comma behind all rows but the last, of which nobody knows that it is the last: so before all but the first.
      let isFirst = true;
      for await (const {bytes} of textBytes(
        await session.stream(`select concat(',', chr(10), ${object}) from ${from}`),
      )) {
        yield isFirst ? bytes.subarray(2) : bytes;
        isFirst = false;
      }
      yield Buffer.from(']}\n');
    });
  }

  async *#read(
    make: (session: Session, from: string, shape: Pick<Streamed, 'names' | 'types'>) => AsyncGenerator<Uint8Array>,
  ): AsyncGenerator<Uint8Array> {
    const session = await this.#warehouse.aside();
    try {
      const from = `read_parquet(${quoteText(this.#exported.path)})`;
      yield* make(session, from, await session.shape(`from ${from}`));
    } finally {
      session.connection.closeSync();
    }
  }
}
