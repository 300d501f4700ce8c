/** How figures are written: thousands grouped, no more digits than they deserve, missing as a dash and never as 0. */
import type {Interval} from '../api/schemas.ts';

const MISSING = '–';
const grouped = new Intl.NumberFormat('en', {maximumFractionDigits: 0});

/** 25480 → "25,480" */
export function count(value: number | null | undefined): string {
  return value == null ? MISSING : grouped.format(value);
}

/** 1 → "1 lot", 14 → "14 lots" */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : plural}`;
}

/**
 * A share in [0, 1] as per cent with three significant digits at most: 0.0243 → "2.43 %", 0.978 → "97.8 %" (the space does
 * not break). Only all is "100 %", and only nothing "0 %": 30 bad of 100,000 are "99.97 %".
 */
export function percent(share: number | null | undefined): string {
  if (share == null || !Number.isFinite(share)) return MISSING;
  // What sums of shares are off by is no part that failed.
  const value = Math.round(share * 1e10) / 1e8;
  let digits = value % 100 === 0 ? 0 : value >= 10 ? 1 : 2;
  while (digits > 0 && Number(value.toFixed(digits)) % 100 === 0) digits++;
  return `${value.toFixed(digits)}\u00a0%`;
}

/** Digits after the point that an interval deserves: its width shows two of them at most. */
function digitsOf({low, high}: {low: number; high: number}): number {
  const width = Math.abs(high - low);
  if (!Number.isFinite(width) || width === 0) return 2;
  return Math.max(0, Math.min(9, 1 - Math.floor(Math.log10(width))));
}

/** A mean with the digits that the interval of a difference deserves: 1852.309 with one 0.6 wide → "1,852.31" */
export function likewise(value: number, interval: {low: number; high: number}): string {
  const digits = digitsOf(interval);
  const text = value.toLocaleString('en', {minimumFractionDigits: digits, maximumFractionDigits: digits});
  return text.replace('-', '−');
}

function bounded(value: number, digits: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  return value.toFixed(Math.abs(value) >= 100 ? 0 : digits).replace('-', '−');
}

/** {3.124, 2.31, 4.02} → {value: "3.1×", interval: "[2.3, 4.0]"} */
export function ratio(effect: Interval): {value: string; interval: string} {
  // Below 10 one digit is never too many: 1.5 written as 2, or as 1, would tell another story.
  const digits = Math.min(2, Math.max(digitsOf(effect), effect.low < 10 ? 1 : 0));
  const text = (value: number) => beyondBound(value) ?? bounded(value, digits);
  return {value: `${text(effect.value)}×`, interval: `[${text(effect.low)}, ${text(effect.high)}]`};
}

/** A ratio at the bound of what is reported is no result but lies beyond it. */
function beyondBound(value: number): string | null {
  if (value >= 999) return '> 1000';
  return value <= 0.001_001 ? '< 0.001' : null;
}

/** A difference with its sign: {0.121, 0.05, 0.19} → {value: "+0.121", interval: "[0.050, 0.190]"} */
export function difference(effect: Interval): {value: string; interval: string} {
  const digits = digitsOf(effect);
  const sign = effect.value > 0 ? '+' : '';
  return {value: sign + bounded(effect.value, digits), interval: intervalText(effect, digits)};
}

function intervalText({low, high}: Interval, digits: number): string {
  return `[${bounded(low, digits)}, ${bounded(high, digits)}]`;
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A probability: 0.0312 → "0.031", 2e-9 → "2 × 10⁻⁹", 0 → "< 10⁻³⁰⁰" */
export function probability(p: number): string {
  if (p <= 0) return '< 10⁻³⁰⁰';
  if (p >= 0.0995) return p.toFixed(2);
  if (p >= 0.001) return p.toFixed(3);
  const exponent = Math.floor(Math.log10(p));
  const mantissa = Math.round(p / 10 ** exponent);
  const [m, e] = mantissa === 10 ? [1, exponent + 1] : [mantissa, exponent];
  return `${m === 1 ? '' : `${m} × `}10⁻${String(-e).replace(/\d/g, d => SUPERSCRIPTS[Number(d)])}`;
}

/** Where a number is cut, with all its digits: rounded it would select other parts. */
export function cut(value: number): string {
  return String(value).replace('-', '−');
}

/** "2026-05-14T06:12:09Z" in Europe/Vienna → "14 May 2026, 08:12" */
export function moment(at: string | null | undefined, timeZone?: string): string {
  if (at == null) return 'no time';
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  return formatIn(timeZone, MOMENT).format(date);
}

/** "2026-05-14T22:12:09Z" in Europe/Vienna → "15 May" */
export function dayOf(at: string | Date, timeZone?: string): string {
  return formatIn(timeZone, DAY).format(new Date(at));
}

const MOMENT: Intl.DateTimeFormatOptions = {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
};
const DAY: Intl.DateTimeFormatOptions = {day: 'numeric', month: 'short'};

/** To make one takes a tenth of a millisecond: a chart of thousands of points would be waited for. */
const made = new Map<Intl.DateTimeFormatOptions, Map<string, Intl.DateTimeFormat>>();

function formatIn(timeZone: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const ofZone = made.get(options) ?? new Map<string, Intl.DateTimeFormat>();
  made.set(options, ofZone);
  const format = ofZone.get(timeZone ?? '') ?? new Intl.DateTimeFormat('en-GB', {...options, timeZone});
  ofZone.set(timeZone ?? '', format);
  return format;
}

/** How long ago, in the largest whole unit: "4 min", "3 h", "12 days" */
export function age(at: string, now = Date.now()): string {
  const minutes = Math.max(0, (now - new Date(at).getTime()) / 60_000);
  if (minutes < 1) return 'under 1 min';
  if (minutes < 60) return `${Math.floor(minutes)} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h`;
  return counted(Math.floor(minutes / 1440), 'day');
}

/** "supported by" and the like are codes; people read words. */
export function words(code: string): string {
  return code.replaceAll('-', ' ').replaceAll('_', ' ');
}

/** A sentence from the API, in which figures keep their per cent sign on the same line. */
export function unbroken(sentence: string): string {
  return sentence.replaceAll(' %', '\u00a0%');
}
