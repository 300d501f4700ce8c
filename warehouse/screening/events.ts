/** What happened to the entries of a list of rows: of defects, the defective parts, which are few. */
import type {Ground} from './ground.ts';
import type {Slots} from './slots.ts';

/** The entries whose outcome is not 0, with their outcome and the number of their cell among the slots' cells. */
export interface SlotEvents {
  entries: Int32Array;
  slot: Int32Array;
  y: Float64Array;
}

/** The events among the entries of a list of rows. */
export function eventsAt(ground: Ground, slots: Slots, rows: Int32Array): SlotEvents {
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
