/** Rows that sum up others: they are no parts, and nothing is taken for one without a word. */

/** What is done with them: put into quarantine unless it is said; a list names more words for them, and ignores them all. */
export type Totals = 'ignore' | 'keep' | readonly string[];

export const HOW_TO_SAY_TOTALS = 'say "totals": "ignore" in the mapping, or "keep" if it is a record';

const WORDS =
  'total|totals|grand total|subtotal|sub-total|sum|overall|average|summe|gesamt|gesamtsumme|gesamtergebnis|ergebnis|zwischensumme|mittelwert|durchschnitt|total général|sous-total|somme|moyenne|totale|somma|total general|suma|totaal|totalt|razem|celkem|合計|合计|总计|總計|小計|小计|합계'.split(
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
