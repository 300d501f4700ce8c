import {digamma, gammaBelow, gammaTail, logGamma} from './gamma.ts';
import {normalTail, normalUpperQuantile} from './normal.ts';

/** A distribution with its parameters filled in. `below` and `above` are computed as tails, never as 1 minus the other. */
export interface Distribution {
  below: (x: number) => number;
  above: (x: number) => number;
  /** The x below which this share lies. */
  quantile: (share: number) => number;
  logDensity: (x: number) => number;
}

/** A distribution on y > 0 (the normal one: on all numbers), and how its parameters are found from weighted values. */
export interface Form {
  /** Names of the parameters, in their order. */
  parameters: readonly string[];
  of: (parameters: readonly number[]) => Distribution;
  /** Maximum likelihood. @param start the parameters of a similar sample, from which the search begins */
  fit: (y: Float64Array, weight: Float64Array, start?: readonly number[]) => number[];
}

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

export const NORMAL: Form = {
  parameters: ['mean', 'sigma'],
  of: ([mean, sigma]) => ({
    below: x => normalTail((mean - x) / sigma),
    above: x => normalTail((x - mean) / sigma),
    quantile: share => mean - sigma * normalUpperQuantile(share),
    logDensity: x => -0.5 * ((x - mean) / sigma) ** 2 - Math.log(sigma) - HALF_LOG_TWO_PI,
  }),
  fit: meanAndSigma,
};

/** @see ISO 22514-2:2017, Annex A (times to failure, hardness, surface roughness) */
export const LOGNORMAL: Form = {
  parameters: ['mu', 'sigma'],
  of: ([mu, sigma]) => ({
    below: y => (y <= 0 ? 0 : normalTail((mu - Math.log(y)) / sigma)),
    above: y => (y <= 0 ? 1 : normalTail((Math.log(y) - mu) / sigma)),
    quantile: share => Math.exp(mu - sigma * normalUpperQuantile(share)),
    logDensity: y => {
      const log = Math.log(y);
      return -0.5 * ((log - mu) / sigma) ** 2 - Math.log(sigma) - log - HALF_LOG_TWO_PI;
    },
  }),
  fit: (y, weight) => meanAndSigma(y.map(Math.log), weight),
};

export const WEIBULL: Form = {
  parameters: ['scale', 'shape'],
  of: ([scale, shape]) => {
    const hazard = (y: number) => (y / scale) ** shape;
    return {
      below: y => (y <= 0 ? 0 : -Math.expm1(-hazard(y))),
      above: y => (y <= 0 ? 1 : Math.exp(-hazard(y))),
      quantile: share => scale * (-Math.log1p(-share)) ** (1 / shape),
      logDensity: y => Math.log(shape / scale) + (shape - 1) * Math.log(y / scale) - hazard(y),
    };
  },
  fit: fitWeibull,
};

export const GAMMA: Form = {
  parameters: ['scale', 'shape'],
  of: ([scale, shape]) => ({
    below: y => gammaBelow(shape, y / scale),
    above: y => gammaTail(shape, y / scale),
    quantile: share => scale * gammaQuantile(share, shape),
    logDensity: y => (shape - 1) * Math.log(y / scale) - y / scale - logGamma(shape) - Math.log(scale),
  }),
  fit: fitGamma,
};

/** Distances from a natural bound that scatter about it by chance alone. @see ISO 22514-2:2017, Annex A (form and position) */
export const HALF_NORMAL: Form = {
  parameters: ['sigma'],
  of: ([sigma]) => ({
    below: y => (y <= 0 ? 0 : 1 - 2 * normalTail(y / sigma)),
    above: y => (y <= 0 ? 1 : 2 * normalTail(y / sigma)),
    quantile: share => sigma * normalUpperQuantile((1 - share) / 2),
    logDensity: y => Math.LN2 - 0.5 * (y / sigma) ** 2 - Math.log(sigma) - HALF_LOG_TWO_PI,
  }),
  fit: (y, weight) => [
    Math.sqrt(
      averageOf(
        y.map(v => v * v),
        weight,
      ),
    ),
  ],
};

function averageOf(values: Float64Array, weight: Float64Array): number {
  let sum = 0;
  let n = 0;
  values.forEach((value, i) => {
    sum += weight[i] * (value - values[0]);
    n += weight[i];
  });
  return values[0] + sum / n;
}

function meanAndSigma(values: Float64Array, weight: Float64Array): number[] {
  const mean = averageOf(values, weight);
  return [
    mean,
    Math.sqrt(
      averageOf(
        values.map(v => (v - mean) ** 2),
        weight,
      ),
    ),
  ];
}

/** Newton's method on the one equation that the shape has to solve; it rises with the shape. @see Cohen (1965), Technometrics 7:579 */
function fitWeibull(y: Float64Array, weight: Float64Array, start?: readonly number[]): number[] {
  const largest = y.reduce((most, v) => Math.max(most, v), 0);
  const logs = y.map(v => Math.log(v / largest));
  const meanLog = averageOf(logs, weight);
  const [, sigmaLog] = meanAndSigma(logs, weight);
  let shape = start?.[1] ?? 1.28 / sigmaLog;
  let sums = powerSums(logs, weight, shape);
  for (let k = 0; k < 100; k++) {
    const {plain, first, second} = sums;
    const slope = second / plain - (first / plain) ** 2 + 1 / shape ** 2;
    const next = shape - (first / plain - 1 / shape - meanLog) / slope;
    const before = shape;
    shape = next > shape / 2 ? Math.min(next, 2 * shape) : shape / 2;
    sums = powerSums(logs, weight, shape);
    if (Math.abs(shape / before - 1) < 1e-12) break;
  }
  return [largest * (sums.plain / weight.reduce((n, w) => n + w, 0)) ** (1 / shape), shape];
}

function powerSums(logs: Float64Array, weight: Float64Array, shape: number) {
  let plain = 0;
  let first = 0;
  let second = 0;
  for (let i = 0; i < logs.length; i++) {
    const power = weight[i] * Math.exp(shape * logs[i]);
    plain += power;
    first += power * logs[i];
    second += power * logs[i] ** 2;
  }
  return {plain, first, second};
}

/** log(shape) - digamma(shape) = log(mean) - mean(log), which falls with the shape. @see Choi & Wette (1969), Technometrics 11:683 */
function fitGamma(y: Float64Array, weight: Float64Array): number[] {
  const mean = averageOf(y, weight);
  const excess = Math.log(mean) - averageOf(y.map(Math.log), weight);
  let low = 1e-6;
  let high = 1e12;
  for (let k = 0; k < 200 && high > low * (1 + 1e-14); k++) {
    const middle = Math.sqrt(low * high);
    if (Math.log(middle) - digamma(middle) > excess) low = middle;
    else high = middle;
  }
  const shape = Math.sqrt(low * high);
  return [mean / shape, shape];
}

/** Bisection: the tail that is the smaller one is looked at. */
function gammaQuantile(share: number, shape: number): number {
  let low = 0;
  let high = 2 * shape + 10;
  while (gammaTail(shape, high) > 1 - share) high *= 2;
  const tooLow =
    share < 0.5 ? (x: number) => gammaBelow(shape, x) < share : (x: number) => gammaTail(shape, x) > 1 - share;
  for (let k = 0; k < 200 && high - low > 1e-15 * high; k++) {
    const middle = (low + high) / 2;
    if (tooLow(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
