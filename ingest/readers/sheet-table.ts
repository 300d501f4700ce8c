import {IngestError} from '../error.ts';
import {headerAgain, joinHeaderRows, secondHeaderRow, titleRows} from './header-rows.ts';
import type {Layout} from './reader.ts';
import {TotalsFilter} from './totals.ts';
import {columnName, type Merge, type SheetRow} from './xlsx-sheet.ts';

const SAMPLE_ROWS = 30;
const HEADER_ROWS_MAX = 5;

export interface TableRecord {
  row: number;
  fields: Record<string, string>;
  fault?: string;
}

interface JudgedRow extends SheetRow {
  line: number;
  fields: string[];
  isSum: boolean;
}

/**
 * Finds the table in the rows of a sheet: titles above it, one header row or several whose merged cells make joined names,
 * its records, and totals among them. What the mapping says of its header goes before what it looks like.
 */
export class SheetTable {
  /** By column of the sheet; known once the header was found. */
  columns = new Map<number, string>();
  readonly titles: string[] = [];
  /** By column name: what Excel shows behind its numbers, and of how many. */
  readonly shown = new Map<string, {shown: string; cells: number}>();
  headerRows: number[] = [];
  hiddenRows = 0;
  readonly #what: string;
  readonly #merges: readonly Merge[];
  readonly #said: Layout;
  readonly #take: (record: TableRecord) => void;
  readonly #totals: TotalsFilter<JudgedRow>;
  #sample: SheetRow[] | undefined = [];
  #lastHeader: string[] = [];
  #headersAgain: number[] = [];

  /** @param said the layout, as far as the mapping says it */
  constructor(what: string, merges: readonly Merge[], said: Layout, take: (record: TableRecord) => void) {
    this.#what = what;
    this.#merges = merges;
    this.#said = said;
    this.#take = take;
    this.#totals = new TotalsFilter(
      {totals: said.totals, decimal: said.decimal, columns: () => [...this.columns.values()], place: 'row'},
      row => this.#give(row),
      (row, fault) => this.#give(row, fault),
    );
  }

  row(row: SheetRow): void {
    if (row.row <= (this.#said.skipLines ?? 0)) return;
    this.#sample?.push(row);
    if (!this.#sample) this.#record(row);
    else if (this.#sample.length >= SAMPLE_ROWS) this.#begin();
  }

  end(): void {
    if (this.#sample) this.#begin();
    this.#totals.end();
  }

  /** What there is to say of rows that were left out among the records. */
  leftOut(): string[] {
    return [headerAgain('row', this.#headersAgain), this.#totals.notice()].filter(said => said !== undefined);
  }

  #begin(): void {
    const rows = this.#sample!;
    this.#sample = undefined;
    if (rows.length === 0) return;
    const {skipLines, headerRows} = this.#said;
    const at = skipLines === undefined && headerRows === undefined ? this.#titles(rows) : 0;
    const below = rows.slice(at);
    const count = headerRows ?? this.#headerRows(below);
    if (below.length < count)
      throw this.#error(
        `has ${below.length} row${below.length === 1 ? '' : 's'}, but its header has ${count} by the mapping`,
      );
    this.#header(below.slice(0, count));
    for (const row of below.slice(count)) this.#record(row);
  }

  /** A title stands alone over a table that is wider; a group of columns would not begin with the first one. */
  #titles(rows: readonly SheetRow[]): number {
    const first = Math.min(...rows.flatMap(({cells}) => [...cells.keys()]));
    const widest = Math.max(...rows.map(({cells}) => cells.size));
    let at = 0;
    while (widest > 1 && at < rows.length - 1 && rows[at].cells.size === 1 && rows[at].cells.has(first)) {
      const [{text}] = rows[at].cells.values();
      this.titles.push(`row ${rows[at].row} ("${text.slice(0, 80)}")`);
      at++;
    }
    return at;
  }

  /** How many rows the header has: merged cells say it, and what only looks like more is told and not guessed. */
  #headerRows(rows: readonly SheetRow[]): number {
    const top = rows[0].row;
    let bottom = top;
    for (const merge of this.#headerMerges(top))
      if (merge.top <= bottom) bottom = Math.max(bottom, merge.right > merge.left ? merge.bottom + 1 : merge.bottom);
    const merged = rows.filter(({row}) => row <= bottom);
    const withNumbers = merged.slice(1).find(({cells}) => [...cells.values()].some(({isNumber}) => isNumber));
    if (withNumbers)
      throw this.#error(
        `row ${withNumbers.row} belongs to the header by the cells that are merged above it, but it has numbers: say ` +
          `"headerRows": ${merged.length} in a mapping${this.#besideTitles(top)}, or "headerRows": 1 if it is a record`,
      );
    if (merged.length === 1) this.#refuseOtherLayouts(rows);
    return merged.length;
  }

  #refuseOtherLayouts(rows: readonly SheetRow[]): void {
    const columns = [...new Set(rows.flatMap(({cells}) => [...cells.keys()]))].sort((a, b) => a - b);
    const texts = rows.map(({cells}) => columns.map(column => cells.get(column)?.text ?? ''));
    const widths = texts.map(row => row.slice(0, row.findLastIndex(text => text !== '') + 1));
    const titles = titleRows(widths);
    if (titles > 0)
      throw this.#error(
        `the header seems to be in row ${rows[titles].row} ("${widths[titles].slice(0, 3).join('", "')}"), behind other ` +
          `rows: say "skipLines": ${rows[titles].row - 1} in a mapping, or "headerRows": 1${this.#besideTitles(rows[0].row)} ` +
          `if row ${rows[0].row} is the header`,
      );
    const second = secondHeaderRow(texts[0], texts[1], texts.slice(2));
    if (second)
      throw this.#error(
        `row ${rows[1].row} looks like a second row of the header, as ${second}: say "headerRows": 2 in a mapping` +
          `${this.#besideTitles(rows[0].row)}, or "headerRows": 1 if it is a record`,
      );
  }

  /** Who says how many rows the header has says as well where it begins. */
  #besideTitles(top: number): string {
    return this.titles.length > 0 ? ` beside "skipLines": ${top - 1}` : '';
  }

  #headerMerges(top: number): Merge[] {
    return this.#merges
      .filter(merge => merge.top >= top && merge.bottom < top + HEADER_ROWS_MAX)
      .sort((a, b) => a.top - b.top);
  }

  #header(rows: readonly SheetRow[]): void {
    this.headerRows = rows.map(({row}) => row);
    const [top, last] = [this.headerRows[0], this.headerRows.at(-1)!];
    // In its last row, a cell that is merged over several columns names the first of them.
    const merges = this.#headerMerges(top).filter(merge => merge.top < last);
    const spanned = merges.flatMap(({left, right}) => Array.from({length: right - left + 1}, (_, i) => left + i));
    const columns = [...new Set([...rows.flatMap(({cells}) => [...cells.keys()]), ...spanned])].sort((a, b) => a - b);
    const texts = rows.map(({row, cells}) =>
      columns.map(column => {
        const merge = merges.find(m => m.top === row && m.left <= column && column <= m.right);
        const cell = cells.get(merge?.left ?? column);
        if (cell?.fault !== undefined) throw this.#error(`the header in column ${columnName(column)} ${cell.fault}`);
        return cell?.text.trim() ?? '';
      }),
    );
    const names = joinHeaderRows(texts, merges.length > 0 ? 'are blank' : 'go on');
    for (const [i, name] of names.entries()) if (name !== '') this.columns.set(columns[i], name);
    this.#lastHeader = [...this.columns.keys()].map(column => texts.at(-1)![columns.indexOf(column)]);
  }

  #record(row: SheetRow): void {
    const cells = [...row.cells.values()];
    const numbers = cells.filter(({isNumber, isSum}) => isNumber || isSum);
    const isSum = numbers.length > 0 && numbers.every(cell => cell.isSum);
    const fields = [...this.columns.keys()].map(column => row.cells.get(column)?.text ?? '');
    if (fields.length > 0 && fields.every((field, i) => field === this.#lastHeader[i]))
      this.#headersAgain.push(row.row);
    else this.#totals.put({...row, line: row.row, fields: fields.length > 0 ? fields : [''], isSum});
  }

  #give({row, hidden, cells}: SheetRow, refused?: string): void {
    const fields: Record<string, string> = {};
    let fault = refused;
    for (const [column, cell] of cells) {
      const name = this.columns.get(column);
      const address = `${columnName(column)}${row}`;
      if (name === undefined)
        throw this.#error(
          `cell ${address} stands in a column without a name: name it in row ${this.headerRows.at(-1)}, or clear it; or say ` +
            'in a mapping where the header is ("skipLines", "headerRows")',
        );
      fields[name] = cell.text;
      if (cell.fault !== undefined) fault ??= `cell ${address} (${name}) ${cell.fault}`;
      if (cell.shown !== undefined && refused === undefined)
        this.shown.set(name, {shown: cell.shown, cells: (this.shown.get(name)?.cells ?? 0) + 1});
    }
    if (hidden) this.hiddenRows++;
    this.#take({row, fields, ...(fault !== undefined && {fault})});
  }

  #error(why: string): IngestError {
    return new IngestError(`${this.#what}: ${why}`);
  }
}
