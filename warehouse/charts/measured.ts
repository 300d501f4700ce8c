/** Charts of measured values: means, spreads and single values, and those that remember. */
import type {ChartAnswer, ChartQuestion} from '../chart-answers.ts';
import {QuestionError} from '../question-error.ts';
import {d2} from '../statistics/control-constants.ts';
import {cusumChart} from '../statistics/cusum.ts';
import {ewmaChart} from '../statistics/ewma.ts';
import {referenceOf, tSquared, tSquaredLimit} from '../statistics/hotelling.ts';
import {
  type Charted,
  deviationChart,
  individualsChart,
  meanChart,
  movingRangeChart,
  rangeChart,
} from '../statistics/shewhart.ts';
import {type Sigma, type SigmaBy, type Subgroup, sigmaOfNeighbours, sigmaWithin} from '../statistics/subgroup-sigma.ts';
import {baselineOf} from './baseline.ts';
import type {Measured} from './points.ts';

/** A chart before its rules are applied. */
export interface Drawn {
  chart: Charted;
  /** Standardised points; NaN where a point has no statistic. */
  z: Float64Array;
  below?: Float64Array;
  names: string[];
  from: (string | null)[];
  sizes: number[];
  center: number;
  sigma: number;
  sigmaBy: string;
  estimatedFrom: {subgroups: number; degrees: number};
  baseline: ChartAnswer['baseline'];
  /** Which rules mean anything: all, those for points of any distribution, or the limits alone. */
  rulesThatApply: 'all' | 'any-distribution' | 'limits';
  /** Whether a false-alarm rate by normal points applies. */
  normal: boolean;
  notes: string[];
}

/** More than this many values in a subgroup, and a range wastes what they know. */
const LARGEST_FOR_RANGES = 8;

/** Both tails of a normal distribution beyond three sigma. */
const FALSE_ALARMS = 0.0027;

/** @throws QuestionError for too few points or values without spread */
export function measuredChart(question: ChartQuestion, points: Measured): Drawn {
  if (points.values[0].length === 0) throw new QuestionError('no values in this scope');
  if (question.kind === 't2') return hotelling(question, points);
  const single = question.kind === 'imr' || question.kind === 'mr' || question.subgroup === 1;
  const subgroups = single ? singles(points) : subgroupsOf(points);
  const names = single ? points.at.map((at, i) => at ?? String(i + 1)) : points.names;
  const from = single ? points.at : points.from;
  const baseline = baselineOf(question, from, 2);
  const chosen = baseline.indices.map(i => subgroups[i]);
  const {sigma, by} = sigmaOf(question, chosen, single);
  const center = weightedMean(chosen);
  const notes = [...points.notes, ...autocorrelation(subgroups)];
  const common = {
    names,
    from,
    sizes: subgroups.map(({n}) => n),
    sigma: sigma.value,
    sigmaBy: by,
    estimatedFrom: {subgroups: chosen.length, degrees: sigma.degrees},
    baseline: baseline.told,
    notes,
  };
  const spread = Float64Array.from(subgroups, ({n}) => sigma.value / Math.sqrt(n));
  switch (question.kind) {
    case 'r':
    case 's':
    case 'mr': {
      const chart = spreadChart(question.kind, subgroups, sigma.value);
      const typical = question.kind === 'mr' ? d2(2) * sigma.value : medianOf(chart.center);
      return {
        ...common,
        chart,
        z: standardised(chart),
        center: typical,
        rulesThatApply: question.kind === 'mr' ? 'limits' : 'any-distribution',
        normal: false,
      };
    }
    case 'ewma': {
      const means = Float64Array.from(subgroups, ({mean}) => mean);
      const chart = ewmaChart(means, spread, center);
      return {...common, chart, z: standardised(chart), center, rulesThatApply: 'limits', normal: false};
    }
    case 'cusum': {
      const z = Float64Array.from(subgroups, ({mean}, i) => (mean - center) / spread[i]);
      const {above, below, limit} = cusumChart(z);
      const line = (value: number) => above.map(() => value);
      const chart = {values: above, center: line(0), lcl: line(-limit), ucl: line(limit)};
      const worst = above.map((up, i) => (3 * Math.max(up, -below[i])) / limit);
      notes.push('cumulative sums in standard errors, k = 1/2, h = 5');
      return {...common, chart, below, z: worst, center: 0, rulesThatApply: 'limits', normal: false};
    }
    default: {
      const chart = single
        ? individualsChart(points.values[0], center, sigma.value)
        : meanChart(subgroups, center, sigma.value);
      return {...common, chart, z: standardised(chart), center, rulesThatApply: 'all', normal: true};
    }
  }
}

function spreadChart(kind: 'r' | 's' | 'mr', subgroups: readonly Subgroup[], sigma: number): Charted {
  if (kind === 'r') return rangeChart(subgroups, sigma);
  if (kind === 's') return deviationChart(subgroups, sigma);
  return movingRangeChart(
    Float64Array.from(subgroups, ({mean}) => mean),
    sigma,
    () => false,
  );
}

/** Sigma by the name asked for; else by ranges of small subgroups, standard deviations of larger ones, neighbours of single values. */
function sigmaOf(question: ChartQuestion, chosen: readonly Subgroup[], single: boolean): {sigma: Sigma; by: string} {
  const largest = Math.max(...chosen.map(({n}) => n));
  const usual = single ? 'mr' : question.kind === 's' || largest > LARGEST_FOR_RANGES ? 'sbar' : 'rbar';
  const by = question.sigma ?? usual;
  if (single && by !== 'mr')
    throw new QuestionError(`single values have no ${by}: their sigma comes from neighbours (mr)`);
  if (by === 'rbar' && largest > 1000)
    throw new QuestionError('ranges of more than 1,000 values tell little: ask for sbar or pooled');
  const sigma =
    by === 'mr' ? sigmaOfNeighbours(chosen.map(({mean}) => mean)) : sigmaWithin(chosen, by satisfies SigmaBy);
  if (sigma === null) throw new QuestionError('every subgroup has one value: ask for kind imr, or larger subgroups');
  if (!(sigma.value > 0)) throw new QuestionError('the values of the baseline do not vary: no limits can be drawn');
  return {sigma, by};
}

/** T squared of several parameters at once, by subgroup where all have one size, else by part. */
function hotelling(question: ChartQuestion, points: Measured): Drawn {
  const width = points.values.length;
  if (width < 2) throw new QuestionError('t2 takes several parameters: name them with commas');
  const rows = points.at.map((_, i) => points.values.map(values => values[i]));
  const groups: number[][][] = points.names.map(() => []);
  for (const [i, row] of rows.entries()) groups[points.group[i]].push(row);
  // So many in a row leave a rest at the end, which is no subgroup like the others.
  const rest =
    typeof question.subgroup === 'number' && groups.length > 1 && groups[groups.length - 1].length < question.subgroup;
  if (rest) groups.pop();
  const grouped =
    question.subgroup !== undefined && question.subgroup !== 1 && groups.every(g => g.length === groups[0].length);
  const subgroups = grouped ? groups : rows.map(row => [row]);
  const from = grouped ? points.from.slice(0, groups.length) : points.at;
  const baseline = baselineOf(question, from, width + 2);
  const inBaseline = new Set(baseline.indices);
  let values: Float64Array;
  let limits: {baseline: number; next: number};
  try {
    const reference = referenceOf(baseline.indices.map(i => subgroups[i]));
    values = tSquared(subgroups, reference);
    limits = {
      baseline: tSquaredLimit(reference, 'baseline', FALSE_ALARMS),
      next: tSquaredLimit(reference, 'new', FALSE_ALARMS),
    };
  } catch (error) {
    if (error instanceof RangeError) throw new QuestionError(error.message, {cause: error});
    throw error;
  }
  const ucl = values.map((_, i) => (inBaseline.has(i) ? limits.baseline : limits.next));
  const notes = [...points.notes];
  if (rest && grouped) notes.push('the last values do not fill a subgroup and are left out');
  if (question.subgroup !== undefined && !grouped)
    notes.push('subgroups differ in size: each part is a point of its own');
  return {
    chart: {values, center: values.map(() => width), lcl: values.map(() => 0), ucl},
    z: values.map((value, i) => (3 * value) / ucl[i]),
    names: grouped ? points.names.slice(0, groups.length) : points.at.map((at, i) => at ?? String(i + 1)),
    from,
    sizes: subgroups.map(g => g.length),
    center: width,
    sigma: 1,
    sigmaBy: grouped ? 'covariance within subgroups' : 'covariance of the baseline',
    estimatedFrom: {subgroups: baseline.indices.length, degrees: baseline.indices.length - 1},
    baseline: baseline.told,
    rulesThatApply: 'limits',
    normal: false,
    notes,
  };
}

function singles({values: [values]}: Measured): Subgroup[] {
  return Array.from(values, mean => ({n: 1, mean, range: 0, deviation: Number.NaN}));
}

/** Means are taken off before anything is squared; the order of the values is fixed, so the last digit is too. */
export function subgroupsOf({
  values: [values],
  group,
  names,
}: Pick<Measured, 'values' | 'group' | 'names'>): Subgroup[] {
  const sums = names.map(() => ({
    n: 0,
    sum: 0,
    least: Number.POSITIVE_INFINITY,
    most: Number.NEGATIVE_INFINITY,
    squares: 0,
  }));
  values.forEach((value, i) => {
    const g = sums[group[i]];
    g.n++;
    g.sum += value;
    g.least = Math.min(g.least, value);
    g.most = Math.max(g.most, value);
  });
  values.forEach((value, i) => {
    const g = sums[group[i]];
    g.squares += (value - g.sum / g.n) ** 2;
  });
  return sums.map(({n, sum, least, most, squares}) => ({
    n,
    mean: sum / n,
    range: most - least,
    deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : Number.NaN,
  }));
}

function weightedMean(subgroups: readonly Subgroup[]): number {
  const n = subgroups.reduce((sum, g) => sum + g.n, 0);
  return subgroups.reduce((sum, g) => sum + g.n * g.mean, 0) / n;
}

/** (value - centre) / standard error, from the limits at three of them; a limit cut off at zero is not used. */
function standardised({values, center, ucl}: Charted): Float64Array {
  return values.map((value, i) => (3 * (value - center[i])) / (ucl[i] - center[i]));
}

function medianOf(values: Float64Array): number {
  const sorted = values.filter(v => !Number.isNaN(v)).sort();
  return sorted[Math.floor(sorted.length / 2)];
}

/** Neighbours that resemble each other make limits from short-term spread too narrow. */
function autocorrelation(subgroups: readonly Subgroup[]): string[] {
  const n = subgroups.length;
  if (n < 20) return [];
  const mean = subgroups.reduce((sum, g) => sum + g.mean, 0) / n;
  let [squares, products] = [0, 0];
  subgroups.forEach((g, i) => {
    squares += (g.mean - mean) ** 2;
    if (i > 0) products += (g.mean - mean) * (subgroups[i - 1].mean - mean);
  });
  const r = squares > 0 ? products / squares : 0;
  // Twice the standard error of a series without memory. @see Box & Jenkins (1976), 2.1.6
  if (Math.abs(r) <= 2 / Math.sqrt(n)) return [];
  return [
    `neighbouring points are correlated (${r.toFixed(2)}): false alarms come ${r > 0 ? 'more' : 'less'} often than stated; ${r > 0 ? 'larger subgroups or ewma help' : 'the process may be over-adjusted'}`,
  ];
}
