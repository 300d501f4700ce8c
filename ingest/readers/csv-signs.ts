import {MAYBE_TOTALS} from './totals.ts';

const CARRIED = 4096;
const BEGINNING = /^\ufeff?[\r\n]*/;
const CR_ALONE = /\r(?!\n)/;

/**
 * Looks through the bytes of a CSV file for what DuckDB's reader does not tell from plain records: a header that is
 * repeated, rows of totals, a CR alone, spaces before a quote. A false alarm costs time and nothing else.
 */
export class CsvSigns {
  found = false;
  readonly #wanted: RegExp[];
  readonly #header: string;
  readonly #delimiter: string;
  #carried = '';
  #begun = false;

  /** @param header one line; empty = there is none */
  constructor(delimiter: string, header: string, totals: boolean) {
    const d = delimiter === '|' ? '\\|' : delimiter;
    this.#wanted = [CR_ALONE, new RegExp(`(?:^|[\\n${d}]) +"`), ...(totals ? [MAYBE_TOTALS] : [])];
    this.#header = header;
    this.#delimiter = delimiter;
  }

  /** @param chunk whole characters of UTF-8 text */
  see(chunk: Buffer): void {
    if (this.found) return;
    const piece = chunk.toString('utf8');
    const text = this.#carried + (this.#begun ? piece : piece.replace(BEGINNING, ''));
    this.#begun = true;
    // What may go on beyond the piece is looked at with the next one.
    const settled = text.endsWith('\r') ? text.slice(0, -1) : text;
    this.#look(settled);
    this.#carried = text.slice(-CARRIED - this.#header.length);
  }

  /** @returns whether anything was found */
  end(totals: boolean): boolean {
    if (!this.found) this.#look(`${this.#carried}\n`);
    const lastLine = this.#carried.trimEnd().split('\n').at(-1) ?? '';
    // A last row without a key may hold sums.
    const first = lastLine.split(this.#delimiter, 1)[0].replaceAll('"', '').trim();
    if (totals && first === '' && lastLine.includes(this.#delimiter)) this.found = true;
    return this.found;
  }

  #look(text: string): void {
    this.found ||= this.#wanted.some(sign => sign.test(text));
    if (this.#header === '' || this.found) return;
    this.found = text.includes(`\n${this.#header}\n`) || text.includes(`\n${this.#header}\r\n`);
  }
}
