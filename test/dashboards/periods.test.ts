import {expect, test} from 'vitest';
import {lastOf, withTheOneBefore} from '../../dashboards/periods.ts';

const told = (period: 'week' | 'month' | 'quarter', at: string, zone = 'UTC') => {
  const {from, to, againstFrom, againstTo} = withTheOneBefore(period, at, zone);
  expect(againstTo).toBe(from);
  return [againstFrom, from, to];
};
const days = (...all: Parameters<typeof told>) => told(...all).map(text => text.slice(0, 10));

test('the week, month and quarter of a time with the one before, over the turn of a year and of leap years', () => {
  expect(days('week', '2026-05-20T13:00:00Z')).toEqual(['2026-05-07', '2026-05-14', '2026-05-21']);
  expect(days('week', '2026-01-03T00:00:00Z')).toEqual(['2025-12-21', '2025-12-28', '2026-01-04']);
  expect(days('month', '2026-01-31T23:59:59Z')).toEqual(['2025-12-01', '2026-01-01', '2026-02-01']);
  expect(days('month', '2028-02-29T12:00:00Z')).toEqual(['2028-01-01', '2028-02-01', '2028-03-01']);
  expect(days('quarter', '2026-05-20T13:00:00Z')).toEqual(['2026-01-01', '2026-04-01', '2026-07-01']);
  expect(days('quarter', '2026-02-01T00:00:00Z')).toEqual(['2025-10-01', '2026-01-01', '2026-04-01']);
});

test('in the calendar of the plant, with the offset that its clocks have at each end', () => {
  // Half past eleven at night in UTC is the first of April in Vienna, whose clocks went forward on the 29th of March.
  expect(told('month', '2026-03-31T23:30:00Z', 'Europe/Vienna')).toEqual([
    '2026-03-01T00:00:00+01:00',
    '2026-04-01T00:00:00+02:00',
    '2026-05-01T00:00:00+02:00',
  ]);
  expect(days('month', '2026-04-01T03:00:00Z', 'America/New_York')).toEqual(['2026-02-01', '2026-03-01', '2026-04-01']);
});

test('a window that ends with April is in April; one that goes on beyond the newest part ends with that', () => {
  const newest = '2026-05-20T13:00:00Z';
  expect(lastOf('2026-05-01T00:00:00+02:00', newest)).toBe('2026-04-30T21:59:59.999Z');
  expect(lastOf('2026-07-01T00:00:00Z', newest)).toBe(newest);
  expect(lastOf(undefined, newest)).toBe(newest);
  expect(lastOf('soon', newest)).toBe(newest);
  // A quarter, and then its newest month and week.
  const {to} = withTheOneBefore('quarter', newest, 'UTC');
  expect(days('month', lastOf(to, newest))).toEqual(['2026-04-01', '2026-05-01', '2026-06-01']);
  expect(days('week', lastOf(to, newest))).toEqual(['2026-05-07', '2026-05-14', '2026-05-21']);
});
