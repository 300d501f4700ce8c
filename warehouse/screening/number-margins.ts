import type {RankCodes} from './rank-codes.ts';
import {RowSet} from './row-set.ts';
import type {Slots} from './slots.ts';

export const BINS = 20;

/** Mean, centred squares and cubes of a score by cell (in the order of `cells`). */
export interface ScoreSums {
  mean: Float64Array;
  squares: Float64Array;
  cubes: Float64Array;
}

/** What a number's ranks say of lots and strata before any outcome is looked at. */
export interface NumberMargins {
  slots: Slots;
  /** Fractional midrank of each code among the parts asked about; NaN for missing and for codes that do not occur. */
  rank: Float64Array;
  /** Parts whose value is known, and which they are. */
  known: number;
  rows: string;
  /** Known parts of each of the slots' cells. */
  parts: Float64Array;
  /** How many different values occur. */
  kinds: number;
  location: ScoreSums;
  spread: ScoreSums;
  /** By cell and twentieth of the ranks: parts. */
  bins: Uint16Array | Uint32Array;
  /** Twentieth of each code. */
  bin: Uint8Array;
  /** Parts with rank above .9, which is where the last two twentieths begin but leaves out .9 itself. */
  high: Float64Array;
}

/**
 * Counts a number's codes instead of sorting its values. Ranks are worked with as whole numbers (twice the midrank), taken relative to the
 * first of their cell before they are squared, so that sums are exact and their order does not matter.
 */
export function numberMargins(slots: Slots, {rows, codes, distinct}: RankCodes): NumberMargins {
  const {entries, start} = slots;
  const counts = new Uint32Array(distinct.length + 1);
  for (let at = 0; at < entries.length; at++) counts[codes[entries[at]]]++;
  const known = entries.length - counts[0];
  const {doubled, bin, high, kinds} = ranksOf(counts, known);
  const cells = start.length - 1;
  let largest = 0;
  for (let j = 0; j < cells; j++) largest = Math.max(largest, start[j + 1] - start[j]);
  const bins = new (largest < 65_536 ? Uint16Array : Uint32Array)(cells * BINS);
  const parts = new Float64Array(cells);
  const above = new Float64Array(cells);
  const [location, spread] = [emptySums(cells), emptySums(cells)];
  for (let j = 0; j < cells; j++) {
    let [at, end] = [start[j], start[j + 1]];
    while (at < end && codes[entries[at]] === 0) at++;
    if (at === end) continue;
    const first = doubled[codes[entries[at]]];
    const firstAway = Math.abs(first - known);
    let [n, up, s1, s2, s3, a1, a2, a3] = [0, 0, 0, 0, 0, 0, 0, 0];
    for (; at < end; at++) {
      const code = codes[entries[at]];
      if (code === 0) continue;
      const rank = doubled[code];
      const d = rank - first;
      const away = Math.abs(rank - known) - firstAway;
      const dd = d * d;
      const aa = away * away;
      n++;
      s1 += d;
      s2 += dd;
      s3 += dd * d;
      a1 += away;
      a2 += aa;
      a3 += aa * away;
      up += high[code];
      bins[j * BINS + bin[code]]++;
    }
    parts[j] = n;
    above[j] = up;
    centre(location, j, n, 2 * known, first, s1, s2, s3);
    centre(spread, j, n, 2 * known, firstAway, a1, a2, a3);
  }
  return {
    slots,
    rank: doubled.map((twice, code) => (counts[code] > 0 && code > 0 ? twice / (2 * known) : Number.NaN)),
    known,
    rows: counts[0] === 0 ? slots.rows.name : rowsKnown(slots, rows, codes),
    parts,
    kinds,
    location,
    spread,
    bins,
    bin,
    high: above,
  };
}

/** Twice the midrank of each code (those below and those up to it), with the twentieth and the tail that it falls in. */
function ranksOf(counts: Uint32Array, known: number) {
  const doubled = new Float64Array(counts.length);
  const bin = new Uint8Array(counts.length);
  const high = new Uint8Array(counts.length);
  let [below, kinds] = [0, 0];
  for (let code = 1; code < counts.length; code++) {
    if (counts[code] === 0) continue;
    kinds++;
    const twice = 2 * below + counts[code];
    below += counts[code];
    doubled[code] = twice;
    // In whole numbers, so that a rank of exactly .1 or .9 falls on the side where it belongs.
    bin[code] = Math.min(BINS - 1, Math.floor((twice * (BINS / 2)) / known));
    high[code] = Number(5 * twice > 9 * known);
  }
  return {doubled, bin, high, kinds};
}

function emptySums(cells: number): ScoreSums {
  return {mean: new Float64Array(cells), squares: new Float64Array(cells), cubes: new Float64Array(cells)};
}

/** From sums about the first rank, in units of 1 / scale, to centred sums. */
function centre(
  to: ScoreSums,
  j: number,
  n: number,
  scale: number,
  first: number,
  s1: number,
  s2: number,
  s3: number,
): void {
  const mean = s1 / n;
  to.mean[j] = (first + mean) / scale;
  to.squares[j] = Math.max(0, s2 - mean * s1) / scale ** 2;
  to.cubes[j] = (s3 - 3 * mean * s2 + 2 * mean * mean * s1) / scale ** 3;
}

function rowsKnown({entries}: Slots, rows: Int32Array, codes: RankCodes['codes']): string {
  const known = new RowSet();
  for (let at = 0; at < entries.length; at++) if (codes[entries[at]] > 0) known.add(rows[entries[at]]);
  return known.name;
}
