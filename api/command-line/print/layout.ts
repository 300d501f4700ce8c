/** Text for people: plain, aligned, no wider than it has to be. */

/** Columns aligned under their names; numbers to the right. A table without rows is empty text. */
export function table(names: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  if (rows.length === 0) return '';
  const cells = rows.map(row => row.map(value => (typeof value === 'number' ? count(value) : (value ?? ''))));
  const isNumber = names.map((_, c) => rows.every(row => typeof row[c] === 'number' || row[c] === null));
  const widths = names.map((name, c) => Math.max(name.length, ...cells.map(row => row[c].length)));
  const line = (row: readonly string[]) =>
    row
      .map((text, c) => (isNumber[c] ? text.padStart(widths[c]) : text.padEnd(widths[c])))
      .join('  ')
      .trimEnd();
  return [line(names), ...cells.map(line)].map(text => `  ${text}\n`).join('');
}

/** 1234567.8 → 1,234,567.8 */
export function count(value: number): string {
  return value.toLocaleString('en', {maximumFractionDigits: 4});
}

/** 1 lot, 1,240 lots */
export function counted(n: number, what: string): string {
  return `${count(n)} ${what}${n === 1 ? '' : 's'}`;
}

/** 0.9531 → "95.31 %"; only all is "100.00 %", and only nothing "0.00 %": 3 bad of 1,000,000 are "99.9997 %". */
export function percent(share: number | null): string {
  if (share === null) return 'unknown';
  const value = share * 100;
  const isWhole = Math.abs(value) < 1e-9 || Math.abs(value - 100) < 1e-9;
  let digits = 2;
  while (!isWhole && digits < MOST_DIGITS && [0, 100].includes(Number(value.toFixed(digits)))) digits++;
  return `${value.toFixed(digits)} %`;
}

const MOST_DIGITS = 8;

/** Three digits that count: 3.14, 0.00123, 1.2e-7. */
export function short(value: number): string {
  if (value === 0) return '0';
  return Math.abs(value) < 0.001 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}

/** With the digits that an interval deserves, two of its width: 52.309 beside 0.98 to 1.6 → 52.31 */
export function likewise(value: number, {low, high}: {low: number; high: number}): string {
  const digits = high > low ? Math.max(0, Math.min(9, 1 - Math.floor(Math.log10(high - low)))) : 2;
  return value.toFixed(digits);
}

/** A moment as the plant's clocks showed it; what is no moment stays as it is. */
export type Clock = (at: string) => string;

/** 2026-05-14T06:12:09.120Z in Europe/Vienna → 2026-05-14 08:12:09+02:00, which may be given back as it stands */
export function clockOf(timeZone: string): Clock {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  const offset = new Intl.DateTimeFormat('en', {timeZone, timeZoneName: 'longOffset'});
  return at => {
    const moment = /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(at) ? new Date(at) : null;
    if (moment === null || Number.isNaN(moment.getTime())) return at;
    const zone = offset.formatToParts(moment).find(({type}) => type === 'timeZoneName')?.value ?? '';
    return `${format.format(moment)}${zone.replace('GMT', '') || '+00:00'}`;
  };
}

/** Bold where a terminal shows it and nobody asked for plain text. */
export function bold(text: string): string {
  return process.stdout.isTTY && !process.env.NO_COLOR ? `\u001b[1m${text}\u001b[22m` : text;
}

/** Paragraphs without those that are empty, a blank line between them. */
export function paragraphs(...parts: string[]): string {
  return parts
    .filter(part => part.trim() !== '')
    .map(part => (part.endsWith('\n') ? part : `${part}\n`))
    .join('\n');
}
