/** The effect of one side of a number, with an interval that inverts the very test that its p comes from. */
import type {Likeness} from './autocorrelation.ts';
import type {Candidate, Shape, Tested} from './candidate.ts';
import type {CellSums} from './cells.ts';
import type {Exposure} from './exposure.ts';
import type {Factor} from './frame.ts';
import type {Ground} from './ground.ts';
import {invertTest} from './invert.ts';
import {lotPermutationTest, NOT_REFINED, REFINED} from './lot-permutation.ts';
import {differenceWithin, withoutDifference} from './mean-difference.ts';
import type {Outcome} from './outcome.ts';
import {type Effect, expectedResiduals, LARGEST_RATIO, pooledRatio} from './risk-ratio.ts';
import {splitScore} from './score-test.ts';
import type {ToldSide} from './side.ts';
import {type SideSums, scoreBySide} from './side-sums.ts';

type Numeric = Extract<Factor, {kind: 'number'}>;

interface SideEffect extends Effect {
  /** The estimate lies at an end or beyond: the score and the side tell of different things. */
  isStretched: boolean;
}

/**
 * Risk ratio (or difference of means) of the parts on a side. The interval holds every effect of the side that would
 * leave nothing significant in the score - rank, distance from the middle or tail - by which the number was found. It
 * leaves out "no effect" exactly when that score is significant at `alpha`.
 */
export function sideEffect(
  ground: Ground,
  {factor, outcome}: Tested & {factor: Numeric},
  candidate: Candidate & {shape: Shape},
  side: ToldSide,
  alpha: number,
): SideEffect {
  const exposure = candidate.exposure();
  const bySide = exposure.within === null ? null : scoreBySide(factor, candidate.shape, side);
  const numeric = ground.frame.outcomeKind === 'numeric';
  const {likeness} = candidate.test;
  const split = splitScore(outcome, exposure);
  if (numeric) {
    const {value, spread} = differenceWithin(outcome, side.exposure);
    if (split === null || spread === 0) {
      return {value, low: value - 4 * spread, high: value + 4 * spread, isStretched: false};
    }
    const testAt = differenceTest(outcome, exposure, side.exposure, bySide, likeness, alpha);
    const limits = [value - 20 * spread, value + 20 * spread] as const;
    return withInterval(testAt, value, spread / 20, limits, alpha);
  }
  const limit = Math.log(LARGEST_RATIO);
  const value = Math.min(limit, Math.max(-limit, Math.log(pooledRatio(outcome, side.exposure))));
  if (split === null) {
    return {value: Math.exp(value), low: 1 / LARGEST_RATIO, high: LARGEST_RATIO, isStretched: false};
  }
  const withinAt = withinOf(outcome, exposure, bySide);
  const testAt: TestAt = logRatio => {
    const residual = logRatio === 0 ? split.residual : expectedResiduals(outcome, side.exposure, Math.exp(logRatio));
    const within = logRatio === 0 ? split.within : withinAt(Math.exp(logRatio));
    return lotPermutationTest({...split, residual, within, likeness}, alpha < REFINED.below ? REFINED : NOT_REFINED);
  };
  const told = withInterval(testAt, value, 0.1, [-limit, limit], alpha);
  return {...told, value: Math.exp(value), low: Math.exp(told.low), high: Math.exp(told.high)};
}

type TestAt = (effect: number) => {p: number; z: number};

/** The search starts where the score is all explained, which lies beside the estimate where the side is not all there is to it. */
function withInterval(
  testAt: TestAt,
  value: number,
  step: number,
  limits: readonly [number, number],
  alpha: number,
): SideEffect {
  const centre = explainedAt(testAt, value, step, limits);
  const [low, high] = invertTest(x => testAt(x).p, centre, step, limits, alpha, 0);
  return {value, low: Math.min(low, value), high: Math.max(high, value), isStretched: value <= low || value >= high};
}

/** Where z turns its sign, sought outwards from the estimate and then by halving. */
function explainedAt(testAt: TestAt, value: number, step: number, [least, most]: readonly [number, number]): number {
  const start = testAt(value).z;
  if (Math.abs(start) < 0.05) return value;
  for (let width = step; ; width *= 2) {
    for (const direction of [1, -1]) {
      const far = Math.max(least, Math.min(most, value + direction * width));
      if (testAt(far).z * start > 0) continue;
      let same = value;
      let turned = far;
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
function withinOf(outcome: Outcome, {mean: score, within}: Exposure, bySide: SideSums | null) {
  const unit = 1 / (1 - outcome.correlation);
  return (ratio: number) => {
    let deviation = 0;
    let variance = 0;
    let third = 0;
    if (within === null || bySide === null) return {deviation, variance, third};
    const {beyond, rest} = bySide;
    for (let k = 0; k < score.length; k++) {
      const n = outcome.parts[k];
      const cases = n * outcome.mean[k];
      if (n < 2 || cases === 0) continue;
      const share = (ratio * beyond.parts[k]) / (rest.parts[k] + ratio * beyond.parts[k]);
      const mean = share * beyond.mean[k] + (1 - share) * rest.mean[k];
      const one = momentsAround(beyond, k, mean);
      const other = momentsAround(rest, k, mean);
      const second = share * one.second + (1 - share) * other.second;
      deviation += (within.cross[k] - cases * (mean - score[k])) * unit;
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

/** The score's test once a difference is taken off the parts beyond the cut. */
function differenceTest(
  outcome: Outcome,
  exposure: Exposure,
  side: Exposure,
  bySide: SideSums | null,
  likeness: Likeness,
  alpha: number,
): TestAt {
  const {mean, within} = exposure;
  const shared = bySide?.beyond.parts.map((n, k) => n * (bySide.beyond.mean[k] - mean[k]));
  return difference => {
    const rest = withoutDifference(outcome, side, difference);
    const left =
      within === null || shared === undefined
        ? null
        : {...within, cross: within.cross.map((c, k) => c - difference * shared[k])};
    const score = splitScore(rest, {mean, within: left});
    return score === null
      ? {p: 1, z: 0}
      : lotPermutationTest({...score, likeness}, alpha < REFINED.below ? REFINED : NOT_REFINED);
  };
}
