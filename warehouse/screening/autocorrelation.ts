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
  let cc = 0;
  let cr = 0;
  for (let k = 0; k < count; k++) {
    cc += c[k] * c[k];
    cr += c[k] * r[k];
  }
  if (cc === 0) return NO_LIKENESS;
  const rest = r.map((residual, k) => residual - (cr / cc) * c[k]);
  let rr = 0;
  let all = 0;
  for (let k = 0; k < count; k++) {
    rr += rest[k] * rest[k];
    all += r[k] * r[k];
  }
  // What rounding leaves of residuals that the exposure explains in full is no likeness.
  if (rr <= 1e-9 * all) return NO_LIKENESS;
  const lags = Math.min(Math.floor(count / 4), Math.ceil(4 * (count / 20) ** 0.4));
  const [ofExposure, ofRest] = [c, rest].map(x => lagProducts(x, lags));
  let inflation = 1;
  let doubt = 0;
  for (let h = 1; h <= lags; h++) {
    // Full weight for near neighbours: a taper from the first lag on leaves out a seventh of a day's likeness.
    const taper = Math.min(1, 2 * (1 - h / (lags + 1)));
    // Bartlett's bound for an exposure that follows no time.
    const isAlike = ofExposure[h] / cc > 2 / Math.sqrt(count);
    const pairs = isAlike ? bySide(c, rest, h) : [{n: count, c: ofExposure[h], r: ofRest[h]}];
    for (const {n, c: alike, r: likeness} of pairs) {
      inflation += 2 * taper * ((likeness * count) / (n * rr) + 1 / count) * (alike / cc);
      doubt += (4 / n) * (taper * (alike / cc)) ** 2;
    }
  }
  return {inflation: Math.max(1, inflation), doubt};
}

/** Sums of x_k x_(k - h) for h = 1 to `lags`, four at a time: one alone would wait for its own additions. */
function lagProducts(x: Float64Array, lags: number): Float64Array {
  const sums = new Float64Array(lags + 4);
  // What lies before the first is nothing, and adds nothing.
  const before = lags + 4;
  const padded = new Float64Array(before + x.length);
  padded.set(x, before);
  for (let h = 1; h <= lags; h += 4) {
    let one = 0;
    let two = 0;
    let three = 0;
    let four = 0;
    for (let k = before + h; k < padded.length; k++) {
      const value = padded[k];
      one += value * padded[k - h];
      two += value * padded[k - h - 1];
      three += value * padded[k - h - 2];
      four += value * padded[k - h - 3];
    }
    sums.set([one, two, three, four], h);
  }
  return sums;
}

/** Pairs of lots on the same side of the exposure, and pairs on either side of it; all together where there is no such pair. */
function bySide(c: Float64Array, rest: Float64Array, h: number) {
  const same = {n: 0, c: 0, r: 0};
  const other = {n: 0, c: 0, r: 0};
  for (let k = h; k < c.length; k++) {
    const product = c[k] * c[k - h];
    const pairs = product > 0 ? same : other;
    pairs.n++;
    pairs.c += product;
    pairs.r += rest[k] * rest[k - h];
  }
  const together = {n: c.length, c: same.c + other.c, r: same.r + other.r};
  return same.n > 0 && other.n > 0 ? [same, other] : [together];
}

/** Coefficients and residuals, each centred within its stratum. */
function inOrder({members, stratumOf, residual, residualSums}: InTime, coefficient: Float64Array) {
  const centre = members.map(at => centredMean(coefficient, at));
  const c = new Float64Array(residual.length);
  const r = new Float64Array(residual.length);
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
