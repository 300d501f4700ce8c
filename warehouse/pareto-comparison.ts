/** Two periods or groups beside each other: which bars changed, and whether all of it did. */
import type {Scope} from './answers.ts';
import {changes, commonMix, partsOf, type SideLots} from './change.ts';
import {counted} from './counted.ts';
import type {Session} from './duckdb.ts';
import {createFailures} from './failures.ts';
import {grouped} from './grouped.ts';
import {createLevels} from './levels.ts';
import type {Change, ParetoComparison, ParetoQuestion} from './pareto-answers.ts';
import {createPopulation} from './population.ts';
import {query} from './queries.ts';
import {QuestionError} from './question-error.ts';
import type {Cluster} from './statistics/cluster-ratio.ts';

/** Bars that are tested unless the question says how many. */
const MOST_BARS = 50;

const SIDES = ['now', 'against'] as const;
type Side = (typeof SIDES)[number];

export const isComparison = ({against, againstFrom, againstTo}: ParetoQuestion): boolean =>
  against !== undefined || againstFrom !== undefined || againstTo !== undefined;

/**
 * The two scopes that a question compares. What `against...` does not say is as in the question; a filter alone is compared
 * with everything else in scope, and a period that ends, with what comes after it.
 */
export function scopesOf({asOf, product, from, to, where, against, againstFrom, againstTo}: ParetoQuestion) {
  const otherPeriod = againstFrom !== undefined || againstTo !== undefined;
  const openWindow = from === undefined && to === undefined && against === undefined;
  const now: Scope = {
    asOf,
    product,
    from: openWindow ? againstTo : from,
    to,
    where: where ?? (against === undefined ? undefined : `not (${against})`),
  };
  const other: Scope = {
    asOf,
    product,
    from: otherPeriod ? againstFrom : from,
    to: otherPeriod ? againstTo : to,
    where: against ?? where,
  };
  return {now, against: other};
}

/**
 * Leaves temporary tables `population`, `failures` and `levels` of the side "now" behind.
 * @throws QuestionError where a side is empty or parts are on both; what the filters throw
 */
export async function compareSides(
  session: Session,
  question: ParetoQuestion,
): Promise<{comparison: ParetoComparison; notes: string[]}> {
  const {by = 'defect', top = MOST_BARS} = question;
  const scopes = scopesOf(question);
  await session.run(
    'create or replace temp table compared (side varchar, part integer, product varchar, lot integer, loose boolean, key varchar)',
  );
  await session.run('create or replace temp table compared_fails (side varchar, part integer, key varchar)');
  for (const side of SIDES.toReversed()) await addSide(session, side, {scope: scopes[side], question, by});
  const facts = await mustBeApart(session, scopes);
  await rankBars(session, by, top);
  const rows = await session.rows<Row>(query('compared-lots'), {defects: by === 'defect'});
  const ofBar = grouped(rows, row => row.key);
  const whole = sidesOf(ofBar.get(null) ?? []);
  const bars = [...ofBar].filter(([key]) => key !== null).sort(([, a], [, b]) => a[0].place - b[0].place);
  const unit = facts.lots > 0 ? 'lot' : 'part';
  const [overall] = changes([{key: 'all', ...whole}], unit);
  const changed = changes(
    bars.map(([, some]) => ({
      key: some[0].place > top ? `Other (${some[0].keys})` : String(some[0].key),
      ...sidesOf(some),
    })),
    unit,
  );
  const mix = commonMix(whole.now, whole.against);
  const comparison: ParetoComparison = {
    now: inWords(scopes.now),
    against: inWords(scopes.against),
    unit,
    mix,
    leftOut: leftOut(whole),
    tests: changed.filter(({p}) => p !== null).length,
    overall,
    sentence: sentence(overall, {unit, products: mix.length, what: question.defect ?? 'defective'}),
    bars: changed,
  };
  return {comparison, notes: notesOf(comparison, facts)};
}

interface Row extends Record<string, unknown> {
  /** Of the bar; null for all of it. */
  key: string | null;
  place: number;
  /** How many keys the bar stands for. */
  keys: number;
  side: Side;
  product: string;
  of: number;
  count: number;
  times: number;
}

async function addSide(
  session: Session,
  side: Side,
  {scope, question, by}: {scope: Scope; question: ParetoQuestion; by: string},
): Promise<void> {
  await createPopulation(session, scope);
  await createFailures(session, question.defect);
  await createLevels(session, by === 'defect' ? undefined : by);
  await session.run(
    `insert into compared select $side, part, coalesce(product, '(none)'), coalesce(lot, -part), lot is null, key from levels`,
    {side},
  );
  await session.run(
    `insert into compared_fails select distinct $side, f.part, ${by === 'defect' ? 'f.defect' : 'l.key'}
     from failures f join levels l on l.part = f.part`,
    {side},
  );
}

interface Facts extends Record<string, unknown> {
  now: number;
  against: number;
  both: number;
  lots: number;
  loose: number;
  straddling: number;
}

async function mustBeApart(session: Session, scopes: Record<Side, Scope>): Promise<Facts> {
  const facts = await session.row<Facts>(
    `select count(*) filter (side = 'now') as now, count(*) filter (side = 'against') as against,
       count(*) - count(distinct part) as both, count(distinct lot) filter (not loose) as lots, count(*) filter (loose) as loose,
       (select count(*) from (select lot from compared where not loose group by lot having count(distinct side) > 1)) as straddling
     from compared`,
  );
  for (const side of SIDES) {
    if (facts[side] > 0) continue;
    const name = side === 'now' ? 'the question is about' : 'it is to be compared with';
    throw new QuestionError(`nothing to compare: no part was inspected in what ${name} (${inWords(scopes[side])})`, {
      hint: 'widen the period or the filter of that side',
    });
  }
  if (facts.both > 0)
    throw new QuestionError(
      `${counted(facts.both, 'part')} would be on both sides, of ${facts.now} (${inWords(scopes.now)}) and ${facts.against} (${inWords(scopes.against)})`,
      {hint: 'choose periods that do not overlap, or filters that exclude each other'},
    );
  return facts;
}

/** Temporary table `bar_of`: which bar a key is part of, by the larger of the two rates; beyond `top` all are one. */
async function rankBars(session: Session, by: string, top: number): Promise<void> {
  const inspected = by === 'defect' ? 'c.side = f.side' : 'c.side = f.side and c.key = f.key';
  await session.run(
    `create or replace temp table bar_of as
     with rates as (
       select f.key, f.side, count(*) / (select count(*) from compared c where ${inspected}) as rate
       from compared_fails f group by f.key, f.side
     ), ranked as (
       select key, row_number() over (order by max(rate) desc, key) as place from rates group by key
     )
     select key, least(place, $top::integer + 1)::integer as place from ranked`,
    {top},
  );
}

function sidesOf(rows: readonly Row[]): Record<Side, SideLots> {
  const of = (side: Side): SideLots =>
    grouped<string, Cluster & {product: string}>(
      rows.filter(row => row.side === side),
      row => row.product,
    );
  return {now: of('now'), against: of('against')};
}

function leftOut(whole: Record<Side, SideLots>): ParetoComparison['leftOut'] {
  return SIDES.flatMap(side => {
    const other = whole[side === 'now' ? 'against' : 'now'];
    return [...whole[side]]
      .filter(([product]) => !other.has(product))
      .map(([product, lots]) => ({product, parts: partsOf(lots), side}))
      .sort((a, b) => b.parts - a.parts);
  });
}

function inWords({product, from, to, where}: Scope): string {
  const window = from === undefined && to === undefined ? 'all times' : [from && `from ${from}`, to && `before ${to}`];
  return [[window].flat().filter(Boolean).join(' '), product, where && `with ${where}`].filter(Boolean).join(', ');
}

const VERDICTS: Record<Change['verdict'], string> = {
  better: 'Better',
  worse: 'Worse',
  'no-evidence': 'No evidence of a change',
  'too-little-data': 'Too little data to tell',
  'not-comparable': 'Cannot be compared',
};

/** Did it work? */
function sentence(
  {verdict, words, now, against, ratio, level, lotsNeeded}: Change,
  {unit, products, what}: {unit: 'lot' | 'part'; products: number; what: string},
): string {
  const ppm = (value: number | null) => (value === null ? 'unknown' : Math.round(value).toLocaleString('en'));
  if (verdict === 'not-comparable') return `${VERDICTS[verdict]}: ${words.split(': ')[1]}.`;
  const figure = (value: number) => value.toPrecision(2);
  const times =
    ratio?.value == null
      ? ''
      : ` (${figure(ratio.value)} times, ${level * 100} % interval ${figure(ratio.low)} to ${ratio.high === null ? 'unbounded' : figure(ratio.high)})`;
  const mix = products > 1 ? ', at the same mix of products' : '';
  const need =
    verdict === 'too-little-data' && lotsNeeded !== null
      ? ` It would need ≈ ${counted(lotsNeeded, unit)} on each side.`
      : '';
  return `${VERDICTS[verdict]}: ${ppm(now.standardised)} ppm ${what} against ${ppm(against.standardised)}${times}${mix}; ${counted(now.lots, unit)} against ${against.lots}.${need}`;
}

function notesOf(
  {unit, leftOut, overall, bars, tests}: ParetoComparison,
  {loose, straddling, now, against}: Facts,
): string[] {
  const notes = [
    `of ${counted(tests, 'bar')} compared, q is the share of false alarms among those told as changed; the sentence about all of them is one test of its own`,
  ];
  if (unit === 'part')
    notes.push(
      'no lots are known, so each part counts as independent: where parts share their fate, changes are told too easily',
    );
  else if (loose > 0) notes.push(`${loose} of ${now + against} parts name no lot: each stands alone`);
  if (straddling > 0)
    notes.push(
      `${counted(straddling, 'lot')} have parts on both sides: they count on each, which makes intervals wider, not narrower`,
    );
  for (const {product, parts, side} of leftOut)
    notes.push(
      `product ${product} (${counted(parts, 'part')}) is only ${side === 'now' ? 'in what the question is about' : 'in what it is compared with'}: left out of what is compared`,
    );
  for (const {key, now, against, difference} of [overall, ...bars]) {
    if (difference === null || now.ppm === null || against.ppm === null) continue;
    if ((now.ppm - against.ppm) * difference.value < 0)
      notes.push(`${key}: the rates as they are say the opposite, because the mix of products changed`);
  }
  return notes;
}
