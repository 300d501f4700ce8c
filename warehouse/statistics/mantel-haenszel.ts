import {chiSquaredTail} from './tails.ts';

/** Counts of one stratum: `exposed` parts of which `exposedCases` are defective, and all parts likewise. */
export interface Stratum {
  parts: number;
  cases: number;
  exposed: number;
  exposedCases: number;
}

/**
 * Mantel and Haenszel's summary over strata: common odds ratio, common risk ratio and the test of no association in
 * any stratum, without continuity correction and, as R's mantelhaen.test does, with it. Ratios are NaN where no stratum has a contrast.
 * @see Mantel & Haenszel (1959), J. Natl. Cancer Inst. 22:719; risk ratio: Nurminen (1981), Biometrika 68:525
 */
export function mantelHaenszel(strata: readonly Stratum[]) {
  let oddsUp = 0;
  let oddsDown = 0;
  let riskUp = 0;
  let riskDown = 0;
  let deviation = 0;
  let variance = 0;
  for (const {parts, cases, exposed, exposedCases} of strata) {
    if (parts < 2) continue;
    const others = parts - exposed;
    const otherCases = cases - exposedCases;
    oddsUp += (exposedCases * (others - otherCases)) / parts;
    oddsDown += (otherCases * (exposed - exposedCases)) / parts;
    riskUp += (exposedCases * others) / parts;
    riskDown += (otherCases * exposed) / parts;
    deviation += exposedCases - (exposed * cases) / parts;
    variance += (exposed * others * cases * (parts - cases)) / (parts * parts * (parts - 1));
  }
  const statistic = variance > 0 ? deviation ** 2 / variance : 0;
  return {
    oddsRatio: oddsUp / oddsDown,
    riskRatio: riskUp / riskDown,
    riskUp,
    riskDown,
    statistic,
    p: chiSquaredTail(statistic, 1),
    corrected: variance > 0 ? Math.max(0, Math.abs(deviation) - 0.5) ** 2 / variance : 0,
  };
}
