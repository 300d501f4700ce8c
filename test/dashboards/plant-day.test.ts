// Offsets are those of the IANA time zone data, looked up by hand.
import {expect, test} from 'vitest';
import {inDays, startOfDay} from '../../dashboards/plant-day.ts';

test('a day begins when the clocks of the plant say so, summer time included', () => {
  expect(startOfDay('2026-03-28', 'Europe/Berlin')).toBe('2026-03-28T00:00:00+01:00');
  expect(startOfDay('2026-03-30', 'Europe/Berlin')).toBe('2026-03-30T00:00:00+02:00');
  expect(startOfDay('2026-01-01', 'America/St_Johns')).toBe('2026-01-01T00:00:00-03:30');
  expect(startOfDay('2026-01-01', 'Asia/Kathmandu')).toBe('2026-01-01T00:00:00+05:45');
  // The clocks of Sydney went forward on 5 October 2025 at 02:00, which was 16:00 UTC of the day before.
  expect(startOfDay('2025-10-05', 'Australia/Sydney')).toBe('2025-10-05T00:00:00+10:00');
  expect(startOfDay('2026-01-01', 'UTC')).toBe('2026-01-01T00:00:00+00:00');
});

test('what is no day yet stays as it is typed', () => {
  expect(startOfDay('', 'Europe/Berlin')).toBe('');
  expect(startOfDay('0202-03-28', 'Europe/Berlin')).toBe('0202-03-28');
  expect(startOfDay('2026-03-28')).toBe('2026-03-28T00:00:00+00:00');
});

test('people read days', () => {
  expect(inDays('from 2026-03-10T00:00:00+01:00 before 2026-04-01T00:00:00+02:00, HX')).toBe(
    'from 2026-03-10 before 2026-04-01, HX',
  );
  expect(inDays('from 2026-03-10T06:00:00+01:00')).toBe('from 2026-03-10T06:00:00+01:00');
});
