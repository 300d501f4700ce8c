/** Whether an inspector and what it gets to see are still what they were: its newest lots against its first, and against its card. */
import type {Session} from '../duckdb.ts';
import type {DriftMeasure, InspectorDrift, ScoreDriftAnswer, ScoreDriftQuestion} from '../inspector-answers.ts';
import {prepareJudged} from '../measurement-systems/judged.ts';
import {query} from '../queries.ts';
import {type Binned, distanceFrom, stabilityTest} from '../statistics/population-stability.ts';
import type {Warehouse} from '../store.ts';
import {onlyOf} from './thresholds.ts';

/** One look in so many raises a false alarm. */
const FALSE_ALARM = 0.001;
const DRAWS = 4_999;
const REFERENCE = 30;
const NEWEST = 10;
const TENTHS = 10;
const SHOWN = 200;
/** An index of more is a shift. @see Siddiqi (2006), Credit Risk Scorecards, ch. 9 */
const SHIFT = 0.25;
/** Fewer images that passed say little about how they are spread. */
const PASSED = 100;

/** Values have five digits at most. */
const RESOLUTION = 1e-5;

/** What each can be at most; at least 0. The Laplacian of full scale is four times that. */
const MOST = {suspicion: 1, brightness: 1, contrast: 1, sharpness: 4} as const;
const MEASURES = Object.keys(MOST) as DriftMeasure[];

/** How values of images that passed are spread, where a model's quality was measured: `limits` part the shares. */
export interface CardReference {
  on: string;
  images: number;
  spreads: Partial<Record<DriftMeasure, {limits: readonly number[]; shares: readonly number[]}>>;
}

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

interface Asked {
  measure: DriftMeasure;
  lots: boolean;
  reference: number;
  newest: number;
}

/**
 * Of each inspector and each measure: the newest lots against the first lots of the same inspector, over tenths of the first.
 * Lots are drawn anew to see how unlike they are by chance; without lots, days of the plant's calendar. Where its card says
 * what images looked like, those of the newest lots that passed are held against it too.
 * @param cards by inspector, `name@version`
 * @throws QuestionError for an inspector that is not there; what the filter throws
 */
export function inspectorDrift(
  warehouse: Warehouse,
  question: ScoreDriftQuestion,
  cards: ReadonlyMap<string, CardReference> = new Map(),
): Promise<ScoreDriftAnswer> {
  return warehouse.read(question.asOf, async (session, asOf) => {
    const notes = await prepareJudged(session, question);
    if (question.inspector !== undefined) await onlyOf(session, [question.inspector]);
    const {reference = REFERENCE, newest = NEWEST} = question;
    const {lots} = await session.row<{lots: boolean}>(
      'select coalesce(bool_or(cluster >= 0), false) as lots from judged',
    );
    const found: InspectorDrift[] = [];
    for (const measure of MEASURES) {
      const asked = {measure, lots, reference, newest};
      await session.run(`create or replace temp table score_units as ${query('score-units')}`, {by_lot: lots, measure});
      const units = await session.rows<Unit>(query('score-series'));
      for (const inspector of new Set(units.map(unit => unit.inspector))) {
        const own = units.filter(unit => unit.inspector === inspector);
        const card = await againstCard(session, inspector, asked, cards.get(inspector));
        found.push({...(await againstFirst(session, inspector, own, asked)), card});
      }
    }
    // Of one inspector all measures together.
    const order = [...new Set(found.map(({inspector}) => inspector))].sort();
    return {
      asOf,
      inspectors: order.flatMap(name => found.filter(({inspector}) => inspector === name)),
      notes: [
        ...notes,
        `one look in ${1 / FALSE_ALARM} at a measure raises a false alarm where nothing but chance makes ${lots ? 'lots' : 'days'} differ; a new product, a new camera or a real change of what is made are no chance, and are told as drift too`,
        ...(cards.size === 0
          ? ['no model here has a card that says what images looked like: see "fishbone inspectors reference"']
          : []),
      ],
    };
  });
}

async function againstFirst(
  session: Session,
  inspector: string,
  units: readonly Unit[],
  asked: Asked,
): Promise<Omit<InspectorDrift, 'card'>> {
  const {measure} = asked;
  const word = asked.lots ? 'lot' : 'day';
  const shown = units.filter((_, k) => k < asked.reference || k >= units.length - SHOWN);
  const told = {
    inspector,
    measure,
    unit: word,
    alpha: FALSE_ALARM,
    series: shown.map(({at, key, n, failed, total}) => ({at, key, n, mean: total / n, failShare: failed / n})),
  } as const;
  if (units.length < asked.reference + asked.newest) {
    const reason = `${units.length} ${word}s with ${measure}; ${asked.reference} to compare with and ${asked.newest} newest ones are wanted`;
    return {...told, status: 'too little', reason, reference: null, newest: null, index: null, p: null, bins: []};
  }
  const first = units.slice(0, asked.reference);
  const last = units.slice(-asked.newest);
  const inner = await limitsOf(session, inspector, asked.reference);
  const [was, is] = [
    await binned(session, inspector, inner, `place <= ${Math.trunc(asked.reference)}`),
    await binned(session, inspector, inner, `place > units - ${Math.trunc(asked.newest)}`),
  ];
  const {index, p} = stabilityTest(was, is, {draws: DRAWS, seed: 1});
  const drifted = p <= FALSE_ALARM;
  const [before, now] = [periodOf(first), periodOf(last)];
  const figures = `index ${index.toFixed(3)}, p ${p < 0.001 ? p.toExponential(0) : p.toFixed(3)}`;
  const moved = `mean ${measure} ${now.mean.toFixed(3)} in the newest ${last.length} ${word}s, ${before.mean.toFixed(3)} in the first ${first.length}`;
  const unlike = measure === 'suspicion' ? 'scores are not what they were' : 'images do not look as they did';
  const alike = measure === 'suspicion' ? 'no evidence that scores changed' : 'no evidence that images look otherwise';
  return {
    ...told,
    status: drifted ? 'drifted' : 'no evidence',
    reason: `${drifted ? unlike : alike}: ${moved} (${figures})`,
    reference: before,
    newest: now,
    index,
    p,
    bins: binsOf(measure, inner, sharesOf(was), sharesOf(is)),
  };
}

async function againstCard(
  session: Session,
  inspector: string,
  {measure, lots: areLots, newest}: Asked,
  card: CardReference | undefined,
): Promise<InspectorDrift['card']> {
  const spread = card?.spreads[measure];
  if (card === undefined || spread === undefined) return null;
  const {on, images} = card;
  const lots = await binned(session, inspector, spread.limits, `not failed and place > units - ${Math.trunc(newest)}`);
  const passed = lots.flat().reduce((sum, n) => sum + n, 0);
  const word = areLots ? 'lots' : 'days';
  if (lots.length < newest || passed < PASSED) {
    const reason = `${passed} images that passed in ${lots.length} ${word}; ${PASSED} in ${newest} are wanted`;
    return {on, status: 'too little', reason, index: null, low: null, bins: []};
  }
  const expected = spread.shares.map(share => share * images);
  const {index, low} = distanceFrom(expected, lots, {draws: DRAWS, seed: 1, alpha: FALSE_ALARM});
  const isShift = low > SHIFT;
  const what = measure === 'suspicion' ? 'scores' : 'images';
  return {
    on,
    status: isShift ? 'drifted' : 'no evidence',
    reason: isShift
      ? `${what} that pass have another ${measure} than those that the model was measured on (${on}): index ${index.toFixed(2)}, at least ${low.toFixed(2)}`
      : `no shift of ${measure} from what the model was measured on (${on}): index ${index.toFixed(2)}, at least ${low.toFixed(2)}; more than ${SHIFT} is one`,
    index,
    low,
    bins: binsOf(measure, spread.limits, spread.shares, sharesOf(lots)),
  };
}

function periodOf(units: readonly Unit[]): NonNullable<InspectorDrift['reference']> {
  const inspections = units.reduce((sum, {n}) => sum + n, 0);
  const mean = units.reduce((sum, {total}) => sum + total, 0) / inspections;
  return {from: units[0].at, to: units.at(-1)!.until, lots: units.length, inspections, mean};
}

/** What parts the tenths of the reference (ties make fewer), and what is less or more than all of it. */
async function limitsOf(session: Session, inspector: string, reference: number): Promise<number[]> {
  const {least, most, tenths} = await session.row<{least: number; most: number; tenths: number[]}>(
    `select min(value) as least, max(value) as most,
       quantile_disc(value, [${Array.from({length: TENTHS - 1}, (_, k) => (k + 1) / TENTHS).join(', ')}]) as tenths
     from score_units where inspector = $inspector and place <= ${Math.trunc(reference)}`,
    {inspector},
  );
  return [...new Set([least, ...tenths, most + RESOLUTION])];
}

/** Of each lot that has any, how many values lie below the first limit, from one to the next, and from the last on. */
async function binned(
  session: Session,
  inspector: string,
  limits: readonly number[],
  which: string,
): Promise<Binned[]> {
  const rows = await session.rows<{place: number; bin: number; n: number}>(
    `select place, len(list_filter($limits::double[], lambda e : value >= e))::integer as bin, count(*)::integer as n
     from score_units where inspector = $inspector and ${which} group by all order by place, bin`,
    {inspector, limits: [...limits]},
  );
  const lots = new Map<number, number[]>();
  for (const {place, bin, n} of rows) {
    const counts = lots.get(place) ?? new Array<number>(limits.length + 1).fill(0);
    counts[bin] += n;
    lots.set(place, counts);
  }
  return [...lots.values()];
}

function sharesOf(lots: readonly Binned[]): number[] {
  const counts = lots[0].map((_, k) => lots.reduce((sum, lot) => sum + lot[k], 0));
  const all = counts.reduce((sum, n) => sum + n, 0);
  return counts.map(n => n / all);
}

function binsOf(
  measure: DriftMeasure,
  limits: readonly number[],
  reference: readonly number[],
  newest: readonly number[],
): InspectorDrift['bins'] {
  const edges = [0, ...limits, MOST[measure]];
  return reference.map((share, k) => ({from: edges[k], to: edges[k + 1], reference: share, newest: newest[k]}));
}
