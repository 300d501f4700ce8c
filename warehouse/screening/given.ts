import type {Candidate, Tested} from './candidate.ts';
import {crossByCell, sumsByCell} from './cells.ts';
import type {Exposure} from './exposure.ts';
import type {Ground} from './ground.ts';
import {REFINED_NEAR_LEVEL} from './lot-permutation.ts';
import {type Outcome, outcomeByLot} from './outcome.ts';
import {type ScoreTest, scoreTest} from './score-test.ts';

/** One thing tested, with the factor it belongs to. */
export interface Entry {
  tested: Tested;
  candidate: Candidate;
}

/** Missing, or one of at most ten classes of a factor. */
const CLASSES = 11;

/**
 * Tests `b` with `a` held fixed: within every stratum, only lots (or parts) alike in `a` are compared. Where whole lots
 * share their class of `a`, lots are exchanged within stratum and class; where they do not, outcome and exposure are
 * taken relative to their class and lots exchanged within the stratum, since a lot's fate spans its classes.
 * @see Freedman & Lane (1983), J. Bus. Econ. Stat. 1:292; Robinson (1988), Econometrica 56:931
 */
export function testGiven(ground: Ground, b: Entry, a: Entry): ScoreTest | null {
  const {cells, frame} = ground;
  const {outcome} = b.tested;
  const held = a.candidate.exposure();
  if (held.within === null) {
    const classOf = cellClasses(a, held);
    const stratumOf = outcome.stratumOf.map((s, k) => s * CLASSES + classOf[k]);
    const restratified = outcomeByLot(outcome, stratumOf, cells.strata * CLASSES);
    return scoreTest(restratified, b.candidate.exposure(), frame.lotsOrdered, REFINED_NEAR_LEVEL);
  }
  const classes = rowClasses(a);
  const x = b.candidate.rows();
  const [freeX, freeY] = [x, ground.outcomes].map(values => relativeToClass(ground, outcome, values, x, classes));
  const rest = outcomeByLot(sumsByCell(cells, freeY), outcome.stratumOf, cells.strata);
  return scoreTest(rest, exposureOf(ground, freeX, freeY), frame.lotsOrdered, REFINED_NEAR_LEVEL);
}

function exposureOf({cells}: Ground, x: Float64Array, y: Float64Array): Exposure {
  const {mean, squares, cubes} = sumsByCell(cells, x);
  return {mean, within: {squares, cubes, cross: crossByCell(cells, x, mean, y)}};
}

const classesOfCells = new WeakMap<Candidate, Uint8Array>();

function cellClasses(entry: Entry, held: Exposure): Uint8Array {
  const known = classesOfCells.get(entry.candidate);
  if (known !== undefined) return known;
  const classes = classifyCells(entry, held);
  classesOfCells.set(entry.candidate, classes);
  return classes;
}

function classifyCells({candidate, tested}: Entry, {mean}: Exposure): Uint8Array {
  const fine = candidate.shape === 'location' || candidate.shape === 'spread';
  return Uint8Array.from(mean, (value, k) => {
    if (tested.outcome.parts[k] === 0) return 0;
    return 1 + (fine ? Math.min(9, Math.floor(value * (candidate.shape === 'spread' ? 20 : 10))) : Math.round(value));
  });
}

/** Tenths of a number by rank; exposed or not for a level or a tail. */
function rowClasses({candidate, tested}: Entry): Uint8Array {
  const fine = candidate.shape === 'location' || candidate.shape === 'spread';
  if (fine && tested.ranks !== null) {
    return Uint8Array.from(tested.ranks(), rank => (Number.isNaN(rank) ? 0 : 1 + Math.min(9, Math.floor(rank * 10))));
  }
  return Uint8Array.from(candidate.rows(), value => (Number.isNaN(value) ? 0 : 1 + value));
}

/** Values less the weighted mean of their stratum and class; NaN where x is missing or the row is left out. */
function relativeToClass(ground: Ground, outcome: Outcome, values: Float64Array, x: Float64Array, classes: Uint8Array) {
  const {cells, outcomes} = ground;
  const sum = new Float64Array(cells.strata * CLASSES);
  const weight = new Float64Array(cells.strata * CLASSES);
  for (let k = 0; k < cells.count; k++) {
    for (let at = cells.start[k]; at < cells.start[k + 1]; at++) {
      const row = cells.rows[at];
      if (Number.isNaN(x[row]) || Number.isNaN(outcomes[row])) continue;
      const group = cells.stratumOf[k] * CLASSES + classes[row];
      sum[group] += outcome.weight[k] * values[row];
      weight[group] += outcome.weight[k];
    }
  }
  const relative = new Float64Array(values.length).fill(Number.NaN);
  for (let k = 0; k < cells.count; k++) {
    for (let at = cells.start[k]; at < cells.start[k + 1]; at++) {
      const row = cells.rows[at];
      if (Number.isNaN(x[row]) || Number.isNaN(outcomes[row])) continue;
      const group = cells.stratumOf[k] * CLASSES + classes[row];
      relative[row] = values[row] - sum[group] / weight[group];
    }
  }
  return relative;
}
