import {open} from 'node:fs/promises';
import {extname} from 'node:path';
import {IngestError} from '../error.ts';
import {CsvRecords} from './csv-records.ts';
import {CsvScan} from './csv-scan.ts';
import type {Reader, Reading, ReadOptions} from './reader.ts';
import {readUtf8} from './text.ts';

const QUOTE = '"';
const HEAD_BYTES = 1 << 20;
const SAMPLE_RECORDS = 100;

/** Delimited text with a header row, or with names given for its columns: commas, semicolons, tabs or pipes. */
export const csv: Reader = {
  format: 'csv',
  name: 'delimited text (CSV)',
  extensions: ['.csv', '.tsv', '.txt'],
  recognises: () => true,
  read: readCsv,
};

/** @throws IngestError if the text, the header or the quotes cannot be relied on */
async function readCsv(path: string, {names}: ReadOptions): Promise<Reading> {
  const head = await readHead(path);
  const delimiter = findDelimiter(head, path);
  const {columns, headerLines} = names
    ? withoutHeader(head, delimiter, path, names)
    : readHeader(head, delimiter, path);
  const records = await checkWhole(path, delimiter, columns.length, headerLines);
  const notices = records === 0 ? [`${path}: has a header but no records`] : [];
  return {records: {format: 'csv', path, delimiter, quote: QUOTE, columns, headerLines}, notices};
}

async function readHead(path: string): Promise<string> {
  const file = await open(path);
  try {
    const {bytesRead, buffer} = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const bytes = buffer.subarray(0, bytesRead);
    if (bytes.includes(0x0d) && !bytes.includes(0x0a))
      throw new IngestError(`${path}: lines end in a bare CR (old Macintosh): save it with the line ending LF or CRLF`);
    // The decoder drops a byte order mark; whether the text is UTF-8 is checked over the whole file.
    const text = new TextDecoder().decode(bytes);
    return bytesRead < HEAD_BYTES ? text : text.slice(0, text.lastIndexOf('\n') + 1 || undefined);
  } finally {
    await file.close();
  }
}

/** Records of the head of the file with the number of empty lines before each, at most `SAMPLE_RECORDS`. */
function sample(head: string, delimiter: string): {fields: string[]; emptyLinesBefore: number}[] {
  const records: {fields: string[]; emptyLinesBefore: number}[] = [];
  const parser = new CsvRecords(delimiter, (fields, emptyLinesBefore) => records.push({fields, emptyLinesBefore}));
  for (const line of head.split(/(?<=\n)/)) {
    if (records.length >= SAMPLE_RECORDS) break;
    parser.feed(line);
  }
  parser.end();
  return records;
}

/** The sign that cuts most records into as many fields as the header; of equals, the one that makes more fields. */
function findDelimiter(head: string, path: string): string {
  const preferred = extname(path).toLowerCase() === '.tsv' ? '\t' : ',';
  let best = {delimiter: preferred, agreement: 0, fields: 1};
  for (const delimiter of [preferred, ...[',', ';', '\t', '|'].filter(d => d !== preferred)]) {
    const records = sample(head, delimiter);
    const fields = records[0]?.fields.length ?? 0;
    if (fields < 2) continue;
    const agreement = records.filter(record => record.fields.length === fields).length / records.length;
    if (agreement > best.agreement || (agreement === best.agreement && fields > best.fields))
      best = {delimiter, agreement, fields};
  }
  return best.delimiter;
}

function readHeader(head: string, delimiter: string, path: string): {columns: string[]; headerLines: number} {
  const [header] = sample(head, delimiter);
  if (!header) {
    throw new IngestError(
      head.startsWith(QUOTE)
        ? `${path}: the quote that opens on line 1 never closes, so the header cannot be read: export the file again`
        : `${path}: is empty: export it again with its header row`,
    );
  }
  const nameless = header.fields.findIndex(name => name.trim() === '');
  if (nameless >= 0)
    throw new IngestError(
      `${path}: column ${nameless + 1} of the header has no name: give it one or remove the column`,
    );
  const twins = twinsIn(header.fields);
  if (twins) throw new IngestError(`${path}: the header ${twins}: rename one of them`);
  return {columns: header.fields, headerLines: header.emptyLinesBefore + 1};
}

/** The names are given, and the first record must be one of so many fields that is not these names. */
function withoutHeader(
  head: string,
  delimiter: string,
  path: string,
  names: readonly string[],
): {columns: string[]; headerLines: number} {
  const [first] = sample(head, delimiter);
  if (!first) throw new IngestError(`${path}: has no record that can be read: export it again`);
  const {fields, emptyLinesBefore} = first;
  if (fields.length !== names.length)
    throw new IngestError(
      `${path}: line ${emptyLinesBefore + 1} has ${fields.length} fields, but "columns" of the mapping names ` +
        `${names.length}: name each column once, in the file's order`,
    );
  if (fields.every((field, i) => field.trim().toLowerCase() === names[i].trim().toLowerCase()))
    throw new IngestError(
      `${path}: line ${emptyLinesBefore + 1} is a header with the names that the mapping gives: leave "columns" out of the mapping`,
    );
  return {columns: [...names], headerLines: 0};
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

/** Reads the file to its end. @returns its number of data records */
async function checkWhole(path: string, delimiter: string, columns: number, headerLines: number): Promise<number> {
  const scan = new CsvScan(delimiter, QUOTE, columns, () => {});
  await readUtf8(path, chunk => scan.feed(chunk));
  if (scan.inQuotes) {
    throw new IngestError(
      `${path}: the quote that opens on line ${scan.quoteOpenedAt} never closes: the file was cut off, or the quote ` +
        'is not doubled; export it again',
    );
  }
  if (scan.otherLineEndAt > 0) {
    throw new IngestError(
      `${path}: line ${scan.otherLineEndAt} ends otherwise (LF, CRLF) than the lines before it: save the file with one ` +
        'kind of line ending',
    );
  }
  return headerLines === 0 ? scan.records : scan.records - 1;
}
