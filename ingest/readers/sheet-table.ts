import {IngestError} from '../error.ts';
import {columnName, type Merge, type SheetRow} from './xlsx-sheet.ts';

const SAMPLE_ROWS = 30;
const HEADER_ROWS_MAX = 5;
const TRAILING_ROWS = 3;
const TOTALS =
  /^\s*(grand |sub[- ]?)?(totals?|sums?|averages?|mean|count|summe|gesamt\w*|zwischensumme|mittelwert|anzahl|totale?|somma|moyenne|suma)\b[^\p{L}]*$/iu;

export interface TableRecord {
  row: number;
  fields: Record<string, string>;
  fault?: string;
}

/**
 * Finds the table in the rows of a sheet: titles above it, one header row or several whose merged cells make joined names,
 * its records, and totals below it.
 */
export class SheetTable {
  /** By column of the sheet; known once the header was found. */
  columns = new Map<number, string>();
  readonly titles: string[] = [];
  readonly totals: string[] = [];
  /** By column name: what Excel shows behind its numbers, and of how many. */
  readonly shown = new Map<string, {shown: string; cells: number}>();
  headerRows: number[] = [];
  hiddenRows = 0;
  readonly #what: string;
  readonly #merges: readonly Merge[];
  readonly #take: (record: TableRecord) => void;
  #sample: SheetRow[] | undefined = [];
  /** The last rows wait: they may be totals. */
  #last: SheetRow[] = [];

  constructor(what: string, merges: readonly Merge[], take: (record: TableRecord) => void) {
    this.#what = what;
    this.#merges = merges;
    this.#take = take;
  }

  row(row: SheetRow): void {
    this.#sample?.push(row);
    if (!this.#sample) this.#record(row);
    else if (this.#sample.length >= SAMPLE_ROWS) this.#begin();
  }

  end(): void {
    if (this.#sample) this.#begin();
    for (const row of this.#withoutTotals()) this.#give(row);
  }

  #begin(): void {
    const rows = this.#sample!;
    this.#sample = undefined;
    if (rows.length === 0) return;
    const first = Math.min(...rows.flatMap(({cells}) => [...cells.keys()]));
    const widest = Math.max(...rows.map(({cells}) => cells.size));
    let at = 0;
    // A title stands alone over a table that is wider; a group of columns would not begin with the first one.
    while (widest > 1 && at < rows.length - 1 && rows[at].cells.size === 1 && rows[at].cells.has(first)) {
      const [{text}] = rows[at].cells.values();
      this.titles.push(`row ${rows[at].row} ("${text.slice(0, 80)}")`);
      at++;
    }
    const records = this.#header(rows, at);
    for (const row of rows.slice(records)) this.#record(row);
  }

  /** @returns where the records begin */
  #header(rows: readonly SheetRow[], at: number): number {
    const top = rows[at].row;
    let bottom = top;
    const merges = this.#merges.filter(merge => merge.top >= top && merge.top < top + HEADER_ROWS_MAX);
    for (const merge of merges.sort((a, b) => a.top - b.top))
      if (merge.top <= bottom && merge.bottom < top + HEADER_ROWS_MAX)
        bottom = Math.max(bottom, merge.right > merge.left ? merge.bottom + 1 : merge.bottom);
    const header = rows.slice(at).filter(({row}) => row <= bottom);
    this.headerRows = header.map(({row}) => row);
    const columns = [...new Set(header.flatMap(({cells}) => [...cells.keys()]))];
    for (const merge of merges)
      if (merge.top <= bottom)
        for (let c = merge.left; c <= merge.right; c++) if (!columns.includes(c)) columns.push(c);
    for (const column of columns.sort((a, b) => a - b)) {
      const names = header.map(({row, cells}) => {
        const merge = merges.find(m => m.top <= row && row <= m.bottom && m.left <= column && column <= m.right);
        if (merge && row > merge.top) return undefined;
        return cells.get(merge?.left ?? column);
      });
      const faulty = names.find(name => name?.fault !== undefined);
      if (faulty) throw this.#error(`the header in column ${columnName(column)} ${faulty.fault}`);
      const name = names.flatMap(cell => (cell && cell.text.trim() !== '' ? [cell.text.trim()] : [])).join(' / ');
      if (name !== '') this.columns.set(column, name);
    }
    return at + header.length;
  }

  #record(row: SheetRow): void {
    this.#last.push(row);
    if (this.#last.length > TRAILING_ROWS) this.#give(this.#last.shift()!);
  }

  #withoutTotals(): SheetRow[] {
    const rows = [...this.#last];
    for (let row = rows.at(-1); row && isTotals(row); row = rows.at(-1)) {
      rows.pop();
      const texts = [...row.cells.values()].map(({text}) => text).join(', ');
      this.totals.unshift(`row ${row.row} (${texts.slice(0, 80)})`);
    }
    return rows;
  }

  #give({row, hidden, cells}: SheetRow): void {
    const fields: Record<string, string> = {};
    let fault: string | undefined;
    for (const [column, cell] of cells) {
      const name = this.columns.get(column);
      const address = `${columnName(column)}${row}`;
      if (name === undefined)
        throw this.#error(`cell ${address} stands in a column without a name: give it one in the header, or clear it`);
      fields[name] = cell.text;
      if (cell.fault !== undefined) fault ??= `cell ${address} (${name}) ${cell.fault}`;
      if (cell.shown !== undefined)
        this.shown.set(name, {shown: cell.shown, cells: (this.shown.get(name)?.cells ?? 0) + 1});
    }
    if (hidden) this.hiddenRows++;
    this.#take({row, fields, ...(fault !== undefined && {fault})});
  }

  #error(why: string): IngestError {
    return new IngestError(`${this.#what}: ${why}`);
  }
}

/** It says so in words beside a number; or all its numbers add up what is above. */
function isTotals({cells}: SheetRow): boolean {
  const all = [...cells.values()];
  const numbers = all.filter(({isNumber, isSum}) => isNumber || isSum);
  if (numbers.length === 0) return false;
  return all.some(({text, isNumber}) => !isNumber && TOTALS.test(text)) || numbers.every(({isSum}) => isSum);
}
