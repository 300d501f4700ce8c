/** For which parts a factor is known: what its own test stands on, and as "missing" a candidate in itself. */
import {defectiveByCell, sumsByCell} from './cells.ts';
import {knownEvents} from './events.ts';
import type {Factor} from './frame.ts';
import type {Ground} from './ground.ts';
import {type Outcome, outcomeIn} from './outcome.ts';

interface Extent {
  /** Name of the set of parts: factors known for the same parts bear the same. */
  name: string;
  known: number;
  missing: number;
}

/** How many parts a factor is known for, and their name, without a look at the outcome. */
export function extentOf({layout, cells}: Ground, factor: Factor): Extent {
  const {rows, known} = factor.kind === 'category' ? layout.category(factor) : layout.number(factor);
  return {name: rows, known, missing: cells.rows.length - known};
}

/** Known parts of each cell of the ground, and their outcomes added up. */
export function presenceOf(ground: Ground, factor: Factor): {parts: Float64Array; sums: Float64Array} {
  const {cells, layout, outcomes} = ground;
  const sums = new Float64Array(cells.count);
  if (factor.kind === 'category') {
    for (const row of ground.events) if (factor.codes[row] >= 0) sums[cells.cellOf[row]] += outcomes[row];
    return {parts: layout.category(factor).knownByCell, sums};
  }
  const {cells: knownCells, parts} = layout.number(factor);
  const {place, y} = knownEvents(ground, factor);
  for (let e = 0; e < y.length; e++) sums[knownCells[place[e]]] += y[e];
  const all = new Float64Array(cells.count);
  for (let j = 0; j < parts.length; j++) all[knownCells[j]] = parts[j];
  return {parts: all, sums};
}

/** The outcome over the parts for which a factor is known. Factors known for the same parts share one. */
export function outcomeWhereKnown(ground: Ground, factor: Factor): Outcome {
  const {outcomesOfKnown} = ground;
  const {name, missing} = extentOf(ground, factor);
  if (missing === 0) return ground.outcome;
  const before = outcomesOfKnown.get(name);
  if (before !== undefined) return before;
  const outcome = outcomeOfKnown(ground, factor);
  outcomesOfKnown.set(name, outcome);
  return outcome;
}

function outcomeOfKnown(ground: Ground, factor: Factor): Outcome {
  const {cells, outcomes, frame} = ground;
  if (frame.outcomeKind === 'defective') {
    const {parts, sums} = presenceOf(ground, factor);
    return outcomeIn(cells, defectiveByCell(parts, sums));
  }
  const known = knownRows(factor, frame.parts);
  const ofKnown = outcomes.map((y, i) => (known[i] ? y : Number.NaN));
  return outcomeIn(cells, sumsByCell(cells, ofKnown));
}

/** 1 = known, by row of the frame. */
export function knownRows(factor: Factor, parts: number): Uint8Array {
  const known = new Uint8Array(parts);
  if (factor.kind === 'category') {
    for (let i = 0; i < parts; i++) known[i] = Number(factor.codes[i] >= 0);
    return known;
  }
  for (let e = 0; e < factor.rows.length; e++) known[factor.rows[e]] = Number(factor.codes[e] > 0);
  return known;
}
