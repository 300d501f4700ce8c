/** Names of columns that stand in several rows, and what the rows at the top of a table look like. */

/**
 * Names from header rows, one above the other: what stands in a column is joined with " / ". In all rows but the last a
 * blank cell above a name goes on with the one to its left, as merged cells are exported, unless that one has nothing
 * below it and so is the name of its own column.
 * @param blanks whether they go on so; not where it is known which cells are merged
 */
export function joinHeaderRows(
  rows: readonly (readonly string[])[],
  blanks: 'go on' | 'are blank' = 'go on',
): string[] {
  const width = Math.max(...rows.map(row => row.length));
  const names: string[][] = Array.from({length: width}, () => []);
  for (const [depth, row] of rows.entries()) {
    const below = rows.slice(depth + 1);
    let merged = '';
    for (let column = 0; column < width; column++) {
      const cell = (row[column] ?? '').trim();
      const goesOn = below.some(other => (other[column] ?? '').trim() !== '');
      if (cell !== '') merged = goesOn ? cell : '';
      const name = cell !== '' || !goesOn || blanks === 'are blank' ? cell : merged;
      if (name !== '') names[column].push(name);
    }
  }
  return names.map(pieces => pieces.join(' / '));
}

const NUMBER = /^[-+]?\d+(?:[.,]\d+)*(?:[eE][-+]?\d+)?$/;
const UNIT =
  /^(?:[[(<].{0,20}[\])>]|%|‰|ppm|ppb|[°º][CFK]?|[nµμumkcd]?m[²³23]?|in|inch|[µμmk]?g|[mk]?N(?:[·*.]?m)?|[kMmG]?Pa|m?bar|psi|[mµμkM]?[VAWΩ]|[kM]?Ohm|[nµμm]?s|sec|min|h|[kMG]?Hz|rpm|1\/min|U\/min|[mµμ]?[lL]|l\/min|K|°|dB|J|kWh|Stk\.?|pcs\.?)$/;

const isBlank = (cell: string | undefined): boolean => (cell ?? '').trim() === '';
const isNumber = (cell: string | undefined): boolean => NUMBER.test((cell ?? '').trim());

/**
 * Whether what is taken for the header goes on in the next row: with the units of columns of numbers, or because
 * it leaves cells blank (groups of merged cells) that the next row names.
 * @returns why it looks so, as the end of a sentence
 */
export function secondHeaderRow(
  header: readonly string[],
  second: readonly string[] | undefined,
  below: readonly (readonly string[])[],
): string | undefined {
  if (!second || second.length !== header.length || second.some(isNumber)) return undefined;
  // One letter is a unit only where there are numbers: it may be a product, above a row that has none.
  const isOfNumbers = (cell: string, i: number) =>
    below.some(row => isNumber(row[i]) || cell.trim().length > 1) &&
    below.every(row => isBlank(row[i]) || isNumber(row[i]));
  const unit = second.find((cell, i) => UNIT.test(cell.trim()) && isOfNumbers(cell, i));
  if (unit !== undefined) return `it has units ("${unit.trim()}") above columns of numbers`;
  const names = joinHeaderRows([header, second]);
  const namesAll = names.every(name => name !== '') && new Set(names).size === names.length;
  return header.some(isBlank) && namesAll ? 'it names the columns that the first row leaves blank' : undefined;
}

/**
 * How many rows before the header look like a title: rows of fewer cells than nearly all that follow, where the first
 * of these names all its columns.
 */
export function titleRows(rows: readonly (readonly string[])[]): number {
  const widths = new Map<number, number>();
  for (const {length} of rows) widths.set(length, (widths.get(length) ?? 0) + 1);
  const [usual, times] = [...widths].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0]);
  const first = rows.findIndex(row => row.length === usual);
  if (first <= 0 || usual < 2 || times < 0.8 * (rows.length - first)) return 0;
  const header = rows[first];
  const isHeader = header.every(cell => !isBlank(cell) && !isNumber(cell)) && new Set(header).size === usual;
  return isHeader && rows.slice(0, first).every(row => row.length < usual) ? first : 0;
}

/** @returns what is said of rows among the records that are the header again */
export function headerAgain(place: 'line' | 'row', again: readonly number[]): string | undefined {
  if (again.length === 0) return undefined;
  return again.length === 1
    ? `${place} ${again[0]} is the header again: no record`
    : `${again.length} ${place}s are the header again, the first of them ${place} ${again[0]}: no records`;
}
