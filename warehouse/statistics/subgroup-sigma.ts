import {c4, d2, d3} from './control-constants.ts';

/** A rational subgroup: parts made under the same conditions. `deviation` has n - 1 in its denominator, NaN for n = 1. */
export interface Subgroup {
  n: number;
  mean: number;
  range: number;
  deviation: number;
}

/** More than this many values in a subgroup, and a range wastes what they know. */
export const LARGEST_FOR_RANGES = 8;

/** How the spread within subgroups becomes sigma. */
export type SigmaBy = 'rbar' | 'sbar' | 'pooled';

export interface Sigma {
  value: number;
  /** Degrees of freedom of a chi distribution with the same relative spread, for intervals. */
  degrees: number;
}

/**
 * Sigma within subgroups, which may be of unequal sizes; those of one value say nothing and are left out. Ranges and
 * standard deviations are made unbiased one by one and weighted by their precision, as Minitab does; with equal sizes
 * that is the plain mean range over d2. `pooled` is unbiased too, by c4.
 * @returns null where no subgroup has two values
 * @see Burr (1969), J. Quality Technology 1:163 (weights for unequal sizes)
 */
export function sigmaWithin(subgroups: readonly Subgroup[], by: SigmaBy): Sigma | null {
  const usable = subgroups.filter(({n}) => n >= 2);
  if (usable.length === 0) return null;
  if (by === 'pooled') {
    const degrees = usable.reduce((sum, {n}) => sum + n - 1, 0);
    const squares = usable.reduce((sum, {n, deviation}) => sum + (n - 1) * deviation ** 2, 0);
    return {value: Math.sqrt(squares / degrees) / c4(degrees + 1), degrees};
  }
  let total = 0;
  let weights = 0;
  for (const {n, range, deviation} of usable) {
    const [estimate, spread] =
      by === 'rbar' ? [range / d2(n), d3(n) / d2(n)] : [deviation / c4(n), Math.sqrt(1 - c4(n) ** 2) / c4(n)];
    const weight = 1 / spread ** 2;
    total += weight * estimate;
    weights += weight;
  }
  return {value: total / weights, degrees: equivalentDegrees(1 / weights)};
}

/**
 * Degrees of freedom at which the standard deviation, made unbiased, has this squared relative spread:
 * (1 - c4^2) / c4^2 of degrees + 1. @see Patnaik (1950), Biometrika 37:78
 */
function equivalentDegrees(squaredSpread: number): number {
  const spreadOf = (degrees: number) => 1 / c4(degrees + 1) ** 2 - 1;
  let low = 1e-3;
  let high = 1e9;
  for (let k = 0; k < 200 && high / low > 1 + 1e-12; k++) {
    const middle = Math.sqrt(low * high);
    if (spreadOf(middle) > squaredSpread) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}

/**
 * Sigma of single values from the mean moving range of neighbours: mean |x[i] - x[i-1]| / d2(2).
 * @returns null with fewer than two neighbours
 * @see ISO 7870-2:2023; Cryer & Ryan (1990), J. Quality Technology 22:187 (its variance, since neighbouring ranges share a value)
 */
export function sigmaOfNeighbours(values: ArrayLike<number>): Sigma | null {
  const n = values.length;
  if (n < 2) return null;
  let sum = 0;
  for (let i = 1; i < n; i++) sum += Math.abs(values[i] - values[i - 1]);
  const squaredSpread = n === 2 ? (d3(2) / d2(2)) ** 2 : (0.8264 * n - 1.082) / (n - 1) ** 2;
  return {value: sum / (n - 1) / d2(2), degrees: equivalentDegrees(squaredSpread)};
}
