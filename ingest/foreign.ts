/** Files of other kinds that plants have: what they are, and what to do instead. */
import {extname} from 'node:path';
import {xmlRoot} from './readers/xml-root.ts';

interface Foreign {
  endings: readonly string[];
  /** First bytes that give it away, whatever its name; ones that differ by the byte order of the tester, each. */
  starts: readonly (readonly number[])[];
  what: string;
}

const bytes = (text: string) => [...Buffer.from(text)];
const IMAGE = 'images go through `fishbone infer`';
const NOT_YET = 'which is not read yet: export it as CSV, and say with a --mapping what its columns are';

const FOREIGN: readonly Foreign[] = [
  {
    endings: ['.stdf', '.std'],
    // Its first record: two bytes long, of type 0 and subtype 10.
    starts: [
      [0x02, 0x00, 0x00, 0x0a],
      [0x00, 0x02, 0x00, 0x0a],
    ],
    what: `STDF (results of a semiconductor tester), ${NOT_YET}`,
  },
  {endings: ['.atdf', '.atd'], starts: [bytes('FAR:')], what: `ATDF (results of a semiconductor tester), ${NOT_YET}`},
  {
    endings: ['.klarf', '.kla', '.krf'],
    starts: [bytes('FileVersion ')],
    what: `KLARF (defects on a wafer), ${NOT_YET}`,
  },
  {
    endings: ['.dfx'],
    starts: [],
    what: 'Q-DAS DFX, values without the head that describes them: save both in one DFQ file',
  },
  {endings: ['.tdms'], starts: [bytes('TDSm')], what: `TDMS (LabVIEW), ${NOT_YET}`},
  {endings: ['.mf4', '.mdf'], starts: [bytes('MDF     ')], what: `ASAM MDF (recorded signals), ${NOT_YET}`},
  {endings: ['.h5', '.hdf5'], starts: [[0x89, ...bytes('HDF')]], what: `HDF5, ${NOT_YET}`},
  {
    endings: ['.db', '.sqlite', '.sqlite3'],
    starts: [bytes('SQLite format 3')],
    what: 'an SQLite database: export its tables as CSV',
  },
  {
    endings: ['.ods'],
    starts: [],
    what: 'an OpenDocument spreadsheet: save the sheet as .xlsx, or as CSV UTF-8',
  },
  {endings: ['.zip'], starts: [], what: 'a ZIP archive: unpack it'},
  {endings: ['.xlsb'], starts: [], what: 'a binary Excel workbook: save it as .xlsx, or the sheet as CSV UTF-8'},
  {endings: ['.xls'], starts: [], what: 'an old Excel workbook: save it as .xlsx, or the sheet as CSV UTF-8'},
  {endings: ['.gz'], starts: [[0x1f, 0x8b]], what: 'compressed (gzip): unpack it first'},
  {endings: ['.png'], starts: [[0x89, 0x50, 0x4e, 0x47]], what: `a PNG image: ${IMAGE}`},
  {endings: ['.jpg', '.jpeg'], starts: [[0xff, 0xd8, 0xff]], what: `a JPEG image: ${IMAGE}`},
  {endings: ['.bmp', '.tif', '.tiff', '.webp'], starts: [], what: `an image: ${IMAGE}`},
  {endings: ['.pdf'], starts: [bytes('%PDF')], what: 'a PDF document: export the table as CSV'},
];

/** What a file of another kind is, by its first bytes or else by its name. */
export function foreignKind(path: string, head: Buffer): string | undefined {
  const byContent = FOREIGN.find(({starts}) => starts.some(start => start.every((byte, i) => head[i] === byte)));
  return byContent?.what ?? foreignXml(path, head) ?? foreignBy(path)?.what;
}

function foreignXml(path: string, head: Buffer): string | undefined {
  if (!/^(?:\ufeff)?<\?xml/.test(head.toString('utf8')) && extname(path).toLowerCase() !== '.xml') return undefined;
  const root = xmlRoot(head);
  if (root?.hasDoctype)
    return `XML (${root.name}) with a DOCTYPE, which may define entities and is not taken: export it without`;
  if (root?.name === 'QIFDocument' || root?.namespace.includes('qifstandards.org'))
    return `QIF (results of measuring machines), ${NOT_YET}`;
  return root ? `XML (${root.name}), ${NOT_YET}` : 'XML by its name, but does not begin as XML does: export it again';
}

/** The same by its name alone. */
export function foreignName(path: string): string | undefined {
  return foreignBy(path)?.what;
}

function foreignBy(path: string): Foreign | undefined {
  const ending = extname(path).toLowerCase();
  return FOREIGN.find(({endings}) => endings.includes(ending));
}
