import type {LevelCounts} from './exposure.ts';
import type {Factor} from './frame.ts';
import type {Ground} from './ground.ts';

type Category = Extract<Factor, {kind: 'category'}>;

/** Parts and outcomes of every level of a category by cell: the counts are known beforehand, only events are visited. */
export function levelSums(ground: Ground, factor: Category): LevelCounts[] {
  const {start, cells, parts} = ground.layout.category(factor);
  const sums = new Float64Array(cells.length);
  for (const row of ground.events) {
    const code = factor.codes[row];
    if (code < 0) continue;
    const cell = ground.cells.cellOf[row];
    let [low, high] = [start[code], start[code + 1] - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (cells[middle] < cell) low = middle + 1;
      else high = middle;
    }
    sums[low] += ground.outcomes[row];
  }
  return factor.levels.map((_, code) => ({
    cells: cells.subarray(start[code], start[code + 1]),
    parts: Float64Array.from(parts.subarray(start[code], start[code + 1])),
    sums: sums.subarray(start[code], start[code + 1]),
  }));
}
