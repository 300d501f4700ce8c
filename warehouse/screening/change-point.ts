/** Did the rate change at a moment: which, how sure, and what else changed then. */
import {likenessInTime} from './autocorrelation.ts';
import type {Candidate, Tested} from './candidate.ts';
import {testLevels} from './category.ts';
import {type Series, seriesOf, without} from './change-series.ts';
import type {Ground} from './ground.ts';
import {largestStep} from './largest-step.ts';
import {lotPermutationTest} from './lot-permutation.ts';
import {type ScoreTest, splitScore} from './score-test.ts';

/** The name by contract of "the rate changed at some moment". */
export const CHANGE_POINT = 'time.change_point';

export interface Change {
  /** First lot after the change, and the first and last that it may have been (95 %). */
  lot: number;
  low: number;
  high: number;
  /** The moment, and the span that holds it, in words. */
  moment: string;
  span: string;
  /** What a fit at the best of many moments gains by the choice, in units of log-likelihood. */
  cost: number;
  /** The part of an error rate that is left for the chosen moment alone. */
  share: number;
}

/**
 * A drift that is as likely to be steady is no change: the step has to stand beside it at this level. The step itself
 * shares the error of all tests.
 */
const BESIDE_DRIFT = 0.02;

/**
 * Half of the mass on either side of the largest of two random walks with drift.
 * @see Hansen (2000), Econometrica 68:575: 95 % of 2 log LR at the true moment lie below 7.35
 */
const SPAN = 7.35;

/**
 * One p for "the rate changed at some moment": the largest step over all moments against shuffled lots, allowing for
 * neighbours that are alike.
 * @returns null where lots are in no order or too few
 */
export function testChangePoint(ground: Ground): Tested | null {
  const series = seriesOf(ground);
  const step = series && largestStep(series, null);
  if (series === null || step === null) return null;
  const place = series.places[step.at];
  const inflation = inflationAt(series, series.stepAt(place), null);
  const p = Math.max(step.p(inflation), againstDrift(series));
  const change = changeAt(ground, series, step, inflation);
  const counts = [0, 1].map(after => countsOf(ground, place, after === 1));
  const levels = [`before ${change.moment}`, `since ${change.moment}`];
  const codes = ground.frame.lot.map(lot => Number(lot >= place));
  const exposureAt = (row: number, code: number) => Number(codes[row] === code);
  const told = testLevels(ground, {levels, outcome: ground.outcome, counts, exposureAt});
  if (told.candidates.length === 0) return null;
  const candidates = told.candidates.map(one => ({...one, test: asSought(ground, one)}));
  const share = Math.min(1, candidates[0].test.p / Math.max(p, 1e-300));
  const factor = {
    name: CHANGE_POINT,
    step: null,
    stepOrder: null,
    branch: 'environment' as const,
    time: true,
    kind: 'category' as const,
    codes,
    levels,
  };
  return {
    ...told,
    candidates,
    factor,
    kind: 'time',
    ranks: null,
    twins: [],
    p,
    attainable: 0,
    change: {...change, share},
  };
}

/** The moment's own test, its widening taken as it stands, as the search does: the one is a share of the other. */
function asSought({outcome}: Ground, {exposure, test}: Candidate): ScoreTest {
  const likeness = {...test.likeness, doubt: 0};
  const score = splitScore(outcome, exposure());
  return score === null ? test : {...lotPermutationTest({...score, likeness}), likeness};
}

/** p of a step beside a steady drift, 0 where it stands out, so that the largest p decides. */
function againstDrift(series: Series): number {
  const step = largestStep(series, series.drift);
  if (step === null) return 1;
  const coefficient = without(series.stepAt(series.places[step.at]), series.drift);
  const p = step.p(inflationAt(series, coefficient, series.drift));
  return p <= BESIDE_DRIFT ? 0 : p;
}

function inflationAt({outcome}: Series, coefficient: Float64Array, beside: Float64Array | null): number {
  const residual = beside === null ? outcome.residual : without(outcome.residual, beside);
  return likenessInTime({...outcome, residual}, coefficient).inflation;
}

/** The moments at which a step would fit almost as well as at the best. */
function changeAt(
  {frame}: Ground,
  {places}: Series,
  {at, z}: {at: number; z: Float64Array},
  inflation: number,
): Omit<Change, 'share'> {
  const loss = (j: number) => (z[at] ** 2 - z[j] ** 2) / inflation;
  let low = at;
  let high = at;
  while (low > 0 && loss(low - 1) <= SPAN) low--;
  while (high + 1 < z.length && loss(high + 1) <= SPAN) high++;
  let mass = 0;
  for (let j = 0; j < z.length; j++) mass += Math.exp(-loss(j) / 2);
  const moment = (lot: number) => momentOf(frame.lotStart?.[lot]) ?? `lot ${lot + 1} of ${frame.lots}`;
  return {
    lot: places[at],
    low: places[low],
    high: places[high],
    moment: moment(places[at]),
    span: `between ${moment(places[low])} and ${moment(places[high])}`,
    cost: Math.log(places.length / mass),
  };
}

function momentOf(epochMs: number | undefined): string | null {
  if (epochMs === undefined || !Number.isFinite(epochMs)) return null;
  return `${new Date(epochMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function countsOf({cells, outcome}: Ground, place: number, after: boolean) {
  const places = Int32Array.from(outcome.cells.keys()).filter(k => cells.lotOf[k] >= place === after);
  return {
    places,
    parts: Float64Array.from(places, k => outcome.parts[k]),
    sums: Float64Array.from(places, k => outcome.parts[k] * outcome.mean[k]),
  };
}
