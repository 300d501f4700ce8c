import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {ingestFiles} from '../../../ingest/ingest.ts';
import {linesOfRecords} from '../../../ingest/line-numbers.ts';
import {read} from '../../../ingest/readers/readers.ts';
import {numberKind, plainDigits, serialToDuration, serialToIso} from '../../../ingest/readers/xlsx-numbers.ts';
import {emptyWarehouse} from '../../warehouse/plant-in-a-folder.ts';
import {file, folder, refusal} from '../folder.ts';
import {type CellText, type SheetText, workbook, workbookParts, zip} from './workbook.ts';

const HEAD: CellText[] = ['part', 'product', 'lot'];
const sheet = (rows: SheetText['rows'], more: Partial<SheetText> = {}): SheetText => ({name: 'Sheet1', rows, ...more});
const reading = (bytes: Buffer, options = {}) => read(file('parts.xlsx', bytes), {into: folder(), ...options});
const refused = (bytes: Buffer, name = 'parts.xlsx', options = {}) =>
  refusal(path => read(path, {into: folder(), ...options}), file(name, bytes));

async function lines(bytes: Buffer, options = {}): Promise<Record<string, unknown>[]> {
  const {records} = await reading(bytes, options);
  const text = readFileSync(records.path, 'utf8').trim();
  return text === '' ? [] : text.split('\n').map(line => JSON.parse(line));
}

test('cells as text: ids as sent, digits exact, dates local, what has no value refused by its address', async () => {
  const rows: CellText[][] = [
    HEAD,
    [
      '00123',
      {number: '1E+05'},
      {xml: '<c t="inlineStr"><is><r><t>in</t></r><r><t xml:space="preserve"> line</t></r></is></c>'},
    ],
    [{number: '123', format: '00000'}, {number: '4.2000000000000002'}, {number: '45720.5', format: 'dd/mm/yyyy hh:mm'}],
    [
      {xml: '<c t="b"><v>1</v></c>'},
      {xml: '<c t="str"><f>A1&amp;B1</f><v>x_x000A_y</v></c>'},
      {number: '9007199254740993'},
    ],
    ['P4', {xml: '<c t="e"><v>#N/A</v></c>'}, 'L1'],
    ['P5', {xml: '<c><f>1+1</f></c>'}, 'L1'],
    ['P6', {xml: '<c t="s"><v>99999</v></c>'}],
  ];
  expect(await lines(workbook([sheet(rows)]))).toEqual([
    {part: '00123', product: '100000', lot: 'in line', $line: 2},
    {part: '00123', product: '4.2', lot: '2025-03-04T12:00:00', $line: 3},
    {part: 'true', product: 'x\ny', lot: '9007199254740993', $line: 4},
    {$line: 5, $reason: 'cell B5 (product) holds the error #N/A', $text: expect.any(String)},
    {
      $line: 6,
      $reason: expect.stringMatching(/^cell B6 \(product\) holds a formula whose result/),
      $text: expect.any(String),
    },
    {$line: 7, $reason: expect.stringMatching(/^cell B7 \(product\) refers to a text/), $text: expect.any(String)},
  ]);
});

test('titles, merged headers, totals, hidden rows', async () => {
  const rows: SheetText['rows'] = [
    ['Press log, week 9'],
    [],
    ['part', 'Bore', null, 'Yield'],
    [null, 'Torque', 'Angle', null],
    ['P1', {number: '4.1', format: '0.0" Nm"'}, 30, {number: '0.95', format: '0%'}],
    {hidden: ['P2', 4.2, 31, 1]},
    ['Total', {xml: '<c><f>SUM(B5:B6)</f><v>8.3</v></c>'}, 61],
  ];
  const bytes = workbook([sheet(rows, {merged: ['A3:A4', 'B3:C3', 'D3:D4']})]);
  const {records, notices} = await reading(bytes);
  expect(records.columns).toEqual(['part', 'Bore / Torque', 'Bore / Angle', 'Yield']);
  expect(await lines(bytes)).toEqual([
    {part: 'P1', 'Bore / Torque': '4.1', 'Bore / Angle': '30', Yield: '0.95', $line: 5},
    {part: 'P2', 'Bore / Torque': '4.2', 'Bore / Angle': '31', Yield: '1', $line: 6},
    {$line: 7, $reason: expect.stringMatching(/^looks like a row of totals \("Total"\)/), $text: expect.any(String)},
  ]);
  expect(notices).toEqual([
    'sheet "Sheet1": titles above the header are not taken: row 1 ("Press log, week 9")',
    'sheet "Sheet1": rows 3 and 4 are read as one header, their names joined by " / "',
    'sheet "Sheet1": 1 row is hidden in Excel; taken as the others',
    'sheet "Sheet1": column "Bore / Torque" is shown with "Nm" (1 cell), which is not taken',
    'sheet "Sheet1": column "Yield" is shown in percent (1 cell); taken is what is stored: 0.95 for 95 %',
  ]);
});

const FORMULA = (f: string, v: number): CellText => ({xml: `<c><f>${f}</f><v>${v}</v></c>`});

test.each<[string, SheetText['rows'], object, (string | undefined)[]]>([
  [
    'sums of the cells above',
    [
      ['P1', 'A', 3],
      ['P2', 'A', 5],
      [null, null, FORMULA('SUM(C2:C3)', 9)],
    ],
    {},
    ['P1', 'P2', 'row of totals (its numbers add up or average the cells above)'],
  ],
  [
    'averages of the cells above',
    [
      ['P1', 'A', 3],
      ['P2', 'A', 4],
      ['x', null, FORMULA('AVERAGE(C$2:C$3)', 3.5)],
    ],
    {},
    ['P1', 'P2', 'row of totals (its numbers add up or average the cells above)'],
  ],
  [
    'a sum over its own row',
    [
      ['P1', 3, FORMULA('SUM(B2:B2)', 3)],
      ['P2', 'A', FORMULA('SUM(D3:F3)', 6)],
    ],
    {},
    ['P1', 'P2'],
  ],
  [
    'a last row without its first cell that adds up',
    [
      ['P1', 'A', 3],
      ['P2', 'A', 4],
      [null, null, 7],
    ],
    {},
    ['P1', 'P2', 'row of totals (without "part", and "lot" is the sum of those above)'],
  ],
  [
    'in between',
    [
      ['P1', 'A', 3],
      ['P1 Total', null, 3],
      ['P2', 'A', 4],
    ],
    {},
    ['P1', 'row of totals ("P1 Total")', 'P2'],
  ],
  [
    'kept',
    [
      ['P1', 'A', 3],
      ['Total', 'A', 3],
    ],
    {totals: 'keep'},
    ['P1', 'Total'],
  ],
  [
    'ignored',
    [
      ['P1', 'A', 3],
      ['Total', 'A', 3],
    ],
    {totals: 'ignore'},
    ['P1'],
  ],
  [
    'words of the plant',
    [
      ['P1', 'A', 3],
      ['Schicht 1:', 'A', 3],
    ],
    {totals: ['Schicht 1']},
    ['P1'],
  ],
  ['the header again', [['P1', 'A', 3], HEAD as string[], ['P2', 'A', 3]], {}, ['P1', 'P2']],
])('rows of totals: %s', async (_, rows, options, expected) => {
  const made = await lines(workbook([sheet([HEAD, ...rows])]), options);
  expect(made.map(({part, $reason}) => part ?? /row of totals \(.*\)(?=:)/.exec($reason as string)?.[0])).toEqual(
    expected,
  );
});

test('a header as the mapping says it, in the words of delimited text', async () => {
  const bytes = workbook([
    sheet([
      ['Log', 'week 9'],
      ['part', 'Bore'],
      [null, 'Torque', 'Angle'],
      ['P1', 'x', 30],
      ['P2', 'y', 31],
    ]),
  ]);
  expect(await refused(bytes)).toMatch(
    /cell C3 stands in a column without a name: .* say in a mapping where the header is/,
  );
  expect(await lines(bytes, {skipLines: 1, headerRows: 2})).toEqual([
    {part: 'P1', 'Bore / Torque': 'x', 'Bore / Angle': '30', $line: 4},
    {part: 'P2', 'Bore / Torque': 'y', 'Bore / Angle': '31', $line: 5},
  ]);
  expect(await refused(bytes, 'parts.xlsx', {skipLines: 4, headerRows: 2})).toBe(
    'parts.xlsx: sheet "Sheet1": has 1 row, but its header has 2 by the mapping',
  );
  const units = [
    ['part', 'Torque'],
    [null, 'Nm'],
    ['P1', 4],
    ['P2', 5],
  ];
  expect(await refused(workbook([sheet(units)]))).toBe(
    'parts.xlsx: sheet "Sheet1": row 2 looks like a second row of the header, as it has units ("Nm") above columns of ' +
      'numbers: say "headerRows": 2 in a mapping, or "headerRows": 1 if it is a record',
  );
  expect(await refused(workbook([sheet([['Log'], [], ...units])]))).toMatch(
    /say "headerRows": 2 in a mapping beside "skipLines": 2,/,
  );
});

test('a record below a merged cell of the header is not taken for more of the header', async () => {
  const rows: CellText[][] = [
    ['part', 'value', null],
    ['P1', 3, null],
  ];
  const merged = {merged: ['B1:C1']};
  expect(await refused(workbook([sheet(rows, merged)]))).toMatch(
    /^parts.xlsx: sheet "Sheet1": row 2 belongs to the header by the cells .* "headerRows": 1 if/,
  );
  expect(await lines(workbook([sheet(rows, merged)]), {headerRows: 1})).toEqual([{part: 'P1', value: '3', $line: 2}]);
});

test('sheets: the only one with a table, the one that is named, or each the canonical table of its name', async () => {
  const one = {...sheet([HEAD, ['P1', 'A', 'L1']]), name: 'Parts'};
  const other = {
    ...sheet([
      ['lot', 'material'],
      ['L1', 'steel'],
    ]),
    name: 'lots',
  };
  const cover = {...sheet([['Made by QA']]), name: 'Cover'};
  expect(await lines(workbook([cover, one]))).toEqual([{part: 'P1', product: 'A', lot: 'L1', $line: 2}]);
  const hidden = await reading(workbook([one, {...other, hidden: true}]));
  expect(hidden.notices).toEqual(['sheet "lots", which is hidden, is not taken']);
  expect(await lines(workbook([one, other]), {sheet: 'lots'})).toEqual([{lot: 'L1', material: 'steel', $line: 2}]);
  expect(await refused(workbook([one, other]), 'x.xlsx', {sheet: 'Lot'})).toBe(
    'x.xlsx: has no sheet "Lot" (did you mean "lots"?): its sheets are "Parts", "lots"',
  );
  expect(await refused(workbook([one, {...other, name: 'Tabelle2'}]))).toMatch(
    /^parts.xlsx: has tables on the sheets "Parts"/,
  );
  const warehouse = await emptyWarehouse();
  try {
    const path = file('export.xlsx', workbook([one, other]));
    const [receipt] = await ingestFiles(plan => warehouse.load(plan, linesOfRecords), [path]);
    expect(receipt.tables.map(({table, accepted}) => [table, accepted])).toEqual([
      ['parts', 1],
      ['lots', 1],
    ]);
  } finally {
    await warehouse.close();
  }
});

test('a date without --time-zone is refused by the row, with it taken', async () => {
  const made = {number: '45720.25', format: 'yyyy-mm-dd hh:mm:ss'};
  const path = file(
    'parts.xlsx',
    workbook([
      sheet([
        ['part', 'product', 'made_at'],
        ['P1', 'A', made],
      ]),
    ]),
  );
  const warehouse = await emptyWarehouse();
  try {
    const load = (timeZone?: string) => ingestFiles(plan => warehouse.load(plan, linesOfRecords), [path], {timeZone});
    expect((await load())[0].tables[0]).toMatchObject({accepted: 0, rejected: 1});
    expect((await load('Europe/Berlin'))[0].tables[0]).toMatchObject({accepted: 1, rejected: 0});
    const rows = await warehouse.read(undefined, s =>
      s.rows<{at: number}>('select epoch_ms(made_at)::double as at from parts'),
    );
    expect(rows).toEqual([{at: Date.UTC(2025, 2, 4, 5)}]);
  } finally {
    await warehouse.close();
  }
});

const GOOD = workbookParts([sheet([HEAD, ['P1', 'A', 'L1'], ['P2', 'A', 'L1']])]);
const parts = (more: Record<string, string | Buffer>) => zip(Object.entries({...GOOD, ...more}));

test.each<[string, Buffer, RegExp]>([
  ['cut off', workbook([sheet([HEAD, ['P1', 'A', 'L1']])]).subarray(0, -40), /was cut off \(its end is missing\)/],
  ['NUL bytes', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(500)]), /was cut off/],
  ['no workbook', zip([['a.txt', 'hello']]), /is a ZIP archive without a workbook: unpack it/],
  [
    'a document',
    zip([
      ['mimetype', 'x'],
      ['content.xml', '<a/>'],
    ]),
    /is an OpenDocument file/,
  ],
  ['a slip', zip([...Object.entries(GOOD), ['../../etc/x', 'x']]), /points outside of it/],
  [
    'a bomb',
    zip([...Object.entries(GOOD), ['xl/b.xml', Buffer.alloc(70 << 20)]]),
    /would unpack from \d+ to 73400320 bytes/,
  ],
  ['too many parts', zip(Array.from({length: 10_001}, (_, i) => [`f${i}`, ''])), /archive of 10001 parts/],
  ['a DOCTYPE', parts({'xl/worksheets/sheet1.xml': '<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'}), /has a DOCTYPE/],
  ['deep', parts({'xl/worksheets/sheet1.xml': '<a>'.repeat(70)}), /nested deeper than 64 elements/],
  ['XML cut off', parts({'xl/worksheets/sheet1.xml': '<worksheet><sheetData><row r="1">'}), /no XML that can be read/],
  ['an empty sheet', workbook([sheet([])]), /holds no table; its sheets are "Sheet1"/],
  [
    'twins',
    workbook([
      sheet([
        ['part', 'part'],
        ['a', 'b'],
      ]),
    ]),
    /the header names the column "part" twice/,
  ],
  ['nameless', workbook([sheet([HEAD, ['a', 'b', 'c', 4]])]), /cell D2 stands in a column without a name/],
])('refuses %s', async (_, bytes, why) => {
  expect(await refused(bytes)).toMatch(why);
});

test('containers of old and of encrypted workbooks are named for what they are', async () => {
  const ole = Buffer.alloc(1536);
  Buffer.from([0xd0, 0xcf, 0x11, 0xe0]).copy(ole);
  ole.writeUInt16LE(9, 30);
  ole.writeUInt32LE(1, 48);
  expect(await refused(ole)).toMatch(/is an old Excel workbook \(\.xls\)/);
  ole.write('EncryptedPackage', 1024, 'utf16le');
  expect(await refused(ole)).toBe('parts.xlsx: is a workbook with a password: save it without one');
});

// Serials as in ECMA-376 Part 1, 18.17.4: 1900-01-01 is 1, 1904-01-01 is 0 in the other system; 60 is a day that never was.
test.each([
  [1, false, '1900-01-01'],
  [59, false, '1900-02-28'],
  [60, false, undefined],
  [61, false, '1900-03-01'],
  [39_448, false, '2008-01-01'],
  [37_986, true, '2008-01-01'],
  [0, true, '1904-01-01'],
  [-1, false, undefined],
  [0.1 + 45_720, false, '2025-03-04T02:24:00'],
])('the serial number %s (1904: %s) is %s', (serial, from1904, iso) => {
  expect(serialToIso(serial, from1904, {hasDate: true, hasTime: false})).toBe(iso);
});

test('formats and digits', () => {
  expect(numberKind(164, '[$-409]d-mmm-yy;@')).toEqual({kind: 'date', hasDate: true, hasTime: false});
  expect(numberKind(164, 'General" days"')).toEqual({kind: 'number', shown: 'days'});
  expect(numberKind(164, '[Red]0.00;[Blue]-0.00')).toEqual({kind: 'number'});
  expect(numberKind(164, '[h]:mm')).toEqual({kind: 'duration'});
  expect(serialToDuration(1.5)).toBe('36:00:00');
  expect(['1E-7', '1.5E+3', '-0.00012', '1E21', '1E400', 'x'].map(plainDigits)).toEqual([
    '0.0000001',
    '1500',
    '-0.00012',
    '1000000000000000000000',
    undefined,
    undefined,
  ]);
});
