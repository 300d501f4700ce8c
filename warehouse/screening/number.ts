import {areaUnderCurve} from '../statistics/auc.ts';
import type {Candidate, Shape} from './candidate.ts';
import {columnOfNumber, placesOf} from './column.ts';
import {type Exposure, levelExposure} from './exposure.ts';
import type {Factor} from './frame.ts';
import {eventsAt, type Ground} from './ground.ts';
import {BINS, type NumberMargins, type ScoreSums} from './number-margins.ts';
import type {Outcome} from './outcome.ts';
import {outcomeWhereKnown} from './presence.ts';
import {scoreTest} from './score-test.ts';

type Numeric = Extract<Factor, {kind: 'number'}>;

export const SCORES: Record<Shape, (rank: number) => number> = {
  location: rank => rank,
  spread: rank => Math.abs(rank - 0.5),
  low: rank => Number(rank < 0.1),
  high: rank => Number(rank > 0.9),
};

/**
 * One p for a number, which need not act in one direction only: its midranks, their distance from the middle and both
 * 10 % tails, by Bonferroni. A number of two values is one test. Values beyond a detection limit are tied ranks.
 */
export function testNumber(ground: Ground, factor: Numeric) {
  const margins = ground.layout.number(factor);
  const outcome = outcomeWhereKnown(ground, factor);
  const candidates: Candidate[] = [];
  for (const shape of margins.kinds >= 3 ? (['location', 'spread', 'low', 'high'] as const) : (['location'] as const)) {
    const exposure = () => exposureOf(ground, factor, outcome, shape);
    const test = scoreTest(outcome, exposure(), ground.frame.lotsOrdered);
    if (test === null) continue;
    const score = () => scored(margins.rank, SCORES[shape]);
    candidates.push({
      level: null,
      shape,
      exposure,
      test,
      column: () => columnOfNumber(ground, factor, score()),
      at: rows => valuesAt(ground, factor, SCORES[shape], rows),
    });
  }
  const p = Math.min(1, ...candidates.map(({test}) => test.p * candidates.length));
  const attainable = candidates.length === 0 ? 1 : Math.min(...candidates.map(({test}) => test.attainable));
  return {outcome, ranks: () => columnOfNumber(ground, factor, margins.rank), candidates, p, attainable};
}

function exposureOf(ground: Ground, factor: Numeric, outcome: Outcome, shape: Shape): Exposure {
  const margins = ground.layout.number(factor);
  if (shape === 'location' || shape === 'spread') {
    return scoreExposure(ground, factor, margins, shape);
  }
  const {slots, bins, bin, high, rank} = margins;
  const parts = shape === 'high' ? high : high.map((_, j) => bins[j * BINS] + bins[j * BINS + 1]);
  const isExposed = (code: number) => (shape === 'high' ? rank[code] > 0.9 : bin[code] < 2);
  const sums = new Float64Array(parts.length);
  const events = eventsAt(ground, slots, factor.rows);
  for (let e = 0; e < events.entries.length; e++) {
    const code = factor.codes[events.entries[e]];
    if (code > 0 && isExposed(code)) sums[events.place[e]] += events.y[e];
  }
  return levelExposure({cells: slots.cells, parts, sums}, outcome);
}

/** The exposure to more of a score, from its sums by cell; only the events are visited one by one. */
function scoreExposure(
  ground: Ground,
  factor: Numeric,
  margins: NumberMargins,
  shape: 'location' | 'spread',
): Exposure {
  const {slots, rank} = margins;
  const sums: ScoreSums = margins[shape];
  const count = ground.cells.count;
  const mean = scatter(sums.mean, slots.cells, count);
  if (!sums.squares.some(s => s > 1e-12)) return {mean, within: null};
  const cross = new Float64Array(count);
  const events = eventsAt(ground, slots, factor.rows);
  for (let e = 0; e < events.entries.length; e++) {
    const code = factor.codes[events.entries[e]];
    if (code === 0) continue;
    const j = events.place[e];
    const score = shape === 'location' ? rank[code] : Math.abs(rank[code] - 0.5);
    cross[slots.cells[j]] += (score - sums.mean[j]) * events.y[e];
  }
  return {
    mean,
    within: {squares: scatter(sums.squares, slots.cells, count), cubes: scatter(sums.cubes, slots.cells, count), cross},
  };
}

function scatter(values: Float64Array, at: Int32Array, length: number): Float64Array {
  const all = new Float64Array(length);
  for (let j = 0; j < at.length; j++) all[at[j]] = values[j];
  return all;
}

function scored(rank: Float64Array, score: (rank: number) => number): Float64Array {
  return rank.map(r => (Number.isNaN(r) ? r : score(r)));
}

function valuesAt(
  {placesOfRows, layout}: Ground,
  factor: Numeric,
  score: (rank: number) => number,
  rows: Int32Array,
): Float64Array {
  const {rank} = layout.number(factor);
  let places = placesOfRows.get(factor.rows)?.get(rows);
  if (places === undefined) {
    places = placesOf(rows, factor.rows);
    placesOfRows.set(factor.rows, (placesOfRows.get(factor.rows) ?? new Map()).set(rows, places));
  }
  const values = new Float64Array(rows.length).fill(Number.NaN);
  for (let j = 0; j < values.length; j++) {
    const code = places[j] < 0 ? 0 : factor.codes[places[j]];
    if (code > 0) values[j] = score(rank[code]);
  }
  return values;
}

/** Area under the ROC curve: the ranks of the defective parts say it. */
export function aucOf(ground: Ground, factor: Numeric): number | null {
  const {slots, rank, known} = ground.layout.number(factor);
  const events = eventsAt(ground, slots, factor.rows);
  let [hits, rankSum] = [0, 0];
  for (const entry of events.entries) {
    const code = factor.codes[entry];
    if (code === 0) continue;
    hits++;
    rankSum += rank[code];
  }
  return areaUnderCurve(known, hits, rankSum);
}
