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
  readonly #wanted: {sign: RegExp; needs: string}[];
  readonly #header: string;
  readonly #delimiter: string;
  #carried = '';
  #begun = false;

  /** @param header one line; empty = there is none */
  constructor(delimiter: string, header: string, totals: boolean) {
    const d = delimiter === '|' ? '\\|' : delimiter;
    this.#wanted = [
      {sign: CR_ALONE, needs: '\r'},
      {sign: new RegExp(`(?:^|[\\n${d}]) +"`), needs: '"'},
      ...(totals ? [{sign: MAYBE_TOTALS, needs: ''}] : []),
    ];
    this.#header = header;
    this.#delimiter = delimiter;
  }

  /** @param chunk whole characters of UTF-8 text */
  see(chunk: Buffer): void {
    if (this.found) return;
    const text = chunk.toString('utf8');
    const piece = this.#begun ? text : text.replace(BEGINNING, '');
    this.#begun = true;
    const reach = CARRIED + this.#header.length;
    // What stands across two pieces is looked at by itself: to put a whole piece together with another would copy it.
    if (this.#carried !== '') this.#look(settled(this.#carried + piece.slice(0, reach)));
    this.#look(settled(piece), chunk);
    this.#carried = piece.length < reach ? (this.#carried + piece).slice(-reach) : piece.slice(-reach);
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

  /** @param bytes of the text, where they are at hand: what is not in them need not be looked for */
  #look(text: string, bytes?: Buffer): void {
    this.found ||= this.#wanted.some(({sign, needs}) => (bytes?.includes(needs) ?? true) && sign.test(text));
    if (this.#header === '' || this.found) return;
    this.found = text.includes(`\n${this.#header}\n`) || text.includes(`\n${this.#header}\r\n`);
  }
}

/** What may go on beyond the piece is looked at with the next one. */
const settled = (text: string): string => (text.endsWith('\r') ? text.slice(0, -1) : text);
