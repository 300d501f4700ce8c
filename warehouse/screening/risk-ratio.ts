import {mantelHaenszel} from '../statistics/mantel-haenszel.ts';
import {normalUpperQuantile} from '../statistics/normal.ts';
import type {Likeness} from './autocorrelation.ts';
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
 * @param likeness in time, as the finding's test used it
 */
export function riskRatio(
  outcome: Outcome,
  exposure: Exposure,
  likeness: Likeness,
  alpha: number,
  precision?: number,
): Effect {
  const counts = countsOf(outcome, exposure);
  const value = ratioWithin(outcome, counts);
  const score = splitScore(outcome, exposure);
  if (score === null) return {value, low: 1 / LARGEST_RATIO, high: LARGEST_RATIO};
  const residual = new Float64Array(counts.cases.length);
  const refine = alpha < REFINED.below ? REFINED : NOT_REFINED;
  const testAt = (logRatio: number) => {
    if (logRatio !== 0) expect(outcome, counts, Math.exp(logRatio), residual);
    const within = withinGiven(outcome, counts, Math.exp(logRatio));
    const shifted: SplitScore = {...score, residual: logRatio === 0 ? score.residual : residual, within, likeness};
    return lotPermutationTest(shifted, refine);
  };
  const limit = Math.log(LARGEST_RATIO);
  const centre = Math.min(limit, Math.max(-limit, Math.log(value)));
  // How fast the score falls from the null value to the estimate tells how wide the interval is, about.
  const away = Math.abs(centre) > 0.05 ? centre : 0.1;
  const slope = Math.abs((testAt(0).z - (away === centre ? 0 : testAt(away).z)) / away);
  const step = Math.min(limit, Math.max(1e-3, normalUpperQuantile(alpha / 2) / Math.max(slope, 1e-3)));
  const [low, high] = invertTest(at => testAt(at).p, centre, step, [-limit, limit], alpha, 0, precision);
  return {value: Math.exp(centre), low: Math.exp(low), high: Math.exp(high)};
}

/** The Mantel-Haenszel risk ratio alone. */
export function pooledRatio(outcome: Outcome, exposure: Exposure): number {
  return ratioWithin(outcome, countsOf(outcome, exposure));
}

/** Pearson residuals of the lots if exposed parts fail `ratio` times as often as the rest of their stratum. */
export function expectedResiduals(outcome: Outcome, exposure: Exposure, ratio: number): Float64Array {
  return expect(outcome, countsOf(outcome, exposure), ratio, new Float64Array(outcome.parts.length));
}

/** By place: exposed parts, defective parts, and those that are both. */
interface Counts {
  exposed: Float64Array;
  cases: Float64Array;
  exposedCases: Float64Array;
}

function countsOf({parts, mean}: Outcome, {mean: share, within}: Exposure): Counts {
  const [exposed, cases, exposedCases] = [0, 1, 2].map(() => new Float64Array(parts.length));
  for (let k = 0; k < parts.length; k++) {
    exposed[k] = share[k] * parts[k];
    cases[k] = mean[k] * parts[k];
    exposedCases[k] = exposed[k] * mean[k] + (within === null ? 0 : within.cross[k]);
  }
  return {exposed, cases, exposedCases};
}

/** The common ratio; half a part on either side keeps it finite where a side has no defective parts. */
function ratioWithin(outcome: Outcome, {exposed, exposedCases}: Counts): number {
  const strata = outcome.members.map(at => {
    const stratum = {parts: 0, cases: 0, exposed: 0, exposedCases: 0};
    for (let j = 0; j < at.length; j++) {
      const k = at[j];
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

/** Fills `residual` with what the lots' residuals are at a ratio. */
function expect(
  {members, weight, parts}: Outcome,
  {exposed, cases}: Counts,
  ratio: number,
  residual: Float64Array,
): Float64Array {
  for (const at of members) {
    let up = 0;
    let down = 0;
    for (let j = 0; j < at.length; j++) {
      const k = at[j];
      up += weight[k] * cases[k];
      down += weight[k] * (parts[k] + (ratio - 1) * exposed[k]);
    }
    for (let j = 0; j < at.length; j++) {
      const k = at[j];
      const n = parts[k];
      const share = Math.min(0.98, ((up / down) * (n + (ratio - 1) * exposed[k])) / n);
      residual[k] = up === 0 ? 0 : (cases[k] - n * share) / Math.sqrt((n * share * (1 - share)) / weight[k]);
    }
  }
  return residual;
}

/** Moments within lots at that ratio: each defective part of a lot is an exposed one with the odds of its numbers. */
function withinGiven(outcome: Outcome, {exposed, cases, exposedCases}: Counts, ratio: number): SplitScore['within'] {
  const unit = 1 / (1 - outcome.correlation);
  let deviation = 0;
  let variance = 0;
  let third = 0;
  for (let k = 0; k < cases.length; k++) {
    const n = outcome.parts[k];
    const d = cases[k];
    if (n < 2 || exposed[k] === 0 || exposed[k] === n) continue;
    const share = (ratio * exposed[k]) / (n - exposed[k] + ratio * exposed[k]);
    const spread = share * (1 - share);
    deviation += (exposedCases[k] - d * share) * unit;
    variance += ((d * (n - d)) / (n - 1)) * spread * unit ** 2;
    if (n > 2) third += ((d * (n - d) * (n - 2 * d)) / ((n - 1) * (n - 2))) * spread * (1 - 2 * share) * unit ** 3;
  }
  return {deviation, variance, third};
}
