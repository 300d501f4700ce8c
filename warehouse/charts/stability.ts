/** Sigma within subgroups, and whether means and spread stay within the limits that follow from it. */
import type {CapabilityAnswer, CapabilityQuestion} from '../capability-answers.ts';
import {QuestionError} from '../question-error.ts';
import {incompleteBeta} from '../statistics/beta.ts';
import {c4} from '../statistics/control-constants.ts';
import {
  BEYOND_LIMITS,
  type Charted,
  deviationChart,
  individualsChart,
  meanChart,
  movingRangeChart,
  rangeChart,
} from '../statistics/shewhart.ts';
import {
  LARGEST_FOR_RANGES,
  type Sigma,
  type Subgroup,
  sigmaOfNeighbours,
  sigmaWithin,
} from '../statistics/subgroup-sigma.ts';
import {chiSquaredTail} from '../statistics/tails.ts';

/** Up to so many points none may lie beyond the limits; of more, no more than 19 of 20 stable processes have there. */
const FEW_POINTS = 100;

export interface Within {
  sigma: Sigma;
  by: string;
  means: {kind: 'imr' | 'xbar'; chart: Charted};
  spread: {kind: 'mr' | 'r' | 's'; chart: Charted};
  stable: CapabilityAnswer['stable'];
}

/** @throws QuestionError where subgroups of one value, or without spread, say nothing of sigma */
export function within(question: CapabilityQuestion, values: Float64Array, groups: Subgroup[], mean: number): Within {
  const largest = groups.reduce((most, {n}) => Math.max(most, n), 0);
  const by = question.sigma ?? (largest === 1 ? 'mr' : largest <= LARGEST_FOR_RANGES ? 'rbar' : 'sbar');
  if (by === 'rbar' && largest > 1000)
    throw new QuestionError('ranges of more than 1,000 values tell little: ask for sigma sbar or pooled');
  const sigma = by === 'mr' ? sigmaOfNeighbours(values) : sigmaWithin(groups, by);
  if (sigma === null)
    throw new QuestionError(`every subgroup has one value: ${by} has nothing to go by; ask for sigma mr`);
  if (!(sigma.value > 0)) throw new QuestionError('values do not vary within subgroups: choose others');
  const single = largest === 1 || by === 'mr';
  const means = single ? individualsChart(values, mean, sigma.value) : meanChart(groups, mean, sigma.value);
  const kind = single ? 'mr' : by === 'rbar' ? 'r' : 's';
  const spread = single
    ? movingRangeChart(values, sigma.value)
    : kind === 'r'
      ? rangeChart(groups, sigma.value)
      : deviationChart(groups, sigma.value);
  const outside = beyond(means);
  const ofSpread = {
    chart: kind,
    outside: beyond(spread),
    points: spread.values.filter(v => !Number.isNaN(v)).length,
  } as const;
  return {
    sigma,
    by,
    means: {kind: single ? 'imr' : 'xbar', chart: means},
    spread: {kind, chart: spread},
    stable: {
      ok:
        byChance(outside, means.values.length, BEYOND_LIMITS) &&
        byChance(ofSpread.outside, ofSpread.points, falseAlarmsOfSpread(single ? [2] : groups.map(({n}) => n))),
      outside,
      points: means.values.length,
      chart: single ? 'imr' : 'xbar',
      expected: BEYOND_LIMITS * means.values.length,
      spread: ofSpread,
    },
  };
}

function beyond({values, lcl, ucl}: Charted): number {
  return values.reduce((count, x, i) => count + Number(x < lcl[i] || x > ucl[i]), 0);
}

/**
 * How often a standard deviation lies beyond its limits by chance, which is more often than a mean does; ranges do much the same.
 * @param sizes of the subgroups; those of one value have no point
 */
function falseAlarmsOfSpread(sizes: readonly number[]): number {
  const bySize = new Map<number, number>();
  let [sum, points] = [0, 0];
  for (const n of sizes) {
    if (n < 2) continue;
    if (!bySize.has(n)) {
      const half = 3 * Math.sqrt(1 - c4(n) ** 2);
      const beyondLimit = (limit: number) => chiSquaredTail((n - 1) * Math.max(0, limit) ** 2, n - 1);
      bySize.set(n, beyondLimit(c4(n) + half) + 1 - beyondLimit(c4(n) - half));
    }
    sum += bySize.get(n)!;
    points++;
  }
  return points === 0 ? BEYOND_LIMITS : sum / points;
}

function byChance(outside: number, points: number, rate: number): boolean {
  if (outside === 0) return true;
  if (points <= FEW_POINTS) return false;
  // P(at least so many of the points), by the binomial distribution as an incomplete beta function.
  return incompleteBeta(rate, outside, points - outside + 1) >= 0.05;
}
