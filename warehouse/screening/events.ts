/** What happened to the entries of a list of rows: of defects, the defective parts, which are few. */
import type {Factor} from './frame.ts';
import type {Ground} from './ground.ts';
import type {Slots} from './slots.ts';

/** The entries whose outcome is not 0, with their outcome and the number of their cell among the slots' cells. */
export interface SlotEvents {
  entries: Int32Array;
  slot: Int32Array;
  y: Float64Array;
}

/** The events for which a number is known, one by one. */
export interface KnownEvents {
  /** Place of the cell. */
  place: Int32Array;
  code: Uint32Array;
  y: Float64Array;
}

const ofLast = new WeakMap<Ground, {factor: Factor; events: KnownEvents}>();

/** Those of a number. Everything that is asked of one number follows in a row, so its events are kept until the next is asked for. */
export function knownEvents(ground: Ground, factor: Extract<Factor, {kind: 'number'}>): KnownEvents {
  const before = ofLast.get(ground);
  if (before?.factor === factor) return before.events;
  const {slots, placeOf} = ground.layout.number(factor);
  const {entries, slot, y} = eventsAt(ground, slots, factor.rows);
  const {codes} = factor;
  const place = new Int32Array(entries.length);
  const code = new Uint32Array(entries.length);
  const outcome = new Float64Array(entries.length);
  let n = 0;
  for (let e = 0; e < entries.length; e++) {
    const own = codes[entries[e]];
    if (own === 0) continue;
    place[n] = placeOf[slot[e]];
    code[n] = own;
    outcome[n++] = y[e];
  }
  const events = {place: place.subarray(0, n), code: code.subarray(0, n), y: outcome.subarray(0, n)};
  ofLast.set(ground, {factor, events});
  return events;
}

/** The events among the entries of a list of rows. */
function eventsAt(ground: Ground, slots: Slots, rows: Int32Array): SlotEvents {
  const before = ground.eventsOfSlots.get(slots);
  if (before !== undefined) return before;
  const [entries, slot]: number[][] = [[], []];
  const {outcomes} = ground;
  for (let j = 0; j < slots.cells.length; j++) {
    for (let at = slots.start[j]; at < slots.start[j + 1]; at++) {
      if (outcomes[rows[slots.entries[at]]] === 0) continue;
      entries.push(slots.entries[at]);
      slot.push(j);
    }
  }
  const events = {
    entries: Int32Array.from(entries),
    slot: Int32Array.from(slot),
    y: Float64Array.from(entries, entry => outcomes[rows[entry]]),
  };
  ground.eventsOfSlots.set(slots, events);
  return events;
}
