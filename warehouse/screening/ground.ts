import {sumsByCell} from './cells.ts';
import type {Frame} from './frame.ts';
import {Layout} from './layout.ts';
import {type Outcome, outcomeByLot} from './outcome.ts';
import type {Slots} from './slots.ts';

/** What every factor is tested against. */
export interface Ground {
  frame: Frame;
  layout: Layout;
  cells: Layout['cells'];
  /** Outcomes by row, NaN where the row is left out. */
  outcomes: Float64Array;
  /** Rows that are not left out and whose outcome is not 0, ascending: of defects, the defective parts. */
  events: Int32Array;
  /** The outcome by cell over all rows kept. */
  outcome: Outcome;
  alpha: number;
  /** The outcome over the parts for which a factor is known, by the name of that set of parts. */
  outcomesOfKnown: Map<string, Outcome>;
  eventsOfSlots: Map<Slots, SlotEvents>;
  /** Where some rows of the frame stand in a list of rows. */
  placesOfRows: Map<Int32Array, Map<Int32Array, Int32Array>>;
}

/** The entries whose outcome is not 0, with their outcome and the place of their cell among the slots' cells. */
interface SlotEvents {
  entries: Int32Array;
  place: Int32Array;
  y: Float64Array;
}

/** @param layout that of an earlier question about the same parts, lots and strata */
export function groundOf(frame: Frame, keep: Uint8Array, alpha: number, layout = new Layout(frame, keep)): Ground {
  const {cells} = layout;
  const outcomes = frame.outcome.map((y, i) => (keep[i] ? y : Number.NaN));
  const outcome = outcomeByLot(sumsByCell(cells, outcomes), cells.stratumOf, cells.strata);
  const found: number[] = [];
  for (let i = 0; i < outcomes.length; i++) if (keep[i] && outcomes[i] !== 0) found.push(i);
  const events = Int32Array.from(found);
  return {
    frame,
    layout,
    cells,
    outcomes,
    events,
    outcome,
    alpha,
    outcomesOfKnown: new Map(),
    eventsOfSlots: new Map(),
    placesOfRows: new Map(),
  };
}

/** The events among the entries of a list of rows. */
export function eventsAt(ground: Ground, slots: Slots, rows: Int32Array): SlotEvents {
  const before = ground.eventsOfSlots.get(slots);
  if (before !== undefined) return before;
  const [entries, place]: number[][] = [[], []];
  const {outcomes} = ground;
  for (let j = 0; j < slots.cells.length; j++) {
    for (let at = slots.start[j]; at < slots.start[j + 1]; at++) {
      if (outcomes[rows[slots.entries[at]]] === 0) continue;
      entries.push(slots.entries[at]);
      place.push(j);
    }
  }
  const events = {
    entries: Int32Array.from(entries),
    place: Int32Array.from(place),
    y: Float64Array.from(entries, entry => outcomes[rows[entry]]),
  };
  ground.eventsOfSlots.set(slots, events);
  return events;
}
