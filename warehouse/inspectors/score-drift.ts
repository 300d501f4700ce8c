/** Whether an inspector's scores are still what they were: its newest lots against its first ones, which never change. */
import type {Session} from '../duckdb.ts';
import type {ScoreDrift, ScoreDriftAnswer, ScoreDriftQuestion} from '../inspector-answers.ts';
import {prepareJudged} from '../measurement-systems/judged.ts';
import {query} from '../queries.ts';
import {type Binned, stabilityTest} from '../statistics/population-stability.ts';
import type {Warehouse} from '../store.ts';
import {onlyOf} from './thresholds.ts';

/** One look in so many raises a false alarm. */
const FALSE_ALARM = 0.001;
const DRAWS = 4_999;
const REFERENCE = 30;
const NEWEST = 10;
const TENTHS = 10;
const SHOWN = 200;

interface Unit extends Record<string, unknown> {
  inspector: string;
  key: string;
  at: string | null;
  until: string | null;
  n: number;
  failed: number;
  total: number;
  place: number;
  units: number;
}

/**
 * Scores (suspicion) of the newest lots against those of the first lots of the same inspector, over tenths of the first. Lots
 * are drawn anew to see how unlike they are by chance; without lots, days of the plant's calendar.
 * @throws QuestionError for an inspector that is not there; what the filter throws
 */
export function scoreDrift(warehouse: Warehouse, question: ScoreDriftQuestion): Promise<ScoreDriftAnswer> {
  return warehouse.read(question.asOf, async (session, asOf) => {
    const notes = await prepareJudged(session, question);
    if (question.inspector !== undefined) await onlyOf(session, [question.inspector]);
    const {reference = REFERENCE, newest = NEWEST} = question;
    const {lots} = await session.row<{lots: boolean}>(
      'select coalesce(bool_or(cluster >= 0), false) as lots from judged',
    );
    await session.run(`create or replace temp table score_units as ${query('score-units')}`, {by_lot: lots});
    const units = await session.rows<Unit>(query('score-series'));
    const inspectors = [...new Set(units.map(({inspector}) => inspector))];
    const found: ScoreDrift[] = [];
    for (const inspector of inspectors)
      found.push(
        await driftOf(
          session,
          inspector,
          units.filter(u => u.inspector === inspector),
          {lots, reference, newest},
        ),
      );
    return {
      asOf,
      inspectors: found,
      notes: [
        ...notes,
        `one look in ${1 / FALSE_ALARM} raises a false alarm where nothing but chance makes ${lots ? 'lots' : 'days'} differ; a new product, a new camera or a real change of what is made are no chance, and are told as drift too`,
        'only scores are looked at: brightness, contrast and sharpness of images are not in the data',
      ],
    };
  });
}

async function driftOf(
  session: Session,
  inspector: string,
  units: readonly Unit[],
  asked: {lots: boolean; reference: number; newest: number},
): Promise<ScoreDrift> {
  const word = asked.lots ? 'lot' : 'day';
  const shown = units.filter((_, k) => k < asked.reference || k >= units.length - SHOWN);
  const told = {
    inspector,
    unit: word,
    alpha: FALSE_ALARM,
    series: shown.map(({at, key, n, failed, total}) => ({at, key, n, mean: total / n, failShare: failed / n})),
  } as const;
  if (units.length < asked.reference + asked.newest) {
    const reason = `${units.length} ${word}s with scores; ${asked.reference} to compare with and ${asked.newest} newest ones are wanted`;
    return {...told, status: 'too little', reason, reference: null, newest: null, index: null, p: null, bins: []};
  }
  const first = units.slice(0, asked.reference);
  const last = units.slice(-asked.newest);
  const edges = await edgesOf(session, inspector, asked.reference);
  const binned = await binnedOf(session, inspector, edges, asked);
  const {index, p} = stabilityTest(binned.reference, binned.newest, {draws: DRAWS, seed: 1});
  const drifted = p <= FALSE_ALARM;
  const sums = (lots: readonly Binned[]) => edges.slice(1).map((_, k) => lots.reduce((sum, lot) => sum + lot[k], 0));
  const [was, is] = [sums(binned.reference), sums(binned.newest)];
  const [before, now] = [periodOf(first), periodOf(last)];
  const figures = `index ${index.toFixed(3)}, p ${p < 0.001 ? p.toExponential(0) : p.toFixed(3)}`;
  const moved = `mean suspicion ${now.mean.toFixed(3)} in the newest ${last.length} ${word}s, ${before.mean.toFixed(3)} in the first ${first.length}`;
  return {
    ...told,
    status: drifted ? 'drifted' : 'no evidence',
    reason: `${drifted ? 'scores are not what they were' : 'no evidence that scores changed'}: ${moved} (${figures})`,
    reference: before,
    newest: now,
    index,
    p,
    bins: edges.slice(1).map((to, k) => ({
      from: edges[k],
      to,
      reference: was[k] / before.inspections,
      newest: is[k] / now.inspections,
    })),
  };
}

function periodOf(units: readonly Unit[]): NonNullable<ScoreDrift['reference']> {
  const inspections = units.reduce((sum, {n}) => sum + n, 0);
  const mean = units.reduce((sum, {total}) => sum + total, 0) / inspections;
  return {from: units[0].at, to: units.at(-1)!.until, lots: units.length, inspections, mean};
}

/** Tenths of the reference's scores; ties make fewer. From 0 to 1. */
async function edgesOf(session: Session, inspector: string, reference: number): Promise<number[]> {
  const {inner} = await session.row<{inner: number[]}>(
    `select quantile_disc(score, [${Array.from({length: TENTHS - 1}, (_, k) => (k + 1) / TENTHS).join(', ')}]) as inner
     from score_units where inspector = $inspector and place <= ${Math.trunc(reference)}`,
    {inspector},
  );
  return [0, ...new Set(inner.filter(edge => edge > 0 && edge < 1)), 1];
}

async function binnedOf(
  session: Session,
  inspector: string,
  edges: readonly number[],
  {reference, newest}: {reference: number; newest: number},
): Promise<{reference: Binned[]; newest: Binned[]}> {
  const inner = edges.slice(1, -1);
  const rows = await session.rows<{place: number; is_newest: boolean; bin: number; n: number}>(
    `select place, place > units - ${Math.trunc(newest)} as is_newest,
       len(list_filter($inner::double[], lambda e : score >= e))::integer as bin, count(*)::integer as n
     from score_units
     where inspector = $inspector and (place <= ${Math.trunc(reference)} or place > units - ${Math.trunc(newest)})
     group by all order by place, bin`,
    {inspector, inner},
  );
  const lots = new Map<number, {isNewest: boolean; counts: number[]}>();
  for (const {place, is_newest, bin, n} of rows) {
    const lot = lots.get(place) ?? {isNewest: is_newest, counts: new Array<number>(inner.length + 1).fill(0)};
    lot.counts[bin] += n;
    lots.set(place, lot);
  }
  const of = (isNewest: boolean) => [...lots.values()].filter(lot => lot.isNewest === isNewest).map(lot => lot.counts);
  return {reference: of(false), newest: of(true)};
}
