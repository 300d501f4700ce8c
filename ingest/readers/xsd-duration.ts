const DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const TIME = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?)(Z|[+-]\d{2}:\d{2})?$/;

/**
 * The time at which something that lasts this long ends, with the offset of its start or, as its start has none, without:
 * then the clock on the wall is meant.
 * @param duration as xsd:duration. Years and months, whose length the calendar says, are none here
 * @see XML Schema Part 2, appendix E: adding durations to dateTimes
 */
export function endOf(start: string, duration: string): string | undefined {
  const length = DURATION.exec(duration);
  const time = TIME.exec(start);
  if (!length || !time || /[PT]$/.test(duration)) return undefined;
  const [days, hours, minutes, seconds] = length.slice(1).map(text => Number(text ?? 0));
  const end = Date.parse(`${time[1]}Z`) + (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
  // Beyond the year 9999 there is no such text.
  if (!(end < Date.UTC(10_000, 0))) return undefined;
  return new Date(end).toISOString().replace('.000Z', '').replace(/Z$/, '') + (time[2] ?? '');
}
