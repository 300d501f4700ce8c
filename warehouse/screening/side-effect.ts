/** The effect of one side of a number, with an interval that inverts the very test that its p comes from. */
import type {Candidate, Ground} from './candidate.ts';
import {type CellSums, crossByCell, sumsByCell} from './cells.ts';
import type {Exposure} from './exposure.ts';
import {invertTest} from './invert.ts';
import {lotPermutationTest, NOT_REFINED, REFINED} from './lot-permutation.ts';
import {differenceWithin, withoutDifference} from './mean-difference.ts';
import type {Outcome} from './outcome.ts';
import {type Effect, expectedResiduals, LARGEST_RATIO, pooledRatio} from './risk-ratio.ts';
import {splitScore} from './score-test.ts';

/** A side of a number line: which parts are beyond it (1, 0, NaN where missing), and its exposure by cell. */
export interface Side {
  rows: Float64Array;
  exposure: Exposure;
}

/**
 * Risk ratio (or difference of means) of the parts on a side. The interval holds every effect of the side that would
 * leave nothing significant in the score - rank, distance from the middle or tail - by which the number was found. It
 * leaves out "no effect" exactly when that score is significant at `alpha`.
 */
export function sideEffect(ground: Ground, outcome: Outcome, candidate: Candidate, side: Side, alpha: number): Effect {
  const numeric = ground.frame.outcomeKind === 'numeric';
  const {inflation} = candidate.test;
  const split = splitScore(outcome, candidate.exposure);
  if (numeric) {
    const {value, spread} = differenceWithin(outcome, side.exposure);
    if (split === null || spread === 0) return {value, low: value - 4 * spread, high: value + 4 * spread};
    const testAt = differenceTest(ground, outcome, candidate, side, alpha);
    const limits = [value - 20 * spread, value + 20 * spread] as const;
    return withInterval(testAt, value, spread / 20, limits, alpha);
  }
  const limit = Math.log(LARGEST_RATIO);
  const value = Math.min(limit, Math.max(-limit, Math.log(pooledRatio(outcome, side.exposure))));
  if (split === null) return {value: Math.exp(value), low: 1 / LARGEST_RATIO, high: LARGEST_RATIO};
  const withinAt = withinOf(ground, outcome, candidate, side);
  const testAt: TestAt = logRatio => {
    const residual = logRatio === 0 ? split.residual : expectedResiduals(outcome, side.exposure, Math.exp(logRatio));
    const within = logRatio === 0 ? split.within : withinAt(Math.exp(logRatio));
    return lotPermutationTest({...split, residual, within, inflation}, alpha < REFINED.below ? REFINED : NOT_REFINED);
  };
  const told = withInterval(testAt, value, 0.1, [-limit, limit], alpha);
  return {value: Math.exp(value), low: Math.exp(told.low), high: Math.exp(told.high)};
}

type TestAt = (effect: number) => {p: number; z: number};

/** The search starts where the score is all explained, which lies beside the estimate where the side is not all there is to it. */
function withInterval(
  testAt: TestAt,
  value: number,
  step: number,
  limits: readonly [number, number],
  alpha: number,
): Effect {
  const centre = explainedAt(testAt, value, step, limits);
  const [low, high] = invertTest(x => testAt(x).p, centre, step, limits, alpha, 0);
  return {value, low: Math.min(low, value), high: Math.max(high, value)};
}

/** Where z turns its sign, sought outwards from the estimate and then by halving. */
function explainedAt(testAt: TestAt, value: number, step: number, [least, most]: readonly [number, number]): number {
  const start = testAt(value).z;
  if (Math.abs(start) < 0.05) return value;
  for (let width = step; ; width *= 2) {
    for (const direction of [1, -1]) {
      const far = Math.max(least, Math.min(most, value + direction * width));
      if (testAt(far).z * start > 0) continue;
      let [same, turned] = [value, far];
      for (let k = 0; k < 20 && Math.abs(turned - same) > step / 100; k++) {
        const middle = (same + turned) / 2;
        if (testAt(middle).z * start > 0) same = middle;
        else turned = middle;
      }
      return (same + turned) / 2;
    }
    if (value - width <= least && value + width >= most) return value;
  }
}

/** Moments of the score within lots at a ratio: each defective part of a lot is beyond the cut with the odds of its numbers. */
function withinOf({cells, frame}: Ground, outcome: Outcome, candidate: Candidate, {rows: side}: Side) {
  const x = candidate.rows();
  const beyond = sumsByCell(cells, pick(x, side, 1));
  const rest = sumsByCell(cells, pick(x, side, 0));
  const cross = candidate.exposure.within?.cross ?? new Float64Array(frame.parts);
  const unit = 1 / (1 - outcome.correlation);
  return (ratio: number) => {
    let [deviation, variance, third] = [0, 0, 0];
    for (let k = 0; k < cells.count; k++) {
      const [n, cases] = [outcome.parts[k], outcome.parts[k] * outcome.mean[k]];
      if (n < 2 || candidate.exposure.within === null) continue;
      const share = (ratio * beyond.parts[k]) / (rest.parts[k] + ratio * beyond.parts[k]);
      const mean = share * beyond.mean[k] + (1 - share) * rest.mean[k];
      const [one, other] = [momentsAround(beyond, k, mean), momentsAround(rest, k, mean)];
      const second = share * one.second + (1 - share) * other.second;
      deviation += (cross[k] - cases * (mean - candidate.exposure.mean[k])) * unit;
      variance += ((cases * (n - cases)) / (n - 1)) * second * unit ** 2;
      if (n < 3) continue;
      const cubed = share * one.third + (1 - share) * other.third;
      third += ((cases * (n - cases) * (n - 2 * cases)) / ((n - 1) * (n - 2))) * cubed * unit ** 3;
    }
    return {deviation, variance, third};
  };
}

/** Second and third moment of the values of a cell around `centre`; 0 where it holds none. */
function momentsAround({parts, mean, squares, cubes}: CellSums, k: number, centre: number) {
  if (parts[k] === 0) return {second: 0, third: 0};
  const d = mean[k] - centre;
  const variance = squares[k] / parts[k];
  return {second: variance + d * d, third: cubes[k] / parts[k] + 3 * variance * d + d ** 3};
}

function pick(x: Float64Array, side: Float64Array, which: 0 | 1): Float64Array {
  return x.map((value, i) => (side[i] === which ? value : Number.NaN));
}

/** The score's test once a difference is taken off the parts beyond the cut. */
function differenceTest(
  {cells}: Ground,
  outcome: Outcome,
  {exposure, rows, test: {inflation}}: Candidate,
  side: Side,
  alpha: number,
): TestAt {
  const shared = exposure.within === null ? null : crossByCell(cells, rows(), exposure.mean, side.rows);
  return difference => {
    const rest = withoutDifference(outcome, side.exposure, difference);
    const within =
      exposure.within === null || shared === null
        ? null
        : {...exposure.within, cross: exposure.within.cross.map((c, k) => c - difference * shared[k])};
    const score = splitScore(rest, {mean: exposure.mean, within});
    return score === null
      ? {p: 1, z: 0}
      : lotPermutationTest({...score, inflation}, alpha < REFINED.below ? REFINED : NOT_REFINED);
  };
}
