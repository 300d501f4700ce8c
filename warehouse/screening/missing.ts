import {type Levels, testLevels} from './category.ts';
import type {LevelCounts} from './exposure.ts';
import type {Factor} from './frame.ts';
import type {Ground} from './ground.ts';
import {extentOf, knownRows, presenceOf} from './presence.ts';

/** "The value is missing" as a factor of its own: a skipped step or a scanner that failed can be the cause. */
export interface Missing {
  /** The factor whose values are missing. */
  of: Factor;
  factor: Extract<Factor, {kind: 'category'}>;
  /** Other factors that miss exactly the same parts: one test for all of them. */
  twins: string[];
}

/** One candidate for every distinct set of parts that some factor misses, by the name of that set. */
export function missingFactors(
  ground: Ground,
  factors: readonly Factor[] = ground.frame.factors,
): Map<string, Missing> {
  const found = new Map<string, Missing>();
  for (const factor of factors) {
    const {name, known, missing} = extentOf(ground, factor);
    if (known === 0 || missing === 0) continue;
    const twin = found.get(name);
    if (twin) twin.twins.push(factor.name);
    else found.set(name, {of: factor, factor: missingFactor(factor, ground.frame.parts), twins: []});
  }
  return found;
}

export const LEVELS = ['missing', 'known'];

/** "Is it missing?" as a category. */
export function missingFactor(factor: Factor, parts: number): Missing['factor'] {
  const {name, step, stepOrder, branch} = factor;
  return {
    name,
    step,
    stepOrder,
    branch,
    kind: 'category',
    levels: LEVELS,
    // By row only where somebody asks: the test itself needs no more than counts by cell.
    get codes() {
      return Int32Array.from(knownRows(factor, parts));
    },
  };
}

/** Missing and known as two levels, from how many parts of each cell are known. */
export function missingLevels(ground: Ground, of: Factor): Levels {
  const {outcome, frame, cells} = ground;
  const {parts, sums} = presenceOf(ground, of);
  const [missing, known]: LevelCounts[] = [0, 1].map(() => ({
    places: ground.everyPlace(cells.count),
    parts: new Float64Array(cells.count),
    sums: new Float64Array(cells.count),
  }));
  for (let k = 0; k < cells.count; k++) {
    known.parts[k] = parts[k];
    known.sums[k] = sums[k];
    missing.parts[k] = outcome.parts[k] - parts[k];
    missing.sums[k] = outcome.parts[k] * outcome.mean[k] - sums[k];
  }
  let mask: Uint8Array | null = null;
  const exposureAt = (row: number, code: number) => {
    mask ??= knownRows(of, frame.parts);
    return Number(mask[row] === code);
  };
  return {levels: LEVELS, outcome, counts: [missing, known], exposureAt};
}

export function testMissing(ground: Ground, {of}: Pick<Missing, 'of'>) {
  return testLevels(ground, missingLevels(ground, of));
}
