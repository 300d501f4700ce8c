/** The tests of factors worked out row by row from sorted values: slow, and the yardstick for what counts codes. */
import type {Shape} from '../../../warehouse/screening/candidate.ts';
import {crossByCell, held, sumsByCell} from '../../../warehouse/screening/cells.ts';
import type {Exposure} from '../../../warehouse/screening/exposure.ts';
import type {Ground} from '../../../warehouse/screening/ground.ts';
import {outcomeIn} from '../../../warehouse/screening/outcome.ts';
import {scoreTest} from '../../../warehouse/screening/score-test.ts';
import {midranks} from '../../../warehouse/statistics/midranks.ts';

const SCORES: Record<Shape, (rank: number) => number> = {
  location: rank => rank,
  spread: rank => Math.abs(rank - 0.5),
  low: rank => Number(rank < 0.1),
  high: rank => Number(rank > 0.9),
};

/** Midranks among the rows that have an outcome; NaN elsewhere. */
export function ranksByRow({outcomes}: Ground, values: Float64Array): Float64Array {
  return midranks(values.map((value, i) => (Number.isNaN(outcomes[i]) ? Number.NaN : value)));
}

export function scoreByRow(ranks: Float64Array, shape: Shape): Float64Array {
  return ranks.map(rank => (Number.isNaN(rank) ? rank : SCORES[shape](rank)));
}

/** Outcome and exposure of a score of the rows, NaN where it is missing, and their test. */
export function testByRow(ground: Ground, x: Float64Array) {
  const {cells, outcomes, frame} = ground;
  const known = outcomes.map((y, i) => (Number.isNaN(x[i]) ? Number.NaN : y));
  const outcome = outcomeIn(cells, sumsByCell(cells, known));
  const all = sumsByCell(
    cells,
    x.map((value, i) => (Number.isNaN(outcomes[i]) ? Number.NaN : value)),
  );
  const product = crossByCell(cells, x, all.mean, outcomes);
  const {mean, squares, cubes} = held(all);
  const cross = Float64Array.from(outcome.cells, k => product[k]);
  const within = squares.some(s => s > 1e-12) ? {squares, cubes, cross} : null;
  const exposure: Exposure = {mean, within};
  return {outcome, exposure, test: scoreTest(outcome, exposure, frame.lotsOrdered)};
}
