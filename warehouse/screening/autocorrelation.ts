import type {Outcome} from './outcome.ts';

/**
 * How much likeness of neighbouring lots widens the between-lot score: max(1, 1 + 2 sum of rho_h A_h), the far lags tapered, where
 * rho_h is the residuals' autocorrelation once the exposure's own effect is taken off and A_h that of the exposure.
 * @param outcome cells in order of time
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

/** Coefficients and residuals, each centred within its stratum, of the cells that hold parts. */
function inOrder(outcome: Outcome, coefficient: Float64Array) {
  const active: number[] = [];
  for (let k = 0; k < outcome.parts.length; k++) if (outcome.parts[k] > 0) active.push(k);
  const centre = outcome.members.map(at => at.reduce((s, k) => s + coefficient[k], 0) / (at.length || 1));
  return {
    c: Float64Array.from(active, k => coefficient[k] - centre[outcome.stratumOf[k]]),
    r: Float64Array.from(active, k => outcome.residual[k] - outcome.residualSums[outcome.stratumOf[k]].mean),
  };
}
