import {chiSquaredUpperQuantile, fUpperQuantile} from './quantiles.ts';

export interface MeanSquare {
  degrees: number;
  mean: number;
}

/** A variance as a sum of mean squares, each times its weight. */
export type Weights = readonly number[];

export const weighted = (weights: Weights, squares: readonly MeanSquare[]): number =>
  weights.reduce((sum, weight, k) => sum + weight * squares[k].mean, 0);

/**
 * 95 % interval of a sum of independent mean squares with weights of either sign. It may reach below zero. Exact for a single mean
 * square, and near its level for others.
 * @see Graybill & Wang (1980), J. Am. Stat. Assoc. 75:869; Ting et al. (1990), J. Stat. Comput. Simul. 35:135; Burdick,
 *   Borror & Montgomery (2005), Design and Analysis of Gauge R&R Studies
 */
export function sumInterval(weights: Weights, squares: readonly MeanSquare[], alpha = 0.05) {
  const quantiles = quantilesOf(squares, alpha);
  return {low: bound(weights, squares, quantiles, 'low'), high: bound(weights, squares, quantiles, 'high')};
}

/**
 * 95 % interval of the share that one sum has in another that holds it: the shares s for which `part - s whole` may be zero.
 * @returns bounds within [0, 1]
 */
export function shareInterval(part: Weights, whole: Weights, squares: readonly MeanSquare[], alpha = 0.05) {
  const quantiles = quantilesOf(squares, alpha);
  const at = (share: number, side: 'low' | 'high') =>
    bound(
      part.map((weight, k) => weight - share * whole[k]),
      squares,
      quantiles,
      side,
    );
  return {low: crossing(share => at(share, 'low')), high: crossing(share => at(share, 'high'))};
}

/** Where a falling function on [0, 1] goes below zero. */
function crossing(of: (share: number) => number): number {
  if (of(0) <= 0) return 0;
  if (of(1) >= 0) return 1;
  let low = 0;
  let high = 1;
  for (let k = 0; k < 60; k++) {
    const middle = (low + high) / 2;
    if (of(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** How far a mean square may lie above (g) or below (h) its expectation, and pairs of them from each other. */
function quantilesOf(squares: readonly MeanSquare[], alpha: number) {
  const f = (upper: boolean) =>
    squares.map(q => squares.map(r => fUpperQuantile(upper ? alpha / 2 : 1 - alpha / 2, q.degrees, r.degrees)));
  return {
    g: squares.map(({degrees}) => 1 - degrees / chiSquaredUpperQuantile(alpha / 2, degrees)),
    h: squares.map(({degrees}) => degrees / chiSquaredUpperQuantile(1 - alpha / 2, degrees) - 1),
    upper: f(true),
    lower: f(false),
  };
}

function bound(
  weights: Weights,
  squares: readonly MeanSquare[],
  {g, h, upper, lower}: ReturnType<typeof quantilesOf>,
  side: 'low' | 'high',
): number {
  const [ofAdded, ofTaken, f] = side === 'low' ? [g, h, upper] : [h, g, lower];
  const size = weights.map((weight, k) => Math.abs(weight) * squares[k].mean);
  let variance = 0;
  weights.forEach((weight, q) => {
    variance += ((weight > 0 ? ofAdded : ofTaken)[q] * size[q]) ** 2;
    if (weight <= 0) return;
    weights.forEach((other, r) => {
      if (other >= 0) return;
      const ratio = f[q][r];
      variance += (((ratio - 1) ** 2 - (ofAdded[q] * ratio) ** 2 - ofTaken[r] ** 2) / ratio) * size[q] * size[r];
    });
  });
  const half = Math.sqrt(Math.max(0, variance));
  return weighted(weights, squares) + (side === 'low' ? -half : half);
}
