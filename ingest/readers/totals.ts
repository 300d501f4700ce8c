/** Rows that sum up others: they are no parts, and nothing is taken for one without a word. */
import type {Layout} from './reader.ts';

/** What is done with them: put into quarantine unless it is said; a list names more words for them, and ignores them all. */
export type Totals = 'ignore' | 'keep' | readonly string[];

const HOW_TO_SAY_TOTALS = 'say "totals": "ignore" in the mapping, or "keep" if it is a record';

const WORDS =
  'total|totals|grand total|subtotal|sub-total|sum|overall|average|mean|count|summe|gesamt|gesamtsumme|gesamtergebnis|ergebnis|zwischensumme|mittelwert|durchschnitt|anzahl|total général|sous-total|somme|moyenne|totale|somma|total general|suma|totaal|totalt|razem|celkem|合計|合计|总计|總計|小計|小计|합계'.split(
    '|',
  );
const KNOWN: ReadonlySet<string> = new Set(WORDS);

/** Finds rows by the words that people and spreadsheets write before sums; to be shown each record in order. */
export class TotalsRows {
  readonly #words: ReadonlySet<string>;
  #keyBefore = '';

  constructor(totals: Totals | undefined) {
    const more = Array.isArray(totals) ? totals : [];
    this.#words = new Set([...WORDS, ...more.map(plain)]);
  }

  /** @returns the text that makes it a totals row: a word for it, or the key of the row before with such a word behind it */
  wordIn(fields: readonly string[]): string | undefined {
    const first = fields.find(field => field.trim() !== '')?.trim() ?? '';
    const before = this.#keyBefore;
    const text = plain(first);
    const isTotal =
      this.#words.has(text) ||
      (before !== '' && text.startsWith(`${before} `) && this.#words.has(text.slice(before.length + 1)));
    if (isTotal) return first;
    this.#keyBefore = plain(fields[0] ?? '');
    return undefined;
  }
}

interface Judged {
  /** Its line, or row. */
  line: number;
  /** By column. */
  fields: readonly string[];
  /** Whether all its numbers are known to add up those above. */
  isSum?: boolean;
}

interface Said extends Pick<Layout, 'totals' | 'decimal'> {
  columns: () => readonly string[];
  /** What a record's place is called. */
  place: 'line' | 'row';
}

/** Judges record by record, in their order, which are rows of totals; the last one may be the sum of the others. */
export class TotalsFilter<R extends Judged> {
  readonly #said: Said;
  readonly #take: (record: R) => void;
  readonly #refuse: (record: R, reason: string) => void;
  readonly #byWords: TotalsRows;
  readonly #sums: ColumnSums;
  #waiting: R | undefined;
  #ignored: string[] = [];

  constructor(said: Said, take: (record: R) => void, refuse: (record: R, reason: string) => void) {
    this.#said = said;
    this.#take = take;
    this.#refuse = refuse;
    this.#byWords = new TotalsRows(said.totals);
    this.#sums = new ColumnSums(said.decimal);
  }

  put(record: R): void {
    if (this.#said.totals === 'keep') {
      this.#take(record);
      return;
    }
    const word = this.#byWords.wordIn(record.fields);
    if (word !== undefined) this.#total(record, `"${word}"`);
    else if (record.isSum) this.#total(record, 'its numbers add up or average the cells above');
    else {
      this.#settle();
      if (record.fields[0].trim() === '') this.#waiting = record;
      else this.#row(record);
    }
  }

  end(): void {
    const column = this.#waiting && this.#sums.columnSummedIn(this.#waiting.fields);
    if (column === undefined) {
      this.#settle();
      return;
    }
    const names = this.#said.columns();
    this.#total(this.#waiting!, `without "${names[0]}", and "${names[column]}" is the sum of those above`);
  }

  /** @returns what is said of rows that were left out because somebody told so */
  notice(): string | undefined {
    const {length} = this.#ignored;
    if (length === 0) return undefined;
    const named = this.#ignored.slice(0, 3).join(', ') + (length > 3 ? ', ...' : '');
    return `${length} row${length === 1 ? '' : 's'} of totals ${length === 1 ? 'is' : 'are'} not taken, as the mapping says: ${named}`;
  }

  #settle(): void {
    if (this.#waiting) this.#row(this.#waiting);
    this.#waiting = undefined;
  }

  #row(record: R): void {
    this.#sums.add(record.fields);
    this.#take(record);
  }

  #total(record: R, why: string): void {
    if (this.#said.totals === undefined)
      this.#refuse(record, `looks like a row of totals (${why}): ${HOW_TO_SAY_TOTALS}`);
    else this.#ignored.push(`${this.#said.place} ${record.line} (${why})`);
  }
}

const plain = (text: string): string => text.trim().replace(/\s*:$/, '').toLowerCase();

/** Where a text might hold such a word as a cell, or at the end of one; false alarms cost time and nothing else. */
export const MAYBE_TOTALS = new RegExp(
  `(?:^|[\\n,;|\\t" ])(?:${[...KNOWN].join('|')})\\s*:?\\s*(?:["\\r\\n,;|\\t]|$)`,
  'iu',
);

const NUMBER = /^[-+]?\d+(?:\.(\d+))?(?:[eE][-+]?\d+)?$/;

/** Sums of columns, to tell whether a last row without a key is the sum of those above it. */
export class ColumnSums {
  readonly #decimal: '.' | ',';
  #sums: {sum: number; values: number}[] = [];

  constructor(decimal: '.' | ',' = '.') {
    this.#decimal = decimal;
  }

  add(fields: readonly string[]): void {
    for (const [i, field] of fields.entries()) {
      const number = this.#numberOf(field);
      if (!number) continue;
      this.#sums[i] ??= {sum: 0, values: 0};
      this.#sums[i].sum += number.value;
      this.#sums[i].values++;
    }
  }

  /** @returns the first column whose cell is the sum of at least two values above it, and not 0 */
  columnSummedIn(fields: readonly string[]): number | undefined {
    const found = fields.findIndex((field, i) => {
      const number = this.#numberOf(field);
      const above = this.#sums[i];
      if (!number || number.value === 0 || !above || above.values < 2) return false;
      // A sum is shown with as many decimals as fit.
      return Math.abs(number.value - above.sum) <= 0.5 * 10 ** -number.decimals * (1 + 1e-9) && number.decimals <= 15;
    });
    return found < 0 ? undefined : found;
  }

  #numberOf(field: string): {value: number; decimals: number} | undefined {
    const match = NUMBER.exec(this.#decimal === ',' ? field.trim().replace(',', '.') : field.trim());
    return match ? {value: Number(match[0]), decimals: match[1]?.length ?? 0} : undefined;
  }
}
