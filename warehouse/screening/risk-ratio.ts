import {mantelHaenszel} from '../statistics/mantel-haenszel.ts';
import type {Exposure} from './exposure.ts';
import {invertTest} from './invert.ts';
import {lotPermutationTest, NOT_REFINED, REFINED, type SplitScore} from './lot-permutation.ts';
import type {Outcome} from './outcome.ts';
import {splitScore} from './score-test.ts';

export interface Effect {
  value: number;
  low: number;
  high: number;
}

/** No ratio is reported beyond this, or below its inverse: a thousandfold is as good as certain. */
export const LARGEST_RATIO = 1000;

/**
 * Mantel-Haenszel risk ratio of exposed against other parts within strata; its interval holds every ratio that the lot
 * permutation test, applied to what that ratio would lead one to expect, does not reject.
 * @param exposure share exposed by cell
 * @param inflation widening for likeness in time, as the finding's test used it
 */
export function riskRatio(
  outcome: Outcome,
  exposure: Exposure,
  inflation: number,
  alpha: number,
  precision?: number,
): Effect {
  const {exposed, cases, exposedCases} = countsOf(outcome, exposure);
  const value = ratioWithin(outcome, exposed, exposedCases);
  const score = splitScore(outcome, exposure);
  if (score === null) return {value, low: 1 / LARGEST_RATIO, high: LARGEST_RATIO};
  const pAt = (logRatio: number) => {
    const expected = expectation(outcome, exposed, cases, Math.exp(logRatio));
    const within = withinGiven(outcome, exposed, cases, exposedCases, Math.exp(logRatio));
    const shifted: SplitScore = {...score, residual: logRatio === 0 ? score.residual : expected, within, inflation};
    return lotPermutationTest(shifted, alpha < REFINED.below ? REFINED : NOT_REFINED).p;
  };
  const limit = Math.log(LARGEST_RATIO);
  const centre = Math.min(limit, Math.max(-limit, Math.log(value)));
  const [low, high] = invertTest(pAt, centre, 0.1, [-limit, limit], alpha, 0, precision);
  return {value: Math.exp(centre), low: Math.exp(low), high: Math.exp(high)};
}

/** The Mantel-Haenszel risk ratio alone. */
export function pooledRatio(outcome: Outcome, exposure: Exposure): number {
  const {exposed, exposedCases} = countsOf(outcome, exposure);
  return ratioWithin(outcome, exposed, exposedCases);
}

/** Pearson residuals of the lots if exposed parts fail `ratio` times as often as the rest of their stratum. */
export function expectedResiduals(outcome: Outcome, exposure: Exposure, ratio: number): Float64Array {
  const {exposed, cases} = countsOf(outcome, exposure);
  return expectation(outcome, exposed, cases, ratio);
}

function countsOf(outcome: Outcome, exposure: Exposure) {
  const exposed = exposure.mean.map((share, k) => share * outcome.parts[k]);
  const cases = outcome.mean.map((rate, k) => rate * outcome.parts[k]);
  const exposedCases = exposed.map((n, k) => n * outcome.mean[k] + (exposure.within?.cross[k] ?? 0));
  return {exposed, cases, exposedCases};
}

/** The common ratio; half a part on either side keeps it finite where a side has no defective parts. */
function ratioWithin(outcome: Outcome, exposed: Float64Array, exposedCases: Float64Array): number {
  const strata = outcome.members.map(at => {
    const stratum = {parts: 0, cases: 0, exposed: 0, exposedCases: 0};
    for (const k of at) {
      stratum.parts += outcome.parts[k];
      stratum.cases += outcome.parts[k] * outcome.mean[k];
      stratum.exposed += exposed[k];
      stratum.exposedCases += exposedCases[k];
    }
    return stratum;
  });
  const {riskUp, riskDown} = mantelHaenszel(strata);
  if (riskUp < 1e-9 && riskDown < 1e-9) return 1;
  const half = riskUp < 1e-9 || riskDown < 1e-9 ? 0.5 : 0;
  return (riskUp + half) / (riskDown + half);
}

function expectation(outcome: Outcome, exposed: Float64Array, cases: Float64Array, ratio: number): Float64Array {
  const residual = new Float64Array(cases.length);
  for (const at of outcome.members) {
    let [up, down] = [0, 0];
    for (const k of at) {
      up += outcome.weight[k] * cases[k];
      down += outcome.weight[k] * (outcome.parts[k] + (ratio - 1) * exposed[k]);
    }
    if (up === 0) continue;
    for (const k of at) {
      const n = outcome.parts[k];
      const share = Math.min(0.98, ((up / down) * (n + (ratio - 1) * exposed[k])) / n);
      residual[k] = (cases[k] - n * share) / Math.sqrt((n * share * (1 - share)) / outcome.weight[k]);
    }
  }
  return residual;
}

/** Moments within lots at that ratio: each defective part of a lot is an exposed one with the odds of its numbers. */
function withinGiven(
  outcome: Outcome,
  exposed: Float64Array,
  cases: Float64Array,
  exposedCases: Float64Array,
  ratio: number,
): SplitScore['within'] {
  const unit = 1 / (1 - outcome.correlation);
  let [deviation, variance, third] = [0, 0, 0];
  for (let k = 0; k < cases.length; k++) {
    const [n, d] = [outcome.parts[k], cases[k]];
    if (n < 2 || exposed[k] === 0 || exposed[k] === n) continue;
    const share = (ratio * exposed[k]) / (n - exposed[k] + ratio * exposed[k]);
    const spread = share * (1 - share);
    deviation += (exposedCases[k] - d * share) * unit;
    variance += ((d * (n - d)) / (n - 1)) * spread * unit ** 2;
    if (n > 2) third += ((d * (n - d) * (n - 2 * d)) / ((n - 1) * (n - 2))) * spread * (1 - 2 * share) * unit ** 3;
  }
  return {deviation, variance, third};
}
