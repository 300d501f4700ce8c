import {normalUpperQuantile} from './normal.ts';

/**
 * The sigma level of a defect rate: the z whose upper tail it is, plus a shift if one is asked for.
 * @param dpmo defects per million opportunities, between 0 and a million (else null: no level is known)
 * @param shift 0 states what was observed; 1.5 is the convention of Six Sigma, by which 3.4 DPMO is "six sigma"
 * @see Harry & Lawson (1992), Six Sigma Producibility Analysis and Process Characterization
 */
export function sigmaLevel(dpmo: number, shift = 0): number | null {
  return dpmo > 0 && dpmo < 1e6 ? normalUpperQuantile(dpmo / 1e6) + shift : null;
}
