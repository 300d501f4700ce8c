import type {Factor} from './frame.ts';
import {eventsAt, type Ground} from './ground.ts';
import {BINS, type NumberMargins} from './number-margins.ts';

type Numeric = Extract<Factor, {kind: 'number'}>;

/** The parts of a number, counted along its ranks or along their distance from the middle, in twentieths. */
export interface Line {
  margins: NumberMargins;
  /** Twentieth of each code. */
  bin: Uint8Array;
  /** By cell of the margins' slots and twentieth: parts, and their outcomes added up. */
  parts: NumberMargins['bins'];
  sums: Float64Array;
}

export function lineOfRanks(ground: Ground, factor: Numeric): Line {
  const margins = ground.layout.number(factor);
  const {bin, bins} = margins;
  return {margins, bin, parts: bins, sums: sumsAlong(ground, factor, margins, bin)};
}

export function lineOfDistances(ground: Ground, factor: Numeric): Line {
  const margins = ground.layout.number(factor);
  const {slots, rank, known} = margins;
  // In whole numbers, as the ranks are: twice a midrank is one.
  const bin = Uint8Array.from(rank, r =>
    Number.isNaN(r) ? 0 : Math.min(BINS - 1, Math.floor((Math.abs(Math.round(2 * known * r) - known) * BINS) / known)),
  );
  const parts = margins.bins.slice().fill(0);
  for (let j = 0; j < slots.cells.length; j++) {
    for (let at = slots.start[j]; at < slots.start[j + 1]; at++) {
      const code = factor.codes[slots.entries[at]];
      if (code > 0) parts[j * BINS + bin[code]]++;
    }
  }
  return {margins, bin, parts, sums: sumsAlong(ground, factor, margins, bin)};
}

function sumsAlong(ground: Ground, {codes, rows}: Numeric, {slots}: NumberMargins, bin: Uint8Array): Float64Array {
  const sums = new Float64Array(slots.cells.length * BINS);
  const events = eventsAt(ground, slots, rows);
  for (let e = 0; e < events.entries.length; e++) {
    const code = codes[events.entries[e]];
    if (code > 0) sums[events.place[e] * BINS + bin[code]] += events.y[e];
  }
  return sums;
}
