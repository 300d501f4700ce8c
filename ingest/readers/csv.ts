import {open} from 'node:fs/promises';
import {IngestError} from '../error.ts';
import {type CsvHead, readHead} from './csv-head.ts';
import {RECORD_CHARACTERS_MAX} from './csv-records.ts';
import {rewriteCsv} from './csv-rewrite.ts';
import {CsvScan} from './csv-scan.ts';
import {CsvSigns} from './csv-signs.ts';
import {encodingOf} from './encodings.ts';
import type {Layout, Reader, Reading, ReadOptions} from './reader.ts';
import {readUtf8} from './text.ts';

const QUOTE = '"';

/** Delimited text with a header row, or with names given for its columns: commas, semicolons, tabs or pipes. */
export const csv: Reader = {
  format: 'csv',
  name: 'delimited text (CSV)',
  extensions: ['.csv', '.tsv', '.txt'],
  layout: ['names', 'encoding', 'skipLines', 'headerRows', 'totals'],
  recognises: () => true,
  read: readCsv,
};

/**
 * What is plain goes to DuckDB as it stands; for everything else its records are written anew.
 * @throws IngestError if the text, the header or the quotes cannot be relied on
 */
async function readCsv(path: string, {into, ...layout}: ReadOptions): Promise<Reading> {
  const {encoding, notice} = encodingOf(await firstBytes(path), path, layout.encoding);
  const notices = notice ? [notice] : [];
  const head = await readHead(path, encoding, layout);
  const {delimiter, columns, headerLine, headerRows} = head;
  const mayBePlain = encoding === 'utf-8' && head.linesBefore === 0 && headerRows < 2 && !Array.isArray(layout.totals);
  const plainRecords = mayBePlain ? await checkPlain(path, head, layout) : undefined;
  if (plainRecords === undefined) {
    const reading = await rewriteCsv(path, into, encoding, head, layout);
    return {...reading, notices: [...notices, ...reading.notices]};
  }
  if (plainRecords === 0) notices.push(`${path}: has a header but no records`);
  return {records: {format: 'csv', path, delimiter, quote: QUOTE, columns, headerLines: headerLine}, notices};
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const {bytesRead, buffer} = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Reads the file to its end. @returns its number of data records; undefined if DuckDB cannot read it as it stands */
async function checkPlain(path: string, head: CsvHead, {totals}: Layout): Promise<number | undefined> {
  let startOfLast = 0;
  let longest = 0;
  const endRecord = (byte: number) => {
    longest = Math.max(longest, byte - startOfLast);
    startOfLast = byte;
  };
  const scan = new CsvScan(head.delimiter, QUOTE, head.columns.length, ({byte}) => endRecord(byte));
  const signs = new CsvSigns(head.delimiter, head.headerText, totals !== 'keep');
  let bytes = 0;
  const see = (chunk: Buffer): void => {
    scan.feed(chunk);
    signs.see(chunk);
    bytes += chunk.length;
  };
  await readUtf8(path, see, {otherEncodings: true});
  endRecord(bytes);
  if (scan.inQuotes) throw quoteNeverCloses(path, scan.quoteOpenedAt);
  if (scan.otherLineEndAt > 0) {
    throw new IngestError(
      `${path}: line ${scan.otherLineEndAt} ends otherwise (LF, CRLF) than the lines before it: save the file with one ` +
        'kind of line ending',
    );
  }
  if (signs.end(totals !== 'keep') || longest > RECORD_CHARACTERS_MAX) return undefined;
  return head.headerRows === 0 ? scan.records : scan.records - 1;
}

export function quoteNeverCloses(path: string, line: number): IngestError {
  return new IngestError(
    `${path}: the quote that opens on line ${line} never closes: the file was cut off, or the quote ` +
      'is not doubled; export it again',
  );
}
