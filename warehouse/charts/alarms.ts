/**
 * What is out of order on the charts whose baselines are frozen, as events: as many as a budget of false alarms a week
 * allows, however many charts there are.
 */
import {createHash} from 'node:crypto';
import type {Alarm, AlarmAnswer, AlarmQuestion} from '../chart-answers.ts';
import type {Session} from '../duckdb.ts';
import {canonicalJson} from '../ledger-chain.ts';
import {momentOf} from '../moment.ts';
import {QuestionError} from '../question-error.ts';
import {BEYOND_LIMITS} from '../statistics/shewhart.ts';
import type {Warehouse} from '../store.ts';
import type {Chance, Chartable} from './chartable.ts';
import {type Frozen, frozenBaselines} from './frozen.ts';
import {openChart} from './open-chart.ts';
import {stagesOf} from './stages.ts';
import {isoTime, withParts} from './values.ts';

const WEEK_MS = 7 * 24 * 3600 * 1000;
const WEEKS_LOOKED_AT = 4;
const BUDGET = 1;
/** So many points without an alarm in a row, and the next one is another event: as long as the run that Western Electric counts. */
const IN_ORDER_AGAIN = 8;

interface Watched {
  frozen: Frozen;
  chart: Chartable;
  tests: {i: number; at: number; chance: Chance; frozen: Frozen}[];
}

/**
 * Each point later than its baseline is tested (means and spreads of subgroups, counts, T squared), with the error of the
 * baseline. An alarm is raised at chance budget / tests a week, so that a plant in order raises `budget` a week in all;
 * points out of order on one side are one alarm until eight in a row raise none.
 * @throws QuestionError for a window that ends before it begins, or a chart that cannot be drawn any more
 */
export async function alarms(warehouse: Warehouse, question: AlarmQuestion): Promise<AlarmAnswer> {
  const {budget = BUDGET} = question;
  return warehouse.read(question.asOf, async (session, asOf) => {
    const {watched, notes} = await watchedCharts(warehouse, session, asOf);
    const window = windowOf(question, watched);
    const within = watched.map(w => ({...w, tests: w.tests.filter(({at}) => at >= window.from && at < window.to)}));
    const tests = within.reduce((sum, w) => sum + w.tests.length, 0);
    const testsPerWeek = tests === 0 ? 0 : tests / Math.max((window.to - window.from) / WEEK_MS, 1 / 7);
    // Nothing within three standard errors raises an alarm, however generous the budget.
    const chance = testsPerWeek > 0 ? Math.min(BEYOND_LIMITS, budget / testsPerWeek) : BEYOND_LIMITS;
    const found = within.flatMap(w => episodes(w, chance));
    return {
      asOf,
      window: {from: isoTime(window.from), to: isoTime(window.to)},
      charts: watched.length,
      tests,
      testsPerWeek,
      budget,
      chance,
      falseAlarmsPerWeek: {expected: chance * testsPerWeek, atThreeSigma: BEYOND_LIMITS * testsPerWeek},
      alarms: found.sort((a, b) => Date.parse(b.from) - Date.parse(a.from) || a.worst.p - b.worst.p),
      notes:
        watched.length === 0
          ? ['no baseline is frozen: alarms watch the charts whose limits somebody chose', ...notes]
          : notes,
    };
  });
}

async function watchedCharts(warehouse: Warehouse, session: Session, asOf: number) {
  const all = frozenBaselines(warehouse, asOf);
  const charts = new Map(all.map(frozen => [canonicalJson(frozen.identity), frozen]));
  const watched: Watched[] = [];
  const notes: string[] = [];
  for (const [key, frozen] of charts) {
    const {parameter, kind, subgroup, product, where} = frozen;
    const question = {parameter, kind, subgroup, product: product ?? undefined, where: where ?? undefined};
    try {
      const {chart} = await openChart(warehouse, session, question, asOf);
      const versions = all.filter(({identity}) => canonicalJson(identity) === key);
      watched.push({frozen, chart, tests: testsOf(question, chart, versions)});
    } catch (error) {
      if (!(error instanceof QuestionError)) throw error;
      notes.push(`${kind} chart of ${parameter} (${frozen.id}) cannot be watched: ${error.message}`);
    }
  }
  return {watched, notes};
}

function testsOf(question: Parameters<typeof stagesOf>[0], chart: Chartable, versions: readonly Frozen[]) {
  const stages = stagesOf(question, chart, {starts: null, frozen: versions});
  return stages.flatMap(({from, to, lines, baseline}) => {
    const frozen = versions.find(({id}) => id === baseline.frozen?.id)!;
    const since = Date.parse(frozen.validFrom);
    const tests: Watched['tests'] = [];
    for (let i = from; i < to; i++) {
      const at = chart.began[i];
      // What is older than the limits helped to make them, or was judged by nobody.
      if (!(at >= since)) continue;
      for (const chance of chart.chances(i, lines)) tests.push({i, at, chance, frozen});
    }
    return tests;
  });
}

/** Where nothing is watched and nobody said when, neither end is known: NaN. */
function windowOf({from, to}: AlarmQuestion, watched: readonly Watched[]): {from: number; to: number} {
  const newest = watched.reduce((most, {tests}) => tests.reduce((m, {at}) => Math.max(m, at), most), -1e15);
  const begin = from === undefined ? null : momentOf(from);
  const last = newest > -1e15 ? newest + 1 : (begin ?? Number.NaN);
  // With no point since `from` the window is empty: it does not end before it begins.
  const end = to === undefined ? Math.max(last, begin ?? last) : momentOf(to);
  const window = {from: begin ?? end - WEEKS_LOOKED_AT * WEEK_MS, to: end};
  if (from !== undefined && to !== undefined && window.to <= window.from)
    throw new QuestionError(`the window from ${from} to ${to} ends before it begins`);
  return window;
}

/** Points out of order in one way, told once, by the worst of them, until the process was in order for a while. */
function episodes({chart, tests}: Watched, chance: number): Alarm[] {
  const runs: Watched['tests'][] = [];
  for (const what of ['mean', 'spread', 'count', 'vector'] as const) {
    for (const side of ['above', 'below'] as const) {
      let last = Number.NEGATIVE_INFINITY;
      for (const test of tests) {
        if (test.chance.what !== what || test.chance.side !== side || !(test.chance.p <= chance)) continue;
        if (test.i - last <= IN_ORDER_AGAIN) runs[runs.length - 1].push(test);
        else runs.push([test]);
        last = test.i;
      }
    }
  }
  return runs.map(run => {
    const worst = run.reduce((a, b) => (b.chance.p < a.chance.p ? b : a));
    const {frozen, chance: first} = run[0];
    const {what, side} = first;
    const {id: baseline, version, parameter, kind, subgroup, product, where, center, sigma} = frozen;
    const name = chart.nameOf(run[0].i);
    const firstParts = chart.endsOf?.(run[0].i);
    return {
      id: `a${createHash('sha256')
        .update(canonicalJson([baseline, what, side, name]))
        .digest('hex')
        .slice(0, 12)}`,
      baseline,
      version,
      parameter,
      kind,
      subgroup,
      product,
      where,
      what,
      side,
      from: isoTime(run[0].at)!,
      to: isoTime(run[run.length - 1].at)!,
      points: run.length,
      first: name,
      ...(firstParts !== undefined && {firstParts}),
      worst: {
        x: chart.nameOf(worst.i),
        ...withParts(chart.endsOf?.(worst.i)),
        at: isoTime(worst.at)!,
        value: worst.chance.value,
        p: worst.chance.p,
      },
      center: what === 'spread' ? sigma : center,
    };
  });
}
