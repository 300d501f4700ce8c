import type {Condensed} from './condensed.ts';
import type {Form} from './distributions.ts';

const STEPS = 48;
/** Thresholds are tried from so near to the smallest value to so far below it, in ranges of the sample. */
const NEAREST = 1e-4;
const FARTHEST = 300;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Where a distribution begins, by maximum likelihood: the highest inner maximum of the profile likelihood over thresholds
 * below the smallest value. The likelihood itself grows without bound as the threshold comes up to that value, so the
 * edge is no estimate; a profile that rises all the way down means that the normal distribution is the limit.
 * @returns the threshold with the other parameters, or why there is none
 * @see Cohen (1951), J. Am. Stat. Assoc. 46:206 and Griffiths (1980), Biometrika 67:725 (lognormal); Smith (1985), Biometrika 72:67 (Weibull)
 */
export function maximumOverThresholds(
  form: Form,
  {x, weight}: Condensed,
): {threshold: number; parameters: number[]} | string {
  const range = x[x.length - 1] - x[0];
  let start: number[] | undefined;
  const tryAt = (log: number) => {
    const threshold = x[0] - range * Math.exp(log);
    const y = x.map(v => v - threshold);
    start = form.fit(y, weight, start);
    const {logDensity} = form.of(start);
    return {threshold, parameters: start, likelihood: y.reduce((sum, v, i) => sum + weight[i] * logDensity(v), 0)};
  };
  const step = Math.log(FARTHEST / NEAREST) / STEPS;
  const tried = Array.from({length: STEPS + 1}, (_, k) => tryAt(Math.log(NEAREST) + k * step).likelihood);
  let best = -1;
  for (let k = 1; k < STEPS; k++)
    if (tried[k] >= tried[k - 1] && tried[k] > tried[k + 1] && (best < 0 || tried[k] > tried[best])) best = k;
  if (best < 0)
    return tried[STEPS] >= tried[STEPS - 1]
      ? 'it fits the better the further off it begins: no better than a distribution without a bound'
      : 'its likelihood has no maximum: it wants to begin at the smallest value';
  let [low, high] = [best - 1, best + 1].map(k => Math.log(NEAREST) + k * step);
  let left = high - GOLDEN * (high - low);
  let right = low + GOLDEN * (high - low);
  let atLeft = tryAt(left);
  let atRight = tryAt(right);
  while (high - low > 1e-7) {
    if (atLeft.likelihood > atRight.likelihood) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - GOLDEN * (high - low);
      atLeft = tryAt(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + GOLDEN * (high - low);
      atRight = tryAt(right);
    }
  }
  return atLeft.likelihood > atRight.likelihood ? atLeft : atRight;
}
