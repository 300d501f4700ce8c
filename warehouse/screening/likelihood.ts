import {logGamma} from '../statistics/gamma.ts';
import type {Exposure} from './exposure.ts';
import type {Outcome} from './outcome.ts';

const CORRELATIONS = [0.0003, 0.001, 0.002, 0.004, 0.007, 0.012, 0.02, 0.035, 0.06, 0.1, 0.2];

/**
 * How well one exposure alone accounts for the defective parts of the lots: the beta-binomial log-likelihood at its
 * risk ratio, the rates of the strata and the correlation within lots that suit it best. It orders exposures that a test
 * cannot tell apart; the parts within a lot count by the odds of their numbers.
 * @see Williams (1982), Appl. Statist. 31:144
 */
export function logLikelihood(outcome: Outcome, exposure: Exposure, ratio: number): number {
  const share = expectedShares(outcome, exposure, ratio);
  const between = CORRELATIONS.map(correlation => {
    const size = 1 / correlation - 1;
    let sum = 0;
    for (let k = 0; k < share.length; k++) {
      if (outcome.parts[k] === 0 || share[k] === 0) continue;
      const cases = outcome.parts[k] * outcome.mean[k];
      sum += logBeta(cases + share[k] * size, outcome.parts[k] - cases + (1 - share[k]) * size);
      sum -= logBeta(share[k] * size, (1 - share[k]) * size);
    }
    return sum;
  });
  return Math.max(...between) + withinLots(outcome, exposure, ratio);
}

function expectedShares({members, weight, parts, mean}: Outcome, exposure: Exposure, ratio: number): Float64Array {
  const share = new Float64Array(parts.length);
  for (const at of members) {
    let up = 0;
    let down = 0;
    for (const k of at) {
      up += weight[k] * parts[k] * mean[k];
      down += weight[k] * parts[k] * (1 + (ratio - 1) * exposure.mean[k]);
    }
    for (const k of at) share[k] = Math.min(0.98, (up / down) * (1 + (ratio - 1) * exposure.mean[k]));
  }
  return share;
}

/** Which of a lot's parts are the defective ones, against their falling on any. */
function withinLots({parts, mean}: Outcome, exposure: Exposure, ratio: number): number {
  if (exposure.within === null) return 0;
  let sum = 0;
  for (let k = 0; k < parts.length; k++) {
    const x = exposure.mean[k];
    if (!(x > 0 && x < 1)) continue;
    const cases = parts[k] * mean[k];
    const exposedCases = x * cases + exposure.within.cross[k];
    sum += exposedCases * Math.log(ratio) - cases * Math.log(1 + (ratio - 1) * x);
  }
  return sum;
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}
