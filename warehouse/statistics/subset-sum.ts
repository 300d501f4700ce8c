import {logChoose} from './hypergeometric.ts';
import {latticeTail} from './lattice-sum.ts';
import {saddlepointTail} from './saddlepoint.ts';

/** One stratum of a stratified draw without replacement: distinct values, largest first, how often each, how many drawn. */
export interface Draw {
  values: Float64Array;
  counts: Float64Array;
  drawn: number;
}

/** Logarithm of how many draws a stratum has. */
function logDraws({counts, drawn}: Draw): number {
  return logChoose(
    counts.reduce((sum, count) => sum + count, 0),
    drawn,
  );
}

/** Makes a stratum out of plain values; those within one part in 10^9 of each other count as ties. */
export function drawFrom(values: Float64Array, drawn: number): Draw {
  const sorted = Float64Array.from(values).sort().reverse();
  const tolerance = 1e-9 * Math.max(Math.abs(sorted[0] ?? 0), Math.abs(sorted.at(-1) ?? 0));
  const distinct: number[] = [];
  const counts: number[] = [];
  for (const value of sorted) {
    if (distinct.length > 0 && distinct[distinct.length - 1] - value <= tolerance) counts[counts.length - 1]++;
    else {
      distinct.push(value);
      counts.push(1);
    }
  }
  return {values: Float64Array.from(distinct), counts: Float64Array.from(counts), drawn};
}

/**
 * Chance that the drawn values, summed over independent strata, reach `sum`. The draws that reach it are counted where
 * they are few (the boundary, where the saddlepoint fails) or fall into few kinds; a double saddlepoint elsewhere.
 */
export function subsetSumTail(strata: readonly Draw[], sum: number): number {
  const size = strata.reduce(
    (s, {values, counts}) => s + values.reduce((t, v, g) => t + Math.abs(v) * counts[g], 0),
    0,
  );
  const target = sum - 1e-9 * size;
  return latticeTail(strata, target) ?? countedTail(strata, target) ?? saddlepointTail(strata, sum);
}

const MOST_STEPS = 1500;
/** Where draws are beyond counting anyway, only the few at the very boundary are worth the try. */
const MOST_STEPS_OF_MANY = 200;

/** Branch and bound over how many of each distinct value are drawn; null when that takes too many steps. */
function countedTail(strata: readonly Draw[], target: number): number | null {
  const ranges = strata.map(extremes);
  const bestAfter = suffixSums(ranges.map(range => range.best(0, range.drawn)));
  const worstAfter = suffixSums(ranges.map(range => range.worst(0, range.drawn)));
  const many = strata.reduce((sum, draw) => sum + logDraws(draw), 0) > 16;
  let left = many ? MOST_STEPS_OF_MANY : MOST_STEPS;
  const walk = (stratum: number, group: number, open: number, reached: number): number => {
    if (stratum === strata.length) return reached >= target ? 1 : 0;
    if (left-- === 0) return Number.NaN;
    const {values, counts} = strata[stratum];
    const range = ranges[stratum];
    if (reached + range.best(group, open) + bestAfter[stratum + 1] < target) return 0;
    if (reached + range.worst(group, open) + worstAfter[stratum + 1] >= target) return 1;
    const items = range.itemsFrom[group];
    if (open === 0 || items === open) {
      const next = reached + range.best(group, open);
      return walk(stratum + 1, 0, strata[stratum + 1]?.drawn ?? 0, next);
    }
    const rest = items - counts[group];
    let total = 0;
    for (let take = Math.min(open, counts[group]); take >= Math.max(0, open - rest); take--) {
      const chance = logChoose(counts[group], take) + logChoose(rest, open - take) - logChoose(items, open);
      total += Math.exp(chance) * walk(stratum, group + 1, open - take, reached + take * values[group]);
      if (Number.isNaN(total)) return total;
    }
    return total;
  };
  const tail = walk(0, 0, strata[0]?.drawn ?? 0, 0);
  return Number.isNaN(tail) ? null : Math.min(1, tail);
}

/** Largest and smallest sums of `left` values drawn from the groups from `group` on. */
function extremes({values, counts, drawn}: Draw) {
  const groups = values.length;
  const itemsFrom = new Float64Array(groups + 1);
  const sumFrom = new Float64Array(groups + 1);
  for (let g = groups - 1; g >= 0; g--) {
    itemsFrom[g] = itemsFrom[g + 1] + counts[g];
    sumFrom[g] = sumFrom[g + 1] + counts[g] * values[g];
  }
  const best = (group: number, left: number) => {
    let sum = 0;
    for (let g = group; left > 0 && g < groups; g++) {
      const take = Math.min(left, counts[g]);
      sum += take * values[g];
      left -= take;
    }
    return sum;
  };
  const worst = (group: number, left: number) => sumFrom[group] - best(group, itemsFrom[group] - left);
  return {drawn, itemsFrom, best, worst};
}

function suffixSums(numbers: readonly number[]): number[] {
  const sums = new Array<number>(numbers.length + 1).fill(0);
  for (let k = numbers.length - 1; k >= 0; k--) sums[k] = sums[k + 1] + numbers[k];
  return sums;
}
