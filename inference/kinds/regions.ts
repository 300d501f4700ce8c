import {type Box, rounded} from './verdict.ts';

export interface Region {
  /** The greatest level at which a piece of it still has the least area. */
  level: number;
  /** In shares of the map. */
  box: Box;
  /** In cells of the map. */
  area: number;
}

const LEVELS = 10_000;

/**
 * Regions of a map that are suspicious together: cells that touch, corners included, at `fail` and above, at least
 * `leastArea` of them. Cells are added from the highest down, and joined to their neighbours (a component tree).
 * @param map row by row, 0 to 1; four digits count
 * @param leastArea in cells, 1 or more
 * @returns `suspicion`: the greatest level at which there is such a region; so there is one exactly at `fail` <= suspicion
 */
export function regionsOf(
  map: ArrayLike<number>,
  columns: number,
  {fail, leastArea}: {fail: number; leastArea: number},
): {suspicion: number; regions: Region[]} {
  const rows = map.length / columns;
  const levels = Uint16Array.from(map, share => Math.round(rounded(share) * LEVELS));
  const order = fromTheTop(levels);
  const forest = new Forest(levels.length, columns);
  const failLevel = Math.ceil(fail * LEVELS - 1e-9);
  let highest = 0;
  let regions: Region[] = [];
  for (let i = 0; i < order.length; i++) {
    const cell = order[i];
    const level = levels[cell];
    // Everything at the threshold and above is in: that is the picture to tell.
    if (level < failLevel && i > 0 && levels[order[i - 1]] >= failLevel) regions = forest.regions(leastArea, rows);
    if (level < failLevel && highest > 0) break;
    if (forest.add(cell, rows) >= leastArea) {
      forest.born(cell, level, leastArea);
      highest = Math.max(highest, level);
    }
  }
  if (order.length > 0 && levels[order[order.length - 1]] >= failLevel) regions = forest.regions(leastArea, rows);
  return {suspicion: highest / LEVELS, regions: regions.sort((a, b) => b.level - a.level)};
}

/** The cells, the highest first: a counting sort. */
function fromTheTop(levels: Uint16Array): Uint32Array {
  const starts = new Uint32Array(LEVELS + 2);
  for (const level of levels) starts[LEVELS - level + 1]++;
  for (let k = 1; k < starts.length; k++) starts[k] += starts[k - 1];
  const order = new Uint32Array(levels.length);
  for (let cell = 0; cell < levels.length; cell++) order[starts[LEVELS - levels[cell]]++] = cell;
  return order;
}

/** Disjoint sets of cells that touch, each with its area, its extent, and the level at which it became large enough. */
class Forest {
  readonly #columns: number;
  readonly #parent: Int32Array;
  readonly #area: Uint32Array;
  readonly #born: Uint16Array;
  readonly #extent: Int32Array;

  constructor(cells: number, columns: number) {
    this.#columns = columns;
    this.#parent = new Int32Array(cells).fill(-1);
    this.#area = new Uint32Array(cells);
    this.#born = new Uint16Array(cells);
    this.#extent = new Int32Array(cells * 4);
  }

  /** @returns the area of the set that the cell is in now */
  add(cell: number, rows: number): number {
    const [x, y] = [cell % this.#columns, Math.floor(cell / this.#columns)];
    this.#parent[cell] = cell;
    this.#area[cell] = 1;
    this.#extent.set([x, y, x, y], cell * 4);
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        const isInside = x + dx >= 0 && x + dx < this.#columns && y + dy >= 0 && y + dy < rows;
        const other = cell + dy * this.#columns + dx;
        if (isInside && other !== cell && this.#parent[other] >= 0) this.#join(cell, other);
      }
    }
    return this.#area[this.#root(cell)];
  }

  /** The set of a cell is large enough at this level, if it was not at a higher one. */
  born(cell: number, level: number, leastArea: number): void {
    const root = this.#root(cell);
    if (this.#area[root] >= leastArea && this.#born[root] === 0) this.#born[root] = level;
  }

  regions(leastArea: number, rows: number): Region[] {
    const regions: Region[] = [];
    for (let cell = 0; cell < this.#parent.length; cell++) {
      if (this.#parent[cell] !== cell || this.#area[cell] < leastArea) continue;
      const [left, top, right, bottom] = this.#extent.subarray(cell * 4, cell * 4 + 4);
      const [width, height] = [right - left + 1, bottom - top + 1];
      regions.push({
        level: this.#born[cell] / LEVELS,
        box: [left / this.#columns, top / rows, width / this.#columns, height / rows],
        area: this.#area[cell],
      });
    }
    return regions;
  }

  #root(cell: number): number {
    let at = cell;
    while (this.#parent[at] !== at) {
      this.#parent[at] = this.#parent[this.#parent[at]];
      at = this.#parent[at];
    }
    return at;
  }

  #join(a: number, b: number): void {
    const [one, other] = [this.#root(a), this.#root(b)];
    if (one === other) return;
    const [into, from] = this.#area[one] >= this.#area[other] ? [one, other] : [other, one];
    this.#parent[from] = into;
    this.#area[into] += this.#area[from];
    this.#born[into] = Math.max(this.#born[into], this.#born[from]);
    const [p, q] = [into * 4, from * 4];
    for (const k of [0, 1]) this.#extent[p + k] = Math.min(this.#extent[p + k], this.#extent[q + k]);
    for (const k of [2, 3]) this.#extent[p + k] = Math.max(this.#extent[p + k], this.#extent[q + k]);
  }
}
