/** What the first records of a delimited file say: its delimiter, where its header is and how its columns are called. */
import {open} from 'node:fs/promises';
import {extname} from 'node:path';
import {IngestError} from '../error.ts';
import {CsvRecords} from './csv-records.ts';
import {decoderOf, type Encoding} from './encodings.ts';
import {joinHeaderRows, secondHeaderRow, titleRows} from './header-rows.ts';
import type {Layout} from './reader.ts';

const HEAD_BYTES = 1 << 20;
const SAMPLE_RECORDS = 100;
const SEPARATOR_LINE = /^\ufeff?"?sep=([^\r\n])"?\r?$/i;

/** How the text of a file is laid out. */
export interface CsvHead {
  delimiter: string;
  columns: string[];
  /** Lines before the header: titles, and one that names the delimiter. */
  linesBefore: number;
  /** 0 = its columns were named by whoever sent it. */
  headerRows: number;
  /** Where the last row of the header starts (1 = first line); 0 = there is none. */
  headerLine: number;
  /** The header's last row, and as it stands in the file. */
  header: string[];
  headerText: string;
  /** Whether a line of its own names the delimiter. */
  saysDelimiter: boolean;
}

/** @throws IngestError if there is no header that can be relied on */
export async function readHead(path: string, encoding: Encoding, layout: Layout): Promise<CsvHead> {
  const {text: whole, isAll} = await firstText(path, encoding);
  const skipped = linesFrom(whole, layout.skipLines ?? 0, path);
  const separator = SEPARATOR_LINE.exec(skipped.split('\n', 1)[0])?.[1];
  const text = separator === undefined ? skipped : skipped.slice(skipped.indexOf('\n') + 1);
  const linesBefore = (layout.skipLines ?? 0) + (separator === undefined ? 0 : 1);
  if (!isAll && !text.includes('\n'))
    throw new IngestError(`${path}: line ${linesBefore + 1} goes on for more than 1 MB, so it is no header`);
  const delimiter = separator ?? findDelimiter(text, path);
  const found = {delimiter, linesBefore, saysDelimiter: separator !== undefined};
  if (layout.names) return {...found, ...withoutHeader(text, found, path, layout.names)};
  return {...found, ...readHeader(text, found, path, layout)};
}

async function firstText(path: string, encoding: Encoding): Promise<{text: string; isAll: boolean}> {
  const file = await open(path);
  try {
    const {bytesRead, buffer} = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    // A decoder drops the byte order mark; whether all of it is text is checked over the whole file.
    const text = decoderOf(encoding).decode(buffer.subarray(0, bytesRead));
    if (text.includes('\r') && !text.includes('\n'))
      throw new IngestError(`${path}: lines end in a bare CR (old Macintosh): save it with the line ending LF or CRLF`);
    const isAll = bytesRead < HEAD_BYTES;
    return {text: isAll ? text : text.slice(0, text.lastIndexOf('\n') + 1 || undefined), isAll};
  } finally {
    await file.close();
  }
}

function linesFrom(text: string, lines: number, path: string): string {
  let start = 0;
  for (let line = 0; line < lines; line++) {
    const end = text.indexOf('\n', start);
    if (end < 0)
      throw new IngestError(`${path}: has ${line} whole lines, so "skipLines": ${lines} leaves nothing of it`);
    start = end + 1;
  }
  return text.slice(start);
}

/** Records of the head of the file, at most `SAMPLE_RECORDS`. */
function sample(text: string, delimiter: string): {fields: string[]; line: number}[] {
  const records: {fields: string[]; line: number}[] = [];
  const parser = new CsvRecords(delimiter, record => records.push(record));
  for (let start = 0; start < text.length && records.length < SAMPLE_RECORDS; ) {
    const end = text.indexOf('\n', start) + 1 || text.length;
    parser.feed(text.slice(start, end));
    start = end;
  }
  parser.end();
  return records;
}

/**
 * The sign that cuts most records into as many fields as the first; of equals, the one that makes more fields. Where none
 * cuts the first record (it may be a title), the one that cuts most of the others alike.
 */
function findDelimiter(text: string, path: string): string {
  const preferred = extname(path).toLowerCase() === '.tsv' ? '\t' : ',';
  const delimiters = [preferred, ...[',', ';', '\t', '|'].filter(d => d !== preferred)];
  const tried = delimiters.map(delimiter => ({delimiter, widths: sample(text, delimiter).map(r => r.fields.length)}));
  const best = (candidates: {delimiter: string; agreement: number; fields: number}[]) =>
    candidates.reduce<(typeof candidates)[number] | undefined>(
      (so, one) =>
        !so || one.agreement > so.agreement || (one.agreement === so.agreement && one.fields > so.fields) ? one : so,
      undefined,
    )?.delimiter;
  const agreement = (widths: number[], fields: number) => widths.filter(w => w === fields).length / widths.length;
  const byFirst = tried
    .filter(({widths}) => widths[0] > 1)
    .map(({delimiter, widths}) => ({delimiter, fields: widths[0], agreement: agreement(widths, widths[0])}));
  const byOthers = tried.flatMap(({delimiter, widths}) => {
    const fields = Math.max(1, ...widths.filter(width => agreement(widths, width) > 0.5));
    return fields > 1 ? [{delimiter, fields, agreement: agreement(widths, fields)}] : [];
  });
  return best(byFirst) ?? best(byOthers) ?? preferred;
}

type Header = Pick<CsvHead, 'columns' | 'headerRows' | 'headerLine' | 'header' | 'headerText'>;
type Found = Pick<CsvHead, 'delimiter' | 'linesBefore'>;

function readHeader(text: string, {delimiter, linesBefore}: Found, path: string, layout: Layout): Header {
  const records = sample(text, delimiter);
  const headerRows = layout.headerRows ?? 1;
  if (records.length < headerRows) {
    throw new IngestError(
      records.length === 0 && text.startsWith('"')
        ? `${path}: the quote that opens on line ${linesBefore + 1} never closes, so the header cannot be read: export the file again`
        : records.length === 0
          ? `${path}: is empty: export it again with its header row`
          : `${path}: has ${records.length} row${records.length === 1 ? '' : 's'}, but its header has ${headerRows} by the mapping`,
    );
  }
  const rows = records.map(record => record.fields);
  if (layout.headerRows === undefined) refuseOtherLayouts(rows, records, linesBefore, path, layout);
  const last = records[headerRows - 1];
  const columns = headerRows === 1 ? rows[0] : joinHeaderRows(rows.slice(0, headerRows));
  const nameless = columns.findIndex(name => name.trim() === '');
  if (nameless >= 0)
    throw new IngestError(
      `${path}: column ${nameless + 1} of the header has no name: give it one or remove the column`,
    );
  const twins = twinsIn(columns);
  if (twins) throw new IngestError(`${path}: the header ${twins}: rename one of them`);
  const headerText = text
    .split('\n', (records[headerRows]?.line ?? last.line + 1) - 1)
    .slice(last.line - 1)
    .join('\n')
    .trim();
  return {columns, headerRows, headerLine: linesBefore + last.line, header: last.fields, headerText};
}

/** Titles before the header and headers of two rows are never guessed: what they look like is told, and how to say it. */
function refuseOtherLayouts(
  rows: readonly string[][],
  records: readonly {line: number}[],
  linesBefore: number,
  path: string,
  {skipLines}: Layout,
): void {
  const titles = titleRows(rows);
  if (titles > 0) {
    const lines = linesBefore + records[titles].line - 1;
    throw new IngestError(
      `${path}: the header seems to be on line ${lines + 1} ("${rows[titles].slice(0, 3).join('", "')}"${rows[titles].length > 3 ? ', ...' : ''}), ` +
        `behind other lines: say "skipLines": ${lines} in a mapping, or "headerRows": 1 if line ${linesBefore + records[0].line} is the header`,
    );
  }
  const second = secondHeaderRow(rows[0], rows[1], rows.slice(2));
  if (second)
    throw new IngestError(
      `${path}: line ${linesBefore + records[1].line} looks like a second row of the header, as ${second}: say "headerRows": 2 ` +
        `in a mapping${skipLines === undefined ? '' : ` beside "skipLines": ${skipLines}`}, or "headerRows": 1 if it is a record`,
    );
}

/** The names are given, and the first record must be one of so many fields that is not these names. */
function withoutHeader(text: string, {delimiter, linesBefore}: Found, path: string, names: readonly string[]): Header {
  const [first] = sample(text, delimiter);
  if (!first) throw new IngestError(`${path}: has no record that can be read: export it again`);
  const {fields} = first;
  const line = linesBefore + first.line;
  if (fields.length !== names.length)
    throw new IngestError(
      `${path}: line ${line} has ${fields.length} fields, but "columns" of the mapping names ` +
        `${names.length}: name each column once, in the file's order`,
    );
  if (fields.every((field, i) => field.trim().toLowerCase() === names[i].trim().toLowerCase()))
    throw new IngestError(
      `${path}: line ${line} is a header with the names that the mapping gives: leave "columns" out of the mapping`,
    );
  return {columns: [...names], headerRows: 0, headerLine: 0, header: [], headerText: ''};
}

/** @returns what is wrong with names that are not told apart, as the end of a sentence */
export function twinsIn(names: readonly string[]): string | undefined {
  const seen = new Map<string, string>();
  for (const name of names) {
    // DuckDB, as SQL in general, does not tell names apart by case.
    const twin = seen.get(name.toLowerCase());
    if (twin !== undefined)
      return twin === name ? `names the column "${name}" twice` : `has "${twin}" and "${name}", alike but for case`;
    seen.set(name.toLowerCase(), name);
  }
  return undefined;
}
