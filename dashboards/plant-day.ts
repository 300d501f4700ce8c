/**
 * When a day of the plant's calendar begins, with the offset of its clocks then: "2026-03-28" in Europe/Vienna →
 * "2026-03-28T00:00:00+01:00". A bare date would be taken for midnight in UTC. Years that are still being typed begin with a nought, and stay bare.
 */
export function startOfDay(day: string, timeZone = 'UTC'): string {
  if (day < '1') return day;
  const offsetAt = (offset: string) =>
    new Date(`${day}T00:00${offset}`).toLocaleString('en', {timeZone, timeZoneName: 'longOffset'}).split('GMT')[1] ||
    '+00:00';
  // Asked twice, because it may change between midnight in UTC and the one that is meant.
  return `${day}T00:00:00${offsetAt(offsetAt('Z'))}`;
}

/** The same for people: midnights are told as the days that they begin. */
export const inDays = (text: string): string => text.replaceAll(/T00:00:00[+-]\d\d:\d\d/g, '');
