/** What a number of a cell stands for, by the number format of the cell. */
export type NumberKind =
  | {kind: 'number'; shown?: string}
  | {kind: 'date'; hasDate: boolean; hasTime: boolean}
  | {kind: 'duration'}
  | {kind: 'padded'; digits: number};

const DATES = new Set([14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58]);
const TIMES = new Set([18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56]);
const PLAIN: NumberKind = {kind: 'number'};

/**
 * @param id of the number format; those below 164 are built in
 * @param code of one that the workbook defines
 * @see ECMA-376 Part 1, 18.8.30 (numFmt)
 */
export function numberKind(id: number, code: string | undefined): NumberKind {
  if (code === undefined) {
    if (DATES.has(id)) return {kind: 'date', hasDate: true, hasTime: false};
    if (id === 22) return {kind: 'date', hasDate: true, hasTime: true};
    if (TIMES.has(id)) return {kind: 'date', hasDate: false, hasTime: true};
    if (id === 46) return {kind: 'duration'};
    return id === 9 || id === 10 ? {kind: 'number', shown: '%'} : PLAIN;
  }
  const [section] = code.replace(/"[^"]*"|\\./g, m => (m.includes(';') ? '' : m)).split(';');
  if (/\[[hms]+\]/i.test(section)) return {kind: 'duration'};
  const signs = section.replace(/"[^"]*"|\\.|[_*].|\[[^\]]*\]/g, '');
  if (/^0{2,}$/.test(signs) && signs === section) return {kind: 'padded', digits: signs.length};
  if (/general/i.test(signs) || !/[ymdhs]/i.test(signs)) {
    const unit = /%/.test(signs)
      ? '%'
      : [...section.matchAll(/"([^"]*)"/g)]
          .map(([, text]) => text)
          .join('')
          .trim();
    return unit === '' ? PLAIN : {kind: 'number', shown: unit};
  }
  // An m is a minute beside an h or s, and a month otherwise.
  const hasTime = /[hs]/i.test(signs);
  return {kind: 'date', hasDate: /[yd]/i.test(signs) || !hasTime, hasTime};
}

/** @returns the number's digits without an exponent; undefined if it is no number */
export function plainDigits(text: string): string | undefined {
  if (/^-?\d+$/.test(text)) return text;
  if (!/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  // Excel writes 17 digits where a number needs them not; the shortest that mean the same are what was typed.
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value))!;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits + '0'.repeat(point - digits.length);
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

const DAY_MS = 86_400_000;

/**
 * A date's serial number as local time in ISO 8601, to the millisecond; undefined if Excel itself has no such date.
 * @param from1904 days are counted from 1904-01-01 = 0, and not from 1900-01-01 = 1
 */
export function serialToIso(
  serial: number,
  from1904: boolean,
  {hasDate, hasTime}: {hasDate: boolean; hasTime: boolean},
): string | undefined {
  if (!(serial >= 0 && serial < 2_958_466)) return undefined;
  const ms = Math.round(serial * DAY_MS);
  if (!hasDate && ms < DAY_MS) return new Date(ms).toISOString().slice(11, ms % 1000 === 0 ? 19 : 23);
  // Excel's calendar has a 29 February 1900, which never was: the days before it are one off.
  if (!from1904 && serial < 61 && (serial >= 60 || serial < 1)) return undefined;
  const epoch = from1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, serial < 60 ? 31 : 30);
  const iso = new Date(epoch + ms).toISOString();
  if (ms % DAY_MS === 0 && !hasTime) return iso.slice(0, 10);
  return iso.slice(0, ms % 1000 === 0 ? 19 : 23);
}

/** Days as hours:minutes:seconds. */
export function serialToDuration(serial: number): string {
  const seconds = Math.round(Math.abs(serial) * 86_400);
  const two = (n: number): string => String(n).padStart(2, '0');
  const sign = serial < 0 ? '-' : '';
  return `${sign}${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
