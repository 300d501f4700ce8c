import type {Candidate, Shape} from './candidate.ts';
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
    candidates.push({level: null, shape, exposure, test, rows: () => rowsOf(ground, factor, SCORES[shape])});
  }
  const p = Math.min(1, ...candidates.map(({test}) => test.p * candidates.length));
  const attainable = candidates.length === 0 ? 1 : Math.min(...candidates.map(({test}) => test.attainable));
  return {outcome, ranks: () => rowsOf(ground, factor, rank => rank), candidates, p, attainable};
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

/** A score of the ranks by row of the frame. */
function rowsOf(ground: Ground, factor: Numeric, score: (rank: number) => number): Float64Array {
  const {rank, slots} = ground.layout.number(factor);
  const scored = rank.map(r => (Number.isNaN(r) ? r : score(r)));
  const rows = new Float64Array(ground.frame.parts).fill(Number.NaN);
  for (const entry of slots.entries) rows[factor.rows[entry]] = scored[factor.codes[entry]];
  return rows;
}
