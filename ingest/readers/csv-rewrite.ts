import {quoteNeverCloses} from './csv.ts';
import type {CsvHead} from './csv-head.ts';
import {type CsvRecord, CsvRecords} from './csv-records.ts';
import {type Encoding, readText} from './encodings.ts';
import {headerAgain} from './header-rows.ts';
import {MadeTable} from './made-table.ts';
import type {Layout, Reading} from './reader.ts';
import {TotalsFilter} from './totals.ts';

/**
 * Writes the records of text that DuckDB cannot read as it stands: in another encoding, with lines before its header, with
 * headers in between, with rows of totals, with records too long to keep. Each bears its line.
 */
export async function rewriteCsv(
  path: string,
  into: string,
  encoding: Encoding,
  head: CsvHead,
  layout: Layout,
): Promise<Reading> {
  const table = new MadeTable(path, into, head.columns);
  const rows = new Rows(table, head, layout);
  const parser = new CsvRecords(head.delimiter, record => {
    rows.take(record);
    parser.emptyLinesAreRecords = head.columns.length === 1;
  });
  const lines = new LinesSkipped(head.linesBefore);
  try {
    await readText(path, encoding, text => parser.feed(lines.cut(text)));
    parser.end();
    if (parser.inQuotes) throw quoteNeverCloses(path, head.linesBefore + parser.quoteOpenedAt);
    rows.end();
  } finally {
    table.close();
  }
  return table.reading(rows.notices());
}

/** Cuts the lines before the header off, of text that comes in pieces. */
class LinesSkipped {
  #left: number;

  constructor(lines: number) {
    this.#left = lines;
  }

  cut(text: string): string {
    let start = 0;
    for (; this.#left > 0; this.#left--) {
      const end = text.indexOf('\n', start);
      if (end < 0) return '';
      start = end + 1;
    }
    return start === 0 ? text : text.slice(start);
  }
}

/** Judges record by record which are rows of the table. */
class Rows {
  readonly #table: MadeTable;
  readonly #head: CsvHead;
  readonly #totals: TotalsFilter<{line: number; fields: string[]}>;
  #headerLeft: number;
  #headersAgain: number[] = [];

  constructor(table: MadeTable, head: CsvHead, {totals, decimal}: Layout) {
    this.#table = table;
    this.#head = head;
    this.#headerLeft = head.headerRows;
    this.#totals = new TotalsFilter(
      {totals, decimal, columns: () => head.columns, place: 'line'},
      ({line, fields}) => table.put(line, Object.fromEntries(fields.map((field, i) => [head.columns[i], field]))),
      ({line, fields}, reason) => this.#refuse(line, reason, fields),
    );
  }

  take({fields, line: lineOfRest, fault}: CsvRecord): void {
    const line = this.#head.linesBefore + lineOfRest;
    if (this.#headerLeft > 0) {
      this.#headerLeft--;
      return;
    }
    const {columns, header} = this.#head;
    if (header.length > 0 && fields.length === header.length && fields.every((field, i) => field === header[i])) {
      this.#headersAgain.push(line);
      return;
    }
    const why =
      fault ?? (fields.length === columns.length ? undefined : `${fields.length} fields instead of ${columns.length}`);
    if (why) this.#refuse(line, `not a record of ${columns.length} fields: ${why}`, fields);
    else this.#totals.put({line, fields});
  }

  end(): void {
    this.#totals.end();
  }

  notices(): string[] {
    return [headerAgain('line', this.#headersAgain), this.#totals.notice()].filter(said => said !== undefined);
  }

  #refuse(line: number, reason: string, fields: readonly string[]): void {
    this.#table.refuse(line, reason, fields.slice(0, 500).join(this.#head.delimiter));
  }
}
