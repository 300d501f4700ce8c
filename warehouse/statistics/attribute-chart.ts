import {d2} from './control-constants.ts';
import {type Charted, floored, LIMITS_AT} from './shewhart.ts';

/** A sample of parts or area inspected, and how many were defective or how many defects they had. */
export interface Counted {
  n: number;
  count: number;
}

export type AttributeKind = 'p' | 'np' | 'c' | 'u' | 'laney-p' | 'laney-u';

/** What limits are drawn from. */
export interface AttributeLines {
  /** Mean share or rate, weighted by n. */
  mean: number;
  /** Spread of the standardised points by their moving range: 1 = as a binomial or Poisson. Null where not estimated. */
  sigmaZ: number | null;
}

const isOfShares = (kind: AttributeKind) => kind === 'p' || kind === 'np' || kind === 'laney-p';

/**
 * Mean and, for Laney's charts, sigma z of a baseline in order of time.
 * @throws RangeError for a sample of n <= 0, a negative count, or more defective parts than parts
 * @see Laney (2002), Quality Engineering 14:531
 */
export function attributeLines(kind: AttributeKind, baseline: readonly Counted[]): AttributeLines {
  for (const sample of baseline) check(kind, sample);
  const parts = baseline.reduce((sum, {n}) => sum + n, 0);
  const mean = parts > 0 ? baseline.reduce((sum, {count}) => sum + count, 0) / parts : Number.NaN;
  return {mean, sigmaZ: kind.startsWith('laney') ? spreadOfScores(baseline, mean, chanceOf(kind, mean)) : null};
}

/**
 * Charts of counts: p (share defective), np (their number), c (defects of equal areas), u (defects a unit), and Laney's
 * p' and u', whose limits follow the spread that the points really have.
 * @throws RangeError as `attributeLines`
 * @see ISO 7870-2:2023, 7; Laney (2002), Quality Engineering 14:531
 */
export function attributeChart(
  kind: AttributeKind,
  samples: readonly Counted[],
  {mean, sigmaZ}: AttributeLines = attributeLines(kind, samples),
): Charted {
  for (const sample of samples) check(kind, sample);
  // A number rather than a rate: the lines follow n.
  const scale = kind === 'np' || kind === 'c' ? (n: number) => n : () => 1;
  const half = (n: number) => (LIMITS_AT * (sigmaZ ?? 1) * chanceOf(kind, mean)) / Math.sqrt(n);
  const most = (limit: number) => (isOfShares(kind) ? Math.min(1, limit) : limit);
  return floored({
    values: Float64Array.from(samples, ({n, count}) => (count / n) * scale(n)),
    center: Float64Array.from(samples, ({n}) => mean * scale(n)),
    lcl: Float64Array.from(samples, ({n}) => (mean - half(n)) * scale(n)),
    ucl: Float64Array.from(samples, ({n}) => most(mean + half(n)) * scale(n)),
  });
}

/** Standard deviation of one part's count by chance alone. */
const chanceOf = (kind: AttributeKind, mean: number) => Math.sqrt(isOfShares(kind) ? mean * (1 - mean) : mean);

function check(kind: AttributeKind, {n, count}: Counted): void {
  if (!(n > 0)) throw new RangeError(`invalid sample size: ${n}`);
  if (!(count >= 0)) throw new RangeError(`invalid count: ${count}`);
  if (isOfShares(kind) && count > n) throw new RangeError(`${count} defective of ${n} parts`);
}

/** Mean moving range of the standardised points over d2; null with no neighbours or no spread. */
function spreadOfScores(samples: readonly Counted[], mean: number, unit: number) {
  if (!(unit > 0)) return null;
  const z = samples.map(({n, count}) => (count / n - mean) / (unit / Math.sqrt(n)));
  if (z.length < 2) return null;
  let sum = 0;
  for (let i = 1; i < z.length; i++) sum += Math.abs(z[i] - z[i - 1]);
  return sum / (z.length - 1) / d2(2);
}
