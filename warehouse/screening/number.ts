import {midranks} from '../statistics/midranks.ts';
import type {Candidate, Ground, Shape} from './candidate.ts';
import {crossByCell, sumsByCell} from './cells.ts';
import type {Factor} from './frame.ts';
import {outcomeByLot} from './outcome.ts';
import {scoreTest} from './score-test.ts';

const SHAPES: Record<Shape, (rank: number) => number> = {
  location: rank => rank,
  spread: rank => Math.abs(rank - 0.5),
  low: rank => Number(rank < 0.1),
  high: rank => Number(rank > 0.9),
};

/**
 * One p for a number, which need not act in one direction only: its midranks, their distance from the middle and both
 * 10 % tails, by Bonferroni. A number of two values is one test. Values beyond a detection limit are tied ranks.
 */
export function testNumber(ground: Ground, factor: Extract<Factor, {kind: 'number'}>) {
  const {cells, outcomes, frame} = ground;
  const ranks = midranks(factor.values.map((value, i) => (Number.isNaN(outcomes[i]) ? Number.NaN : value)));
  const gaps = ranks.some((rank, i) => Number.isNaN(rank) && !Number.isNaN(outcomes[i]));
  const known = gaps ? outcomes.map((y, i) => (Number.isNaN(ranks[i]) ? Number.NaN : y)) : outcomes;
  const outcome = gaps ? outcomeByLot(sumsByCell(cells, known), cells.stratumOf, cells.strata) : ground.outcome;
  const candidates: Candidate[] = [];
  for (const shape of hasThreeValues(ranks)
    ? (['location', 'spread', 'low', 'high'] as const)
    : (['location'] as const)) {
    const rows = ranks.map(SHAPES[shape]);
    ranks.forEach((rank, i) => {
      if (Number.isNaN(rank)) rows[i] = Number.NaN;
    });
    const {mean, squares, cubes} = sumsByCell(cells, rows);
    const constant = !squares.some(s => s > 1e-12);
    const within = constant ? null : {squares, cubes, cross: crossByCell(cells, rows, mean, outcomes)};
    const test = scoreTest(outcome, {mean, within}, frame.lotsOrdered);
    if (test !== null) candidates.push({level: null, shape, exposure: {mean, within}, test, rows: () => rows});
  }
  const p = Math.min(1, ...candidates.map(({test}) => test.p * candidates.length));
  const attainable = candidates.length === 0 ? 1 : Math.min(...candidates.map(({test}) => test.attainable));
  return {outcome, ranks, candidates, p, attainable};
}

function hasThreeValues(ranks: Float64Array): boolean {
  let [first, second] = [Number.NaN, Number.NaN];
  for (const rank of ranks) {
    if (Number.isNaN(rank) || rank === first || rank === second) continue;
    if (Number.isNaN(first)) first = rank;
    else if (Number.isNaN(second)) second = rank;
    else return true;
  }
  return false;
}
