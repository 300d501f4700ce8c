import {expect, test} from 'vitest';
import {ColumnSums, MAYBE_TOTALS, TotalsRows} from '../../../ingest/readers/totals.ts';

test.each([
  [['Total', '3'], 'Total'],
  [['', ' SUMME: ', '3'], 'SUMME:'],
  [['合計', '3'], '合計'],
  [['Totally', '3'], undefined],
  [['P1', 'Total'], undefined],
  [['P9 Total', '3'], undefined],
])('%j is a row of totals: %s', (fields, word) => {
  const rows = new TotalsRows(undefined);
  rows.wordIn(['P1', '1']);
  expect(rows.wordIn(fields)).toBe(word);
});

test('the key before with a word behind it, and words of the plant', () => {
  const rows = new TotalsRows(['Charge gesamt']);
  rows.wordIn(['P9', '3']);
  expect(rows.wordIn(['P9 Ergebnis', '3'])).toBe('P9 Ergebnis');
  expect(rows.wordIn(['charge GESAMT', '3'])).toBe('charge GESAMT');
});

test.each(['a,b\nTotal,3\n', 'a\n"Summe:",3', 'P9 Total;3', '小計|3'])('%j may hold one', text => {
  expect(MAYBE_TOTALS.test(text)).toBe(true);
});

test('sums, as exact as they are shown', () => {
  const sums = new ColumnSums(',');
  for (const value of ['0,14', '0,15', 'x', '0,16']) sums.add(['P', value]);
  expect(sums.columnSummedIn(['', '0,45'])).toBe(1);
  expect(sums.columnSummedIn(['', '0,5'])).toBe(1);
  expect(sums.columnSummedIn(['', '0,46'])).toBeUndefined();
  expect(sums.columnSummedIn(['', '0'])).toBeUndefined();
  expect(new ColumnSums().columnSummedIn(['', '1'])).toBeUndefined();
});
