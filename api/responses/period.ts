const PERIOD = /^(\d{1,4}) (second|minute|hour|day|week)s?$/;
const UNIT_MS: Readonly<Record<string, number>> = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};

export const isSpan = (text: string): boolean => Number(PERIOD.exec(text)?.[1] ?? 0) > 0;

/** "8 hours" in milliseconds. @throws RangeError for words that are no length of time */
export function spanMs(text: string): number {
  const match = PERIOD.exec(text);
  if (!match || Number(match[1]) === 0) throw new RangeError(`"${text}" is no length of time: say "8 hours"`);
  return Number(match[1]) * UNIT_MS[match[2]];
}
