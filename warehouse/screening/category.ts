import {simes} from '../statistics/simes.ts';
import type {Candidate} from './candidate.ts';
import {columnOfRows} from './column.ts';
import {type LevelCounts, levelExposure, levelShares} from './exposure.ts';
import type {Factor} from './frame.ts';
import type {Ground} from './ground.ts';
import {levelSums} from './level-sums.ts';
import {lotsMainly, testLevel} from './level-test.ts';
import {manyLevelsTest} from './many-levels.ts';
import type {Outcome} from './outcome.ts';
import {outcomeWhereKnown} from './presence.ts';

const MANY_LEVELS = 50;

type Category = Extract<Factor, {kind: 'category'}>;

/**
 * One p for a category: Simes over its levels that are distinct and could have reached significance; a factor of two
 * levels is one test. Beyond 50 levels a variance-component test shares the error with Simes, since 5,000 operators
 * who differ a little leave no single one that stands out.
 */
export function testCategory(ground: Ground, factor: Category) {
  return testLevels(ground, levelsOf(ground, factor));
}

/** Levels whose parts and outcomes by lot are known, ready to be tested. */
export interface Levels {
  levels: readonly string[];
  outcome: Outcome;
  counts: readonly LevelCounts[];
  /** Exposure of a row to a level, NaN where it is not known. */
  exposureAt: (row: number, code: number) => number;
}

export function levelsOf(ground: Ground, factor: Category): Levels {
  const {codes, levels} = factor;
  const outcome = outcomeWhereKnown(ground, factor);
  const exposureAt = (row: number, code: number) => (codes[row] < 0 ? Number.NaN : Number(codes[row] === code));
  return {levels, outcome, counts: levelSums(ground, factor, outcome), exposureAt};
}

/** A level that was tested, with the ways to what its test was made from. */
export function levelCandidate(
  ground: Ground,
  levelsOf: () => Levels,
  code: number,
  level: string,
  {test, form}: Pick<Candidate, 'test' | 'form'>,
): Candidate {
  const parts = () => levelExposure(levelsOf().counts[code], levelsOf().outcome);
  const common = {level, shape: null, test, form};
  if (form.byLot) {
    const lots = () => lotsMainly(levelShares(levelsOf().counts[code], levelsOf().outcome));
    const exposureAt = () => byLot(ground, levelsOf(), code, lots().mean);
    return {
      ...common,
      exposure: lots,
      recorded: parts,
      shares: () => ({mean: lots().mean, varies: false}),
      column: () => columnOfRows(ground, exposureAt()),
      at: rows => Float64Array.from(rows, exposureAt()),
    };
  }
  return {
    ...common,
    exposure: parts,
    recorded: null,
    shares: () => levelShares(levelsOf().counts[code], levelsOf().outcome),
    column: () => columnOfRows(ground, row => levelsOf().exposureAt(row, code)),
    at: rows => Float64Array.from(rows, row => levelsOf().exposureAt(row, code)),
  };
}

/** Exposure of a row by that of its lot, NaN where its own level is not known. */
function byLot({cells}: Ground, {outcome, exposureAt}: Levels, code: number, mean: Float64Array) {
  const byCell = new Float64Array(cells.count);
  outcome.cells.forEach((k, place) => {
    byCell[k] = mean[place];
  });
  return (row: number) => (Number.isNaN(exposureAt(row, code)) ? Number.NaN : byCell[cells.cellOf[row]]);
}

/** No candidates where there is no contrast within any stratum. */
export function testLevels(ground: Ground, of: Levels) {
  const {levels, outcome, counts} = of;
  const occurring = levels.map((_, code) => code).filter(code => counts[code].places.length > 0);
  const candidates: Candidate[] = [];
  for (const code of largest(occurring, counts, ground.cells.count)) {
    const tested = testLevel(outcome, counts[code], ground.frame.lotsOrdered);
    if (tested !== null) candidates.push(levelCandidate(ground, () => of, code, levels[code], tested));
  }
  if (candidates.length === 0) return {outcome, candidates, p: 1, attainable: 1};
  const told = occurring.length === 2 ? candidates.slice(0, 1) : candidates;
  const tests = attainableOf(told, ground.alpha).map(({test}) => test);
  const p = simes(tests.map(test => test.p));
  const attainable = Math.min(1, tests.length * Math.min(...tests.map(test => test.attainable)));
  if (occurring.length <= MANY_LEVELS) return {outcome, candidates, p, attainable};
  const shared = manyLevelsTest(
    outcome,
    occurring.map(code => counts[code]),
    ground.frame.lotsOrdered,
  );
  if (shared === null) return {outcome, candidates, p, attainable};
  return {outcome, candidates, p: Math.min(1, 2 * Math.min(p, shared)), attainable: 0};
}

/** Levels tested one by one: all, or where that would take too long those with most parts, chosen by margins alone. */
function largest(occurring: readonly number[], counts: readonly LevelCounts[], cells: number): readonly number[] {
  const most = Math.max(MANY_LEVELS, Math.floor(400_000 / cells));
  if (occurring.length <= most) return occurring;
  const size = (code: number) => counts[code].parts.reduce((s, n) => s + n, 0);
  const sized = occurring.map(code => ({code, size: size(code)}));
  return sized
    .sort((a, b) => b.size - a.size || a.code - b.code)
    .slice(0, most)
    .map(({code}) => code);
}

/**
 * The levels worth a share of the error: the largest number k of them whose attainable p is at most alpha / k, judged
 * by margins alone.
 * @see Tarone (1990), Biometrics 46:515
 */
function attainableOf(candidates: readonly Candidate[], alpha: number): readonly Candidate[] {
  const ranked = [...candidates].sort((a, b) => a.test.attainable - b.test.attainable);
  let k = ranked.length;
  while (k > 0 && ranked[k - 1].test.attainable > alpha / k) k--;
  // Where none can reach it, all stay: the factor is then reported as too little data.
  return k === 0 ? ranked : ranked.slice(0, k);
}
