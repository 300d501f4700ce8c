/** Capability of a parameter: how its spread within subgroups and overall compares with its limits. */
import type {CapabilityAnswer, CapabilityQuestion} from '../chart-answers.ts';
import type {Session} from '../duckdb.ts';
import {QuestionError} from '../question-error.ts';
import {specLimits} from '../spec-limits.ts';
import {
  byPercentiles,
  expectedPpm,
  type Limits,
  performance,
  potential,
  towardsTarget,
} from '../statistics/capability.ts';
import {andersonDarling} from '../statistics/normality.ts';
import {meanChart} from '../statistics/shewhart.ts';
import {type Sigma, sigmaOfNeighbours, sigmaWithin} from '../statistics/subgroup-sigma.ts';
import type {Warehouse} from '../store.ts';
import {subgroupsOf} from './measured.ts';
import {type Measured, measuredPoints} from './points.ts';

/** So many values are wanted before a 0.135 % percentile is read off them. */
const ENOUGH_FOR_PERCENTILES = 2000;
const LARGEST_FOR_RANGES = 8;

/**
 * Cp and Cpk with sigma within subgroups, Pp, Ppk and Cpm with the overall one. Limits are those asked for, else those that
 * were valid for the newest of the values.
 * @throws QuestionError for an unknown parameter, no limits, limits the wrong way round, too few values or no spread
 */
export async function capability(warehouse: Warehouse, question: CapabilityQuestion): Promise<CapabilityAnswer> {
  return warehouse.read(question.asOf, async (session, asOf) => {
    const points = await measuredPoints(session, {...question, kind: 'xbar', baseline: undefined, rules: undefined});
    const values = points.values[0];
    if (values.length < 8)
      throw new QuestionError(`${values.length} values in this scope: capability wants at least 8, better 100`);
    const limits = await limitsOf(session, question, points);
    return {asOf, parameter: question.parameter, ...assess(question, points, limits)};
  });
}

function assess(
  question: CapabilityQuestion,
  points: Measured,
  limits: Limits,
): Omit<CapabilityAnswer, 'asOf' | 'parameter'> {
  const values = points.values[0];
  const n = values.length;
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  const sigmaOverall = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1));
  if (!(sigmaOverall > 0))
    throw new QuestionError('all values are equal: there is no spread to compare with the limits');
  const {sigma, by, stable} = within(question, points, mean);
  const short = {mean, sigma: sigma.value, degrees: sigma.degrees, n};
  const long = {mean, sigma: sigmaOverall, degrees: n - 1, n};
  const ppk = performance(limits, long);
  const outside = values.reduce(
    (count, x) => count + Number((limits.lsl !== null && x < limits.lsl) || (limits.usl !== null && x > limits.usl)),
    0,
  );
  const normal = normality(values, limits, ppk?.value ?? null);
  const notes = [...points.notes];
  if (!stable.ok) notes.push('the process is not stable: what it was capable of says little of what comes next');
  if (normal.disagrees)
    notes.push('percentiles and the normal distribution give Ppk that differ by more than 10 %: trust the percentiles');
  return {
    n,
    mean,
    sigmaWithin: sigma.value,
    sigmaBy: by,
    sigmaOverall,
    ...limits,
    cp: potential(limits, short),
    cpk: performance(limits, short),
    pp: potential(limits, long),
    ppk,
    cpm: towardsTarget(limits, long),
    ppmExpected: {within: expectedPpm(limits, short), overall: expectedPpm(limits, long)},
    ppmObserved: (outside / n) * 1e6,
    normal,
    stable,
    notes,
  };
}

/** Sigma within subgroups, and whether their means stay within limits drawn from it. */
function within(
  question: CapabilityQuestion,
  points: Measured,
  mean: number,
): {sigma: Sigma; by: string; stable: CapabilityAnswer['stable']} {
  const groups = subgroupsOf(points);
  const largest = Math.max(...groups.map(({n}) => n));
  const by = question.sigma ?? (largest === 1 ? 'mr' : largest <= LARGEST_FOR_RANGES ? 'rbar' : 'sbar');
  const sigma = by === 'mr' ? sigmaOfNeighbours(points.values[0]) : sigmaWithin(groups, by);
  if (sigma === null)
    throw new QuestionError(`every subgroup has one value: ${by} has nothing to go by; ask for sigma mr`);
  if (!(sigma.value > 0)) throw new QuestionError('values do not vary within subgroups: choose others');
  const drawn = meanChart(
    largest === 1 || by === 'mr'
      ? Array.from(points.values[0], x => ({n: 1, mean: x, range: 0, deviation: 0}))
      : groups,
    mean,
    sigma.value,
  );
  const outside = drawn.values.reduce((count, x, i) => count + Number(x < drawn.lcl[i] || x > drawn.ucl[i]), 0);
  return {
    sigma,
    by,
    stable: {
      ok: outside === 0,
      outside,
      points: drawn.values.length,
      chart: largest === 1 || by === 'mr' ? 'imr' : 'xbar',
    },
  };
}

function normality(values: Float64Array, limits: Limits, ppk: number | null): CapabilityAnswer['normal'] {
  const sorted = values.slice().sort();
  const {statistic, p} = andersonDarling(sorted);
  const at = (share: number) => {
    const place = share * (sorted.length - 1);
    const low = Math.floor(place);
    return sorted[low] + (place - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
  };
  const enough = sorted.length >= ENOUGH_FOR_PERCENTILES;
  const percentile = enough ? byPercentiles(limits, {low: at(0.00135), median: at(0.5), high: at(0.99865)}) : null;
  const disagrees =
    percentile !== null &&
    percentile.ppk !== null &&
    ppk !== null &&
    Math.abs(percentile.ppk - ppk) > 0.1 * Math.abs(ppk);
  return {test: 'Anderson-Darling', statistic, p, percentile, disagrees};
}

async function limitsOf(session: Session, question: CapabilityQuestion, points: Measured): Promise<Limits> {
  const limits = await specLimits(session, question, points.at.findLast(at => at !== null) ?? null);
  if (limits.lsl === null && limits.usl === null)
    throw new QuestionError(`${question.parameter} has no limits: load them as parameters, or give lsl or usl`);
  return limits;
}
