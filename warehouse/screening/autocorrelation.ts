import type {Outcome} from './outcome.ts';

/** How much likeness of neighbouring lots widens a score between lots. */
export interface Likeness {
  /** Factor on the variance, >= 1. */
  inflation: number;
  /** Variance of the estimate of that factor, relative to its square. */
  doubt: number;
}

export const NO_LIKENESS: Likeness = {inflation: 1, doubt: 0};

/** What of an outcome is looked at, in order of time. */
type InTime = Pick<Outcome, 'members' | 'stratumOf' | 'residual' | 'residualSums'>;

/**
 * How much likeness of neighbouring lots widens the between-lot score: max(1, 1 + 2 sum of rho_h A_h), the far lags tapered, where
 * rho_h is the residuals' autocorrelation once the exposure's own effect is taken off and A_h that of the exposure. Where
 * the exposure itself is alike at a lag, rho_h of lots on the same side of it is told from that of the others: a crew
 * changes with the day, so its pairs of lots are those that share a day.
 * @see Bartlett (1946), J. R. Stat. Soc. Suppl. 8:27; Politis & Romano (1995), J. Time Ser. Anal. 16:67 (the taper)
 */
export function likenessInTime(outcome: InTime, coefficient: Float64Array): Likeness {
  const {c, r} = inOrder(outcome, coefficient);
  const count = c.length;
  if (count < 8) return NO_LIKENESS;
  let [cc, cr] = [0, 0];
  for (let k = 0; k < count; k++) {
    cc += c[k] * c[k];
    cr += c[k] * r[k];
  }
  if (cc === 0) return NO_LIKENESS;
  const rest = r.map((residual, k) => residual - (cr / cc) * c[k]);
  let [rr, all] = [0, 0];
  for (let k = 0; k < count; k++) {
    rr += rest[k] * rest[k];
    all += r[k] * r[k];
  }
  // What rounding leaves of residuals that the exposure explains in full is no likeness.
  if (rr <= 1e-9 * all) return NO_LIKENESS;
  const lags = Math.min(Math.floor(count / 4), Math.ceil(4 * (count / 20) ** 0.4));
  let [inflation, doubt] = [1, 0];
  for (let h = 1; h <= lags; h++) {
    // Pairs on the same side of the exposure, and pairs on either side of it.
    const [same, other] = [
      {n: 0, c: 0, r: 0},
      {n: 0, c: 0, r: 0},
    ];
    for (let k = h; k < count; k++) {
      const product = c[k] * c[k - h];
      const pairs = product > 0 ? same : other;
      pairs.n++;
      pairs.c += product;
      pairs.r += rest[k] * rest[k - h];
    }
    // Full weight for near neighbours: a taper from the first lag on leaves out a seventh of a day's likeness.
    const taper = Math.min(1, 2 * (1 - h / (lags + 1)));
    const together = {n: count, c: same.c + other.c, r: same.r + other.r};
    // Bartlett's bound for an exposure that follows no time.
    const isAlike = together.c / cc > 2 / Math.sqrt(count) && same.n > 0 && other.n > 0;
    for (const {n, c: alike, r: likeness} of isAlike ? [same, other] : [together]) {
      inflation += 2 * taper * ((likeness * count) / (n * rr) + 1 / count) * (alike / cc);
      doubt += (4 / n) * (taper * (alike / cc)) ** 2;
    }
  }
  return {inflation: Math.max(1, inflation), doubt};
}

/** Coefficients and residuals, each centred within its stratum. */
function inOrder({members, stratumOf, residual, residualSums}: InTime, coefficient: Float64Array) {
  const centre = members.map(at => centredMean(coefficient, at));
  const [c, r] = [new Float64Array(residual.length), new Float64Array(residual.length)];
  for (let k = 0; k < c.length; k++) {
    c[k] = coefficient[k] - centre[stratumOf[k]];
    r[k] = residual[k] - residualSums[stratumOf[k]].mean;
  }
  return {c, r};
}

function centredMean(values: Float64Array, at: Int32Array): number {
  let sum = 0;
  for (let j = 0; j < at.length; j++) sum += values[at[j]];
  return sum / (at.length || 1);
}
