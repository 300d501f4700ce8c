/** For which parts a factor is known: what its own test stands on, and as "missing" a candidate in itself. */
import {type CellSums, sumsByCell} from './cells.ts';
import type {Factor} from './frame.ts';
import {eventsAt, type Ground} from './ground.ts';
import {type Outcome, outcomeByLot} from './outcome.ts';

export interface Presence {
  /** Name of the set of parts: factors known for the same parts bear the same. */
  name: string;
  known: number;
  missing: number;
  /** Known parts of each cell, and their outcomes added up. */
  parts: Float64Array;
  sums: Float64Array;
}

/** How many parts a factor is known for, and their name, without a look at the outcome. */
export function extentOf({layout, cells}: Ground, factor: Factor): Pick<Presence, 'name' | 'known' | 'missing'> {
  const {rows, known} = factor.kind === 'category' ? layout.category(factor) : layout.number(factor);
  return {name: rows, known, missing: cells.rows.length - known};
}

export function presenceOf(ground: Ground, factor: Factor): Presence {
  const {cells, layout, outcomes} = ground;
  const extent = extentOf(ground, factor);
  const sums = new Float64Array(cells.count);
  if (factor.kind === 'category') {
    for (const row of ground.events) if (factor.codes[row] >= 0) sums[cells.cellOf[row]] += outcomes[row];
    return {...extent, parts: layout.category(factor).knownByCell, sums};
  }
  const {slots, parts} = layout.number(factor);
  const events = eventsAt(ground, slots, factor.rows);
  for (let e = 0; e < events.entries.length; e++) {
    if (factor.codes[events.entries[e]] > 0) sums[slots.cells[events.place[e]]] += events.y[e];
  }
  const all = new Float64Array(cells.count);
  for (let j = 0; j < parts.length; j++) all[slots.cells[j]] = parts[j];
  return {...extent, parts: all, sums};
}

/** The outcome over the parts for which a factor is known. Factors known for the same parts share one. */
export function outcomeWhereKnown(ground: Ground, factor: Factor): Outcome {
  const {cells, outcomesOfKnown, outcomes, frame} = ground;
  const {name, missing} = extentOf(ground, factor);
  if (missing === 0) return ground.outcome;
  const before = outcomesOfKnown.get(name);
  if (before !== undefined) return before;
  let byCell: CellSums;
  if (frame.outcomeKind === 'defective') byCell = defectiveByCell(presenceOf(ground, factor));
  else {
    const known = knownRows(factor, frame.parts);
    byCell = sumsByCell(
      cells,
      outcomes.map((y, i) => (known[i] ? y : Number.NaN)),
    );
  }
  const outcome = outcomeByLot(byCell, cells.stratumOf, cells.strata);
  outcomesOfKnown.set(name, outcome);
  return outcome;
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

/** Centred sums of so many ones and zeros. */
function defectiveByCell({parts, sums}: Presence): CellSums {
  const [mean, squares, cubes] = [0, 1, 2].map(() => new Float64Array(parts.length));
  for (let k = 0; k < parts.length; k++) {
    const [n, d] = [parts[k], sums[k]];
    if (d === 0) continue;
    mean[k] = d / n;
    squares[k] = (d * (n - d)) / n;
    cubes[k] = (d * (n - d) * (n - 2 * d)) / (n * n);
  }
  return {parts, mean, squares, cubes};
}
