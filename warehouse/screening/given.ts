import type {Candidate, Tested} from './candidate.ts';
import type {Exposure} from './exposure.ts';
import type {Ground} from './ground.ts';
import {REFINED_NEAR_LEVEL} from './lot-permutation.ts';
import {outcomeByLot} from './outcome.ts';
import {relativeToClasses} from './relative.ts';
import {remembered} from './remembered.ts';
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
    const classOf = cellClasses(a, held, cells.count);
    const stratumOf = outcome.stratumOf.map((s, k) => s * CLASSES + classOf[outcome.cells[k]]);
    const restratified = outcomeByLot(outcome, stratumOf, cells.strata * CLASSES);
    return scoreTest(restratified, b.candidate.exposure(), frame.lotsOrdered, REFINED_NEAR_LEVEL);
  }
  const column = b.candidate.column();
  const relative = relativeToClasses(ground, outcome, column, rowClasses(ground, a), CLASSES);
  const rest = outcomeByLot(relative.outcome, outcome.stratumOf, cells.strata);
  return scoreTest(rest, relative.exposure, frame.lotsOrdered, REFINED_NEAR_LEVEL);
}

const classesOfCells = new WeakMap<Candidate, Uint8Array>();

/** Class of every cell, 0 where nothing is known of it. */
function cellClasses(entry: Entry, held: Exposure, count: number): Uint8Array {
  return remembered(classesOfCells, entry.candidate, () => classifyCells(entry, held, count));
}

function classifyCells({candidate, tested}: Entry, {mean}: Exposure, count: number): Uint8Array {
  const fine = candidate.shape === 'location' || candidate.shape === 'spread';
  const classes = new Uint8Array(count);
  for (let k = 0; k < mean.length; k++) {
    const tenth = Math.min(9, Math.floor(mean[k] * (candidate.shape === 'spread' ? 20 : 10)));
    classes[tested.outcome.cells[k]] = 1 + (fine ? tenth : Math.round(mean[k]));
  }
  return classes;
}

const classesOfRows = new WeakMap<Candidate, Uint8Array>();

/** Tenths of a number by rank; exposed or not for a level or a tail; 0 = missing. */
function rowClasses({frame}: Ground, entry: Entry): Uint8Array {
  return remembered(classesOfRows, entry.candidate, () => classifyRows(frame, entry));
}

function classifyRows(frame: Ground['frame'], {candidate, tested}: Entry): Uint8Array {
  const fine = candidate.shape === 'location' || candidate.shape === 'spread';
  const {rows, x} = fine && tested.ranks !== null ? tested.ranks() : candidate.column();
  const classes = new Uint8Array(frame.parts);
  for (let at = 0; at < rows.length; at++) classes[rows[at]] = 1 + (fine ? Math.min(9, Math.floor(x[at] * 10)) : x[at]);
  return classes;
}
