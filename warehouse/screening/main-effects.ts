/** What two factors lead one to expect of every lot when each acts by itself: rates multiply. */
import {solveSymmetric} from '../statistics/solve.ts';
import type {Classes} from './classes.ts';
import type {Ground} from './ground.ts';

/** The parts of one lot (within a stratum) that share both classes. */
interface Group {
  cell: number;
  a: number;
  b: number;
  parts: number;
  cases: number;
}

export interface MainEffects {
  groups: Group[];
  /** Groups of cell k stand from start[k] to start[k + 1]. */
  start: Int32Array;
  /** Cases expected of each group. */
  expected: Float64Array;
  /** 1 + phi mu by cell: by how much shared fate widens the cases of a lot. */
  widening: Float64Array;
  /** Expected and observed cases by cell. */
  expectedOf: Float64Array;
  casesOf: Float64Array;
  partsOf: Float64Array;
  /** What is left of a score of the groups when all that the main effects know is taken off it, and its information. */
  beyondMain(x: Float64Array): {rest: Float64Array; information: number};
  /** Degrees of freedom that the fit takes from the lots. */
  spent: number;
}

/**
 * Fits rate = stratum x class of a x class of b, lots sharing a gamma-distributed fate.
 * @returns null where the fit does not settle or too few parts know both factors
 * @see Breslow & Clayton (1993), J. Am. Stat. Assoc. 88:9 (quasi-likelihood with a frailty)
 */
export function fitMainEffects(ground: Ground, a: Classes, b: Classes): MainEffects | null {
  const {groups, start} = groupsOf(ground, a, b);
  if (groups.length < 8) return null;
  const {cells} = ground;
  const cases = groups.reduce((s, g) => s + g.cases, 0);
  const parts = groups.reduce((s, g) => s + g.parts, 0);
  if (cases === 0 || cases === parts) return null;
  const {correlation} = ground.outcome;
  const frailty = (correlation * (1 - cases / parts)) / (cases / parts);
  const width = cells.strata + (a.count - 1) + (b.count - 1);
  // Each group has at most three columns that are 1: its stratum, its class of a, its class of b (the first is the base).
  const columns = groups.map(g => {
    const own = [cells.stratumOf[g.cell]];
    if (g.a > 0) own.push(cells.strata + g.a - 1);
    if (g.b > 0) own.push(cells.strata + a.count - 1 + g.b - 1);
    return own;
  });
  const beta = new Float64Array(width).fill(0);
  for (let s = 0; s < cells.strata; s++) beta[s] = Math.log(cases / parts);
  const expected = new Float64Array(groups.length);
  const expectedOf = new Float64Array(cells.count);
  const casesOf = new Float64Array(cells.count);
  const partsOf = new Float64Array(cells.count);
  const widening = new Float64Array(cells.count);
  for (const g of groups) {
    casesOf[g.cell] += g.cases;
    partsOf[g.cell] += g.parts;
  }
  const expect = () => {
    expectedOf.fill(0);
    groups.forEach((g, j) => {
      let eta = 0;
      for (const c of columns[j]) eta += beta[c];
      expected[j] = g.parts * Math.exp(Math.min(0.5, Math.max(-25, eta)));
      expectedOf[g.cell] += expected[j];
    });
    for (let k = 0; k < cells.count; k++) widening[k] = 1 + frailty * expectedOf[k];
  };
  const shape: Shape = {groups, start, columns, width, expected, expectedOf, widening};
  let settled = false;
  for (let round = 0; round < 30 && !settled; round++) {
    expect();
    const information = informationOf(shape);
    // A whisper of a prior keeps a class without cases from running off.
    for (let c = 0; c < width; c++) information[c * width + c] += 1e-3;
    const score = scoreOf(shape, casesOf);
    for (let c = cells.strata; c < width; c++) score[c] -= 1e-3 * beta[c];
    const [step] = solveSymmetric(information, [score]);
    let largest = 0;
    for (let c = 0; c < width; c++) {
      const bounded = Math.max(-2, Math.min(2, step[c]));
      beta[c] += bounded;
      largest = Math.max(largest, Math.abs(bounded));
    }
    settled = largest < 1e-6;
  }
  if (!settled) return null;
  expect();
  const information = informationOf(shape);
  const beyondMain = (x: Float64Array) => {
    const shared = crossInformation(shape, x);
    const [gamma] = solveSymmetric(information, [shared]);
    const rest = x.map((value, j) => columns[j].reduce((s, c) => s - gamma[c], value));
    return {rest, information: lengthOf(shape, rest)};
  };
  return {
    groups,
    start,
    expected,
    widening,
    expectedOf,
    casesOf,
    partsOf,
    beyondMain,
    spent: spentOnLots(shape, information),
  };
}

interface Shape {
  groups: readonly Group[];
  start: Int32Array;
  columns: readonly number[][];
  width: number;
  expected: Float64Array;
  expectedOf: Float64Array;
  widening: Float64Array;
}

function groupsOf({cells, outcomes}: Ground, a: Classes, b: Classes): {groups: Group[]; start: Int32Array} {
  const groups: Group[] = [];
  const start = new Int32Array(cells.count + 1);
  const parts = new Float64Array(a.count * b.count);
  const cases = new Float64Array(a.count * b.count);
  for (let k = 0; k < cells.count; k++) {
    parts.fill(0);
    cases.fill(0);
    for (let at = cells.start[k]; at < cells.start[k + 1]; at++) {
      const row = cells.rows[at];
      if (a.codes[row] < 0 || b.codes[row] < 0) continue;
      const both = a.codes[row] * b.count + b.codes[row];
      parts[both]++;
      cases[both] += outcomes[row];
    }
    parts.forEach((n, both) => {
      if (n > 0) groups.push({cell: k, a: Math.floor(both / b.count), b: both % b.count, parts: n, cases: cases[both]});
    });
    start[k + 1] = groups.length;
  }
  return {groups, start};
}

/** Sum over lots of z z' mu / (1 + phi mu) between them, and of mu (z - mean)(z - mean)' within. */
function informationOf({groups, start, columns, width, expected, expectedOf, widening}: Shape): Float64Array {
  const matrix = new Float64Array(width * width);
  const total = new Float64Array(width);
  for (let k = 0; k + 1 < start.length; k++) {
    if (start[k] === start[k + 1]) continue;
    total.fill(0);
    const touched = new Set<number>();
    for (let j = start[k]; j < start[k + 1]; j++) {
      for (const c of columns[j]) {
        total[c] += expected[j];
        touched.add(c);
        for (const d of columns[j]) matrix[c * width + d] += expected[j];
      }
    }
    // mean mean' mu (1 / (1 + phi mu) - 1): what shared fate takes away from independent parts.
    const less = (1 / widening[k] - 1) / expectedOf[k];
    for (const c of touched) for (const d of touched) matrix[c * width + d] += less * total[c] * total[d];
  }
  if (groups.length === 0) throw new Error('no groups');
  return matrix;
}

function scoreOf({groups, start, columns, width, expected, expectedOf, widening}: Shape, casesOf: Float64Array) {
  const score = new Float64Array(width);
  for (let k = 0; k + 1 < start.length; k++) {
    const between = (casesOf[k] - expectedOf[k]) / widening[k];
    for (let j = start[k]; j < start[k + 1]; j++) {
      const share = expected[j] / expectedOf[k];
      const residual = groups[j].cases - casesOf[k] * share + between * share;
      for (const c of columns[j]) score[c] += residual;
    }
  }
  return score;
}

function crossInformation({start, columns, width, expected, expectedOf, widening}: Shape, x: Float64Array) {
  const shared = new Float64Array(width);
  for (let k = 0; k + 1 < start.length; k++) {
    let sum = 0;
    for (let j = start[k]; j < start[k + 1]; j++) sum += expected[j] * x[j];
    const less = (1 / widening[k] - 1) * (expectedOf[k] > 0 ? sum / expectedOf[k] : 0);
    for (let j = start[k]; j < start[k + 1]; j++) {
      for (const c of columns[j]) shared[c] += expected[j] * (x[j] + less);
    }
  }
  return shared;
}

function lengthOf({start, expected, expectedOf, widening}: Shape, x: Float64Array): number {
  let length = 0;
  for (let k = 0; k + 1 < start.length; k++) {
    let [sum, squares] = [0, 0];
    for (let j = start[k]; j < start[k + 1]; j++) {
      sum += expected[j] * x[j];
      squares += expected[j] * x[j] ** 2;
    }
    if (expectedOf[k] > 0) length += squares + (1 / widening[k] - 1) * (sum ** 2 / expectedOf[k]);
  }
  return length;
}

/** The trace of the hat matrix between lots. */
function spentOnLots({start, columns, width, expected, expectedOf, widening}: Shape, information: Float64Array) {
  const unit = Array.from({length: width}, (_, c) => Float64Array.from({length: width}, (_x, d) => Number(c === d)));
  const inverse = solveSymmetric(information, unit);
  let trace = 0;
  for (let k = 0; k + 1 < start.length; k++) {
    if (!(expectedOf[k] > 0)) continue;
    const mean = new Map<number, number>();
    for (let j = start[k]; j < start[k + 1]; j++) {
      for (const c of columns[j]) mean.set(c, (mean.get(c) ?? 0) + expected[j] / expectedOf[k]);
    }
    let form = 0;
    for (const [c, u] of mean) for (const [d, v] of mean) form += u * v * inverse[c][d];
    trace += (form * expectedOf[k]) / widening[k];
  }
  return trace;
}
