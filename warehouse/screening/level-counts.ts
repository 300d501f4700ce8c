import type {Cells} from './cells.ts';
import type {LevelCounts} from './exposure.ts';

/** Counts every level of a category by cell in one pass over the rows; memory follows the combinations that occur. */
export function countLevels(cells: Cells, codes: Int32Array, levels: number, outcomes: Float64Array): LevelCounts[] {
  const lists = Array.from({length: levels}, () => ({
    cells: [] as number[],
    parts: [] as number[],
    sums: [] as number[],
  }));
  const parts = new Float64Array(levels);
  const sums = new Float64Array(levels);
  const seen: number[] = [];
  for (let k = 0; k < cells.count; k++) {
    for (let at = cells.start[k]; at < cells.start[k + 1]; at++) {
      const row = cells.rows[at];
      const code = codes[row];
      if (code < 0) continue;
      if (parts[code]++ === 0) seen.push(code);
      sums[code] += outcomes[row];
    }
    for (const code of seen) {
      lists[code].cells.push(k);
      lists[code].parts.push(parts[code]);
      lists[code].sums.push(sums[code]);
      parts[code] = 0;
      sums[code] = 0;
    }
    seen.length = 0;
  }
  return lists.map(list => ({
    cells: Int32Array.from(list.cells),
    parts: Float64Array.from(list.parts),
    sums: Float64Array.from(list.sums),
  }));
}
