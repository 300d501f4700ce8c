import {d2} from './control-constants.ts';
import {type Charted, floored, LIMITS_AT} from './shewhart.ts';

/** A sample of parts or area inspected, and how many were defective or how many defects they had. */
export interface Counted {
  n: number;
  count: number;
}

export type AttributeKind = 'p' | 'np' | 'c' | 'u' | 'laney-p' | 'laney-u';

export interface AttributeChart extends Charted {
  /** Mean share or rate, weighted by n. */
  mean: number;
  /** Spread of the standardised points by their moving range: 1 = as a binomial or Poisson. Null where not estimated. */
  sigmaZ: number | null;
}

/**
 * Charts of counts: p (share defective), np (their number), c (defects of equal areas), u (defects a unit), and Laney's
 * p' and u', whose limits follow the spread that the points really have.
 * @param baseline the samples that centre and sigma z come from; others are judged by them
 * @param gaps whether a new stage begins at i of the baseline
 * @throws RangeError for a sample of n <= 0, a negative count, or more defective parts than parts
 * @see ISO 7870-2:2023, 7; Laney (2002), Quality Engineering 14:531
 */
export function attributeChart(
  kind: AttributeKind,
  samples: readonly Counted[],
  baseline: readonly Counted[] = samples,
  gaps: (i: number) => boolean = () => false,
): AttributeChart {
  for (const sample of [...samples, ...baseline]) check(kind, sample);
  const parts = baseline.reduce((sum, {n}) => sum + n, 0);
  const mean = parts > 0 ? baseline.reduce((sum, {count}) => sum + count, 0) / parts : Number.NaN;
  const isShare = kind === 'p' || kind === 'np' || kind === 'laney-p';
  const unit = Math.sqrt(isShare ? mean * (1 - mean) : mean);
  const sigmaZ = kind === 'laney-p' || kind === 'laney-u' ? spreadOfScores(baseline, mean, unit, gaps) : null;
  // A number rather than a rate: the lines follow n.
  const scale = kind === 'np' || kind === 'c' ? (n: number) => n : () => 1;
  const half = (n: number) => (LIMITS_AT * (sigmaZ ?? 1) * unit) / Math.sqrt(n);
  const chart = floored({
    values: Float64Array.from(samples, ({n, count}) => (count / n) * scale(n)),
    center: Float64Array.from(samples, ({n}) => mean * scale(n)),
    lcl: Float64Array.from(samples, ({n}) => (mean - half(n)) * scale(n)),
    ucl: Float64Array.from(samples, ({n}) => (isShare ? Math.min(1, mean + half(n)) : mean + half(n)) * scale(n)),
  });
  return {...chart, mean, sigmaZ};
}

function check(kind: AttributeKind, {n, count}: Counted): void {
  if (!(n > 0)) throw new RangeError(`invalid sample size: ${n}`);
  if (!(count >= 0)) throw new RangeError(`invalid count: ${count}`);
  if ((kind === 'p' || kind === 'np' || kind === 'laney-p') && count > n)
    throw new RangeError(`${count} defective of ${n} parts`);
}

/** Mean moving range of the standardised points over d2, within stages; null with no neighbours or no spread. */
function spreadOfScores(samples: readonly Counted[], mean: number, unit: number, gaps: (i: number) => boolean) {
  if (!(unit > 0)) return null;
  const z = samples.map(({n, count}) => (count / n - mean) / (unit / Math.sqrt(n)));
  let [sum, pairs] = [0, 0];
  for (let i = 1; i < z.length; i++) {
    if (gaps(i)) continue;
    sum += Math.abs(z[i] - z[i - 1]);
    pairs++;
  }
  return pairs === 0 ? null : sum / pairs / d2(2);
}
