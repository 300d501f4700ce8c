import {expect, test} from 'vitest';
import {wilson} from '../../../warehouse/statistics/wilson.ts';

// Newcombe (1998), Stat. Med. 17:857, table I, method 3 (score without continuity correction).
test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('%i of %i', (count, n, low, high) => {
  const interval = wilson(count, n);
  expect(interval.low).toBeCloseTo(low, 4);
  expect(interval.high).toBeCloseTo(high, 4);
});
