import type {Charted} from './shewhart.ts';

/**
 * Exponentially weighted moving average with limits that widen to their steady state.
 * @param values point by point, of one stage
 * @param spread standard error of a point (sigma / sqrt(n)), one a point
 * @param lambda weight of the newest point, 0 < lambda <= 1
 * @param width limits in standard errors of the average
 * @see Roberts (1959), Technometrics 1:239; Lucas & Saccucci (1990), Technometrics 32:1; ISO 7870-6
 */
export function ewmaChart(
  values: Float64Array,
  spread: Float64Array,
  center: number,
  {lambda = 0.2, width = 3}: {lambda?: number; width?: number} = {},
): Charted {
  if (!(lambda > 0 && lambda <= 1 && width > 0)) throw new RangeError(`invalid lambda ${lambda} or width ${width}`);
  const average = new Float64Array(values.length);
  const half = new Float64Array(values.length);
  // With points of unequal size the variance is carried along with the average.
  let previous = center;
  let variance = 0;
  for (let i = 0; i < values.length; i++) {
    previous = lambda * values[i] + (1 - lambda) * previous;
    variance = lambda ** 2 * spread[i] ** 2 + (1 - lambda) ** 2 * variance;
    average[i] = previous;
    half[i] = width * Math.sqrt(variance);
  }
  return {
    values: average,
    center: values.map(() => center),
    lcl: half.map(h => center - h),
    ucl: half.map(h => center + h),
  };
}
