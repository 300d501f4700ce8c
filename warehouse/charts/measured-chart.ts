/** Charts of one measured parameter: means, spreads and single values, and those that remember. */
import type {ChartQuestion} from '../chart-answers.ts';
import {QuestionError} from '../question-error.ts';
import {lagOneAutocorrelation} from '../statistics/autocorrelation.ts';
import {c4, d2} from '../statistics/control-constants.ts';
import {cusumChart} from '../statistics/cusum.ts';
import {ewmaChart} from '../statistics/ewma.ts';
import {cusumRunLength, ewmaRunLength} from '../statistics/run-length-chains.ts';
import {
  type Charted,
  deviationChart,
  individualsChart,
  meanChart,
  movingRangeChart,
  rangeChart,
} from '../statistics/shewhart.ts';
import {
  LARGEST_FOR_RANGES,
  type SigmaBy,
  type Subgroup,
  sigmaOfNeighbours,
  sigmaWithin,
} from '../statistics/subgroup-sigma.ts';
import {fTail, studentTail} from '../statistics/tails.ts';
import type {Chance, Chartable, Lines, Piece} from './chartable.ts';
import {deviationPoint, normalPoint, rangePoint, shewhartRunLength} from './run-length.ts';
import type {Places} from './values.ts';

/** Of a CUSUM's parameters where none are asked for, Montgomery's, 9.1; of an EWMA's, those of ISO 7870-6's example. */
const CUSUM = {reference: 0.5, decision: 5};
const EWMA = {lambda: 0.2, width: 3};

/** @param subgroups in order of time; single values are subgroups of one */
export function measuredChart(question: ChartQuestion, subgroups: readonly Subgroup[], places: Places): Chartable {
  const single = isSingle(question);
  const typical = medianOf(subgroups.map(({n}) => n));
  const {kind} = question;
  const cusum = {reference: question.k ?? CUSUM.reference, decision: question.h ?? CUSUM.decision};
  const ewma = {lambda: question.lambda ?? EWMA.lambda, width: question.width ?? EWMA.width};
  return {
    ...places,
    notes: [
      ...places.notes,
      ...(kind === 'cusum'
        ? [`cumulative sums in standard errors, k = ${cusum.reference}, h = ${cusum.decision}`]
        : []),
      ...(kind === 'ewma' ? [`lambda = ${ewma.lambda}, limits at ${ewma.width} standard errors of the average`] : []),
    ],
    sizes: subgroups.map(({n}) => n),
    least: 2,
    estimate: ({from, to}) => estimated(question, subgroups.slice(from, to), single),
    draw({from, to}, lines) {
      const some = subgroups.slice(from, to);
      if (kind === 'cusum') return cusumPiece(some, lines, cusum);
      const chart = chartOf(kind, some, lines, ewma);
      return {...chart, z: standardised(chart)};
    },
    rulesThatApply:
      kind === 'r' || kind === 's' ? 'any-distribution' : kind === 'xbar' || kind === 'imr' ? 'all' : 'limits',
    runLength({subgroups: m, degrees}, rules) {
      if (kind === 'cusum') return cusumRunLength(cusum);
      if (kind === 'ewma') return ewmaRunLength(ewma);
      // Neighbouring moving ranges share a value: no run length of independent points applies to them.
      if (kind === 'mr') return null;
      const draw = kind === 'r' ? rangePoint(typical) : kind === 's' ? deviationPoint(typical) : normalPoint;
      return shewhartRunLength(`${kind === 'r' || kind === 's' ? `${kind} ${typical}` : 'normal'}`, rules, draw, {
        subgroups: m,
        degrees,
      });
    },
    chances: (i, lines) => chancesOf(subgroups[i], lines),
    notesOf(lines, {from, to}) {
      const some = subgroups.slice(from, to);
      return [...betweenSubgroups(some, lines, kind), ...autocorrelation(some, kind)];
    },
  };
}

export const isSingle = ({kind, subgroup}: Pick<ChartQuestion, 'kind' | 'subgroup'>): boolean =>
  kind === 'imr' || kind === 'mr' || subgroup === 1;

/** Sigma by the name asked for; else by ranges of small subgroups, standard deviations of larger ones, neighbours of single values. */
function estimated(question: ChartQuestion, chosen: readonly Subgroup[], single: boolean): Lines {
  const {sigma, by} = sigmaOf(chosen, {
    by: question.sigma,
    single,
    isDeviation: question.kind === 's',
    isSpread: question.kind === 'r' || question.kind === 's',
  });
  if (!(sigma.value > 0)) throw new QuestionError('the values of the baseline do not vary: no limits can be drawn');
  return {
    center: weightedMean(chosen),
    sigma: sigma.value,
    sigmaBy: by,
    subgroups: chosen.length,
    degrees: sigma.degrees,
  };
}

/** @throws QuestionError where what is asked for has nothing to go by */
function sigmaOf(
  chosen: readonly Subgroup[],
  asked: {by?: ChartQuestion['sigma']; single: boolean; isDeviation: boolean; isSpread: boolean},
) {
  const largest = chosen.reduce((most, {n}) => Math.max(most, n), 0);
  const usual = asked.single ? 'mr' : asked.isDeviation || largest > LARGEST_FOR_RANGES ? 'sbar' : 'rbar';
  const by = asked.by ?? usual;
  if (asked.single && by !== 'mr')
    throw new QuestionError(`single values have no ${by}: their sigma comes from neighbours (mr)`);
  if (by === 'rbar' && largest > 1000)
    throw new QuestionError('ranges of more than 1,000 values tell little: ask for sbar or pooled');
  if (by === 'mr' && asked.isSpread)
    throw new QuestionError(
      'neighbouring means say nothing of the spread within subgroups: ask for rbar, sbar or pooled',
    );
  const sigma =
    by === 'mr' ? sigmaOfNeighbours(chosen.map(({mean}) => mean)) : sigmaWithin(chosen, by satisfies SigmaBy);
  if (sigma === null) throw new QuestionError('every subgroup has one value: ask for kind imr, or larger subgroups');
  return {sigma, by};
}

/** Standard error of a point of n values: of means that are taken as single values, what these vary by. */
const errorOf = ({sigma, sigmaBy}: Lines, n: number) => (sigmaBy === 'mr' ? sigma : sigma / Math.sqrt(n));

function chartOf(
  kind: ChartQuestion['kind'],
  subgroups: readonly Subgroup[],
  lines: Lines,
  ewma: typeof EWMA,
): Charted {
  const {center, sigma} = lines;
  const means = () => Float64Array.from(subgroups, ({mean}) => mean);
  if (kind === 'r') return rangeChart(subgroups, sigma);
  if (kind === 's') return deviationChart(subgroups, sigma);
  if (kind === 'mr') return movingRangeChart(means(), sigma);
  if (kind === 'ewma')
    return ewmaChart(
      means(),
      Float64Array.from(subgroups, ({n}) => errorOf(lines, n)),
      center,
      ewma,
    );
  return lines.sigmaBy === 'mr' ? individualsChart(means(), center, sigma) : meanChart(subgroups, center, sigma);
}

function cusumPiece(subgroups: readonly Subgroup[], lines: Lines, settings: typeof CUSUM): Piece {
  const standard = Float64Array.from(subgroups, ({n, mean}) => (mean - lines.center) / errorOf(lines, n));
  const {above, below, limit} = cusumChart(standard, settings);
  const line = (value: number) => above.map(() => value);
  const z = above.map((up, i) => (3 * Math.max(up, -below[i])) / limit);
  return {values: above, below, center: line(0), lcl: line(-limit), ucl: line(limit), z};
}

/** How unlikely a point's mean and spread are, with the error of the lines themselves. */
function chancesOf(subgroup: Subgroup, lines: Lines): Chance[] {
  const {n, mean, deviation} = subgroup;
  const off = (mean - lines.center) / (errorOf(lines, n) * Math.sqrt(1 + 1 / lines.subgroups));
  const chances: Chance[] = [
    {what: 'mean', side: off > 0 ? 'above' : 'below', p: 2 * studentTail(Math.abs(off), lines.degrees), value: mean},
  ];
  if (n > 1 && lines.sigmaBy !== 'mr') {
    const p = fTail((deviation / lines.sigma) ** 2, n - 1, lines.degrees);
    chances.push({what: 'spread', side: 'above', p, value: deviation});
  }
  return chances;
}

/** Where the centre line of a chart is, of which `lines` are the estimate. */
export function centerLine({kind}: ChartQuestion, {center, sigma}: Lines, n: number): number {
  if (kind === 'r') return d2(n) * sigma;
  if (kind === 's') return c4(n) * sigma;
  if (kind === 'mr') return d2(2) * sigma;
  return kind === 'cusum' ? 0 : center;
}

export function weightedMean(subgroups: readonly Subgroup[]): number {
  // The first mean is taken off, so that a large common part costs no digits.
  const near = subgroups[0].mean;
  let [n, sum] = [0, 0];
  for (const g of subgroups) {
    n += g.n;
    sum += g.n * (g.mean - near);
  }
  return near + sum / n;
}

/** (value - centre) in thirds of the distance to the upper limit; a limit cut off at zero is not used. */
function standardised({values, center, ucl}: Charted): Float64Array {
  return values.map((value, i) => (3 * (value - center[i])) / (ucl[i] - center[i]));
}

export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/**
 * Whether means differ by more than the values within subgroups explain: lots that are not quite alike put half of their
 * means beyond limits drawn from within.
 */
function betweenSubgroups(
  subgroups: readonly Subgroup[],
  {center, sigma, sigmaBy, degrees}: Lines,
  kind: ChartQuestion['kind'],
): string[] {
  if (sigmaBy === 'mr' || (kind !== 'xbar' && kind !== 'ewma' && kind !== 'cusum') || subgroups.length < 3) return [];
  const between = subgroups.reduce((sum, {n, mean}) => sum + n * (mean - center) ** 2, 0) / (subgroups.length - 1);
  const ratio = between / sigma ** 2;
  if (fTail(ratio, subgroups.length - 1, degrees) > 0.01) return [];
  return [
    `means of subgroups differ ${timesText(Math.sqrt(ratio))} times as much as the values within them explain: where that is usual, sigma mr draws limits from how the means vary`,
  ];
}

const timesText = (times: number) => (times < 100 ? times.toFixed(1) : Math.round(times).toLocaleString('en-US'));

/** Neighbours that resemble each other make limits from short-term spread too narrow. */
function autocorrelation(subgroups: readonly Subgroup[], kind: ChartQuestion['kind']): string[] {
  const n = subgroups.length;
  if (n < 20 || kind === 'r' || kind === 's' || kind === 'mr') return [];
  const r = lagOneAutocorrelation(subgroups.map(({mean}) => mean)) ?? 0;
  // Twice the standard error of a series without memory. @see Box & Jenkins (1976), 2.1.6
  if (Math.abs(r) <= 2 / Math.sqrt(n)) return [];
  return [
    `neighbouring points are correlated (${r.toFixed(2)}): false alarms come ${r > 0 ? 'more' : 'less'} often than stated; ${r > 0 ? 'larger subgroups or ewma help' : 'the process may be over-adjusted'}`,
  ];
}
