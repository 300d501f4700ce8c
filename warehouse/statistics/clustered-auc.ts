import {normalUpperQuantile} from './normal.ts';

/**
 * One entry a cluster. A case's placement is the share of all controls below it, a control's the share of all cases
 * above it, ties half.
 */
export interface ClusterSums {
  cases: ArrayLike<number>;
  controls: ArrayLike<number>;
  /** Placements of the cluster's cases, added up. */
  casePlacements: ArrayLike<number>;
  /** Placements of the cluster's controls, added up. */
  controlPlacements: ArrayLike<number>;
}

/**
 * The area under the ROC curve and its interval where observations of a cluster are alike. With clusters of one it is
 * DeLong's variance.
 *
 * The interval is symmetric on the logit scale: on its own scale it leaves [0, 1] (Obuchowski's own example ends at 1.005)
 * and covers too little near the ends. It is as wide as 0..1 where the variance cannot be known: cases or controls in
 * fewer than two clusters, or an area of exactly 0 or 1, of which no logit exists.
 * @param alpha 0.05 for 95 %; normal quantile, so that with few clusters it covers somewhat less
 * @returns null where there are no cases or no controls
 * @see Obuchowski (1997), Biometrics 53:567; DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44:837
 */
export function clusteredAuc(
  {cases, controls, casePlacements, controlPlacements}: ClusterSums,
  alpha: number,
): {auc: number; low: number; high: number} | null {
  let allCases = 0;
  let allControls = 0;
  let placed = 0;
  for (let i = 0; i < cases.length; i++) {
    allCases += cases[i];
    allControls += controls[i];
    placed += casePlacements[i];
  }
  if (allCases === 0 || allControls === 0) return null;
  const auc = Math.min(1, placed / allCases);
  // Deviations from what the area promises the cluster, squared and crossed.
  let ofCases = 0;
  let ofControls = 0;
  let crossed = 0;
  let withCases = 0;
  let withControls = 0;
  let clusters = 0;
  for (let i = 0; i < cases.length; i++) {
    if (cases[i] + controls[i] === 0) continue;
    clusters++;
    if (cases[i] > 0) withCases++;
    if (controls[i] > 0) withControls++;
    const a = (casePlacements[i] - cases[i] * auc) / allCases;
    const b = (controlPlacements[i] - controls[i] * auc) / allControls;
    ofCases += a * a;
    ofControls += b * b;
    crossed += a * b;
  }
  if (withCases < 2 || withControls < 2 || auc === 0 || auc === 1) return {auc, low: 0, high: 1};
  const variance =
    (withCases / (withCases - 1)) * ofCases +
    (withControls / (withControls - 1)) * ofControls +
    2 * (clusters / (clusters - 1)) * crossed;
  // Never negative but for rounding: the squares weigh at least as much as the product.
  const half = (normalUpperQuantile(alpha / 2) * Math.sqrt(Math.max(0, variance))) / (auc * (1 - auc));
  const odds = auc / (1 - auc);
  return {auc, low: share(odds * Math.exp(-half)), high: share(odds * Math.exp(half))};
}

const share = (odds: number): number => (odds === Number.POSITIVE_INFINITY ? 1 : odds / (1 + odds));
