import {IngestError} from '../error.ts';
import type {XlsxArchive} from './xlsx-archive.ts';
import {type NumberKind, plainDigits, serialToDuration, serialToIso} from './xlsx-numbers.ts';
import {RichText, unescaped, type Workbook} from './xlsx-workbook.ts';
import {readXml} from './xml-events.ts';

interface Cell {
  text: string;
  /** Why the cell has no value that can be relied on. */
  fault?: string;
  isNumber: boolean;
  /** It adds up the cells above it. */
  isSum: boolean;
  /** What Excel shows behind the number. */
  shown?: string;
}

export interface SheetRow {
  row: number;
  hidden: boolean;
  /** By column, 0 = A; cells without anything in them are left out. */
  cells: Map<number, Cell>;
}

/** First and last row (1 = first) and column (0 = A). */
export interface Merge {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

const COLUMNS_MAX = 16_384;
const ROWS_MAX = 1_048_576;
const MERGES_MAX = 100_000;
const SUMS =
  /^\s*(?:SUM|SUBTOTAL|AVERAGE|AGGREGATE)\((?:\s*\d+\s*,)*\s*\$?([A-Z]{1,3})\$?(\d+):\$?([A-Z]{1,3})\$?(\d+)\s*\)\s*$/i;

/** Goes through the rows of a sheet that have something in them. */
export async function readSheet(
  path: string,
  archive: XlsxArchive,
  {part, name}: {part: string; name: string},
  workbook: Workbook,
  take: (row: SheetRow) => void,
): Promise<void> {
  const what = `${path}: the sheet "${name}"`;
  const text = new RichText();
  let row: SheetRow = {row: 0, hidden: false, cells: new Map()};
  let column = -1;
  let cell: {type: string; style: number; value?: string; formula?: string} = {type: 'n', style: 0};
  let inside: 'v' | 'f' | undefined;
  await readXml(what, archive.read(part), {
    open: (element, {r, t = 'n', s = '0', hidden}) => {
      text.open(element);
      if (element === 'row') {
        const number = r === undefined ? row.row + 1 : Number(r);
        if (!(number > row.row && number <= ROWS_MAX))
          throw new IngestError(`${what} is damaged: the row ${r ?? number} comes after the row ${row.row}`);
        row = {row: number, hidden: /^(1|true)$/.test(hidden ?? ''), cells: new Map()};
        column = -1;
      } else if (element === 'c') {
        column = r === undefined ? column + 1 : columnOf(r);
        if (!(column >= 0 && column < COLUMNS_MAX))
          throw new IngestError(`${what} is damaged: there is no cell "${r}"`);
        if (row.cells.has(column)) throw new IngestError(`${what} is damaged: it has the cell "${r}" twice`);
        cell = {type: t, style: Number(s)};
      } else if (element === 'v' || element === 'f') {
        inside = element;
        cell[element === 'v' ? 'value' : 'formula'] = '';
      }
    },
    text: piece => {
      if (inside === 'v') cell.value += piece;
      else if (inside === 'f') cell.formula += piece;
      else text.add(piece);
    },
    close: element => {
      text.close(element);
      if (element === 'v' || element === 'f') inside = undefined;
      else if (element === 'is') cell.value = text.take();
      else if (element === 'c') {
        const made = cellOf(cell, workbook, row.row, column);
        if (made && (made.text !== '' || made.fault !== undefined)) row.cells.set(column, made);
      } else if (element === 'row' && row.cells.size > 0) take(row);
    },
  });
}

function cellOf(
  {type, style, value, formula}: {type: string; style: number; value?: string; formula?: string},
  {kinds, shared, from1904}: Workbook,
  row: number,
  column: number,
): Cell | undefined {
  const isSum = formula !== undefined && sumsAbove(formula, row, column);
  const words = (text: string, fault?: string): Cell => ({text, isNumber: false, isSum, ...(fault && {fault})});
  if (value === undefined)
    return formula === undefined
      ? undefined
      : words('', 'holds a formula whose result is not stored: open the workbook in Excel and save it');
  // An empty one would be the number 0, and so the first of the shared texts.
  if (value.trim() === '' && type !== 'str' && type !== 'inlineStr') return undefined;
  if (type === 's') {
    const text = shared[Number(value)];
    return text === undefined ? words(value, 'refers to a text that the workbook does not have') : words(text);
  }
  if (type === 'str' || type === 'inlineStr') return words(type === 'str' ? unescaped(value) : value);
  if (type === 'b') return words(value === '1' ? 'true' : 'false');
  if (type === 'e') return words(value, `holds the error ${value}`);
  if (type === 'd') return words(value);
  const kind = kinds[style] ?? (style === 0 ? {kind: 'number'} : undefined);
  if (!kind) return words(value, 'refers to a format that the workbook does not have: it may be a date');
  return {...numberOf(value.trim(), kind, from1904), isNumber: true, isSum};
}

/** Whether a formula adds up cells of its own column above it: over columns, it is a value of its own row. */
function sumsAbove(formula: string, row: number, column: number): boolean {
  const [, left, top, right, bottom] = SUMS.exec(formula)?.map(piece => piece.toUpperCase()) ?? [];
  const isOwn = left !== undefined && left === right && columnOf(left) === column;
  return isOwn && Number(top) < Number(bottom) && Number(bottom) < row;
}

function numberOf(value: string, kind: NumberKind, from1904: boolean): Pick<Cell, 'text' | 'fault' | 'shown'> {
  const digits = plainDigits(value);
  if (digits === undefined) return {text: value, fault: `holds no number: "${value.slice(0, 40)}"`};
  if (kind.kind === 'number') return {text: digits, ...(kind.shown !== undefined && {shown: kind.shown})};
  if (kind.kind === 'padded') return {text: /^\d+$/.test(digits) ? digits.padStart(kind.digits, '0') : digits};
  if (kind.kind === 'duration') return {text: serialToDuration(Number(value))};
  const iso = serialToIso(Number(value), from1904, kind);
  return iso === undefined ? {text: value, fault: `is shown as a date, and ${value} is none`} : {text: iso};
}

/** The merged cells of a sheet stand behind its rows, so they are looked for beforehand; nothing is parsed for it. */
export async function mergesOf(archive: XlsxArchive, part: string): Promise<Merge[]> {
  const merges: Merge[] = [];
  let kept = '';
  for await (const piece of archive.read(part)) {
    const text = kept + piece.toString('latin1');
    for (const [, from, to] of text.matchAll(/<(?:\w+:)?mergeCell\s[^<>]*?ref="([A-Z]+\d+):([A-Z]+\d+)"/g)) {
      merges.push({top: rowOf(from), left: columnOf(from), bottom: rowOf(to), right: columnOf(to)});
      if (merges.length >= MERGES_MAX) return merges;
    }
    const open = text.lastIndexOf('<');
    // A tag that is cut in two by the edge of a piece is looked at with the next one.
    kept = open >= 0 && text.length - open < 200 && !text.includes('>', open) ? text.slice(open) : '';
  }
  return merges;
}

const rowOf = (reference: string): number => Number(reference.replace(/^[A-Z]+/, ''));

function columnOf(reference: string): number {
  let column = 0;
  for (const letter of /^[A-Z]{0,4}/.exec(reference)![0]) column = column * 26 + letter.charCodeAt(0) - 64;
  return column - 1;
}

/** 0 = A, 26 = AA. */
export function columnName(column: number): string {
  let name = '';
  for (let n = column + 1; n > 0; n = Math.floor((n - 1) / 26)) name = String.fromCharCode(65 + ((n - 1) % 26)) + name;
  return name;
}
