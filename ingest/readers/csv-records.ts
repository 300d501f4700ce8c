/**
 * Takes the records of CSV text apart, in pieces of any size; the rules are those of `CsvScan`.
 * @see RFC 4180; a quote that does not open a field, and text behind a closing quote, are kept as they are
 */
export class CsvRecords {
  readonly #delimiter: string;
  readonly #onRecord: (fields: string[], emptyLinesBefore: number) => void;
  #fields: string[] = [];
  #field = '';
  #state: 'fieldStart' | 'unquoted' | 'quoted' | 'quoteInQuoted' = 'fieldStart';
  #emptyLines = 0;
  /** Whether the record has anything but a line break. */
  #hasContent = false;

  constructor(delimiter: string, onRecord: (fields: string[], emptyLinesBefore: number) => void) {
    this.#delimiter = delimiter;
    this.#onRecord = onRecord;
  }

  feed(text: string): void {
    for (const char of text) {
      if (this.#state === 'quoted') {
        if (char === '"') this.#state = 'quoteInQuoted';
        else this.#field += char;
      } else if (char === '\n') {
        this.#endRecord();
      } else if (char === this.#delimiter) {
        this.#hasContent = true;
        this.#fields.push(this.#field);
        this.#field = '';
        this.#state = 'fieldStart';
      } else if (char === '"' && this.#state !== 'unquoted') {
        this.#hasContent = true;
        this.#field = this.#state === 'quoteInQuoted' ? `${this.#field}"` : '';
        this.#state = 'quoted';
      } else {
        this.#hasContent ||= char !== '\r';
        this.#field += char;
        if (char !== ' ' || this.#state !== 'fieldStart') this.#state = 'unquoted';
      }
    }
  }

  /** The last record need not end in a line break. A record that a quote left open is not given out. */
  end(): void {
    if (this.#state !== 'quoted' && this.#hasContent) this.#endRecord();
  }

  #endRecord(): void {
    const last = this.#state === 'unquoted' && this.#field.endsWith('\r') ? this.#field.slice(0, -1) : this.#field;
    if (this.#hasContent) {
      this.#onRecord([...this.#fields, last], this.#emptyLines);
      this.#emptyLines = 0;
    } else this.#emptyLines++;
    this.#hasContent = false;
    this.#fields = [];
    this.#field = '';
    this.#state = 'fieldStart';
  }
}
