/** Charts of counts: shares and numbers of defective parts, defects and defects a unit. */
import type {ChartQuestion} from '../chart-answers.ts';
import {QuestionError} from '../question-error.ts';
import {type AttributeKind, attributeChart} from '../statistics/attribute-chart.ts';
import {chiSquaredTail} from '../statistics/tails.ts';
import {baselineOf} from './baseline.ts';
import type {Drawn} from './measured.ts';
import type {CountedPoints} from './points.ts';

/** @throws QuestionError without inspected parts, or for a c chart of samples that differ in size */
export function countedChart(question: ChartQuestion, points: CountedPoints): Drawn {
  const kind = question.kind as AttributeKind;
  if (points.n.length === 0) throw new QuestionError('no inspected parts in this scope');
  const isShare = kind === 'p' || kind === 'np' || kind === 'laney-p';
  const counts = isShare ? points.defective : points.defects;
  const samples = points.n.map((n, i) => ({n, count: counts[i]}));
  if (kind === 'c' && samples.some(({n}) => n !== samples[0].n)) {
    throw new QuestionError(
      'a c chart wants samples of one size, and these differ: ask for u, which takes their size into account',
    );
  }
  const baseline = baselineOf(question, points.from, 2);
  const chosen = baseline.indices.map(i => samples[i]);
  const chart = attributeChart(kind, samples, chosen);
  if (kind.startsWith('laney') && chart.sigmaZ === null)
    throw new QuestionError('nothing was found in the baseline: no limits can be drawn');
  const notes = [...points.notes, ...overdispersion(kind, chosen, chart.mean, isShare)];
  if (chart.sigmaZ !== null) {
    notes.push(
      `points spread ${chart.sigmaZ.toFixed(2)} times as much as chance alone would have it; the limits follow them`,
    );
    if (chart.sigmaZ < 1)
      notes.push('they spread less than chance: limits narrower than a p or u chart are kept as they are');
  }
  const unit = Math.sqrt(isShare ? chart.mean * (1 - chart.mean) : chart.mean);
  const stretch = (chart.sigmaZ ?? 1) * unit;
  return {
    chart,
    z: Float64Array.from(samples, ({n, count}) =>
      stretch > 0 ? (count / n - chart.mean) / (stretch / Math.sqrt(n)) : 0,
    ),
    names: points.names,
    from: points.from,
    sizes: points.n,
    center: kind === 'np' || kind === 'c' ? chart.center[0] : chart.mean,
    sigma: unit,
    sigmaBy: chart.sigmaZ === null ? (isShare ? 'binomial' : 'Poisson') : 'moving range of the standardised points',
    estimatedFrom: {subgroups: chosen.length, degrees: 1e6},
    baseline: baseline.told,
    rulesThatApply: 'all',
    normal: false,
    notes,
  };
}

/** Whether the points of a p or u chart differ by more than chance, as parts of a lot that share its fate do. */
function overdispersion(
  kind: AttributeKind,
  samples: readonly {n: number; count: number}[],
  mean: number,
  isShare: boolean,
): string[] {
  if (kind.startsWith('laney') || !(mean > 0) || (isShare && mean >= 1)) return [];
  const variance = isShare ? mean * (1 - mean) : mean;
  const squares = samples.reduce((sum, {n, count}) => sum + (n * (count / n - mean) ** 2) / variance, 0);
  const degrees = samples.length - 1;
  if (degrees < 1 || chiSquaredTail(squares, degrees) > 0.01) return [];
  return [
    `points spread ${Math.sqrt(squares / degrees).toFixed(2)} times as much as chance alone would have it: these limits are too narrow; ask for laney-${isShare ? 'p' : 'u'}`,
  ];
}
