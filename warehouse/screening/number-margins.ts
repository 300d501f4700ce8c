import type {RankCodes} from './rank-codes.ts';
import {RowSet} from './row-set.ts';
import type {Slots} from './slots.ts';

export const BINS = 20;

/** Mean, centred squares and cubes of a score by cell. */
export interface ScoreSums {
  mean: Float64Array;
  squares: Float64Array;
  cubes: Float64Array;
  /** Whether parts of any lot differ. */
  varies: boolean;
}

/** What a number's ranks say of lots and strata before any outcome is looked at. */
export interface NumberMargins {
  slots: Slots;
  /** How many known parts have a code up to this one: what ranks, counts and gaps follow from. */
  upTo: Uint32Array;
  /** Parts whose value is known, and which they are. */
  known: number;
  rows: string;
  /** How many different values occur. */
  kinds: number;
  /** Cells that hold a known value, ascending: what follows has an entry for each of them, in an outcome's order. */
  cells: Int32Array;
  /** Place of each of the slots' cells among them, -1 where it holds none. */
  placeOf: Int32Array;
  /** Known parts. */
  parts: Float64Array;
  location: ScoreSums;
  spread: ScoreSums;
  /** By cell and twentieth of the ranks: parts. */
  bins: Uint16Array | Uint32Array;
  /** Twentieth of each code. */
  bin: Uint8Array;
  /** Parts with rank above .9, which is where the last two twentieths begin but leaves out .9 itself. */
  high: Float64Array;
}

/** Fractional midrank of a code among the parts asked about, in (0, 1); of a code that occurs. */
export function rankOf({upTo, known}: Pick<NumberMargins, 'upTo' | 'known'>, code: number): number {
  return (upTo[code - 1] + upTo[code]) / (2 * known);
}

/** Whether a part asked about has this code, which is not 0. */
export function occurs({upTo}: Pick<NumberMargins, 'upTo'>, code: number): boolean {
  return upTo[code] > upTo[code - 1];
}

const moments = new WeakMap<NumberMargins, {mean: number; squares: number} | null>();

/** Mean and centred squares of the known values, null where one lies beyond a detection limit. Worked out once. */
export function momentsOf(margins: NumberMargins, distinct: Float64Array): {mean: number; squares: number} | null {
  let known = moments.get(margins);
  if (known === undefined) {
    known = centredMoments(margins, distinct);
    moments.set(margins, known);
  }
  return known;
}

function centredMoments({upTo, known}: NumberMargins, distinct: Float64Array) {
  const shift = distinct.find(Number.isFinite) ?? 0;
  let sum = 0;
  for (let code = 1; code < upTo.length; code++) {
    if (upTo[code] > upTo[code - 1]) sum += (upTo[code] - upTo[code - 1]) * (distinct[code - 1] - shift);
  }
  const mean = shift + sum / known;
  if (!Number.isFinite(mean)) return null;
  let squares = 0;
  for (let code = 1; code < upTo.length; code++) {
    if (upTo[code] > upTo[code - 1]) squares += (upTo[code] - upTo[code - 1]) * (distinct[code - 1] - mean) ** 2;
  }
  return {mean, squares};
}

/** Room that every call uses anew: fresh memory costs more than what is done in it. */
let room = {counts: new Uint32Array(0), doubled: new Float64Array(0), own: new Uint32Array(0)};

function roomFor(codes: number, entries: number): typeof room {
  if (room.counts.length < codes)
    room = {...room, counts: new Uint32Array(2 * codes), doubled: new Float64Array(2 * codes)};
  if (room.own.length < entries) room = {...room, own: new Uint32Array(2 * entries)};
  return room;
}

/**
 * Counts a number's codes instead of sorting its values. Ranks are worked with as whole numbers (twice the midrank), taken relative to the
 * first of their cell before they are squared, so that sums are exact and their order does not matter.
 */
export function numberMargins(slots: Slots, {rows, codes, distinct}: RankCodes): NumberMargins {
  const {entries} = slots;
  const {counts, doubled, own} = roomFor(distinct.length + 1, entries.length);
  counts.fill(0, 0, distinct.length + 1);
  gather(codes, entries, own);
  count(own, entries.length, counts);
  const missing = counts[0];
  const known = entries.length - missing;
  const {upTo, bin, kinds} = ranksOf(counts, doubled, distinct.length, known);
  const {cells, placeOf, largest} = knownCells(slots, own, missing);
  const bins = new (largest < 65_536 ? Uint16Array : Uint32Array)(cells.length * BINS);
  const parts = new Float64Array(cells.length);
  const above = new Float64Array(cells.length);
  const location = emptySums(cells.length);
  const spread = emptySums(cells.length);
  sumUp(slots, placeOf, {own, doubled, bin, known}, {bins, parts, above, location, spread});
  return {
    slots,
    upTo,
    known,
    rows: missing === 0 ? slots.rows.name : rowsKnown(slots, rows, own),
    kinds,
    cells,
    placeOf,
    parts,
    location,
    spread,
    bins,
    bin,
    high: above,
  };
}

/** The codes of the entries, one after the other: what follows reads them as they lie, and knows one kind of array only. */
function gather(codes: RankCodes['codes'], entries: Int32Array, own: Uint32Array): void {
  for (let at = 0; at < entries.length; at++) own[at] = codes[entries[at]];
}

function count(own: Uint32Array, length: number, counts: Uint32Array): void {
  for (let at = 0; at < length; at++) counts[own[at]]++;
}

interface Ranked {
  own: Uint32Array;
  /** Twice the midrank of each code, and its twentieth. */
  doubled: Float64Array;
  bin: Uint8Array;
  known: number;
}

function sumUp(
  {start}: Slots,
  placeOf: Int32Array,
  {own, doubled, bin, known}: Ranked,
  {
    bins,
    parts,
    above,
    location,
    spread,
  }: {above: Float64Array} & Pick<NumberMargins, 'bins' | 'parts' | 'location' | 'spread'>,
): void {
  const inBin = new Int32Array(BINS);
  // In whole numbers, so that a rank of exactly .9 falls on the side where it belongs.
  const most = (9 * known) / 5;
  for (let slot = 0; slot < placeOf.length; slot++) {
    const j = placeOf[slot];
    if (j < 0) continue;
    let at = start[slot];
    const end = start[slot + 1];
    while (own[at] === 0) at++;
    const first = doubled[own[at]];
    const firstAway = Math.abs(first - known);
    inBin.fill(0);
    let n = 0;
    let up = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let a1 = 0;
    let a2 = 0;
    let a3 = 0;
    for (; at < end; at++) {
      const code = own[at];
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
      if (rank > most) up++;
      inBin[bin[code]]++;
    }
    parts[j] = n;
    above[j] = up;
    for (let b = 0; b < BINS; b++) bins[j * BINS + b] = inBin[b];
    centre(location, j, n, 2 * known, first, s1, s2, s3);
    centre(spread, j, n, 2 * known, firstAway, a1, a2, a3);
  }
}

/** Twice the midrank of each code (those below and those up to it), with the twentieth that it falls in. */
function ranksOf(counts: Uint32Array, doubled: Float64Array, codes: number, known: number) {
  const upTo = new Uint32Array(codes + 1);
  const bin = new Uint8Array(codes + 1);
  let below = 0;
  let kinds = 0;
  for (let code = 1; code <= codes; code++) {
    if (counts[code] > 0) {
      kinds++;
      const twice = 2 * below + counts[code];
      below += counts[code];
      doubled[code] = twice;
      // In whole numbers, so that a rank of exactly .1 falls on the side where it belongs.
      bin[code] = Math.min(BINS - 1, Math.floor((twice * (BINS / 2)) / known));
    }
    upTo[code] = below;
  }
  return {upTo, bin, kinds};
}

/** The slots' cells that hold a known value. */
function knownCells({cells, start}: Slots, own: Uint32Array, missing: number) {
  const placeOf = new Int32Array(cells.length);
  let count = 0;
  let largest = 0;
  for (let slot = 0; slot < cells.length; slot++) {
    largest = Math.max(largest, start[slot + 1] - start[slot]);
    let isKnown = missing === 0;
    for (let at = start[slot]; !isKnown && at < start[slot + 1]; at++) isKnown = own[at] > 0;
    placeOf[slot] = isKnown ? count++ : -1;
  }
  return {cells: count === cells.length ? cells : cells.filter((_, slot) => placeOf[slot] >= 0), placeOf, largest};
}

function emptySums(cells: number): ScoreSums {
  return {
    mean: new Float64Array(cells),
    squares: new Float64Array(cells),
    cubes: new Float64Array(cells),
    varies: false,
  };
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
  if (to.squares[j] > 1e-12) to.varies = true;
}

function rowsKnown({entries}: Slots, rows: Int32Array, own: Uint32Array): string {
  const known = new RowSet();
  for (let at = 0; at < entries.length; at++) if (own[at] > 0) known.add(rows[entries[at]]);
  return known.name;
}
