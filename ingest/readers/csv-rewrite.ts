import {quoteNeverCloses} from './csv.ts';
import type {CsvHead} from './csv-head.ts';
import {type CsvRecord, CsvRecords} from './csv-records.ts';
import {type Encoding, readText} from './encodings.ts';
import {MadeTable} from './made-table.ts';
import type {Layout, Reading} from './reader.ts';
import {ColumnSums, HOW_TO_SAY_TOTALS, TotalsRows} from './totals.ts';

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
  readonly #totals: Layout['totals'];
  readonly #byWords: TotalsRows;
  readonly #sums: ColumnSums;
  #headerLeft: number;
  #waiting: {line: number; fields: string[]} | undefined;
  #headersAgain: number[] = [];
  #ignored: {line: number; text: string}[] = [];

  constructor(table: MadeTable, head: CsvHead, {totals, decimal}: Layout) {
    this.#table = table;
    this.#head = head;
    this.#totals = totals;
    this.#byWords = new TotalsRows(totals);
    this.#sums = new ColumnSums(decimal);
    this.#headerLeft = head.headerRows;
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
    if (why) {
      this.#refuse(line, `not a record of ${columns.length} fields: ${why}`, fields);
      return;
    }
    const word = this.#totals === 'keep' ? undefined : this.#byWords.wordIn(fields);
    if (word !== undefined) {
      this.#total(line, `"${word}"`, fields);
      return;
    }
    this.#settle();
    // The last one may be the sum of the others.
    if (this.#totals !== 'keep' && fields[0].trim() === '') this.#waiting = {line, fields};
    else this.#row(line, fields);
  }

  end(): void {
    if (!this.#waiting) return;
    const {line, fields} = this.#waiting;
    const column = this.#sums.columnSummedIn(fields);
    if (column === undefined) this.#row(line, fields);
    else
      this.#total(
        line,
        `without "${this.#head.columns[0]}", and "${this.#head.columns[column]}" is the sum of those above`,
        fields,
      );
  }

  notices(): string[] {
    const notices: string[] = [];
    const again = this.#headersAgain;
    if (again.length > 0)
      notices.push(
        again.length === 1
          ? `line ${again[0]} is the header again: no record`
          : `${again.length} lines are the header again, the first of them line ${again[0]}: no records`,
      );
    const ignored = this.#ignored;
    if (ignored.length > 0)
      notices.push(
        `${ignored.length} row${ignored.length === 1 ? '' : 's'} of totals ${ignored.length === 1 ? 'is' : 'are'} not taken, as the mapping says: ` +
          `${ignored
            .slice(0, 3)
            .map(({line, text}) => `line ${line} (${text})`)
            .join(', ')}${ignored.length > 3 ? ', ...' : ''}`,
      );
    return notices;
  }

  #settle(): void {
    if (!this.#waiting) return;
    this.#row(this.#waiting.line, this.#waiting.fields);
    this.#waiting = undefined;
  }

  #row(line: number, fields: readonly string[]): void {
    if (this.#totals !== 'keep') this.#sums.add(fields);
    this.#table.put(line, Object.fromEntries(fields.map((field, i) => [this.#head.columns[i], field])));
  }

  #total(line: number, text: string, fields: readonly string[]): void {
    if (this.#totals === undefined)
      this.#refuse(line, `looks like a row of totals (${text}): ${HOW_TO_SAY_TOTALS}`, fields);
    else this.#ignored.push({line, text});
  }

  #refuse(line: number, reason: string, fields: readonly string[]): void {
    this.#table.refuse(line, reason, fields.slice(0, 500).join(this.#head.delimiter));
  }
}
