import type {Outcome} from './outcome.ts';

/**
 * How much likeness of neighbouring lots widens the between-lot score: max(1, 1 + 2 sum of rho_h A_h), the far lags tapered, where
 * rho_h is the residuals' autocorrelation once the exposure's own effect is taken off and A_h that of the exposure.
 * @param outcome in order of time
 * @see Bartlett (1946), J. R. Stat. Soc. Suppl. 8:27; Politis & Romano (1995), J. Time Ser. Anal. 16:67 (the taper)
 */
export function inflationOverTime(outcome: Outcome, coefficient: Float64Array): number {
  const {c, r} = inOrder(outcome, coefficient);
  const count = c.length;
  if (count < 8) return 1;
  let [cc, cr] = [0, 0];
  for (let k = 0; k < count; k++) {
    cc += c[k] * c[k];
    cr += c[k] * r[k];
  }
  if (cc === 0) return 1;
  const rest = r.map((residual, k) => residual - (cr / cc) * c[k]);
  let [rr, all] = [0, 0];
  for (let k = 0; k < count; k++) {
    rr += rest[k] * rest[k];
    all += r[k] * r[k];
  }
  // What rounding leaves of residuals that the exposure explains in full is no likeness.
  if (rr <= 1e-9 * all) return 1;
  const lags = Math.min(Math.floor(count / 4), Math.ceil(4 * (count / 20) ** 0.4));
  let inflation = 1;
  for (let h = 1; h <= lags; h++) {
    let [ch, rh] = [0, 0];
    for (let k = h; k < count; k++) {
      ch += c[k] * c[k - h];
      rh += rest[k] * rest[k - h];
    }
    // Full weight for near neighbours: a taper from the first lag on leaves out a seventh of a day's likeness.
    const taper = Math.min(1, 2 * (1 - h / (lags + 1)));
    inflation += 2 * taper * (rh / rr + 1 / count) * (ch / cc);
  }
  return Math.max(1, inflation);
}

/** Coefficients and residuals, each centred within its stratum. */
function inOrder({members, stratumOf, residual, residualSums}: Outcome, coefficient: Float64Array) {
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
