/** The largest of many steps, and how often chance brings forth one as large. */
import {normalTail} from '../statistics/normal.ts';
import {centreWithin, type Series, without} from './change-series.ts';

const SHUFFLES = 399;

export interface LargestStep {
  /** Index into the places. */
  at: number;
  /** Signed: positive is more of the outcome afterwards. */
  z: Float64Array;
  /** Chance of a step as large anywhere, lots in any order; `inflation` lessens z where neighbours are alike. */
  p(inflation: number): number;
}

/**
 * The standardised step at every place, against lots in any order within their strata. The far tail, which shuffling
 * cannot reach, follows that of the largest of correlated normal deviates, fitted where shuffles still tell.
 * @param beside a direction that steps are judged beside, such as a steady drift
 * @see Siegmund (1986), Ann. Stat. 14:361 (tail of the largest of a standardised partial sum)
 */
export function largestStep(series: Series, beside: Float64Array | null): LargestStep | null {
  const {members, places} = series;
  const free = (values: Float64Array) => (beside === null ? values : without(values, beside));
  const {r, spread} = centreWithin(free(series.residual), members);
  const deviations = places.map(place => {
    const c = free(series.stepAt(place));
    let variance = 0;
    members.forEach((at, s) => {
      let sum = 0;
      let squares = 0;
      for (const k of at) sum += c[k];
      for (const k of at) squares += (c[k] - sum / at.length) ** 2;
      variance += squares * spread[s] ** 2;
    });
    return Math.sqrt(variance);
  });
  if (deviations.some(deviation => !(deviation > 0))) return null;
  // What is free of a direction has no product with it, so that the step itself need not be freed of it.
  const zOf = (residual: Float64Array) => series.products(free(residual)).map((sum, j) => sum / deviations[j]);
  const z = zOf(r);
  let at = 0;
  for (let j = 1; j < z.length; j++) if (Math.abs(z[j]) > Math.abs(z[at])) at = j;
  let chance: number[] | null = null;
  // No single place would be significant at 0.005: not worth the shuffling.
  const p = (inflation: number) => {
    const size = Math.abs(z[at]) / Math.sqrt(inflation);
    if (size < 2.8) return 1;
    chance ??= largestByChance(r, members, zOf);
    const beyond = chance.filter(one => one >= size).length;
    if (beyond >= 20) return (beyond + 1) / (SHUFFLES + 1);
    // b phi(b) falls as the tail of the largest does; fitted to the twentieth of the shuffles.
    const anchor = chance[19];
    const tail = (b: number) => b * b * normalTail(b);
    return Math.min((21 / (SHUFFLES + 1)) * (tail(size) / tail(anchor)), 21 / (SHUFFLES + 1));
  };
  return {at, z, p};
}

/** The largest |z| of each shuffle, largest first. The shuffles are the same in every run. */
function largestByChance(
  residual: Float64Array,
  members: readonly Int32Array[],
  zOf: (residual: Float64Array) => Float64Array,
): number[] {
  const shuffled = residual.slice();
  let state = 0x9e3779b9;
  const below = (n: number) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (((t ^ (t >>> 14)) >>> 0) / 4294967296) * n;
  };
  const largest = Array.from({length: SHUFFLES}, () => {
    for (const at of members) {
      for (let k = at.length - 1; k > 0; k--) {
        const j = Math.floor(below(k + 1));
        [shuffled[at[k]], shuffled[at[j]]] = [shuffled[at[j]], shuffled[at[k]]];
      }
    }
    return zOf(shuffled).reduce((most, z) => Math.max(most, Math.abs(z)), 0);
  });
  return largest.sort((a, b) => b - a);
}
