import {defectiveByCell, sumsByCell} from './cells.ts';
import type {SlotEvents} from './events.ts';
import type {Frame} from './frame.ts';
import {Layout} from './layout.ts';
import {type Outcome, outcomeIn} from './outcome.ts';
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
  /** The outcome over all rows kept: every cell has a place, which is its number. */
  outcome: Outcome;
  alpha: number;
  /** The outcome over the parts for which a factor is known, by the name of that set of parts. */
  outcomesOfKnown: Map<string, Outcome>;
  eventsOfSlots: Map<Slots, SlotEvents>;
  /** Where some rows of the frame stand in a list of rows. */
  placesOfRows: Map<Int32Array, Map<Int32Array, Int32Array>>;
  /** 0, 1, 2, ... count - 1. */
  everyPlace: (count: number) => Int32Array;
}

/** 1 for rows that have an outcome. */
export function keptRows({parts, outcome}: Frame): Uint8Array {
  const keep = new Uint8Array(parts);
  for (let i = 0; i < parts; i++) keep[i] = Number(Number.isFinite(outcome[i]));
  return keep;
}

/** @param layout that of an earlier question about the same parts, lots and strata */
export function groundOf(frame: Frame, keep: Uint8Array, alpha: number, layout = new Layout(frame, keep)): Ground {
  const {cells} = layout;
  const outcomes = frame.outcome.map((y, i) => (keep[i] ? y : Number.NaN));
  const found: number[] = [];
  for (let i = 0; i < outcomes.length; i++) if (keep[i] && outcomes[i] !== 0) found.push(i);
  const events = Int32Array.from(found);
  const sums = frame.outcomeKind === 'defective' ? defectsOf(cells, events) : sumsByCell(cells, outcomes);
  const every = Int32Array.from({length: cells.count}, (_, k) => k);
  return {
    frame,
    layout,
    cells,
    outcomes,
    events,
    outcome: outcomeIn(cells, sums),
    alpha,
    outcomesOfKnown: new Map(),
    eventsOfSlots: new Map(),
    placesOfRows: new Map(),
    everyPlace: count => every.subarray(0, count),
  };
}

/** Of defective parts, counts say all. */
function defectsOf({start, cellOf, count}: Layout['cells'], events: Int32Array) {
  const parts = new Float64Array(count);
  const defective = new Float64Array(count);
  for (let k = 0; k < count; k++) parts[k] = start[k + 1] - start[k];
  for (const row of events) defective[cellOf[row]]++;
  return defectiveByCell(parts, defective);
}
