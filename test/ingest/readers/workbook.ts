/** Workbooks from a readable description, in the few parts that Excel itself needs. */
import {crc32, deflateRawSync} from 'node:zlib';

/** A cell: a text, a number as it is stored with the format it is shown in, or its XML as it stands in the file. */
export type CellText = string | number | null | {number: string; format?: string} | {xml: string};

export interface SheetText {
  name: string;
  rows: (CellText[] | {hidden: CellText[]})[];
  merged?: string[];
  hidden?: true;
}

const NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const REL = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

export function workbook(sheets: SheetText[], {date1904 = false} = {}): Buffer {
  return zip(Object.entries(workbookParts(sheets, {date1904})));
}

export function workbookParts(sheets: SheetText[], {date1904 = false} = {}): Record<string, string> {
  const shared: string[] = [];
  const formats: string[] = [];
  const cellXml = (cell: CellText, at: string): string => {
    if (cell === null) return '';
    if (typeof cell === 'number') return `<c r="${at}"><v>${cell}</v></c>`;
    if (typeof cell === 'string') return `<c r="${at}" t="s"><v>${shared.push(cell) - 1}</v></c>`;
    if ('xml' in cell) return cell.xml.replace('<c', `<c r="${at}"`);
    const style = cell.format === undefined ? 0 : formats.push(cell.format);
    return `<c r="${at}" s="${style}"><v>${cell.number}</v></c>`;
  };
  const sheetXml = ({rows, merged = []}: SheetText): string => {
    const lines = rows.map((row, i) => {
      const [cells, hidden] = Array.isArray(row) ? [row, ''] : [row.hidden, ' hidden="1"'];
      const texts = cells.map((cell, j) => cellXml(cell, `${String.fromCharCode(65 + j)}${i + 1}`));
      return `<row r="${i + 1}"${hidden}>${texts.join('')}</row>`;
    });
    const merges = merged.map(ref => `<mergeCell ref="${ref}"/>`).join('');
    return `<worksheet ${NS}><sheetData>${lines.join('')}</sheetData><mergeCells>${merges}</mergeCells></worksheet>`;
  };
  const worksheets = sheets.map((sheet, i) => [`xl/worksheets/sheet${i + 1}.xml`, sheetXml(sheet)]);
  const listed = sheets.map(
    ({name, hidden}, i) =>
      `<sheet name="${escaped(name)}" sheetId="${i + 1}" r:id="rId${i + 1}"${hidden ? ' state="hidden"' : ''}/>`,
  );
  const relation = (id: string, kind: string, target: string) =>
    `<Relationship Id="${id}" Type="${REL}/${kind}" Target="${target}"/>`;
  const relations = (all: string[]) =>
    `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${all.join('')}</Relationships>`;
  return {
    '_rels/.rels': relations([relation('rId1', 'officeDocument', 'xl/workbook.xml')]),
    'xl/workbook.xml': `<workbook ${NS} xmlns:r="${REL}"><workbookPr${date1904 ? ' date1904="1"' : ''}/><sheets>${listed.join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations([
      ...sheets.map((_, i) => relation(`rId${i + 1}`, 'worksheet', `worksheets/sheet${i + 1}.xml`)),
      relation('rIdA', 'styles', 'styles.xml'),
      relation('rIdB', 'sharedStrings', '/xl/sharedStrings.xml'),
    ]),
    'xl/styles.xml': `<styleSheet ${NS}><numFmts>${formats
      .map((code, i) => `<numFmt numFmtId="${164 + i}" formatCode="${escaped(code)}"/>`)
      .join(
        '',
      )}</numFmts><cellXfs><xf numFmtId="0"/>${formats.map((_, i) => `<xf numFmtId="${164 + i}"/>`).join('')}</cellXfs></styleSheet>`,
    'xl/sharedStrings.xml': `<sst ${NS}>${shared.map(text => `<si><t>${escaped(text)}</t></si>`).join('')}</sst>`,
    ...Object.fromEntries(worksheets),
  };
}

/** A part that was packed already: its CRC-32 and its size before. */
interface Packed {
  crc: number;
  bytes: number;
  packed: Buffer;
}

function pack(content: string | Buffer): Packed {
  const bytes = Buffer.from(content as string);
  return {crc: crc32(bytes), bytes: bytes.length, packed: deflateRawSync(bytes)};
}

/** @see APPNOTE.TXT, .ZIP File Format Specification */
export function zip(parts: [name: string, content: string | Buffer | Packed][]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of parts) {
    const {crc, bytes, packed} = typeof content === 'object' && 'packed' in content ? content : pack(content);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc, 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(bytes, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const central = Buffer.alloc(16);
    central.writeUInt32LE(offset, 12);
    files.push(Buffer.from('PK\x03\x04'), fields, Buffer.from(name), packed);
    directory.push(Buffer.from('PK\x01\x02\x14\x00'), fields, central.subarray(2), Buffer.from(name));
    offset += 30 + Buffer.byteLength(name) + packed.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, ...directory, end]);
}
