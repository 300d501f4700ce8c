/** Repeated measurements of reference parts become the bias of each, the line that it follows, and a verdict. */
import type {Interval} from '../answers.ts';
import type {LinearityAnswer} from '../msa-answers.ts';
import {QuestionError} from '../question-error.ts';
import {benjaminiHochberg} from '../statistics/benjamini-hochberg.ts';
import {leastSquares} from '../statistics/least-squares.ts';
import {studentUpperQuantile} from '../statistics/quantiles.ts';
import {fTail, studentTail} from '../statistics/tails.ts';

export interface ReferencePart {
  part: string;
  reference: number;
  /** How many values the reference is the mean of. */
  referenceValues: number;
  /** Two or more. */
  values: number[];
}

type Study = Omit<LinearityAnswer, 'asOf' | 'parameter' | 'reference'>;

/** So many places of the line are told, so that its band looks as it is. */
const LINE_PLACES = 41;
type PercentOf = (value: number) => number | null;
type Coefficient = LinearityAnswer['regression']['slope'];

const ALPHA = 0.05;
/** What AIAG asks for at least. */
const PARTS = 5;
const TRIALS = 10;

/** @throws QuestionError where all references are one, or no part shows two different values */
export function biasOf(unordered: readonly ReferencePart[], processVariation: number | null, withPlots = false): Study {
  const parts = unordered.toSorted((a, b) => a.reference - b.reference || (a.part < b.part ? -1 : 1));
  refuseWhatCannotBeTold(parts);
  const percentOf: PercentOf = value => (processVariation === null ? null : (100 * Math.abs(value)) / processVariation);
  const points = parts.flatMap(({reference, values}) => values.map(value => ({reference, bias: value - reference})));
  const {slope, intercept, fittedAt, ...line} = regression(points);
  const levels = levelsOf(parts, percentOf, fittedAt);
  const within = pooledWithin(levels);
  const overall = overallOf(levels, within, percentOf);
  const lackOfFit = lackOfFitOf(levels, within);
  return {
    n: points.length,
    levels,
    overall,
    regression: {
      intercept,
      slope,
      ...line,
      percentLinearity: 100 * Math.abs(slope.value),
      linearity: processVariation === null ? null : Math.abs(slope.value) * processVariation,
    },
    lackOfFit,
    verdict: verdictOf(levels, overall, slope, lackOfFit),
    plots: withPlots ? plotsOf(parts, fittedAt) : null,
    notes: notesOf(parts, levels, lackOfFit),
  };
}

function refuseWhatCannotBeTold(parts: readonly ReferencePart[]): void {
  const [{reference}] = parts;
  if (parts.every(part => part.reference === reference))
    throw new QuestionError(`all reference values are ${reference}: whether bias changes with size cannot be told`, {
      hint: 'a study needs reference parts of two sizes or more; five that span the range of the gage are asked for',
    });
  if (parts.every(({values}) => isConstant(values))) {
    const told = parts.slice(0, TRIALS).map(part => `${part.part} reads ${part.values[0]} for ${part.reference}`);
    throw new QuestionError(`no part shows two different values, so that no interval can be told: ${told.join(', ')}`, {
      hint: 'the gage resolves too coarsely for its own repeatability: record more digits, or use a finer gage',
    });
  }
}

/** Bias on reference, each measurement a point. @see Draper & Smith (1998), Applied Regression Analysis, 1.4 */
function regression(points: readonly {reference: number; bias: number}[]) {
  const references = points.map(({reference}) => reference);
  const fit = leastSquares(
    [references],
    points.map(({bias}) => bias),
  );
  const {degrees, residual: sigma, rSquared} = fit;
  const [intercept, slope] = fit.coefficients.map((value, j): Coefficient => {
    const standardError = fit.standardErrors[j];
    return {...byT(value, standardError, degrees), standardError};
  });
  const center = meanOf(references);
  const middle = intercept.value + slope.value * center;
  const fittedAt = (reference: number): Interval => {
    const standardError = Math.hypot(sigma / Math.sqrt(points.length), (reference - center) * slope.standardError);
    const {value, low, high} = byT(middle + slope.value * (reference - center), standardError, degrees);
    return {value, low, high};
  };
  return {intercept, slope, sigma, degrees, rSquared, fittedAt};
}

function levelsOf(
  parts: readonly ReferencePart[],
  percentOf: PercentOf,
  fittedAt: (reference: number) => Interval,
): Study['levels'] {
  const told = parts.map(({values, reference}) =>
    isConstant(values)
      ? {value: values[0] - reference, low: null, high: null, p: null}
      : byT(meanOf(values) - reference, deviationOf(values) / Math.sqrt(values.length), values.length - 1),
  );
  const tested = told.flatMap(({p}, k) => (p === null ? [] : [{p, k}]));
  const adjusted = benjaminiHochberg(tested.map(({p}) => p));
  const q = new Map(tested.map(({k}, i) => [k, adjusted[i]]));
  return parts.map(({part, reference, referenceValues, values}, k) => ({
    part,
    reference,
    referenceValues,
    n: values.length,
    mean: meanOf(values),
    sigma: deviationOf(values),
    bias: {...told[k], q: q.get(k) ?? null, percent: percentOf(told[k].value)},
    fitted: fittedAt(reference),
  }));
}

function plotsOf(parts: readonly ReferencePart[], fittedAt: (reference: number) => Interval): Study['plots'] {
  const [first, last] = [parts[0].reference, parts[parts.length - 1].reference];
  return {
    values: parts.flatMap(({part, reference, values}) =>
      values.map(value => ({part, reference, bias: value - reference})),
    ),
    line: Array.from({length: LINE_PLACES}, (_, k) => {
      const reference = first + ((last - first) * k) / (LINE_PLACES - 1);
      return {reference, ...fittedAt(reference)};
    }),
  };
}

const isConstant = (values: readonly number[]) => values.every(value => value === values[0]);

/** How far values lie from the mean of their part. */
function pooledWithin(levels: Study['levels']) {
  const degrees = levels.reduce((sum, {n}) => sum + n - 1, 0);
  const squares = levels.reduce((sum, {n, sigma}) => sum + (n - 1) * sigma ** 2, 0);
  return {degrees, variance: squares / degrees};
}

type Within = ReturnType<typeof pooledWithin>;

/** Of just these parts: how their biases differ from each other is no error of their mean. */
function overallOf(levels: Study['levels'], {degrees, variance}: Within, percentOf: PercentOf): Study['overall'] {
  const n = levels.reduce((sum, level) => sum + level.n, 0);
  const value = levels.reduce((sum, {n: own, bias}) => sum + own * bias.value, 0) / n;
  return {...byT(value, Math.sqrt(variance / n), degrees), percent: percentOf(value)};
}

/** How far the means of parts lie from the line, against how far values lie from their means. @see Draper & Smith, 2.1 */
function lackOfFitOf(levels: Study['levels'], {degrees, variance}: Within): Study['lackOfFit'] {
  const off = levels.reduce((sum, {n, bias, fitted}) => sum + n * (bias.value - fitted.value) ** 2, 0);
  if (levels.length < 3) return null;
  const f = off / (levels.length - 2) / variance;
  return {f, p: fTail(f, levels.length - 2, degrees)};
}

function verdictOf(
  levels: Study['levels'],
  overall: Study['overall'],
  slope: Coefficient,
  lackOfFit: Study['lackOfFit'],
): Study['verdict'] {
  const biased = levels.filter(({bias: {q}}) => q !== null && q <= ALPHA);
  const where = biased.map(({reference, bias}) => `${short(reference)} (${signed(bias.value)})`).join(', ');
  const each =
    biased.length > 0 ? `; by itself, a bias is shown at reference ${where}` : '; no level shows one by itself';
  if (slope.p <= ALPHA)
    return {
      found: 'linearity',
      sentence: `the bias changes by ${signed(slope.value)} with each unit of size (${signed(slope.low)} to ${signed(slope.high)}, p ${shortP(slope.p)}), so that one correction cannot serve all sizes${each}`,
    };
  if (lackOfFit !== null && lackOfFit.p <= ALPHA)
    return {
      found: 'linearity',
      sentence: `the bias differs between parts by more than repeatability explains (p ${shortP(lackOfFit.p)}), and not along a straight line: the gage is off in a bent way, or reference values are${each}`,
    };
  if (overall.p <= ALPHA)
    return {
      found: 'bias',
      sentence: `the gage reads ${short(Math.abs(overall.value))} too ${overall.value > 0 ? 'high' : 'low'} (${signed(overall.low)} to ${signed(overall.high)}, p ${shortP(overall.p)}), and that is not seen to change with size${each}`,
    };
  if (biased.length > 0)
    return {
      found: 'bias',
      sentence: `neither a bias over all nor a change of it with size is shown${each}`,
    };
  const most = Math.max(...levels.map(({fitted: {low, high}}) => Math.max(-low, high)));
  return {
    found: 'neither',
    sentence: `neither bias nor linearity is shown; within the sizes studied a bias of up to ${short(most)} is not ruled out`,
  };
}

function notesOf(parts: readonly ReferencePart[], levels: Study['levels'], lackOfFit: Study['lackOfFit']): string[] {
  const constant = levels.filter(({bias}) => bias.p === null).map(({part}) => part);
  const once = parts.filter(({referenceValues}) => referenceValues === 1).length;
  const fewest = Math.min(...levels.map(({n}) => n));
  return [
    ...(lackOfFit !== null && lackOfFit.p <= ALPHA
      ? [
          `the bias does not follow a straight line (p ${shortP(lackOfFit.p)}): go by the bias of each part, not by the line`,
        ]
      : []),
    ...(constant.length > 0
      ? [`all values of ${constant.join(', ')} are equal: the gage resolves too coarsely there for an interval`]
      : []),
    ...(parts.length < PARTS || fewest < TRIALS
      ? [`${parts.length} parts, measured ${fewest} times at least: AIAG asks for ${PARTS} parts and ${TRIALS} times`]
      : []),
    'bias is value minus reference value; what is wrong with a reference value counts as bias of the gage',
    ...(once > 0 ? [`${once} of ${parts.length} reference values rest on one measurement`] : []),
    'intervals are 95 %, by t: of a part by the spread of its own values, of the line by the residuals; q is over all parts',
    'the overall bias is that of just these parts, by the spread within them: where linearity is shown, it is no correction',
  ];
}

/** An estimate with its interval, and how likely one as far from 0 is where there is nothing. */
function byT(value: number, standardError: number, degrees: number): Interval & {p: number} {
  const half = studentUpperQuantile(ALPHA / 2, degrees) * standardError;
  return {value, low: value - half, high: value + half, p: 2 * studentTail(Math.abs(value / standardError), degrees)};
}

/** The first value is taken off before the mean is formed, so that a large common part costs no digits. */
export const meanOf = (values: readonly number[]): number =>
  values[0] + values.reduce((sum, value) => sum + (value - values[0]), 0) / values.length;

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

const short = (x: number) => String(Number(x.toPrecision(4)));

const signed = (x: number) => `${x > 0 ? '+' : ''}${short(x)}`;

const shortP = (p: number) => (p < 0.001 ? '< 0.001' : p.toFixed(3));
