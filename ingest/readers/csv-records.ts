/** More than any record has: what is longer is damaged, and is not kept. */
export const RECORD_CHARACTERS_MAX = 4 << 20;

export interface CsvRecord {
  fields: string[];
  /** Where it starts (1 = the first line of the text). */
  line: number;
  /** Why it is not to be relied on. */
  fault: string | undefined;
}

/**
 * Takes the records of CSV text apart, in pieces of any size; the rules are those of `CsvScan`.
 * @see RFC 4180; a quote that does not open a field is kept as it is, text behind a closing quote is a fault
 */
export class CsvRecords {
  /** Whether an empty line is a record with an empty field, as it is in a file of one column. */
  emptyLinesAreRecords = false;
  /** The line where the last quote opened. */
  quoteOpenedAt = 0;
  readonly #delimiter: string;
  readonly #onRecord: (record: CsvRecord) => void;
  readonly #longest: number;
  #fields: string[] = [];
  #field = '';
  #characters = 0;
  #state: 'fieldStart' | 'unquoted' | 'quoted' | 'quoteInQuoted' = 'fieldStart';
  #fault: string | undefined;
  #line = 1;
  #startLine = 1;
  /** Whether the record has anything but a line break. */
  #hasContent = false;

  constructor(delimiter: string, onRecord: (record: CsvRecord) => void, longest = RECORD_CHARACTERS_MAX) {
    this.#delimiter = delimiter;
    this.#onRecord = onRecord;
    this.#longest = longest;
  }

  feed(text: string): void {
    const delimiter = this.#delimiter.charCodeAt(0);
    for (let i = 0; i < text.length; ) {
      if (this.#state === 'quoted') {
        const quote = text.indexOf('"', i);
        const end = quote < 0 ? text.length : quote;
        this.#take(text.slice(i, end));
        for (let at = text.indexOf('\n', i); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) this.#line++;
        if (quote >= 0) this.#state = 'quoteInQuoted';
        i = end + 1;
        continue;
      }
      const char = text[i];
      if (char === '\n') {
        this.#endRecord();
        this.#startLine = ++this.#line;
        i++;
      } else if (char === this.#delimiter) {
        this.#endField();
        i++;
      } else if (char === '"' && this.#state !== 'unquoted') {
        this.#hasContent = true;
        if (this.#state === 'quoteInQuoted') this.#take('"');
        else {
          this.#field = '';
          this.quoteOpenedAt = this.#line;
        }
        this.#state = 'quoted';
        i++;
      } else if (char === ' ' && this.#state !== 'unquoted') {
        // A quote may follow; behind a closing quote, spaces are nothing.
        this.#hasContent = true;
        if (this.#state === 'fieldStart') this.#take(char);
        i++;
      } else {
        let end = i + 1;
        for (; end < text.length; end++) {
          const code = text.charCodeAt(end);
          if (code === 0x0a || code === delimiter) break;
        }
        this.#takeUnquoted(text.slice(i, end));
        i = end;
      }
    }
  }

  /** Whether a quote is open: then the last record is not given out. */
  get inQuotes(): boolean {
    return this.#state === 'quoted';
  }

  /** The last record need not end in a line break. */
  end(): void {
    if (this.#state !== 'quoted' && this.#hasContent) this.#endRecord();
  }

  #takeUnquoted(text: string): void {
    this.#hasContent ||= text !== '\r';
    if (this.#state === 'quoteInQuoted') {
      if (text !== '\r') this.#fault ??= 'text behind a closing quote';
      else {
        // The line break comes, perhaps in the next piece.
        this.#field += text;
        this.#state = 'unquoted';
        return;
      }
    }
    this.#state = 'unquoted';
    this.#take(text);
  }

  #take(text: string): void {
    this.#characters += text.length;
    if (this.#characters <= this.#longest) this.#field += text;
    else this.#tooLong();
  }

  #endField(): void {
    this.#hasContent = true;
    this.#state = 'fieldStart';
    if (++this.#characters > this.#longest) {
      this.#tooLong();
      return;
    }
    this.#checkField();
    this.#fields.push(this.#field);
    this.#field = '';
  }

  #checkField(): void {
    if (this.#field.includes('\r') && this.#field.replaceAll('\r\n', '').includes('\r'))
      this.#fault ??= 'a bare CR, which ends lines elsewhere';
  }

  #tooLong(): void {
    this.#fault = `a record of more than ${this.#longest >> 20} million characters`;
    // The start is enough to see what it was.
    if (this.#field.length > 1000) this.#field = this.#field.slice(0, 1000);
    if (this.#fields.length > 1000) this.#fields.length = 1000;
  }

  #endRecord(): void {
    if (this.#state === 'unquoted' && this.#field.endsWith('\r')) this.#field = this.#field.slice(0, -1);
    if (this.#hasContent || this.emptyLinesAreRecords) {
      this.#checkField();
      this.#onRecord({fields: [...this.#fields, this.#field], line: this.#startLine, fault: this.#fault});
    }
    this.#hasContent = false;
    this.#fields = [];
    this.#field = '';
    this.#characters = 0;
    this.#fault = undefined;
    this.#state = 'fieldStart';
  }
}
