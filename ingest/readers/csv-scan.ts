const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const BOM = [0xef, 0xbb, 0xbf];

/** Where a scan stands between two bytes. */
const AT = {lineStart: 0, lineStartCr: 1, fieldStart: 2, unquoted: 3, quoted: 4, quoteInQuoted: 5} as const;
type State = (typeof AT)[keyof typeof AT];

export interface RecordStart {
  /** 0 = the header. */
  ordinal: number;
  /** 1 = the file's first. */
  line: number;
  /** Offset in the file. */
  byte: number;
}

/**
 * Finds where the records of a CSV file start, byte by byte, without taking fields apart; in step with DuckDB's reader.
 * A quote opens a quoted field only at the start of a field (RFC 4180) or behind spaces there, and is doubled to stand
 * for itself. Empty lines are no records, except below the header of a file of one column, where an empty line is a
 * record with an empty field.
 */
export class CsvScan {
  /** The line where the last quote opened. */
  quoteOpenedAt = 0;
  /** The first line that ends otherwise (LF, CRLF) than those before it; 0 = none does. */
  otherLineEndAt = 0;
  records = 0;
  readonly #delimiter: number;
  readonly #quote: number;
  readonly #emptyLines: boolean;
  readonly #onRecord: (start: RecordStart) => void;
  #state: State = AT.lineStart;
  #line = 1;
  #offset = 0;
  #lastByte = 0;
  #crlf: boolean | undefined;

  /** @param columns how many the file has; only whether it is one matters */
  constructor(delimiter: string, quote: string, columns: number, onRecord: (start: RecordStart) => void) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#quote = quote.charCodeAt(0);
    this.#emptyLines = columns === 1;
    this.#onRecord = onRecord;
  }

  get inQuotes(): boolean {
    return this.#state === AT.quoted;
  }

  feed(chunk: Buffer): void {
    const delimiter = this.#delimiter;
    const quote = this.#quote;
    let state: State = this.#state;
    let i = 0;
    while (this.#offset + i < BOM.length && chunk[i] === BOM[this.#offset + i]) i++;
    let nextQuote = -2;
    for (; i < chunk.length; i++) {
      if (state === AT.lineStart) {
        if (nextQuote !== -1 && nextQuote < i) nextQuote = chunk.indexOf(quote, i);
        i = this.#passPlainLines(chunk, i, nextQuote === -1 ? chunk.length : nextQuote);
        if (i === chunk.length) break;
      }
      const byte = chunk[i];
      if (state === AT.quoted) {
        for (; i < chunk.length && chunk[i] !== quote; i++) if (chunk[i] === LF) this.#line++;
        if (i < chunk.length) state = AT.quoteInQuoted;
      } else if (byte === LF) {
        if (this.#emptyLines && this.records > 0 && state <= AT.lineStartCr) this.#record(i);
        this.#endLine((i > 0 ? chunk[i - 1] : this.#lastByte) === CR);
        state = AT.lineStart;
      } else if (state === AT.lineStart && byte === CR) {
        state = AT.lineStartCr;
      } else if (state === AT.unquoted && byte !== delimiter) {
        // Most bytes are here: pass them in a loop of their own.
        while (i + 1 < chunk.length && chunk[i + 1] !== delimiter && chunk[i + 1] !== LF) i++;
      } else {
        if (state <= AT.lineStartCr) this.#record(i);
        if (byte === quote) {
          // The second of two quotes stands for one quote, and the field goes on.
          if (state !== AT.quoteInQuoted) this.quoteOpenedAt = this.#line;
          state = AT.quoted;
        } else if (byte === delimiter || (byte === SPACE && state <= AT.fieldStart)) state = AT.fieldStart;
        else state = AT.unquoted;
      }
    }
    this.#state = state;
    this.#offset += chunk.length;
    if (chunk.length > 0) this.#lastByte = chunk[chunk.length - 1];
  }

  /** Most lines hold no quote, so only their ends matter. @returns where the first line begins that does not end before `until` */
  #passPlainLines(chunk: Buffer, from: number, until: number): number {
    let start = from;
    for (let end = chunk.indexOf(LF, start); end >= 0 && end < until; end = chunk.indexOf(LF, start)) {
      const crlf = (end > 0 ? chunk[end - 1] : this.#lastByte) === CR;
      const isEmpty = end === start || (end === start + 1 && crlf);
      if (!isEmpty) this.#record(start);
      else if (this.#emptyLines && this.records > 0) this.#record(end);
      this.#endLine(crlf);
      start = end + 1;
    }
    return start;
  }

  #record(index: number): void {
    this.#onRecord({ordinal: this.records++, line: this.#line, byte: this.#offset + index});
  }

  #endLine(crlf: boolean): void {
    this.#crlf ??= crlf;
    if (crlf !== this.#crlf && this.otherLineEndAt === 0) this.otherLineEndAt = this.#line;
    this.#line++;
  }
}
