/** From the question of a chart to its points, and to what makes two charts show the same points. */
import type {ChartKind, ChartQuestion} from '../chart-answers.ts';
import type {Session} from '../duckdb.ts';
import {INSPECTED_AT, timeOfStep} from '../filter-times.ts';
import {hidePersons} from '../person-texts.ts';
import {QuestionError} from '../question-error.ts';
import type {Subgroup} from '../statistics/subgroup-sigma.ts';
import type {Warehouse} from '../store.ts';
import type {Chartable} from './chartable.ts';
import {COUNTED, countedChart} from './counted-chart.ts';
import {countedPoints} from './counts.ts';
import {keptSubgroups} from './kept-subgroups.ts';
import {isSingle, measuredChart} from './measured-chart.ts';
import {findParameters} from './parameters.ts';
import type {SubgroupKey} from './subgroup-key.ts';
import {singlesOf} from './values.ts';
import {vectorChart} from './vector-chart.ts';

/** Which points a chart shows and which limits they can share, whatever window it is looked at in. */
export interface Identity {
  parameter: string;
  family: 'subgroups' | 'singles' | 'shares' | 'rates' | 'laney-shares' | 'laney-rates' | 'vectors';
  subgroup: SubgroupKey['by'];
  product: string | null;
  where: string | null;
}

const FAMILIES: Record<ChartKind, Identity['family']> = {
  xbar: 'subgroups',
  r: 'subgroups',
  s: 'subgroups',
  imr: 'singles',
  mr: 'singles',
  p: 'shares',
  np: 'shares',
  'laney-p': 'laney-shares',
  c: 'rates',
  u: 'rates',
  'laney-u': 'laney-rates',
  ewma: 'subgroups',
  cusum: 'subgroups',
  t2: 'vectors',
};

/** @throws QuestionError for an unknown parameter or defect, nothing in scope, and what the filter throws */
export async function openChart(
  warehouse: Warehouse,
  session: Session,
  question: ChartQuestion,
  asOf: number,
): Promise<{chart: Chartable; identity: Identity; timedBy: string | null}> {
  const {kind, product = null} = question;
  // The ledger, which keeps what is frozen, does not say whom the data are about.
  const where = question.where === undefined ? null : hidePersons(question.where, warehouse.persons.names());
  const family = FAMILIES[kind] === 'subgroups' && isSingle(question) ? 'singles' : FAMILIES[kind];
  const {chart, by} = await opened(warehouse, session, question, asOf);
  const source = COUNTED.has(kind) ? null : await findParameters(session, question.parameter);
  const parameter = source?.names.join(',') ?? question.parameter;
  const timedBy = source === null ? INSPECTED_AT : timeOfStep(source.step);
  return {chart: chart as Chartable, identity: {parameter, family, subgroup: by, product, where}, timedBy};
}

async function opened(warehouse: Warehouse, session: Session, question: ChartQuestion, asOf: number) {
  if (COUNTED.has(question.kind)) {
    const points = await countedPoints(session, question);
    return {chart: countedChart(question, points), by: points.by};
  }
  if (question.kind === 't2') {
    const points = await singlesOf(session, question, question.subgroup !== undefined && question.subgroup !== 1);
    notTooMany(points.began.length);
    return {chart: vectorChart(question, points), by: points.groups?.by ?? 1};
  }
  if (!isSingle(question)) {
    const points = await keptSubgroups(warehouse, session, question, asOf);
    return {chart: measuredChart(question, points.subgroups, points), by: points.by};
  }
  const {values, ...places} = await singlesOf(session, question);
  notTooMany(values[0].length);
  const singles: Subgroup[] = Array.from(values[0], mean => ({n: 1, mean, range: 0, deviation: Number.NaN}));
  return {chart: measuredChart(question, singles, places), by: 1 as const};
}

/** More points than anybody looks at one by one. */
const MOST_SINGLES = 1_000_000;

function notTooMany(n: number): void {
  if (n <= MOST_SINGLES) return;
  throw new QuestionError(`${n} single values are too many for one chart: at most ${MOST_SINGLES}`, {
    hint: 'ask for subgroups, such as xbar by lot or by hour, or for a shorter time with from and to',
  });
}
