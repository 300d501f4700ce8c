/** Periods of the plant's calendar, each with the one before it. */
import {startOfDay} from './plant-day.ts';

export type Period = 'week' | 'month' | 'quarter';

/** The last moment of which there can be parts: before a window ends, and not after the newest. @param to as the address says it */
export function lastOf(to: string | undefined, newest: string): string {
  const end = Date.parse(to ?? '');
  return end <= Date.parse(newest) ? new Date(end - 1).toISOString() : newest;
}

/**
 * The week (seven days that end with this one), month or quarter that a time is in, and the one before it; in the form of the
 * address, ends exclusive.
 * @param at ISO time
 */
export function withTheOneBefore(
  period: Period,
  at: string,
  timeZone: string,
): {from: string; to: string; againstFrom: string; againstTo: string} {
  // In Swedish a day is told as in ISO 8601.
  const [year, month, day] = new Date(at).toLocaleDateString('sv', {timeZone}).split('-').map(Number);
  const day0 = (y: number, m: number, d: number) =>
    startOfDay(new Date(Date.UTC(y, m, d)).toISOString().slice(0, 10), timeZone);
  const months = period === 'quarter' ? 3 : 1;
  const first = Math.floor((month - 1) / months) * months;
  const begin = (k: number) =>
    period === 'week' ? day0(year, month - 1, day + 1 + 7 * (k - 1)) : day0(year, first + k * months, 1);
  return {from: begin(0), to: begin(1), againstFrom: begin(-1), againstTo: begin(0)};
}
