import {type Likeness, likenessInTime, NO_LIKENESS} from './autocorrelation.ts';
import type {Exposure} from './exposure.ts';
import {lotPermutationTest, NOT_REFINED, type PermutationTest, REFINED, type SplitScore} from './lot-permutation.ts';
import {type Outcome, weightedMean} from './outcome.ts';

export interface ScoreTest extends PermutationTest {
  likeness: Likeness;
}

/**
 * Tests one exposure against the outcome by exchanging lots within strata and parts within lots.
 * @param ordered whether the cells stand in order of time, so that likeness of neighbours can be allowed for
 * @returns null where no stratum has a contrast
 */
export function scoreTest(outcome: Outcome, exposure: Exposure, ordered: boolean, refine = REFINED): ScoreTest | null {
  const score = splitScore(outcome, exposure);
  if (score === null) return null;
  const first = lotPermutationTest(score, NOT_REFINED);
  // Allowing for time only ever raises p, so it is worth its cost only where p might matter.
  if (first.p > 0.2) return {...first, likeness: NO_LIKENESS};
  const likeness = ordered ? likenessInTime(outcome, score.coefficient) : NO_LIKENESS;
  return {...lotPermutationTest({...score, likeness}, refine), likeness};
}

/** The between part of a score weighs each lot by how much it knows; the within part is what is left in its parts. */
export function splitScore(outcome: Outcome, {mean, within}: Exposure): SplitScore | null {
  const {members, residual} = outcome;
  const {coefficient, hasContrast, whole} = betweenLots(outcome, mean);
  const part = within === null ? {deviation: 0, variance: 0, third: 0} : withinMoments(outcome, within);
  if (!hasContrast && !within?.squares.some(s => s > 0)) return null;
  return {
    members,
    coefficient,
    residual,
    within: part,
    exposed: whole && within === null ? mean : null,
    likeness: NO_LIKENESS,
  };
}

/** The between part from mean exposures by place: coefficients, whether any differ, whether lots are exposed wholly or not at all. */
export function betweenLots({members, counted, scale}: Outcome, mean: Float64Array) {
  const coefficient = new Float64Array(mean.length);
  let hasContrast = false;
  let whole = true;
  for (const at of members) {
    const centre = weightedMean(mean, counted, at);
    for (let j = 0; j < at.length; j++) {
      const k = at[j];
      const d = mean[k] - centre;
      coefficient[k] = d * scale[k];
      if (d > 1e-12 || d < -1e-12) hasContrast = true;
      if (mean[k] !== 0 && mean[k] !== 1) whole = false;
    }
  }
  return {coefficient, hasContrast, whole};
}

/** Moments of sum (x - mean x) y over permutations of the outcomes among the parts of each lot. */
function withinMoments(outcome: Outcome, {squares, cubes, cross}: NonNullable<Exposure['within']>) {
  // Parts of a lot differ only by what the lot does not share: 1 - rho of the variance.
  const unit = 1 / (1 - outcome.correlation);
  let deviation = 0;
  let variance = 0;
  let third = 0;
  for (let k = 0; k < cross.length; k++) {
    const n = outcome.parts[k];
    if (n < 2 || squares[k] === 0) continue;
    deviation += cross[k] * unit;
    variance += ((squares[k] * outcome.squares[k]) / (n - 1)) * unit ** 2;
    if (n > 2) third += ((n * cubes[k] * outcome.cubes[k]) / ((n - 1) * (n - 2))) * unit ** 3;
  }
  return {deviation, variance, third};
}
