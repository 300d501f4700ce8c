import {expect, test} from 'vitest';
import {endOf} from '../../../ingest/readers/xsd-duration.ts';

// Added up by hand.
test.each([
  ['2026-03-02T06:00:00Z', 'PT8H', '2026-03-02T14:00:00Z'],
  ['2026-03-02T22:00:00+01:00', 'PT8H30M', '2026-03-03T06:30:00+01:00'],
  ['2026-03-02T22:00:00', 'PT8H', '2026-03-03T06:00:00'],
  ['2024-02-28T12:00:00-05:00', 'P1DT12H0.5S', '2024-03-01T00:00:00.500-05:00'],
  ['2026-12-31T23:59:59Z', 'PT1S', '2027-01-01T00:00:00Z'],
  ['2026-03-02T06:00:00Z', 'P0D', '2026-03-02T06:00:00Z'],
])('%s and %s is %s', (start, duration, end) => {
  expect(endOf(start, duration)).toBe(end);
});

test.each([
  ['2026-03-02T06:00:00Z', 'P1M'],
  ['2026-03-02T06:00:00Z', 'P1Y'],
  ['2026-03-02T06:00:00Z', '-PT8H'],
  ['2026-03-02T06:00:00Z', 'P'],
  ['2026-03-02T06:00:00Z', 'P1DT'],
  ['2026-03-02T06:00:00Z', '8 hours'],
  ['2026-13-02T06:00:00Z', 'PT8H'],
  ['tomorrow', 'PT8H'],
  ['2026-03-02T06:00:00Z', `PT${'9'.repeat(400)}H`],
])('%s and %s is nothing', (start, duration) => {
  expect(endOf(start, duration)).toBeUndefined();
});
