/**
 * The plant's calendar: Europe/Berlin, three shifts from Monday 06:00 to Saturday 06:00.
 * The plant is scheduled in work seconds, which stand still at weekends, and told in instants (seconds since 1970).
 */
export const WEEK_WORK_SECONDS = 5 * 86400;
const FIRST_MONDAY = Date.UTC(2026, 1, 16, 5) / 1000;
/** Daylight saving time of the year, as the European Union sets it: last Sundays of March and October, 01:00 UTC. */
const SUMMER = [Date.UTC(2026, 2, 29, 1) / 1000, Date.UTC(2026, 9, 25, 1) / 1000];
const SHIFTS = ['early', 'late', 'night'];
const CREWS = ['A', 'B', 'C'];

export function instantOf(workSeconds: number): number {
  const week = Math.floor(workSeconds / WEEK_WORK_SECONDS);
  return monday(week) + workSeconds - week * WEEK_WORK_SECONDS;
}

/** 06:00 on the plant's clocks. */
function monday(week: number): number {
  const winter = FIRST_MONDAY + week * 7 * 86400;
  return winter >= SUMMER[0] && winter < SUMMER[1] ? winter - 3600 : winter;
}

/** ISO 8601 with the offset of the plant's clocks: 2026-02-16T06:00:00+01:00. */
export function iso(instant: number): string {
  const summer = instant >= SUMMER[0] && instant < SUMMER[1];
  const local = Math.floor(instant) + (summer ? 7200 : 3600);
  const day = Math.floor(local / 86400);
  return `${date(day)}T${clock(local - day * 86400, ':')}${summer ? '+02:00' : '+01:00'}`;
}

/** As machines write it into file names: 20260216T050000Z. */
export function stamp(instant: number): string {
  const day = Math.floor(instant / 86400);
  return `${date(day).replaceAll('-', '')}T${clock(Math.floor(instant) - day * 86400, '')}Z`;
}

const dates = new Map<number, string>();
function date(day: number): string {
  let text = dates.get(day);
  if (!text) {
    text = new Date(day * 86400_000).toISOString().slice(0, 10);
    dates.set(day, text);
  }
  return text;
}

const TWO_DIGITS = Array.from({length: 60}, (_, n) => String(n).padStart(2, '0'));
function clock(seconds: number, separator: string): string {
  const [hours, minutes] = [(seconds / 3600) | 0, ((seconds / 60) | 0) % 60];
  return TWO_DIGITS[hours] + separator + TWO_DIGITS[minutes] + separator + TWO_DIGITS[seconds % 60];
}

/** Crews rotate weekly: who works early this week works late the next. */
export function crewAt(workSeconds: number): number {
  const week = Math.floor(workSeconds / WEEK_WORK_SECONDS);
  const shift = Math.floor((workSeconds - week * WEEK_WORK_SECONDS) / 28800) % 3;
  return (((shift - week) % 3) + 3) % 3;
}

export interface Shift {
  shift: string;
  crew: string;
  starts: number;
  ends: number;
}

export function shiftCalendar(weeks: number): Shift[] {
  return Array.from({length: weeks * 15}, (_, k) => {
    const begin = k * 28800;
    const starts = instantOf(begin);
    return {shift: SHIFTS[k % 3], crew: CREWS[crewAt(begin)], starts, ends: starts + 28800};
  });
}
