import {expect, test} from 'vitest';
import {secondHeaderRow} from '../../../ingest/readers/header-rows.ts';

test.each([
  [
    'units above numbers',
    ['part', 'torque'],
    ['', 'Nm'],
    [
      ['P1', '4.2'],
      ['P2', ''],
    ],
    true,
  ],
  ['a product called A, and a row without one', ['part', 'product'], ['P1', 'A'], [['P2', '']], false],
  ['a product called A, alone', ['part', 'product'], ['P1', 'A'], [], false],
  ['a shift called s above other words', ['part', 'shift'], ['P1', 's'], [['P2', 'late']], false],
])('%s', (_what, header, second, below, looks) => {
  expect(secondHeaderRow(header, second, below) !== undefined).toBe(looks);
});
