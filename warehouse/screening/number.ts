import {AS_RECORDED, type Candidate, type Shape} from './candidate.ts';
import {columnOfNumber, placesOf} from './column.ts';
import {knownEvents} from './events.ts';
import {type Exposure, levelExposure, levelShares, type Shares} from './exposure.ts';
import type {Factor} from './frame.ts';
import type {Ground} from './ground.ts';
import {BINS, type NumberMargins, rankOf, type ScoreSums} from './number-margins.ts';
import type {Outcome} from './outcome.ts';
import {outcomeWhereKnown} from './presence.ts';
import {type ScoreTest, scoreTest} from './score-test.ts';

type Numeric = Extract<Factor, {kind: 'number'}>;

export const SCORES: Record<Shape, (rank: number) => number> = {
  location: rank => rank,
  spread: rank => Math.abs(rank - 0.5),
  low: rank => Number(rank < 0.1),
  high: rank => Number(rank > 0.9),
};
const SHAPES = ['location', 'spread', 'low', 'high'] as const;

/**
 * One p for a number, which need not act in one direction only: its midranks, their distance from the middle and both
 * 10 % tails, by Bonferroni. A number of two values is one test. Values beyond a detection limit are tied ranks.
 */
export function testNumber(ground: Ground, factor: Numeric) {
  const margins = ground.layout.number(factor);
  const outcome = outcomeWhereKnown(ground, factor);
  const candidates = testShapes(outcome, margins.kinds, ground.frame.lotsOrdered, shape =>
    exposureOf(ground, factor, outcome, shape),
  ).map(({shape, test}) => numberCandidate(ground, factor, shape, test));
  return {outcome, ranks: ranksOf(ground, factor), candidates, ...onePOf(candidates)};
}

/** The tests of a number's shapes, wherever its exposures come from. @param kinds how many different values occur */
export function testShapes(
  outcome: Outcome,
  kinds: number,
  ordered: boolean,
  exposure: (shape: Shape) => Exposure,
): {shape: Shape; test: ScoreTest}[] {
  return (kinds >= 3 ? SHAPES : (['location'] as const)).flatMap(shape => {
    const test = scoreTest(outcome, exposure(shape), ordered);
    return test === null ? [] : [{shape, test}];
  });
}

/** By Bonferroni. */
export function onePOf(candidates: readonly {test: ScoreTest}[]): {p: number; attainable: number} {
  const p = Math.min(1, ...candidates.map(({test}) => test.p * candidates.length));
  const attainable = candidates.length === 0 ? 1 : Math.min(...candidates.map(({test}) => test.attainable));
  return {p, attainable};
}

/** Fractional midranks of every part, when asked for. */
export function ranksOf(ground: Ground, factor: Numeric) {
  return () => columnOfNumber(ground, factor, rank => rank);
}

/** A score of a number that was tested, with the ways to what its test was made from. */
export function numberCandidate(ground: Ground, factor: Numeric, shape: Shape, test: ScoreTest): Candidate {
  return {
    level: null,
    shape,
    test,
    form: AS_RECORDED,
    recorded: null,
    exposure: () => exposureOf(ground, factor, outcomeWhereKnown(ground, factor), shape),
    shares: () => sharesOf(ground, factor, outcomeWhereKnown(ground, factor), shape),
    column: () => columnOfNumber(ground, factor, SCORES[shape]),
    at: rows => valuesAt(ground, factor, SCORES[shape], rows),
  };
}

function exposureOf(ground: Ground, factor: Numeric, outcome: Outcome, shape: Shape): Exposure {
  const margins = ground.layout.number(factor);
  if (shape === 'location' || shape === 'spread') return scoreExposure(ground, factor, margins, shape);
  const {bin} = margins;
  const parts = partsInTail(margins, shape);
  const isExposed = (code: number) => (shape === 'high' ? rankOf(margins, code) > 0.9 : bin[code] < 2);
  const sums = new Float64Array(parts.length);
  const {place, code, y} = knownEvents(ground, factor);
  for (let e = 0; e < code.length; e++) if (isExposed(code[e])) sums[place[e]] += y[e];
  return levelExposure({places: ground.everyPlace(parts.length), parts, sums}, outcome);
}

/** By place: the parts in a tail. */
function partsInTail({bins, high}: NumberMargins, shape: 'low' | 'high'): Float64Array {
  if (shape === 'high') return high;
  const low = new Float64Array(high.length);
  for (let j = 0; j < low.length; j++) low[j] = bins[j * BINS] + bins[j * BINS + 1];
  return low;
}

function sharesOf(ground: Ground, factor: Numeric, outcome: Outcome, shape: Shape): Shares {
  const margins = ground.layout.number(factor);
  if (shape === 'location' || shape === 'spread') return margins[shape];
  const parts = partsInTail(margins, shape);
  return levelShares({places: ground.everyPlace(parts.length), parts}, outcome);
}

/** The exposure to more of a score, from its sums by cell; only the events are visited one by one. */
function scoreExposure(
  ground: Ground,
  factor: Numeric,
  margins: NumberMargins,
  shape: 'location' | 'spread',
): Exposure {
  const {mean, squares, cubes, varies}: ScoreSums = margins[shape];
  if (!varies) return {mean, within: null};
  const cross = new Float64Array(mean.length);
  const {place, code, y} = knownEvents(ground, factor);
  for (let e = 0; e < code.length; e++) {
    const rank = rankOf(margins, code[e]);
    cross[place[e]] += ((shape === 'location' ? rank : Math.abs(rank - 0.5)) - mean[place[e]]) * y[e];
  }
  return {mean, within: {squares, cubes, cross}};
}

function valuesAt(
  {placesOfRows, layout}: Ground,
  factor: Numeric,
  score: (rank: number) => number,
  rows: Int32Array,
): Float64Array {
  const margins = layout.number(factor);
  let places = placesOfRows.get(factor.rows)?.get(rows);
  if (places === undefined) {
    places = placesOf(rows, factor.rows);
    placesOfRows.set(factor.rows, (placesOfRows.get(factor.rows) ?? new Map()).set(rows, places));
  }
  const values = new Float64Array(rows.length).fill(Number.NaN);
  for (let j = 0; j < values.length; j++) {
    const code = places[j] < 0 ? 0 : factor.codes[places[j]];
    if (code > 0) values[j] = score(rankOf(margins, code));
  }
  return values;
}
