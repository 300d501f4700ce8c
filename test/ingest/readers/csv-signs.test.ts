/** What a CSV file holds that is more than plain records is seen wherever the file is cut into pieces. */
import {expect, test} from 'vitest';
import {CsvSigns} from '../../../ingest/readers/csv-signs.ts';

const HEADER = 'part,station,value';
const ROWS = Array.from({length: 3000}, (_, k) => `P${k},S${k % 3},${k / 4}`);

function found(text: string, cuts: readonly number[]): boolean {
  const signs = new CsvSigns(',', HEADER, true);
  const bytes = Buffer.from(text);
  for (const [k, cut] of [0, ...cuts].entries()) signs.see(bytes.subarray(cut, cuts[k] ?? bytes.length));
  return signs.end(true);
}

const lines = (more: string, end = '\n') =>
  [HEADER, ...ROWS.slice(0, 1500), ...(more === '' ? [] : [more]), ...ROWS.slice(1500)].join(end) + end;

/** All around the middle of a text, where the sign is, and some elsewhere: more lies between than is looked at twice. */
function* cutsOf(text: string): Generator<number> {
  const middle = text.indexOf('P1500,') - 30;
  for (let cut = middle - 30; cut < middle + 60; cut++) yield cut;
  for (let cut = 1; cut < text.length; cut += 1999) yield cut;
}

test.each([
  ['a header that is repeated', lines(HEADER)],
  ['the same with CRLF', lines(HEADER, '\r\n')],
  ['a row of totals', lines('Total,,195')],
  ['a total behind a key', lines('S1 total,,12')],
  ['spaces before a quote', lines('P7,   "S1",3')],
  ['a CR alone', lines('P7,S1,3\rP8,S1,4')],
])('%s is seen at every cut', (_what, text) => {
  for (const cut of cutsOf(text)) {
    expect(found(text, [cut]), `cut at ${cut}`).toBe(true);
    expect(found(text, [cut, cut + 1]), `cut at ${cut}, one byte alone`).toBe(true);
  }
});

test('plain records are not taken for more, at any cut', () => {
  for (const text of [lines(''), lines('', '\r\n'), lines('P7,"S1, left",3')])
    for (const cut of cutsOf(text)) expect(found(text, [cut]), `cut at ${cut}`).toBe(false);
});
