/** What two factors lead one to expect of every lot when each acts by itself: rates multiply. */
import {solveSymmetric} from '../statistics/solve.ts';
import type {Classes} from './classes.ts';
import type {Ground} from './ground.ts';

/** The parts of one lot (within a stratum) that share both classes; an entry each, lot after lot. */
interface Groups {
  count: number;
  /** Groups of cell k stand from start[k] to start[k + 1]. */
  start: Int32Array;
  cell: Int32Array;
  a: Uint8Array;
  b: Uint8Array;
  parts: Float64Array;
  cases: Float64Array;
}

export interface MainEffects {
  groups: Groups;
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

/** A fit while it is made: of each group at most three columns are 1, its stratum, its class of a, its class of b. */
interface Fit {
  groups: Groups;
  width: number;
  /** Three columns a group, -1 where a class is the base. */
  columns: Int32Array;
  expected: Float64Array;
  expectedOf: Float64Array;
  widening: Float64Array;
}

/**
 * Fits rate = stratum x class of a x class of b, lots sharing a gamma-distributed fate.
 * @returns null where the fit does not settle or too few parts know both factors
 * @see Breslow & Clayton (1993), J. Am. Stat. Assoc. 88:9 (quasi-likelihood with a frailty)
 */
export function fitMainEffects(ground: Ground, a: Classes, b: Classes): MainEffects | null {
  const groups = groupsOf(ground, a, b);
  if (groups.count < 8) return null;
  const {cells} = ground;
  const cases = sum(groups.cases);
  const parts = sum(groups.parts);
  if (cases === 0 || cases === parts) return null;
  const {correlation} = ground.outcome;
  const frailty = (correlation * (1 - cases / parts)) / (cases / parts);
  const width = cells.strata + (a.count - 1) + (b.count - 1);
  const [expectedOf, casesOf, partsOf, widening] = [0, 1, 2, 3].map(() => new Float64Array(cells.count));
  for (let j = 0; j < groups.count; j++) {
    casesOf[groups.cell[j]] += groups.cases[j];
    partsOf[groups.cell[j]] += groups.parts[j];
  }
  const columns = columnsOf(groups, cells, a.count);
  const fit: Fit = {groups, width, columns, expected: new Float64Array(groups.count), expectedOf, widening};
  const beta = startOf(fit, cells.strata, frailty);
  let settled = false;
  for (let round = 0; round < 30 && !settled; round++) {
    expect(fit, beta, frailty);
    const information = informationOf(fit);
    // A whisper of a prior keeps a class without cases from running off.
    for (let c = 0; c < width; c++) information[c * width + c] += 1e-3;
    const score = scoreOf(fit, casesOf);
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
  expect(fit, beta, frailty);
  const information = informationOf(fit);
  const beyondMain = (x: Float64Array) => {
    const [gamma] = solveSymmetric(information, [crossInformation(fit, x)]);
    const rest = new Float64Array(groups.count);
    for (let j = 0; j < rest.length; j++) rest[j] = x[j] - linear(fit, gamma, j);
    return {rest, information: lengthOf(fit, rest)};
  };
  const {expected} = fit;
  const spent = spentOnLots(fit, information);
  return {groups, expected, widening, expectedOf, casesOf, partsOf, beyondMain, spent};
}

function sum(values: Float64Array): number {
  let total = 0;
  for (let k = 0; k < values.length; k++) total += values[k];
  return total;
}

function groupsOf({cells, outcomes}: Ground, a: Classes, b: Classes): Groups {
  const kinds = a.count * b.count;
  const parts = new Float64Array(kinds);
  const cases = new Float64Array(kinds);
  const found: number[][] = [[], [], [], []];
  const start = new Int32Array(cells.count + 1);
  for (let k = 0; k < cells.count; k++) {
    for (let at = cells.start[k]; at < cells.start[k + 1]; at++) {
      const row = cells.rows[at];
      if (a.codes[row] < 0 || b.codes[row] < 0) continue;
      const both = a.codes[row] * b.count + b.codes[row];
      parts[both]++;
      cases[both] += outcomes[row];
    }
    for (let both = 0; both < kinds; both++) {
      if (parts[both] === 0) continue;
      found[0].push(k);
      found[1].push(both);
      found[2].push(parts[both]);
      found[3].push(cases[both]);
      parts[both] = 0;
      cases[both] = 0;
    }
    start[k + 1] = found[0].length;
  }
  return {
    count: found[0].length,
    start,
    cell: Int32Array.from(found[0]),
    a: Uint8Array.from(found[1], both => Math.floor(both / b.count)),
    b: Uint8Array.from(found[1], both => both % b.count),
    parts: Float64Array.from(found[2]),
    cases: Float64Array.from(found[3]),
  };
}

function columnsOf({count, cell, a, b}: Groups, {strata, stratumOf}: Ground['cells'], classes: number): Int32Array {
  const columns = new Int32Array(3 * count).fill(-1);
  for (let j = 0; j < count; j++) {
    columns[3 * j] = stratumOf[cell[j]];
    if (a[j] > 0) columns[3 * j + 1] = strata + a[j] - 1;
    if (b[j] > 0) columns[3 * j + 2] = strata + classes - 1 + b[j] - 1;
  }
  return columns;
}

/** The sum of a group's columns. */
function linear({columns}: Fit, beta: Float64Array, j: number): number {
  let eta = 0;
  for (let at = 3 * j; at < 3 * j + 3; at++) if (columns[at] >= 0) eta += beta[columns[at]];
  return eta;
}

function expect(fit: Fit, beta: Float64Array, frailty: number): void {
  const {groups, expected, expectedOf, widening} = fit;
  expectedOf.fill(0);
  for (let j = 0; j < groups.count; j++) {
    expected[j] = groups.parts[j] * Math.exp(Math.min(0.5, Math.max(-25, linear(fit, beta, j))));
    expectedOf[groups.cell[j]] += expected[j];
  }
  for (let k = 0; k < widening.length; k++) widening[k] = 1 + frailty * expectedOf[k];
}

/**
 * Where the fit of the lots begins: what fits the table of strata and classes, all lots taken together, by proportional
 * fitting. It is a step or two away, and a round over the table costs next to nothing.
 */
function startOf({groups, columns, width}: Fit, strata: number, frailty: number): Float64Array {
  const key = (j: number) => (columns[3 * j] * width + columns[3 * j + 1] + 1) * width + columns[3 * j + 2] + 1;
  const placeOf = new Map<number, number>();
  const table: {own: number[]; parts: number; cases: number}[] = [];
  for (let j = 0; j < groups.count; j++) {
    let at = placeOf.get(key(j));
    if (at === undefined) {
      at = table.length;
      placeOf.set(key(j), at);
      table.push({own: [...columns.subarray(3 * j, 3 * j + 3)].filter(c => c >= 0), parts: 0, cases: 0});
    }
    table[at].parts += groups.parts[j];
    table[at].cases += groups.cases[j];
  }
  const rate = new Float64Array(width).fill(1);
  const observed = new Float64Array(width);
  const expected = new Float64Array(width);
  for (let round = 0; round < (frailty > 0 ? 12 : 30); round++) {
    for (const [from, to] of [
      [0, strata],
      [strata, width],
    ]) {
      observed.fill(0);
      expected.fill(0);
      for (const {own, parts, cases} of table) {
        const mean = own.reduce((product, c) => product * rate[c], parts);
        for (const c of own) {
          observed[c] += cases;
          expected[c] += mean;
        }
      }
      // Both factors at half a step, since they are moved together.
      for (let c = from; c < to; c++) {
        const ratio = (observed[c] + 1e-3) / (expected[c] + 1e-3);
        rate[c] *= from === 0 ? ratio : Math.sqrt(ratio);
      }
    }
  }
  return rate.map(Math.log);
}

/** Sum over lots of z z' mu / (1 + phi mu) between them, and of mu (z - mean)(z - mean)' within. */
function informationOf({groups, columns, width, expected, expectedOf, widening}: Fit): Float64Array {
  const matrix = new Float64Array(width * width);
  const total = new Float64Array(width);
  const touched = new Int32Array(width);
  for (let k = 0; k < expectedOf.length; k++) {
    const from = groups.start[k];
    const to = groups.start[k + 1];
    if (from === to) continue;
    let count = 0;
    for (let j = from; j < to; j++) {
      const mu = expected[j];
      for (let p = 3 * j; p < 3 * j + 3; p++) {
        const c = columns[p];
        if (c < 0) continue;
        if (total[c] === 0) touched[count++] = c;
        total[c] += mu;
        for (let q = 3 * j; q < 3 * j + 3; q++) if (columns[q] >= 0) matrix[c * width + columns[q]] += mu;
      }
    }
    // mean mean' mu (1 / (1 + phi mu) - 1): what shared fate takes away from independent parts.
    const less = (1 / widening[k] - 1) / expectedOf[k];
    for (let p = 0; p < count; p++) {
      for (let q = 0; q < count; q++) {
        matrix[touched[p] * width + touched[q]] += less * total[touched[p]] * total[touched[q]];
      }
    }
    for (let p = 0; p < count; p++) total[touched[p]] = 0;
  }
  return matrix;
}

function scoreOf({groups, columns, width, expected, expectedOf, widening}: Fit, casesOf: Float64Array) {
  const score = new Float64Array(width);
  for (let j = 0; j < groups.count; j++) {
    const k = groups.cell[j];
    const share = expected[j] / expectedOf[k];
    const between = (casesOf[k] - expectedOf[k]) / widening[k];
    const residual = groups.cases[j] - casesOf[k] * share + between * share;
    for (let p = 3 * j; p < 3 * j + 3; p++) if (columns[p] >= 0) score[columns[p]] += residual;
  }
  return score;
}

/** Weighted means of a score by cell. */
function meansOf({groups, expected, expectedOf}: Fit, x: Float64Array): Float64Array {
  const means = new Float64Array(expectedOf.length);
  for (let j = 0; j < groups.count; j++) means[groups.cell[j]] += expected[j] * x[j];
  for (let k = 0; k < means.length; k++) if (expectedOf[k] > 0) means[k] /= expectedOf[k];
  return means;
}

function crossInformation(fit: Fit, x: Float64Array): Float64Array {
  const {groups, columns, width, expected, widening} = fit;
  const shared = new Float64Array(width);
  const means = meansOf(fit, x);
  for (let j = 0; j < groups.count; j++) {
    const k = groups.cell[j];
    const own = expected[j] * (x[j] + (1 / widening[k] - 1) * means[k]);
    for (let p = 3 * j; p < 3 * j + 3; p++) if (columns[p] >= 0) shared[columns[p]] += own;
  }
  return shared;
}

function lengthOf(fit: Fit, x: Float64Array): number {
  const {groups, expected, expectedOf, widening} = fit;
  const means = meansOf(fit, x);
  let length = 0;
  for (let j = 0; j < groups.count; j++) length += expected[j] * x[j] ** 2;
  for (let k = 0; k < means.length; k++) length += (1 / widening[k] - 1) * expectedOf[k] * means[k] ** 2;
  return length;
}

/** The trace of the hat matrix between lots. */
function spentOnLots({groups, columns, width, expected, expectedOf, widening}: Fit, information: Float64Array): number {
  const unit = Array.from({length: width}, (_, c) => Float64Array.from({length: width}, (_x, d) => Number(c === d)));
  const inverse = solveSymmetric(information, unit);
  const mean = new Float64Array(width);
  let trace = 0;
  for (let k = 0; k < expectedOf.length; k++) {
    if (!(expectedOf[k] > 0)) continue;
    mean.fill(0);
    for (let j = groups.start[k]; j < groups.start[k + 1]; j++) {
      for (let p = 3 * j; p < 3 * j + 3; p++) if (columns[p] >= 0) mean[columns[p]] += expected[j] / expectedOf[k];
    }
    let form = 0;
    for (let c = 0; c < width; c++) {
      if (mean[c] === 0) continue;
      for (let d = 0; d < width; d++) form += mean[c] * mean[d] * inverse[c][d];
    }
    trace += (form * expectedOf[k]) / widening[k];
  }
  return trace;
}
