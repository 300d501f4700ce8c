import {describe, expect, test} from 'vitest';
import {random} from '../../../warehouse/screening/planted/random.ts';
import {andersonDarlingStatistic, andersonDarlingTail} from '../../../warehouse/statistics/anderson-darling.ts';
import {byPercentiles} from '../../../warehouse/statistics/capability.ts';
import {condensed} from '../../../warehouse/statistics/condensed.ts';
import {type Form, GAMMA, NORMAL, WEIBULL} from '../../../warehouse/statistics/distributions.ts';
import {
  DISTRIBUTIONS,
  type DistributionName,
  type Fitted,
  fitDistribution,
} from '../../../warehouse/statistics/fitted-distributions.ts';
import {digamma, gammaBelow} from '../../../warehouse/statistics/gamma.ts';
import {standardError} from '../../../warehouse/statistics/information.ts';

/** Millions of revolutions to failure of 23 ball bearings: Lieblein & Zelen (1956), in Lawless (2003), example 3.3.1. */
const BEARINGS = [
  17.88, 28.92, 33, 41.52, 42.12, 45.6, 48.8, 51.84, 51.96, 54.12, 55.56, 67.8, 68.64, 68.64, 68.88, 84.12, 93.12,
  98.64, 105.12, 105.84, 127.92, 128.04, 173.4,
];

function fitTo(name: DistributionName, values: readonly number[], bound = 0): Fitted {
  const fitted = fitDistribution(name, sampleOf(values), bound);
  if ('reason' in fitted) throw new Error(fitted.reason);
  return fitted;
}

const sampleOf = (values: ArrayLike<number>) => condensed(Float64Array.from(values).sort());

// SciPy 1.17.1: weibull_min, gamma, lognorm, halfnorm fitted with floc=0; three parameters by minimising the negative
// log likelihood; A squared from logcdf and logsf; ppf.
describe('ball bearings', () => {
  test.each([
    [
      'weibull',
      [81.89344540686145, 2.1029032568912704],
      -113.68866447998666,
      0.3290717506432159,
      3.53807869,
      201.0058191,
    ],
    [
      'gamma',
      [17.933068410671577, 4.028215317941787],
      -113.02720768923227,
      0.2157263803163154,
      8.49312345,
      228.28703333,
    ],
    [
      'lognormal',
      [Math.log(63.48099286399234), 0.5215033687425159],
      -113.12870906292908,
      0.18959805919956096,
      13.27977802,
      303.45661275,
    ],
    ['half-normal', [81.00622112448873], -117.76729809260023, 1.8459304406031691, 0.137060492, 259.635727],
    [
      'weibull-3',
      [63.91080031, 1.59549115, 14.86621598],
      -112.8500177918698,
      0.22223456878739256,
      15.88281144,
      223.58045735,
    ],
    [
      'lognormal-3',
      [Math.log(75.39452315), 0.43699657, -10.60821447],
      -113.018394530222,
      0.18694814232462065,
      9.7148206,
      269.09086092,
    ],
  ] as const)('%s', (name, estimates, logLikelihood, statistic, low, high) => {
    const fitted = fitTo(name, BEARINGS);
    for (const [k, estimate] of estimates.entries()) expect(fitted.estimates[k] / estimate).toBeCloseTo(1, 6);
    expect(fitted.logLikelihood).toBeCloseTo(logLikelihood, 7);
    expect(andersonDarlingStatistic(sampleOf(BEARINGS), fitted)).toBeCloseTo(statistic, 6);
    expect(fitted.quantile(0.00135) / low).toBeCloseTo(1, 5);
    expect(fitted.quantile(0.99865) / high).toBeCloseTo(1, 6);
  });

  // Lawless (2003), example 5.2.1: the Weibull's shape and scale are 2.10 and 81.9.
  test('as the textbook has it', () => {
    const {scale, shape} = fitTo('weibull', BEARINGS).parameters;
    expect(shape).toBeCloseTo(2.1, 2);
    expect(scale).toBeCloseTo(81.9, 1);
  });
});

// Lockhart & Stephens (1994), J. R. Stat. Soc. B 56:491, example A: shape 2.38, threshold 99.02, scale 78.23, A squared 0.260.
test('three parameters of a Weibull distribution', () => {
  const values = [225, 171, 198, 189, 189, 135, 162, 135, 117, 162];
  const fitted = fitTo('weibull-3', values);
  const {shape, scale, threshold} = fitted.parameters;
  expect(Math.abs(shape / 2.38 - 1)).toBeLessThan(0.002);
  expect(threshold).toBeCloseTo(99.02, 1);
  expect(scale).toBeCloseTo(78.23, 1);
  expect(andersonDarlingStatistic(sampleOf(values), fitted)).toBeCloseTo(0.26, 3);
});

// The same paper, example B: the likelihood has no maximum but at the smallest value.
test('a threshold that runs into the smallest value is refused', () => {
  const values = [74, 57, 48, 29, 502, 12, 70, 21, 29, 386, 59, 27, 153, 26, 326];
  expect(fitDistribution('weibull-3', sampleOf(values), 0)).toMatchObject({
    reason: expect.stringContaining('wants to begin at the smallest value'),
  });
});

test('what cannot be fitted says why', () => {
  expect(fitDistribution('weibull', sampleOf([-1, 2, 3]), 0)).toEqual({reason: 'there are values at or below 0'});
  expect(fitDistribution('half-normal', sampleOf([0, 2, 3]), 0)).not.toHaveProperty('reason');
  expect(fitDistribution('gamma', sampleOf([9.999, 10, 10.001, 10.0005]), 0)).toMatchObject({
    reason: expect.stringContaining('normal'),
  });
});

test('a natural bound other than 0 moves the whole distribution', () => {
  const moved = fitTo(
    'weibull',
    BEARINGS.map(x => x - 100),
    -100,
  );
  const plain = fitTo('weibull', BEARINGS);
  expect(moved.parameters.shape).toBeCloseTo(plain.parameters.shape, 9);
  expect(moved.quantile(0.9)).toBeCloseTo(plain.quantile(0.9) - 100, 6);
});

test('a left-skewed sample is fitted by the mirror image of a lognormal', () => {
  const mirrored = fitTo(
    'lognormal-3',
    BEARINGS.map(x => -x),
  );
  const plain = fitTo('lognormal-3', BEARINGS);
  expect(mirrored.parameters).toMatchObject({mirrored: 1, threshold: expect.closeTo(-plain.parameters.threshold, 4)});
  expect(mirrored.quantile(0.1)).toBeCloseTo(-plain.quantile(0.9), 5);
  expect(mirrored.below(-60)).toBeCloseTo(plain.above(60), 9);
});

const named = ({of}: Form, estimates: number[]) => ({estimates, at: of});
const weibullWithThreshold = (inverse: number) => ({
  estimates: [1, 1 / inverse, 0],
  at: ([scale, shape, threshold]: readonly number[]) => {
    const {below, above, quantile, logDensity} = WEIBULL.of([scale, shape]);
    return {
      below: (x: number) => below(x - threshold),
      above: (x: number) => above(x - threshold),
      quantile: (share: number) => threshold + quantile(share),
      logDensity: (x: number) => logDensity(x - threshold),
    };
  },
});

// Upper tail points of A squared. D'Agostino & Stephens (1986), Goodness-of-Fit Techniques: tables 4.7 (normal), 4.11
// (exponential), 4.17 (Weibull with two parameters) and 4.21 (gamma); Lockhart & Stephens (1994), table 1 (Weibull with three).
describe('p of A squared', () => {
  const SHARES = [0.25, 0.1, 0.05, 0.025, 0.01];
  test.each([
    ['normal', named(NORMAL, [0, 1]), [0.47, 0.631, 0.752, 0.873, 1.035]],
    ['Weibull', named(WEIBULL, [3, 2]), [0.474, 0.637, 0.757, 0.877, 1.038]],
    ['gamma, shape 1', named(GAMMA, [2, 1]), [0.486, 0.657, 0.786, 0.917, 1.092]],
    ['gamma, shape 2', named(GAMMA, [2, 2]), [0.477, 0.643, 0.768, 0.894, 1.062]],
    ['gamma, shape 10', named(GAMMA, [2, 10]), [0.471, 0.633, 0.754, 0.877, 1.04]],
    [
      'exponential',
      {estimates: [2], at: ([scale]: readonly number[]) => WEIBULL.of([scale, 1])},
      [0.736, 1.062, 1.321, 1.591, 1.959],
    ],
    ['Weibull, three parameters, shape 20', weibullWithThreshold(0.05), [0.399, 0.527, 0.623, 0.719, 0.845]],
    ['Weibull, three parameters, shape 4', weibullWithThreshold(0.25), [0.421, 0.559, 0.662, 0.765, 0.902]],
  ] as const)('%s', (_what, fitted, points) => {
    for (const [k, share] of SHARES.entries())
      expect(Math.abs(andersonDarlingTail(points[k], fitted) / share - 1), `${share}`).toBeLessThan(0.06);
  });
});

// Fisher's information of a normal distribution: the mean has standard error sigma / sqrt(n), sigma has sigma / sqrt(2 n).
test('standard errors by the delta method', () => {
  const normal = named(NORMAL, [74, 0.01]);
  expect(standardError(d => d.quantile(0.5), normal, 100) / 0.001).toBeCloseTo(1, 3);
  const sigma = (d: {quantile(share: number): number}) => (d.quantile(0.99865) - d.quantile(0.00135)) / 6;
  expect(standardError(sigma, normal, 100) / (0.01 / Math.sqrt(200))).toBeCloseTo(1, 2);
  // Cohen (1965): in large samples the maximum likelihood shape of a Weibull has variance 0.608 shape^2 / n.
  const shape = (d: {quantile(share: number): number}) =>
    Math.log(Math.LN2 / -Math.log(0.9)) / Math.log(d.quantile(0.5) / d.quantile(0.1));
  expect(standardError(shape, named(WEIBULL, [50, 2]), 400) ** 2 / ((0.608 * 4) / 400)).toBeCloseTo(1, 2);
});

// ISO 22514-2, method M4, of a half-normal distance by hand: 2 Phi(x / sigma) - 1 = 0.99865 at 3.2051 sigma, 0.5 at 0.6745.
test('Ppk of a distance from a natural bound', () => {
  const d = fitTo('half-normal', [0.3, 0.5, 1.1, 0.2, 1.9, 0.7, 0.9, 1.4]);
  const sigma = Math.sqrt((0.09 + 0.25 + 1.21 + 0.04 + 3.61 + 0.49 + 0.81 + 1.96) / 8);
  const {pp, ppk} = byPercentiles(
    {lsl: null, usl: 4, target: null},
    {low: d.quantile(0.00135), median: d.quantile(0.5), high: d.quantile(0.99865)},
  );
  expect(pp).toBeNull();
  expect(ppk).toBeCloseTo((4 - 0.67449 * sigma) / ((3.20515 - 0.67449) * sigma), 4);
});

test('fewer numbers say the same of a large sample', () => {
  const {normal} = random(7);
  const all = Float64Array.from({length: 400_000}, () => Math.exp(0.4 * normal())).sort();
  const few = condensed(all);
  expect(few.x.length).toBeLessThan(12_000);
  expect(few.weight.reduce((sum, w) => sum + w, 0)).toBe(400_000);
  const whole = {x: all, weight: new Float64Array(all.length).fill(1), n: all.length};
  for (const name of ['normal', 'lognormal', 'gamma', 'weibull'] as const) {
    const [a, b] = [few, whole].map(sample => fitDistribution(name, sample, 0) as Fitted);
    for (const k of a.estimates.keys()) expect(a.estimates[k] / b.estimates[k]).toBeCloseTo(1, 4);
    const [one, other] = [andersonDarlingStatistic(few, a), andersonDarlingStatistic(whole, b)];
    expect(Math.abs(one - other)).toBeLessThan(0.02 + 0.001 * other);
  }
});

test('every name is a distribution', () => {
  for (const name of DISTRIBUTIONS) expect(fitDistribution(name, sampleOf(BEARINGS), 0)).toHaveProperty('name', name);
});

// SciPy 1.17.1: digamma; gamma.cdf.
test('digamma and the lower tail of a gamma distribution', () => {
  expect(digamma(0.1)).toBeCloseTo(-10.423754940411076, 11);
  expect(digamma(7.5)).toBeCloseTo(1.94675748424608, 12);
  expect(gammaBelow(2.5, 1e-8) / 3.00901109e-21).toBeCloseTo(1, 7);
});
