/**
 * One control chart: points → stages, each with centre, sigma and limits → which points break which rules, and what those
 * rules cost in false alarms.
 */
import type {ChartAnswer, ChartQuestion} from '../chart-answers.ts';
import {aboutOf} from '../scope.ts';
import {brokenRules, RULE_SETS} from '../statistics/run-rules.ts';
import type {Warehouse} from '../store.ts';
import type {Chartable} from './chartable.ts';
import {COUNTED} from './counted-chart.ts';
import {frozenBaselines} from './frozen.ts';
import {centerLine, medianOf} from './measured-chart.ts';
import {openChart} from './open-chart.ts';
import {rulesOf, rulesThatApply} from './run-length.ts';
import {type Stage, stageStarts, stagesOf} from './stages.ts';
import {unusedOptions} from './unused-options.ts';
import {isoTime, withParts} from './values.ts';

/** So many points are listed where the question does not say how many. */
const LISTED = 10_000;

/**
 * @throws QuestionError where it cannot be drawn: an unknown parameter, too few points, no spread; and what the filter throws
 */
export async function chart(warehouse: Warehouse, question: ChartQuestion): Promise<ChartAnswer> {
  return warehouse.read(
    question.asOf,
    async (session, asOf) => {
      const {chart, identity, timedBy} = await openChart(warehouse, session, question, asOf);
      const starts = await stageStarts(session, question);
      const all = frozenBaselines(warehouse, asOf, identity);
      const frozen = all.filter(({lines}) => sayOfSpread(question.kind, lines.sigmaBy));
      const stages = stagesOf(question, chart, {starts, frozen});
      const {subgroup, family} = identity;
      const {parameter, kind} = question;
      const answer = judged(question, chart, stages);
      if (frozen.length < all.length && question.baseline === undefined && starts === null)
        answer.notes.push(
          'the limits frozen for these points come from how means vary (mr), which says nothing of the spread within subgroups: these are estimated anew',
        );
      return {asOf, parameter, kind, subgroup, family, timedBy, ...answer};
    },
    COUNTED.has(question.kind) ? aboutOf(question) : undefined,
  );
}

/** What single means vary by is no spread within subgroups. */
const sayOfSpread = (kind: ChartQuestion['kind'], sigmaBy: string) =>
  sigmaBy !== 'mr' || (kind !== 'r' && kind !== 's');

/** The answer from points and stages, wherever the points came from. */
export function judged(
  question: ChartQuestion,
  chart: Chartable,
  stages: readonly Stage[],
): Omit<ChartAnswer, 'asOf' | 'parameter' | 'kind' | 'subgroup' | 'family' | 'timedBy'> {
  const set = question.rules ?? 'limits';
  const applied = rulesThatApply(set, chart.rulesThatApply);
  const rules = rulesOf(applied);
  const drawn = stages.map(stage => draw(chart, stage, rules));
  const of = {
    points: drawn.reduce((sum, d) => sum + d.stated.length, 0),
    violations: drawn.reduce((sum, d) => sum + d.violations, 0),
  };
  const listed = newest(drawn, question.last ?? LISTED);
  const limits = listed.map(({limits}) => limits);
  const same = limits.every(({lcl, ucl}) => lcl === limits[0].lcl && ucl === limits[0].ucl);
  const {sizes} = chart;
  const {lines, baseline} = stages[stages.length - 1];
  const notes = [...unusedOptions(question), ...chart.notes];
  if (rules.length < RULE_SETS[set].length)
    notes.push(`on this chart only ${rules.length} of the ${RULE_SETS[set].length} ${set} rules mean anything`);
  for (const note of stages.flatMap(stage => chart.notesOf?.(stage.lines, judgedBy(stage)) ?? []))
    if (!notes.includes(note)) notes.push(note);
  if (listed.length < of.points)
    notes.push(`the newest ${listed.length} of ${of.points} points are listed; all of them were judged`);
  return {
    center: centerLine(question, lines, medianOf(sizes)),
    sigma: lines.sigma,
    sigmaBy: lines.sigmaBy,
    limits: same ? limits[0] : limits,
    n: sizes.reduce((sum, n) => sum + n, 0),
    points: listed.map(({limits: _limits, ...point}) => point),
    of,
    rules: {name: set, texts: Object.fromEntries(rules.map(({id, text}) => [id, text]))},
    averageRunLength: chart.runLength(lines, applied),
    baseline,
    stages: stages.map(stage => ({
      from: isoTime(chart.began[stage.from]),
      to: isoTime(chart.began[stage.to - 1]),
      points: stage.to - stage.from,
      center: centerLine(question, stage.lines, medianOf(sizes.slice(stage.from, stage.to))),
      sigma: stage.lines.sigma,
      sigmaBy: stage.lines.sigmaBy,
      baseline: stage.baseline,
    })),
    notes,
  };
}

/** What is said of the spread of the baseline; of limits that were frozen elsewhere, of all points. */
const judgedBy = ({from, to, estimatedFrom}: Stage) =>
  estimatedFrom.to > estimatedFrom.from ? estimatedFrom : {from, to};

interface Drawn {
  /** The points that have a statistic, by their place among the stage's. */
  stated: number[];
  violations: number;
  point: (i: number) => ChartAnswer['points'][number] & {limits: {lcl: number | null; ucl: number | null}};
}

function draw(chart: Chartable, stage: Stage, rules: ReturnType<typeof rulesOf>): Drawn {
  const {values, lcl, ucl, z, below} = chart.draw(stage, stage.lines, stage.estimatedFrom);
  const broken = brokenRules(z, rules);
  const stated: number[] = [];
  values.forEach((value, i) => {
    if (!Number.isNaN(value)) stated.push(i);
  });
  return {
    stated,
    violations: stated.reduce((sum, i) => sum + Number(broken[i].length > 0), 0),
    point: i => ({
      x: chart.nameOf(stage.from + i),
      ...withParts(chart.endsOf?.(stage.from + i)),
      at: isoTime(chart.began[stage.from + i]),
      n: chart.sizes[stage.from + i],
      value: values[i],
      ...(below ? {below: below[i]} : {}),
      violations: broken[i],
      limits: {lcl: finite(lcl[i]), ucl: finite(ucl[i])},
    }),
  };
}

function newest(drawn: readonly Drawn[], most: number): ReturnType<Drawn['point']>[] {
  const found: ReturnType<Drawn['point']>[] = [];
  for (const {stated, point} of drawn.toReversed()) {
    const left = most - found.length;
    if (left > 0) found.unshift(...stated.slice(-left).map(point));
  }
  return found;
}

const finite = (value: number) => (Number.isFinite(value) ? value : null);
