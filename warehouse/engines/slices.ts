/**
 * Which months of a table a question about a window reads. Parts are asked about by their first inspection, so what counts
 * is whom the rows of a month concern, which the manifest says, and not when they were written: a part that is inspected in
 * March may have been made in January.
 */
import {momentOf} from '../moment.ts';
import type {Slice} from './dialect.ts';

/** When parts were first inspected, in ISO 8601: from then on, and before. */
export interface Window {
  from?: string;
  to?: string;
}

/**
 * The slices that together hold every row of a part first inspected in the window; of inspections also what tells that other
 * parts were first inspected before. Where no manifest says whom a slice concerns it is read.
 * @param table its name
 */
export function slicesWithin(table: string, slices: readonly Slice[], window: Window): Slice[] {
  const from = window.from === undefined ? Number.NEGATIVE_INFINITY : microsecondsOf(window.from);
  const to = window.to === undefined ? Number.POSITIVE_INFINITY : microsecondsOf(window.to);
  // What is no time is refused where it becomes a condition.
  if (Number.isNaN(from) || Number.isNaN(to)) return [...slices];
  const concerns = (slice: Slice) => {
    if (slice.concerns === undefined) return true;
    return (
      slice.concerns !== null && microsecondsOf(slice.concerns.from) < to && microsecondsOf(slice.concerns.to) >= from
    );
  };
  const read = table === 'inspections' ? inspectionsOf(slices, {from, to}, concerns) : new Set(slices.filter(concerns));
  // An engine takes columns from a file: of none it could not tell them.
  if (read.size === 0) read.add(slices.reduce((least, slice) => (slice.bytes < least.bytes ? slice : least)));
  return slices.filter(slice => read.has(slice));
}

/**
 * A part that was first inspected before the window may be inspected again in it: without the month of its first inspection
 * it would seem to be one of the window. So of each plant the months before are read as far back as parts go that the months
 * of the window and after know. Parts that only those months before know stay outside of the window, right or wrong.
 */
function inspectionsOf(
  slices: readonly Slice[],
  {from, to}: {from: number; to: number},
  concerns: (slice: Slice) => boolean,
): Set<Slice> {
  const [first, last] = [monthAt(from), monthAt(to - 1)];
  const read = new Set(slices.filter(slice => concerns(slice) || (slice.month >= first && slice.month <= last)));
  const earliest = new Map<string, string>();
  for (const {plant, concerns: some} of read)
    if (some) {
      const month = monthAt(microsecondsOf(some.from));
      const before = earliest.get(plant);
      if (before === undefined || month < before) earliest.set(plant, month);
    }
  for (const slice of slices) {
    const since = earliest.get(slice.plant);
    if (since !== undefined && slice.month >= since && slice.month <= first) read.add(slice);
  }
  return read;
}

/** As folders say months; what has no bound is before or after all of them. */
function monthAt(microseconds: number): string {
  if (!Number.isFinite(microseconds)) return microseconds < 0 ? '' : '9999-12';
  return new Date(Math.floor(microseconds / 1000)).toISOString().slice(0, 7);
}

/** A time as plants publish it: microseconds since 1970, NaN for what is none. Without an offset it is of UTC, whatever zone a plant lives in. */
export function microsecondsOf(time: string): number {
  const beyond = /\.\d{3}(\d{1,3})/.exec(time)?.[1] ?? '';
  return momentOf(time) * 1000 + Number(beyond.padEnd(3, '0'));
}
