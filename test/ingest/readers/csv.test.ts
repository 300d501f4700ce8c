import {expect, test} from 'vitest';
import {read} from '../../../ingest/readers/readers.ts';
import {file, refusal} from '../folder.ts';

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
    sentence: 'parts.csv: line 3 is not UTF-8 text: export the file again with the encoding UTF-8',
  },
  {
    what: 'a character cut off at the end',
    content: Buffer.concat([Buffer.from('a,b\n1,'), Buffer.from([0xe2, 0x82])]),
    sentence: 'parts.csv: line 2 is not UTF-8 text: export the file again with the encoding UTF-8',
  },
  {
    what: 'UTF-16',
    content: Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'),
    sentence: 'parts.csv: is UTF-16 text: save it as UTF-8',
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
