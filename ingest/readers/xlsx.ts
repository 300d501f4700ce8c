import {open} from 'node:fs/promises';
import {CANONICAL} from '../../warehouse/canonical.ts';
import type {TablePlan} from '../../warehouse/load-plan.ts';
import {IngestError} from '../error.ts';
import {planPlainTable} from '../plain-table.ts';
import {didYouMean} from '../suggest.ts';
import {twinsIn} from './csv-head.ts';
import {MadeTable} from './made-table.ts';
import type {Layout, Reader, Reading, ReadOptions} from './reader.ts';
import {SheetTable, type TableRecord} from './sheet-table.ts';
import {XlsxArchive} from './xlsx-archive.ts';
import {mergesOf, readSheet} from './xlsx-sheet.ts';
import {readWorkbook, type Workbook} from './xlsx-workbook.ts';

const OLE = Buffer.from([0xd0, 0xcf, 0x11, 0xe0]);
/** A ZIP archive, an empty one, or the container of old workbooks. */
const STARTS = [Buffer.from('PK\x03\x04'), Buffer.from('PK\x05\x06'), OLE];
type Sheet = Workbook['sheets'][number];

/**
 * Excel workbooks (Office Open XML).
 * @see ECMA-376 Part 1, SpreadsheetML
 */
export const xlsx: Reader = {
  format: 'xlsx',
  name: 'an Excel workbook (XLSX)',
  extensions: ['.xlsx', '.xlsm'],
  layout: ['skipLines', 'headerRows', 'totals'],
  recognises: head => STARTS.some(start => head.subarray(0, 4).equals(start)),
  read: readXlsx,
};

/** @throws IngestError if the workbook cannot be relied on as a whole, or it is not said which of its sheets is meant */
async function readXlsx(path: string, options: ReadOptions): Promise<Reading> {
  await refuseOle(path);
  const archive = await XlsxArchive.open(path);
  try {
    const workbook = await readWorkbook(path, archive);
    const {sheets, notices} = await chosen(path, archive, workbook, options);
    return sheets.length === 1
      ? await oneTable(path, archive, workbook, sheets[0], notices, options)
      : await tableASheet(path, archive, workbook, sheets, notices, options);
  } finally {
    archive.close();
  }
}

async function oneTable(
  path: string,
  archive: XlsxArchive,
  workbook: Workbook,
  sheet: Sheet,
  notices: string[],
  {into, ...layout}: ReadOptions,
): Promise<Reading> {
  const made = new MadeTable(path, into);
  try {
    const said = await readTable(path, archive, workbook, sheet, made, layout);
    return made.reading([...notices, ...said.notices]);
  } finally {
    made.close();
  }
}

/** A workbook whose sheets bear the names of canonical tables: each is that table. */
async function tableASheet(
  path: string,
  archive: XlsxArchive,
  workbook: Workbook,
  sheets: readonly Sheet[],
  notices: string[],
  {into}: ReadOptions,
): Promise<Reading> {
  const made = new MadeTable(path, into, ['$sheet']);
  const tables: TablePlan[] = [];
  try {
    for (const sheet of sheets) {
      const {columns, notices: said} = await readTable(
        path,
        archive,
        workbook,
        sheet,
        made,
        {},
        {
          $sheet: sheet.name,
        },
      );
      const plan = planPlainTable(`${path}: sheet "${sheet.name}"`, columns, {table: tableOf(sheet)});
      tables.push({...plan, only: [{column: '$sheet', values: [sheet.name]}]});
      notices.push(...said);
    }
    return {...made.reading(notices), tables};
  } finally {
    made.close();
  }
}

/** Reads the table of a sheet. @returns its columns, and what is worth saying */
async function readTable(
  path: string,
  archive: XlsxArchive,
  workbook: Workbook,
  sheet: Sheet,
  into: MadeTable,
  layout: Layout,
  also: Record<string, string> = {},
): Promise<{columns: string[]; notices: string[]}> {
  const what = `${path}: sheet "${sheet.name}"`;
  const merges = await mergesOf(archive, sheet.part);
  let learnt = false;
  let columns: string[] = [];
  const learn = (): void => {
    if (learnt) return;
    learnt = true;
    columns = [...table.columns.values()];
    const twins = twinsIn(columns);
    if (twins) throw new IngestError(`${what}: the header ${twins}: rename one of them`);
    into.addColumns(columns);
  };
  const table = new SheetTable(what, merges, layout, ({row, fields, fault}: TableRecord) => {
    learn();
    if (fault === undefined) into.put(row, {...fields, ...also});
    else into.refuse(row, fault, JSON.stringify(fields));
  });
  await readSheet(path, archive, sheet, workbook, row => table.row(row));
  table.end();
  learn();
  if (columns.length === 0) throw new IngestError(`${what} is empty: name another sheet, or export it again`);
  const headerEnds = table.headerRows.at(-1) ?? 0;
  return {columns, notices: noticesOf(sheet, table, merges.filter(({top}) => top > headerEnds).length)};
}

function noticesOf({name, hidden}: Sheet, table: SheetTable, merged: number): string[] {
  const of = `sheet "${name}"`;
  const said: string[] = [];
  if (hidden) said.push(`${of} is hidden in Excel`);
  if (table.titles.length > 0) said.push(`${of}: titles above the header are not taken: ${table.titles.join('; ')}`);
  if (table.headerRows.length > 1)
    said.push(`${of}: rows ${table.headerRows.join(' and ')} are read as one header, their names joined by " / "`);
  said.push(...table.leftOut().map(sentence => `${of}: ${sentence}`));
  if (table.hiddenRows > 0)
    said.push(`${of}: ${several(table.hiddenRows, 'row')} hidden in Excel; taken as the others`);
  if (merged > 0)
    said.push(
      `${of}: ${several(merged, 'group of cells', 'groups of cells')} merged among the records: only the first cell has a value`,
    );
  for (const [column, {shown, cells}] of table.shown)
    said.push(
      shown === '%'
        ? `${of}: column "${column}" is shown in percent (${cells} cell${cells === 1 ? '' : 's'}); taken is what is stored: 0.95 for 95 %`
        : `${of}: column "${column}" is shown with "${shown}" (${cells} cell${cells === 1 ? '' : 's'}), which is not taken`,
    );
  return said;
}

const several = (n: number, one: string, more = `${one}s`): string => (n === 1 ? `1 ${one} is` : `${n} ${more} are`);

const tableOf = ({name}: Sheet): string => name.trim().toLowerCase();

/** One sheet that is named or the only one with a table; or all, if each is named as a canonical table. */
async function chosen(
  path: string,
  archive: XlsxArchive,
  workbook: Workbook,
  {sheet, told}: ReadOptions,
): Promise<{sheets: Sheet[]; notices: string[]}> {
  const names = workbook.sheets.map(({name}) => `"${name}"`).join(', ');
  if (sheet !== undefined) {
    const named = workbook.sheets.find(({name}) => name === sheet);
    if (named) return {sheets: [named], notices: leftOut(workbook.sheets.filter(one => one !== named))};
    const near = didYouMean(
      sheet,
      workbook.sheets.map(({name}) => name),
    );
    throw new IngestError(`${path}: has no sheet "${sheet}"${near}: its sheets are ${names}`);
  }
  const filled: Sheet[] = [];
  for (const one of workbook.sheets) if (await holdsTable(path, archive, one, workbook)) filled.push(one);
  const visible = filled.filter(({hidden}) => !hidden);
  const notices = leftOut(filled.filter(({hidden}) => hidden));
  if (visible.length === 1) return {sheets: visible, notices};
  if (visible.length === 0) {
    const why = filled.length > 0 ? 'holds tables only on hidden sheets: name one with --sheet' : 'holds no table';
    throw new IngestError(`${path}: ${why}${names === '' ? '' : `; its sheets are ${names}`}`);
  }
  if (told === undefined && visible.every(one => Object.hasOwn(CANONICAL, tableOf(one))))
    return {sheets: visible, notices};
  throw new IngestError(
    `${path}: has tables on the sheets ${visible.map(({name}) => `"${name}"`).join(', ')}: say which with --sheet, or ` +
      '"sheet" in a mapping; without either, all are read if each is named as a canonical table',
  );
}

function leftOut(sheets: readonly Sheet[]): string[] {
  return sheets.map(({name, hidden}) => `sheet "${name}"${hidden ? ', which is hidden,' : ''} is not taken`);
}

/** A table has two rows. */
async function holdsTable(path: string, archive: XlsxArchive, sheet: Sheet, workbook: Workbook): Promise<boolean> {
  let rows = 0;
  const enough = new Error('enough');
  try {
    await readSheet(path, archive, sheet, workbook, () => {
      rows++;
      if (rows > 1) throw enough;
    });
  } catch (error) {
    if (error !== enough) throw error;
  }
  return rows > 1;
}

/** The container of old workbooks, and of those with a password. */
async function refuseOle(path: string): Promise<void> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(512);
    await file.read(head, 0, 512, 0);
    if (!head.subarray(0, 4).equals(OLE)) return;
    // The names in the container stand in its directory, whose first sector the header tells.
    const directory = Buffer.alloc(4096);
    const sectorBytes = 2 ** Math.min(head.readUInt16LE(30), 12);
    await file.read(directory, 0, 4096, (head.readUInt32LE(48) + 1) * sectorBytes);
    const encrypted = directory.includes(Buffer.from('EncryptedPackage', 'utf16le'));
    throw new IngestError(
      encrypted
        ? `${path}: is a workbook with a password: save it without one`
        : `${path}: is an old Excel workbook (.xls): save it as .xlsx, or the sheet as CSV UTF-8`,
    );
  } finally {
    await file.close();
  }
}
