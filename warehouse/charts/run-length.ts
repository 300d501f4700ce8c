/** What the rules of a Shewhart chart cost in false alarms, with the limits as they were estimated. */
import {averageRunLength, type BaselineError, type InControl} from '../statistics/average-run-length.ts';
import {c4, d2, d3} from '../statistics/control-constants.ts';
import {normalTail} from '../statistics/normal.ts';
import {RULE_SETS, type RunRule} from '../statistics/run-rules.ts';

export {normalPoint} from '../statistics/average-run-length.ts';

const known = new Map<string, number>();

/**
 * Drawing takes half a second: the same rules on the same baseline are drawn once.
 * @param what names the distribution that `draw` draws from
 * @param rules a rule set; `name:1,5` for some of its rules only
 */
export function shewhartRunLength(
  what: string,
  rules: string,
  draw: InControl['draw'],
  {subgroups, degrees}: {subgroups: number; degrees: number},
): number {
  const estimatedFrom = {subgroups, degrees: Math.round(Math.min(degrees, 1e6))};
  const key = JSON.stringify([what, rules, estimatedFrom]);
  const found = known.get(key) ?? averageRunLength(rulesOf(rules), {draw, estimatedFrom});
  known.set(key, found);
  return found;
}

/** Which rules of a set a chart may use. */
export function rulesThatApply(set: string, apply: 'all' | 'any-distribution' | 'limits'): string {
  const all = RULE_SETS[set];
  const some = apply === 'all' ? all : apply === 'limits' ? RULE_SETS.limits : all.filter(rule => rule.anyChart);
  return some.length === all.length ? set : `${set}:${some.map(({id}) => id).join(',')}`;
}

export function rulesOf(name: string): readonly RunRule[] {
  const [set, some] = name.split(':');
  const ids = some?.split(',');
  return RULE_SETS[set].filter(({id}) => ids === undefined || ids.includes(id));
}

/** Ranges of n normal values. */
export const rangePoint =
  (n: number) =>
  (normal: () => number, {stretch}: BaselineError) => {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let k = 0; k < n; k++) {
      const value = normal();
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    return ((most - least) / stretch - d2(n)) / d3(n);
  };

/** Standard deviations of n normal values. */
export const deviationPoint = (n: number) => {
  const [center, spread, degrees] = [c4(n), Math.sqrt(1 - c4(n) ** 2), n - 1];
  return (normal: () => number, {stretch}: BaselineError) => {
    let squares = 0;
    if (degrees <= 30) for (let k = 0; k < degrees; k++) squares += normal() ** 2;
    // Chi-squared by its cube root. @see Wilson & Hilferty (1931), PNAS 17:684
    else squares = degrees * (1 - 2 / (9 * degrees) + normal() * Math.sqrt(2 / (9 * degrees))) ** 3;
    return (Math.sqrt(squares / degrees) / stretch - center) / spread;
  };
};

/** Shares or rates of samples of n parts: binomial or Poisson with this mean, its standardised points stretched as Laney's. */
export const countPoint = (n: number, mean: number, isShare: boolean) => {
  const cumulated = cumulatedChances(n, mean, isShare);
  return (normal: () => number, {shift, stretch}: BaselineError) => {
    const center = Math.max(1e-12, mean + shift * spreadOf(mean, n, isShare));
    const chance = normalTail(-normal());
    let [low, high] = [0, cumulated.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulated[middle] < chance) low = middle + 1;
      else high = middle;
    }
    return (low / n - center) / (spreadOf(center, n, isShare) * stretch);
  };
};

const spreadOf = (mean: number, n: number, isShare: boolean) =>
  Math.sqrt((isShare ? mean * Math.max(1e-12, 1 - mean) : mean) / n);

/** P(X <= k) for k = 0, 1, ... as far as anything is left. */
function cumulatedChances(n: number, mean: number, isShare: boolean): Float64Array {
  const expected = n * mean;
  const most = Math.min(isShare ? n : Number.POSITIVE_INFINITY, Math.ceil(expected + 12 * Math.sqrt(expected) + 40));
  const chances = new Float64Array(most + 1);
  let log = isShare ? n * Math.log1p(-mean) : -expected;
  let sum = 0;
  for (let k = 0; k <= most; k++) {
    if (k > 0) log += Math.log(isShare ? ((n - k + 1) / k) * (mean / (1 - mean)) : expected / k);
    sum += Math.exp(log);
    chances[k] = sum;
  }
  return chances;
}
