import {expect, test} from 'vitest';
import {read} from '../../../ingest/readers/readers.ts';
import {file, folder, refusal} from '../folder.ts';

const readable: {
  what: string;
  text: string | Uint8Array;
  delimiter: string;
  columns: string[];
  headerLines?: number;
}[] = [
  {what: 'commas', text: 'part,product\nP1,A\n', delimiter: ',', columns: ['part', 'product']},
  {
    what: 'semicolons and decimal commas',
    text: 'part;value\nP1;1,5\nP2;2,5\n',
    delimiter: ';',
    columns: ['part', 'value'],
  },
  {what: 'tabs', text: 'part\tproduct\nP1\tA, B\n', delimiter: '\t', columns: ['part', 'product']},
  {what: 'pipes', text: 'part|product\nP1|A\n', delimiter: '|', columns: ['part', 'product']},
  {what: 'one column', text: 'part\nP1\n', delimiter: ',', columns: ['part']},
  {what: 'a byte order mark', text: '\ufeffpart,product\nP1,A\n', delimiter: ',', columns: ['part', 'product']},
  {what: 'CRLF', text: 'part,product\r\nP1,A\r\n', delimiter: ',', columns: ['part', 'product']},
  {what: 'no line break at the end', text: 'part,product\nP1,A', delimiter: ',', columns: ['part', 'product']},
  {
    what: 'names kept as they are',
    text: 'Work Order  Qty, Part \n1,2\n',
    delimiter: ',',
    columns: ['Work Order  Qty', ' Part '],
  },
  {
    what: 'delimiters inside quotes',
    text: '"a;b;c","d;e;f"\n"1;2;3",4\n"1;2;3",4\n',
    delimiter: ',',
    columns: ['a;b;c', 'd;e;f'],
  },
  {what: 'quotes inside quotes', text: '"a ""x""",b\n1,2\n', delimiter: ',', columns: ['a "x"', 'b']},
  {what: 'a line break in a name', text: '"torque\nNm",b\n1,2\n', delimiter: ',', columns: ['torque\nNm', 'b']},
  {what: 'a line break of another kind in a field', text: 'a,b\r\n"1\n1",2\r\n', delimiter: ',', columns: ['a', 'b']},
  {what: 'empty lines first', text: '\n\na,b\n1,2\n', delimiter: ',', columns: ['a', 'b'], headerLines: 3},
  {what: 'a quote in the middle', text: 'a,b\n5" pipe,2\n', delimiter: ',', columns: ['a', 'b']},
  {what: 'letters beyond ASCII', text: 'größe,名前\n1,2\n', delimiter: ',', columns: ['größe', '名前']},
  {what: 'a row cut off', text: 'a,b,c\n1,2,3\n4,5', delimiter: ',', columns: ['a', 'b', 'c']},
  {
    what: 'a character across the edge of a piece of the file',
    text: `a,b\n1${'x'.repeat((1 << 20) - 6)}é,2\n`,
    delimiter: ',',
    columns: ['a', 'b'],
  },
];

test.each(readable)('reads $what', async ({text, delimiter, columns, headerLines = 1}) => {
  const path = file('parts.csv', text);
  expect(await read(path)).toEqual({
    records: {format: 'csv', path, delimiter, quote: '"', columns, headerLines},
    notices: [],
  });
});

test('says that a header has no records below it', async () => {
  const path = file('parts.csv', 'part,product\n');
  expect((await read(path)).notices).toEqual([`${path}: has a header but no records`]);
});

const refused: {what: string; content: string | Uint8Array; sentence: string}[] = [
  {what: 'an empty file', content: '', sentence: 'parts.csv: is empty (0 bytes): export it again'},
  {what: 'only empty lines', content: '\n\r\n', sentence: 'parts.csv: is empty: export it again with its header row'},
  {
    what: 'a name twice',
    content: 'part,product,part\n',
    sentence: 'parts.csv: the header names the column "part" twice: rename one of them',
  },
  {
    what: 'names alike but for case',
    content: 'part,Part\n',
    sentence: 'parts.csv: the header has "part" and "Part", alike but for case: rename one of them',
  },
  {
    what: 'a column without a name',
    content: 'part,,product\n',
    sentence: 'parts.csv: column 2 of the header has no name: give it one or remove the column',
  },
  {
    what: 'a quote that never closes',
    content: 'a,b\n1,"x\ny",\n2,"cut off\n3,4\n',
    sentence:
      'parts.csv: the quote that opens on line 4 never closes: the file was cut off, or the quote is not doubled; export it again',
  },
  {
    what: 'a quote that never closes in the header',
    content: '"a,b\n1,2\n',
    sentence:
      'parts.csv: the quote that opens on line 1 never closes, so the header cannot be read: export the file again',
  },
  {
    what: 'Latin-1',
    content: Buffer.concat([Buffer.from('a,b\n1,2\n3,gr'), Buffer.from([0xf6]), Buffer.from('n\n')]),
    sentence:
      'parts.csv: line 3 is not UTF-8 text (as Windows-1252 it would say "3,grön"): export the file again with the encoding UTF-8, or say which it has by --encoding, such as windows-1252, or by "encoding" in a mapping',
  },
  {
    what: 'a character cut off at the end',
    content: Buffer.concat([Buffer.from('a,b\n1,'), Buffer.from([0xe2, 0x82])]),
    sentence:
      'parts.csv: line 2 is not UTF-8 text (as Windows-1252 it would say "â"): export the file again with the encoding UTF-8, or say which it has by --encoding, such as windows-1252, or by "encoding" in a mapping',
  },
  {
    what: 'a header without an end',
    content: Buffer.alloc((1 << 20) + 1, 'a,'),
    sentence: 'parts.csv: line 1 goes on for more than 1 MB, so it is no header',
  },
  {
    what: 'NUL bytes',
    content: 'a,b\n1,2\n3,\0\n',
    sentence: 'parts.csv: line 3 holds NUL bytes, so it is not a text file',
  },
  {
    what: 'bare CR',
    content: 'a,b\r1,2\r',
    sentence: 'parts.csv: lines end in a bare CR (old Macintosh): save it with the line ending LF or CRLF',
  },
  {
    what: 'two kinds of line end',
    content: 'a,b\r\n1,2\r\n3,4\n',
    sentence:
      'parts.csv: line 3 ends otherwise (LF, CRLF) than the lines before it: save the file with one kind of line ending',
  },
];

test.each(refused)('refuses $what', async ({content, sentence}) => {
  expect(await refusal(read, file('parts.csv', content))).toBe(sentence);
});

const told: {what: string; options: Parameters<typeof read>[1]; content: string | Uint8Array; sentence: string}[] = [
  {
    what: 'a byte order mark that says another encoding',
    options: {encoding: 'windows-1252'},
    content: '\ufeffa,b\n1,2\n',
    sentence:
      'parts.csv: begins with the byte order mark of UTF-8, so it is not Windows-1252 as was said: leave the encoding out',
  },
  {
    what: 'an encoding that the text is not in',
    options: {encoding: 'windows-1252'},
    content: 'a,b\n1,2\n3,grün\n',
    sentence: 'parts.csv: line 3 and all others are UTF-8 text, not Windows-1252 as was said: leave the encoding out',
  },
  {
    what: 'bytes that the encoding does not know',
    options: {encoding: 'windows-1252'},
    content: Buffer.from('a,b\n1,2\n3,\x81\n', 'latin1'),
    sentence: 'parts.csv: line 3 is not Windows-1252 text: say the right encoding, or export the file again as UTF-8',
  },
  {
    what: 'half a character of UTF-16',
    options: {},
    content: Buffer.concat([Buffer.from('\ufeffa,b\n1,2\n3,', 'utf16le'), Buffer.from([0x00, 0xd8, 0x0a, 0x00])]),
    sentence: 'parts.csv: line 3 is not UTF-16 LE text: say the right encoding, or export the file again as UTF-8',
  },
  {
    what: 'more lines to skip than there are',
    options: {skipLines: 3},
    content: 'a,b\n1,2\n',
    sentence: 'parts.csv: has 2 whole lines, so "skipLines": 3 leaves nothing of it',
  },
  {
    what: 'a header of more rows than there are',
    options: {headerRows: 2},
    content: 'a,b\n',
    sentence: 'parts.csv: has 1 row, but its header has 2 by the mapping',
  },
  {
    what: 'a quote that never closes, behind lines that are skipped',
    options: {skipLines: 1},
    content: 'title\na,b\n1,"x\n2,3\n',
    sentence:
      'parts.csv: the quote that opens on line 3 never closes: the file was cut off, or the quote is not doubled; export it again',
  },
];

test.each(told)('refuses $what', async ({options, content, sentence}) => {
  expect(await refusal(path => read(path, {...options, into: folder()}), file('parts.csv', content))).toBe(sentence);
});

test('a first record of other cells than units is a record, and one header is enough where it is said', async () => {
  const path = file('parts.csv', 'part,value\nm,1\n[x],2\n');
  expect((await read(path)).records).toMatchObject({columns: ['part', 'value']});
  const units = file('parts.csv', 'part,value\nP,mm\nQ,2\n');
  expect((await read(units, {headerRows: 1})).records).toMatchObject({columns: ['part', 'value']});
  expect(await refusal(read, units)).toMatch(/line 2 looks like a second row of the header/);
});

test('JSON in UTF-16 is known for what it is', async () => {
  expect(await refusal(read, file('parts.json', Buffer.from('\ufeff{"part":"P1"}\n', 'utf16le')))).toBe(
    'parts.json: is JSON in UTF-16: save it as UTF-8',
  );
});
