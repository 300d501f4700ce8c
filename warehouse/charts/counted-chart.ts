/** Charts of counts: shares and numbers of defective parts, defects and defects a unit. */
import type {ChartQuestion} from '../chart-answers.ts';
import {QuestionError} from '../question-error.ts';
import {type AttributeKind, attributeChart, attributeLines, type Counted} from '../statistics/attribute-chart.ts';
import {incompleteBeta} from '../statistics/beta.ts';
import {hypergeometricTail} from '../statistics/hypergeometric.ts';
import {normalTail} from '../statistics/normal.ts';
import {chiSquaredTail} from '../statistics/tails.ts';
import type {Chance, Chartable, Lines} from './chartable.ts';
import type {CountedPoints} from './counts.ts';
import {medianOf} from './measured-chart.ts';
import {countPoint, normalPoint, shewhartRunLength} from './run-length.ts';

/** Of a share or rate: `center` is its mean; sigma z is 1 where points are taken to spread as chance alone would have it. */
export interface CountLines extends Lines {
  sigmaZ: number;
  /** Parts of the baseline. */
  parts: number;
}

export const COUNTED: ReadonlySet<ChartQuestion['kind']> = new Set(['p', 'np', 'c', 'u', 'laney-p', 'laney-u']);

const isOfShares = (kind: ChartQuestion['kind']) => kind === 'p' || kind === 'np' || kind === 'laney-p';

/** @throws QuestionError for a c chart of samples that differ in size */
export function countedChart(question: ChartQuestion, points: CountedPoints): Chartable<CountLines> {
  const kind = question.kind as AttributeKind;
  const isShare = isOfShares(kind);
  const counts = isShare ? points.defective : points.defects;
  const samples = points.n.map((n, i) => ({n, count: counts[i]}));
  if (kind === 'c' && samples.some(({n}) => n !== samples[0].n)) {
    throw new QuestionError(
      'a c chart wants samples of one size, and these differ: ask for u, which takes their size into account',
    );
  }
  const typical = medianOf(points.n);
  return {
    ...points,
    sizes: points.n,
    least: 2,
    estimate: ({from, to}) => estimated(kind, samples.slice(from, to)),
    draw({from, to}, {center, sigma, sigmaZ}) {
      const some = samples.slice(from, to);
      const stretch = sigmaZ * sigma;
      return {
        ...attributeChart(kind, some, {mean: center, sigmaZ}),
        z: Float64Array.from(some, ({n, count}) =>
          // Where nothing (or everything) failed in the baseline, whatever differs is beyond.
          count / n === center ? 0 : (count / n - center) / (stretch / Math.sqrt(n)),
        ),
      };
    },
    rulesThatApply: 'all',
    runLength({center, subgroups, degrees}, rules) {
      if (!(center > 0) || (isShare && center >= 1)) return null;
      const isLaney = kind.startsWith('laney');
      const draw = isLaney ? normalPoint : countPoint(typical, center, isShare);
      const what = isLaney ? 'normal' : `${isShare} ${typical} ${center}`;
      return shewhartRunLength(what, rules, draw, {subgroups, degrees});
    },
    chances: (i, lines) => [chanceOf(kind, samples[i], lines)],
    notesOf: (lines, {from, to}) => [
      ...spreadNotes(kind, lines),
      ...overdispersion(kind, samples.slice(from, to), lines.center),
    ],
  };
}

function estimated(kind: AttributeKind, samples: readonly Counted[]): CountLines {
  const {mean, sigmaZ} = attributeLines(kind, samples);
  if (kind.startsWith('laney') && sigmaZ === null)
    throw new QuestionError('nothing was found in the baseline: no limits can be drawn');
  const isShare = isOfShares(kind);
  return {
    center: mean,
    sigma: Math.sqrt(isShare ? mean * (1 - mean) : mean),
    sigmaBy: sigmaZ === null ? (isShare ? 'binomial' : 'Poisson') : 'moving range of the standardised points',
    sigmaZ: sigmaZ ?? 1,
    parts: samples.reduce((sum, {n}) => sum + n, 0),
    subgroups: samples.length,
    // Of p and u charts the spread follows from the mean; of Laney's it has that of moving ranges (Cryer & Ryan 1990).
    degrees: sigmaZ === null ? 1e6 : Math.max(1, 0.62 * (samples.length - 1)),
  };
}

/**
 * How unlikely a sample is, given what the baseline found: of shares by the hypergeometric distribution, of rates by the
 * binomial one, both given the sum of the two; with Laney's spread by the normal one.
 */
function chanceOf(
  kind: AttributeKind,
  {n, count}: Counted,
  {center, sigma, sigmaZ, parts, subgroups}: CountLines,
): Chance {
  const value = count / n;
  const side = value > center ? 'above' : 'below';
  if (kind.startsWith('laney')) {
    const error = (sigmaZ * sigma * Math.sqrt(1 + 1 / subgroups)) / Math.sqrt(n);
    return {what: 'count', side, value, p: 2 * normalTail(Math.abs(value - center) / error)};
  }
  const all = count + Math.round(center * parts);
  const tail = isOfShares(kind)
    ? side === 'above'
      ? hypergeometricTail(count, n + parts, all, n)
      : hypergeometricTail(n - count, n + parts, n + parts - all, n)
    : binomialTail(all, count, n / (n + parts), side);
  return {what: 'count', side, value, p: Math.min(1, 2 * tail)};
}

/** P(X >= x) or P(X <= x) of a binomial distribution. */
function binomialTail(trials: number, x: number, chance: number, side: 'above' | 'below'): number {
  if (side === 'above') return x <= 0 ? 1 : incompleteBeta(chance, x, trials - x + 1);
  return x >= trials ? 1 : incompleteBeta(1 - chance, trials - x, x + 1);
}

function spreadNotes(kind: AttributeKind, {sigmaZ}: CountLines): string[] {
  if (!kind.startsWith('laney')) return [];
  const spread = `points spread ${sigmaZ.toFixed(2)} times as much as chance alone would have it; the limits follow them`;
  if (sigmaZ >= 1) return [spread];
  return [spread, 'they spread less than chance: limits narrower than a p or u chart are kept as they are'];
}

/** Whether the points of a p or u chart differ by more than chance, as parts of a lot that share its fate do. */
function overdispersion(kind: AttributeKind, samples: readonly Counted[], mean: number): string[] {
  const isShare = isOfShares(kind);
  if (kind.startsWith('laney') || !(mean > 0) || (isShare && mean >= 1) || samples.length < 2) return [];
  const variance = isShare ? mean * (1 - mean) : mean;
  const squares = samples.reduce((sum, {n, count}) => sum + (n * (count / n - mean) ** 2) / variance, 0);
  const degrees = samples.length - 1;
  if (chiSquaredTail(squares, degrees) > 0.01) return [];
  return [
    `points spread ${Math.sqrt(squares / degrees).toFixed(2)} times as much as chance alone would have it: these limits are too narrow; ask for laney-${isShare ? 'p' : 'u'}`,
  ];
}
