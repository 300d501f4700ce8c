/** Distributions fitted to the values, how well each fits, and capability by their percentiles. */
import type {CapabilityAnswer, CapabilityQuestion, Fit} from '../capability-answers.ts';
import {QuestionError} from '../question-error.ts';
import {andersonDarlingStatistic, andersonDarlingTail} from '../statistics/anderson-darling.ts';
import {byPercentiles, expectedBeyond, type Limits} from '../statistics/capability.ts';
import type {Condensed} from '../statistics/condensed.ts';
import type {Distribution} from '../statistics/distributions.ts';
import {DISTRIBUTIONS, type Fitted, fitDistribution} from '../statistics/fitted-distributions.ts';
import {standardError} from '../statistics/information.ts';
import {normalUpperQuantile} from '../statistics/normal.ts';
import {normalityTail} from '../statistics/normality.ts';

/** So many values are wanted before a 0.135 % percentile is read off them. */
const ENOUGH_FOR_PERCENTILES = 2000;
/** A difference of BIC below this is not worth more than a bare mention: then the simpler one, listed first, is kept. */
const WORTH_A_MENTION = 2;

export interface Fits {
  fits: Fit[];
  notFitted: CapabilityAnswer['notFitted'];
  fitted: CapabilityAnswer['fitted'];
  /** The one whose percentiles are shown. */
  shown: {fit: Fit; of: Fitted};
}

/**
 * @param effective independent values that would say as much
 * @throws QuestionError for a distribution that was asked for and cannot be fitted
 * @see Kass & Raftery (1995), J. Am. Stat. Assoc. 90:773 (differences of BIC)
 */
export function fitAll(
  sample: Condensed,
  limits: Limits,
  {distribution, bound}: Pick<CapabilityQuestion, 'distribution' | 'bound'>,
  effective: number,
): Fits {
  const natural = bound ?? 0;
  const done: {fit: Fit; of: Fitted}[] = [];
  const notFitted: CapabilityAnswer['notFitted'] = [];
  for (const name of DISTRIBUTIONS) {
    const of = fitDistribution(name, sample, natural);
    if ('reason' in of) notFitted.push({distribution: name, reason: of.reason});
    else done.push({of, fit: told(of, sample, limits, effective)});
  }
  const refused = notFitted.find(r => r.distribution === distribution);
  if (refused) throw new QuestionError(`${distribution} cannot be fitted: ${refused.reason}`);
  const least = done.reduce((bic, {fit}) => Math.min(bic, fit.bic), Number.POSITIVE_INFINITY);
  const shown =
    done.find(({fit}) => fit.distribution === distribution) ??
    done.find(({fit}) => fit.bic <= least + WORTH_A_MENTION)!;
  return {
    fits: done.map(({fit}) => fit),
    notFitted,
    fitted: {
      distribution: shown.fit.distribution,
      chosen: distribution === undefined ? 'best fit' : 'asked for',
    },
    shown,
  };
}

function told(of: Fitted, sample: Condensed, limits: Limits, effective: number): Fit {
  const statistic = andersonDarlingStatistic(sample, of);
  const percentiles = percentilesOf(of);
  const {pp, ppk} = byPercentiles(limits, percentiles);
  return {
    distribution: of.name,
    parameters: of.parameters,
    bic: -2 * of.logLikelihood + of.estimates.length * Math.log(sample.n),
    statistic,
    p: pOf(statistic, of, sample.n),
    ...percentiles,
    pp,
    ppk: ppk === null ? null : {value: ppk, ...ppkBounds(ppk, of, limits, effective)},
    ppm: expectedBeyond(limits, of),
  };
}

function percentilesOf(of: Distribution) {
  return {low: of.quantile(0.00135), median: of.quantile(0.5), high: of.quantile(0.99865)};
}

/** The published formula where there is one, which knows small samples; else the limit for large ones. */
function pOf(statistic: number, of: Fitted, n: number): number {
  if (of.name === 'normal' || of.name === 'lognormal') return normalityTail(statistic, n);
  return andersonDarlingTail(statistic, regular(of));
}

/** A Weibull threshold whose density starts steeply is known so much better than the rest that it counts as known. @see Smith (1985) */
function regular(of: Fitted): Pick<Fitted, 'estimates' | 'at'> {
  if (of.name !== 'weibull-3' || of.estimates[1] > 2) return of;
  const [scale, shape, threshold] = of.estimates;
  return {estimates: [scale, shape], at: ([a, b]) => of.at([a, b, threshold])};
}

function ppkBounds(ppk: number, of: Fitted, limits: Limits, effective: number) {
  const half =
    normalUpperQuantile(0.025) *
    standardError(d => byPercentiles(limits, percentilesOf(d)).ppk!, regular(of), effective);
  return Number.isFinite(half) ? {low: ppk - half, high: ppk + half} : {low: null, high: null};
}

/** Pp and Ppk by the percentiles of the values themselves, and whether percentiles and normal figures part. */
export function besideNormal(
  sorted: Float64Array,
  limits: Limits,
  ppk: number | null,
  {fits, shown}: Fits,
): CapabilityAnswer['normal'] {
  const normal = fits.find(fit => fit.distribution === 'normal')!;
  const percentile = sorted.length >= ENOUGH_FOR_PERCENTILES ? byPercentiles(limits, empirical(sorted)) : null;
  const other = percentile === null ? (shown.fit.ppk?.value ?? null) : percentile.ppk;
  return {
    test: 'Anderson-Darling',
    statistic: normal.statistic,
    p: normal.p,
    percentile,
    disagrees: other !== null && ppk !== null && Math.abs(other - ppk) > 0.1 * Math.abs(ppk),
  };
}

function empirical(sorted: Float64Array) {
  return {low: quantileOf(sorted, 0.00135), median: quantileOf(sorted, 0.5), high: quantileOf(sorted, 0.99865)};
}

/** Linear between neighbours. @see Hyndman & Fan (1996), Am. Statist. 50:361, type 7 */
export function quantileOf(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  return sorted[low] + (place - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
}
