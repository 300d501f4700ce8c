/**
 * How a number is spread among defective parts and others: what other tools test, one number at a time. Welch's and
 * Kolmogorov-Smirnov's tests take every part as independent and know no strata; the interval of the area has lots as its unit.
 */
import type {Finding} from '../answers.ts';
import {clusteredAuc} from '../statistics/clustered-auc.ts';
import {kolmogorovSmirnovTail, largestGap} from '../statistics/kolmogorov-smirnov.ts';
import {welch} from '../statistics/welch.ts';
import {knownEvents} from './events.ts';
import type {Factor} from './frame.ts';
import type {Ground} from './ground.ts';
import {momentsOf, type NumberMargins} from './number-margins.ts';
import {remembered} from './remembered.ts';
import type {Slots} from './slots.ts';

type Numeric = Extract<Factor, {kind: 'number'}>;
export type Distribution = Pick<Finding, 'auc' | 'aucInterval' | 'ks' | 'means'>;

export const NO_DISTRIBUTION: Distribution = {auc: null, aucInterval: null, ks: null, means: null};

/** @returns nulls where there are no defective parts or no others, and for numeric outcomes */
export function distributionOf(ground: Ground, factor: Factor): Distribution {
  if (factor.kind !== 'number' || ground.frame.outcomeKind === 'numeric') return NO_DISTRIBUTION;
  const margins = ground.layout.number(factor);
  const cases = knownEvents(ground, factor).code.slice().sort();
  const n = cases.length;
  const m = margins.known - cases.length;
  if (n === 0 || m === 0) return NO_DISTRIBUTION;
  const area = clusteredAuc(placements(ground, factor, margins, cases), 0.05);
  const statistic = largestGap(margins.upTo, cases);
  return {
    auc: area?.auc ?? null,
    aucInterval: area && {low: area.low, high: area.high},
    ks: {statistic, p: kolmogorovSmirnovTail(statistic, n, m)},
    means: meansOf(factor, margins, cases),
  };
}

/** Placements of a lot's defective parts and of its others, added up. */
function placements(ground: Ground, factor: Numeric, margins: NumberMargins, rare: Uint32Array) {
  const {codes} = factor;
  const {lotOf} = ground.cells;
  const {slots, placeOf, parts, upTo, known} = margins;
  const allCases = rare.length;
  const allControls = known - rare.length;
  // Of each code, twice: defective parts with a greater value, half of those with the same. 0 for a missing value.
  const above = new Uint32Array(upTo.length);
  // Of each code, twice: others with a smaller value, half of those with the same.
  const below = new Uint32Array(upTo.length);
  for (let code = 1, r = 0; code < upTo.length; code++) {
    const before = r;
    while (r < allCases && rare[r] === code) r++;
    above[code] = 2 * allCases - before - r;
    below[code] = upTo[code - 1] + upTo[code] - before - r;
  }
  const lots = clustersOf(slots, lotOf);
  const sums = [0, 1, 2, 3].map(() => new Float64Array(lots.count));
  const [cases, controls, casePlacements, controlPlacements] = sums;
  const {start, entries} = slots;
  const lotOfPlace = new Int32Array(parts.length);
  for (let slot = 0; slot < placeOf.length; slot++) {
    if (placeOf[slot] < 0) continue;
    let sum = 0;
    for (let at = start[slot], end = start[slot + 1]; at < end; at++) sum += above[codes[entries[at]]];
    const lot = lots.of[slot];
    lotOfPlace[placeOf[slot]] = lot;
    controls[lot] += parts[placeOf[slot]];
    controlPlacements[lot] += sum;
  }
  // The defective, who are few, were taken for others.
  const events = knownEvents(ground, factor);
  for (let e = 0; e < events.code.length; e++) {
    const lot = lotOfPlace[events.place[e]];
    const code = events.code[e];
    cases[lot]++;
    controls[lot]--;
    casePlacements[lot] += below[code];
    controlPlacements[lot] -= above[code];
  }
  for (let lot = 0; lot < lots.count; lot++) {
    casePlacements[lot] /= 2 * allControls;
    controlPlacements[lot] /= 2 * allCases;
  }
  return {cases, controls, casePlacements, controlPlacements};
}

interface Clusters {
  /** By slot. */
  of: Int32Array;
  count: number;
}

const clusters = new WeakMap<Slots, Clusters>();

/** Cells of a lot stand together: they are one cluster. Many numbers share their slots. */
function clustersOf(slots: Slots, lotOf: Int32Array): Clusters {
  return remembered(clusters, slots, () => {
    const {cells} = slots;
    let count = 0;
    const of = cells.map((k, slot) => (slot > 0 && lotOf[k] === lotOf[cells[slot - 1]] ? count - 1 : count++));
    return {of, count};
  });
}

function meansOf({distinct}: Numeric, margins: NumberMargins, cases: Uint32Array): Distribution['means'] {
  const all = momentsOf(margins, distinct);
  if (all === null) return null;
  const {known} = margins;
  // About the mean of all, so that nothing large is taken from something large.
  let sum = 0;
  let squares = 0;
  for (let at = 0; at < cases.length; at++) {
    const d = distinct[cases[at] - 1] - all.mean;
    sum += d;
    squares += d * d;
  }
  const n = cases.length;
  const m = known - cases.length;
  const defective = {n, mean: all.mean + sum / n, squares: Math.max(0, squares - sum ** 2 / n)};
  const others = {n: m, mean: all.mean - sum / m, squares: Math.max(0, all.squares - squares - sum ** 2 / m)};
  const test = welch(defective, others);
  if (test === null) return null;
  const told = ({n: size, mean, squares: spread}: typeof others) => ({
    n: size,
    mean,
    sd: Math.sqrt(spread / (size - 1)),
  });
  const {difference, low, high, p} = test;
  return {defective: told(defective), others: told(others), difference, low, high, p};
}
