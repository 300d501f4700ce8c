import type {LevelCounts} from './exposure.ts';
import type {Factor} from './frame.ts';
import type {Ground} from './ground.ts';
import type {Outcome} from './outcome.ts';

type Category = Extract<Factor, {kind: 'category'}>;

/**
 * Parts and outcomes of every level of a category, in the places of the outcome where it is known: the counts are known
 * beforehand, only events are visited.
 */
export function levelSums(ground: Ground, factor: Category, outcome: Outcome): LevelCounts[] {
  const {start, cells, parts} = ground.layout.category(factor);
  const sums = new Float64Array(cells.length);
  for (const row of ground.events) {
    const code = factor.codes[row];
    if (code < 0) continue;
    const cell = ground.cells.cellOf[row];
    let low = start[code];
    let high = start[code + 1] - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (cells[middle] < cell) low = middle + 1;
      else high = middle;
    }
    sums[low] += ground.outcomes[row];
  }
  const places = placesIn(ground, outcome);
  return factor.levels.map((_, code) => ({
    places:
      places === null
        ? cells.subarray(start[code], start[code + 1])
        : cells.subarray(start[code], start[code + 1]).map(k => places[k]),
    parts: Float64Array.from(parts.subarray(start[code], start[code + 1])),
    sums: sums.subarray(start[code], start[code + 1]),
  }));
}

/** Place of each cell in an outcome, null where all cells have one, which then is their number. */
function placesIn({cells}: Ground, outcome: Outcome): Int32Array | null {
  if (outcome.cells.length === cells.count) return null;
  const places = new Int32Array(cells.count).fill(-1);
  outcome.cells.forEach((k, place) => {
    places[k] = place;
  });
  return places;
}
