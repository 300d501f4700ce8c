/**
 * One control chart: points → baseline → centre, sigma and limits → which points break which rules, and what those rules
 * cost in false alarms.
 */
import type {ChartAnswer, ChartQuestion} from '../chart-answers.ts';
import {averageRunLength} from '../statistics/average-run-length.ts';
import {brokenRules, RULE_SETS, type RunRule} from '../statistics/run-rules.ts';
import type {Warehouse} from '../store.ts';
import {countedChart} from './counted.ts';
import {type Drawn, measuredChart} from './measured.ts';
import {countedPoints, measuredPoints} from './points.ts';

const COUNTED = new Set<ChartQuestion['kind']>(['p', 'np', 'c', 'u', 'laney-p', 'laney-u']);

/**
 * @throws QuestionError where it cannot be drawn: an unknown parameter, too few points, no spread; and what the filter throws
 */
export async function chart(warehouse: Warehouse, question: ChartQuestion): Promise<ChartAnswer> {
  return warehouse.read(question.asOf, async (session, asOf) => {
    const drawn = COUNTED.has(question.kind)
      ? countedChart(question, await countedPoints(session, question))
      : measuredChart(question, await measuredPoints(session, question));
    return {asOf, parameter: question.parameter, kind: question.kind, ...judged(question, drawn)};
  });
}

function judged(question: ChartQuestion, drawn: Drawn): Omit<ChartAnswer, 'asOf' | 'parameter' | 'kind'> {
  const {chart, z, estimatedFrom, rulesThatApply} = drawn;
  const name = question.rules ?? 'limits';
  const all = RULE_SETS[name];
  const rules =
    rulesThatApply === 'limits'
      ? RULE_SETS.limits
      : rulesThatApply === 'any-distribution'
        ? all.filter(r => r.anyChart)
        : all;
  const notes = [...drawn.notes];
  if (rules.length < all.length)
    notes.push(`on this chart only ${rules.length} of the ${all.length} ${name} rules mean anything`);
  const broken = brokenRules(z, rules);
  const limits = Array.from(chart.lcl, (lcl, i) => ({lcl: finite(lcl), ucl: finite(chart.ucl[i])}));
  const same = limits.every(({lcl, ucl}) => lcl === limits[0].lcl && ucl === limits[0].ucl);
  return {
    center: drawn.center,
    sigma: drawn.sigma,
    sigmaBy: drawn.sigmaBy,
    limits: same ? limits[0] : limits,
    n: drawn.sizes.reduce((sum, n) => sum + n, 0),
    points: Array.from(chart.values, (value, i) => ({
      x: drawn.names[i],
      at: drawn.from[i],
      n: drawn.sizes[i],
      value,
      ...(drawn.below ? {below: drawn.below[i]} : {}),
      violations: broken[i],
    })).filter(({value}) => !Number.isNaN(value)),
    rules: {name, texts: Object.fromEntries(rules.map(({id, text}) => [id, text]))},
    averageRunLength: drawn.normal ? runLength(rules, estimatedFrom) : null,
    baseline: drawn.baseline,
    notes,
  };
}

const finite = (value: number) => (Number.isFinite(value) ? value : null);

const known = new Map<string, number>();

/** Drawing takes half a second: the same rules on the same baseline are drawn once. */
function runLength(rules: readonly RunRule[], estimatedFrom: {subgroups: number; degrees: number}): number {
  const key = JSON.stringify([rules.map(({text}) => text), estimatedFrom.subgroups, Math.round(estimatedFrom.degrees)]);
  const found = known.get(key) ?? averageRunLength(rules, {draw: normal => normal(), estimatedFrom});
  known.set(key, found);
  return found;
}
