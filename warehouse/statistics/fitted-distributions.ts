import type {Condensed} from './condensed.ts';
import {type Distribution, type Form, GAMMA, HALF_NORMAL, LOGNORMAL, NORMAL, WEIBULL} from './distributions.ts';
import {maximumOverThresholds} from './threshold.ts';

export const DISTRIBUTIONS = [
  'normal',
  'half-normal',
  'lognormal',
  'weibull',
  'gamma',
  'lognormal-3',
  'weibull-3',
] as const;
export type DistributionName = (typeof DISTRIBUTIONS)[number];

/** A distribution fitted by maximum likelihood. */
export interface Fitted extends Distribution {
  name: DistributionName;
  /** Estimates by name; `threshold` where the distribution has one, and whether it was estimated too. */
  parameters: Record<string, number>;
  /** The estimated ones, in the order that `at` takes them. */
  estimates: readonly number[];
  /** The same distribution with other parameters: what intervals and p-values are worked out from. */
  at: (estimates: readonly number[]) => Distribution;
  logLikelihood: number;
}

/** A gamma with a larger shape (skewness below 0.02) cannot be told from a normal distribution. */
const LARGEST_SHAPE = 10_000;

/**
 * One distribution of the family fitted to a sample, or why it cannot be. Half-normal, lognormal, Weibull and gamma begin at
 * the natural bound of the value; the -3 kinds find where they begin, and lognormal-3 may be a mirror image. The normal one
 * has the usual sigma with n - 1, so that its percentiles are mean -+ 3 sigma.
 * @param bound below which no value can be
 * @see ISO 22514-2:2017, Annex A; ISO/TR 22514-4:2016 (distributions for method M4)
 */
export function fitDistribution(name: DistributionName, sample: Condensed, bound: number): Fitted | {reason: string} {
  const {x, weight, n} = sample;
  if (name === 'normal') {
    const [mean, sigma] = NORMAL.fit(x, weight);
    return finished(name, sample, NORMAL, [mean, sigma * Math.sqrt(n / (n - 1))], {});
  }
  if (name === 'lognormal-3' || name === 'weibull-3') return withThreshold(name, sample);
  const form = {'half-normal': HALF_NORMAL, lognormal: LOGNORMAL, weibull: WEIBULL, gamma: GAMMA}[name];
  const y = x.map(v => v - bound);
  if (y[0] < 0 || (y[0] === 0 && name !== 'half-normal')) return {reason: `there are values at or below ${bound}`};
  const estimates = form.fit(y, weight);
  if (name === 'gamma' && estimates[1] > LARGEST_SHAPE) return {reason: 'it cannot be told from a normal distribution'};
  return finished(name, sample, form, estimates, {threshold: bound});
}

function withThreshold(name: 'lognormal-3' | 'weibull-3', sample: Condensed): Fitted | {reason: string} {
  const form = name === 'lognormal-3' ? LOGNORMAL : WEIBULL;
  const mirrored = name === 'lognormal-3' && skewness(sample) < 0;
  const turned = mirrored ? mirrorOf(sample) : sample;
  const found = maximumOverThresholds(form, turned);
  if (typeof found === 'string') return {reason: found};
  const {threshold, parameters} = found;
  const estimates = [...parameters, threshold];
  const of = ([first, second, third]: readonly number[]) => shifted(form.of([first, second]), third);
  const whole: Form = {
    parameters: [...form.parameters, 'threshold'],
    of: given => (mirrored ? turnedAround(of(given)) : of(given)),
    fit: () => [...estimates],
  };
  const fitted = finished(name, sample, whole, estimates, {});
  return mirrored ? {...fitted, parameters: {...fitted.parameters, threshold: -threshold, mirrored: 1}} : fitted;
}

function finished(
  name: DistributionName,
  {x, weight}: Condensed,
  form: Form,
  estimates: readonly number[],
  {threshold}: {threshold?: number},
): Fitted {
  const at = (given: readonly number[]) =>
    threshold === undefined ? form.of(given) : shifted(form.of(given), threshold);
  const distribution = at(estimates);
  const parameters = Object.fromEntries(form.parameters.map((key, k) => [key, estimates[k]]));
  return {
    ...distribution,
    name,
    parameters: threshold === undefined ? parameters : {...parameters, threshold},
    estimates,
    at,
    logLikelihood: x.reduce((sum, v, i) => sum + weight[i] * distribution.logDensity(v), 0),
  };
}

function shifted(of: Distribution, threshold: number): Distribution {
  return {
    below: x => of.below(x - threshold),
    above: x => of.above(x - threshold),
    quantile: share => threshold + of.quantile(share),
    logDensity: x => of.logDensity(x - threshold),
  };
}

function turnedAround(of: Distribution): Distribution {
  return {
    below: x => of.above(-x),
    above: x => of.below(-x),
    quantile: share => -of.quantile(1 - share),
    logDensity: x => of.logDensity(-x),
  };
}

function mirrorOf({x, weight, n}: Condensed): Condensed {
  return {x: x.map(v => -v).reverse(), weight: weight.slice().reverse(), n};
}

function skewness({x, weight, n}: Condensed): number {
  const mean = x.reduce((sum, v, i) => sum + weight[i] * (v - x[0]), 0) / n + x[0];
  return x.reduce((sum, v, i) => sum + weight[i] * (v - mean) ** 3, 0);
}
