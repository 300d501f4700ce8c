import {knownEvents} from './events.ts';
import type {Factor} from './frame.ts';
import type {Ground} from './ground.ts';
import {BINS, type NumberMargins, occurs} from './number-margins.ts';

type Numeric = Extract<Factor, {kind: 'number'}>;

/** The parts of a number, counted along its ranks or along their distance from the middle, in twentieths. */
export interface Line {
  margins: NumberMargins;
  /** Twentieth of each code. */
  bin: Uint8Array;
  /** By place and twentieth: parts. */
  parts: NumberMargins['bins'];
  /** The parts whose outcome is not 0, one by one: place, twentieth and outcome. */
  events: {place: Int32Array; bin: Uint8Array; y: Float64Array};
}

export function lineOfRanks(ground: Ground, factor: Numeric): Line {
  const margins = ground.layout.number(factor);
  const {bin, bins} = margins;
  return {margins, bin, parts: bins, events: eventsAlong(ground, factor, bin)};
}

export function lineOfDistances(ground: Ground, factor: Numeric): Line {
  const margins = ground.layout.number(factor);
  const {slots, upTo, known, placeOf} = margins;
  const bin = new Uint8Array(upTo.length);
  for (let code = 1; code < upTo.length; code++) {
    // In whole numbers, as the ranks are: twice a midrank is one.
    const away = Math.abs(upTo[code - 1] + upTo[code] - known);
    if (occurs(margins, code)) bin[code] = Math.min(BINS - 1, Math.floor((away * BINS) / known));
  }
  const parts = margins.bins.slice().fill(0);
  for (let slot = 0; slot < placeOf.length; slot++) {
    const base = placeOf[slot] * BINS;
    for (let at = slots.start[slot]; at < slots.start[slot + 1]; at++) {
      const code = factor.codes[slots.entries[at]];
      if (code > 0) parts[base + bin[code]]++;
    }
  }
  return {margins, bin, parts, events: eventsAlong(ground, factor, bin)};
}

function eventsAlong(ground: Ground, factor: Numeric, bin: Uint8Array): Line['events'] {
  const {place, code, y} = knownEvents(ground, factor);
  return {place, bin: Uint8Array.from(code, own => bin[own]), y};
}
