/** Large files of formats that need more than lines of text, written as they go. */
import {createWriteStream} from 'node:fs';
import {pipeline} from 'node:stream/promises';
import {crc32, createDeflateRaw} from 'node:zlib';
import {RecordBatch, RecordBatchStreamWriter, type Schema, Table, Utf8, vectorFromArray} from 'apache-arrow';
import {openPromise} from 'yauzl';
import {workbookParts, zip} from '../ingest/readers/workbook.ts';

const BATCH = 10_000;

/** A workbook of one sheet: texts within their cells, a number and a date. */
export async function writeWorkbook(path: string, rows: number): Promise<void> {
  const head = ['part', 'product', 'lot', 'made_at'];
  const parts = workbookParts([
    {name: 'parts', rows: [head, ['P', 'A', 1, {number: '1', format: 'yyyy-mm-dd hh:mm'}]]},
  ]);
  const text = (value: string, at: string) => `<c r="${at}" t="inlineStr"><is><t>${value}</t></is></c>`;
  const rowXml = (i: number): string => {
    const row = i + 2;
    const cells = `${text(`P${i}`, `A${row}`)}${text('A', `B${row}`)}<c r="C${row}"><v>${i >> 10}</v></c>`;
    return `<row r="${row}">${cells}<c r="D${row}" s="1"><v>${45_000 + i / 86_400}</v></c></row>`;
  };
  const sheet = 'xl/worksheets/sheet1.xml';
  const [before] = parts[sheet].split('<row r="2"');
  const packed: Buffer[] = [];
  let crc = 0;
  let bytes = 0;
  await pipeline(
    function* () {
      for (let i = -1; i <= rows; i += BATCH) {
        let xml = i < 0 ? before : '';
        for (let k = Math.max(0, i); k < Math.min(rows, i + BATCH); k++) xml += rowXml(k);
        if (i + BATCH >= rows) xml += '</sheetData></worksheet>';
        const piece = Buffer.from(xml);
        crc = crc32(piece, crc);
        bytes += piece.length;
        yield piece;
        if (i + BATCH >= rows) return;
      }
    },
    createDeflateRaw(),
    async pieces => {
      for await (const piece of pieces) packed.push(piece as Buffer);
    },
  );
  const {[sheet]: _, ...others} = parts;
  const stored = {crc, bytes, packed: Buffer.concat(packed)};
  await pipeline([zip([...Object.entries(others), [sheet, stored]])], createWriteStream(path));
}

/** Batches of a stream with texts and a 64-bit number. */
export async function writeArrow(path: string, rows: number): Promise<void> {
  const writer = new RecordBatchStreamWriter();
  const output = createWriteStream(path);
  const piped = pipeline(writer.toNodeStream(), output);
  let schema: Schema | undefined;
  for (let from = 0; from < rows; from += BATCH) {
    const indices = Array.from({length: Math.min(BATCH, rows - from)}, (_, i) => from + i);
    const texts = (of: (i: number) => string) => vectorFromArray(indices.map(of), new Utf8());
    const lot = vectorFromArray(BigInt64Array.from(indices, i => BigInt(i >> 10)));
    const table = new Table({part: texts(i => `P${i}`), product: texts(i => 'ABC'[i % 3]), lot});
    // A batch of another schema, be it alike, would end the stream.
    schema ??= table.schema;
    for (const {data} of table.batches) writer.write(new RecordBatch(schema, data));
  }
  writer.finish();
  await piped;
}

/** The bytes of a part of an archive, piece by piece. */
export async function* inflateEntry(path: string, name: string): AsyncGenerator<Buffer> {
  const archive = await openPromise(path, {autoClose: false, lazyEntries: true});
  try {
    for await (const entry of archive.eachEntry())
      if (entry.fileName === name)
        for await (const piece of await archive.openReadStreamPromise(entry)) yield piece as Buffer;
  } finally {
    archive.close();
  }
}
