import {isDefect, mustBeDefect} from '../defects.ts';
import type {Bindings, Session} from '../duckdb.ts';
import {createFailures} from '../failures.ts';
import {createPopulation} from '../population.ts';
import {createPopulationLots} from '../population-lots.ts';
import {QuestionError} from '../question-error.ts';
import {type Loose, looseOf, notesOfSubgroups, prepareLotNames, type SubgroupKey, subgroupKey} from './subgroup-key.ts';
import {type Asked, type Places, withIds} from './values.ts';

/** Inspected parts and what was found on them, by subgroup in order of time. */
export interface CountedPoints extends Places {
  n: number[];
  defective: number[];
  defects: number[];
  by: SubgroupKey['by'];
}

/** @throws QuestionError for a defect that is not known, nothing inspected, and what the filter throws */
export async function countedPoints(session: Session, question: Asked): Promise<CountedPoints> {
  await createPopulation(session, question);
  await createFailures(session);
  const anyFail = question.parameter === 'any-fail';
  if (!anyFail) await mustBeDefect(session, question.parameter, 'any-fail');
  const found: Found = anyFail
    ? {sql: 'from failures', bindings: {}}
    : {sql: `from failures f where ${isDefect('$defect')}`, bindings: {defect: question.parameter}};
  const isOfLots = question.subgroup === undefined || question.subgroup === 'lot';
  const loose = await (isOfLots ? looseOfLots(session) : looseOf(session, {...POINTS, isWhole: false}));
  if (loose.all === 0) throw new QuestionError('no inspected parts in this scope');
  await prepareLotNames(session);
  const key = subgroupKey(question.subgroup, loose);
  const rows = await (key.by === 'lot' ? countedByLot(session, found) : countedBy(session, key, found));
  const inside = rows.filter(({grp}) => grp !== null);
  const out = rows.filter(({grp}) => grp === null).reduce((sum, {n}) => sum + n, 0);
  return {
    by: key.by,
    n: inside.map(r => r.n),
    defective: inside.map(r => r.defective),
    defects: inside.map(r => r.defects),
    nameOf: i => inside[i].name,
    ...(key.isByOrder && {endsOf: (i: number) => ({first: inside[i].first_part!, last: inside[i].last_part!})}),
    began: Float64Array.from(inside, r => r.began ?? Number.NaN),
    notes: notesOfSubgroups(key, loose, out, 'parts'),
  };
}

/** The defects that are counted, over `failures`. */
interface Found {
  sql: string;
  bindings: Bindings;
}

interface Row extends Record<string, unknown> {
  grp: unknown;
  name: string;
  began: number | null;
  n: number;
  defective: number;
  defects: number;
  first_part?: string;
  last_part?: string;
}

const POINTS = {sql: 'select lot, inspected_at as "at" from population', bindings: {}};

async function looseOfLots(session: Session): Promise<Loose> {
  await createPopulationLots(session);
  return session.row<Loose & Record<string, unknown>>(
    `select coalesce(sum(parts), 0)::bigint as "all", count(*) filter (loose) as lotless,
       coalesce(sum(timeless), 0)::bigint as timeless from population_lots`,
  );
}

/** A row of no lot, if any, has all parts that name none. */
const countedByLot = (session: Session, {sql, bindings}: Found): Promise<Row[]> =>
  session.rows<Row>(
    `with lots as (
       select case when not loose then lot end as grp, min(first_at) as first_at, sum(parts)::bigint as n
       from population_lots group by 1
     ), found as (
       select lot as grp, count(distinct part) as defective, count(*) as defects from (${sql}) group by lot
     )
     select (select id from lot_names where item = l.grp) as name, l.grp, epoch_ms(l.first_at)::double as began, l.n,
       coalesce(f.defective, 0) as defective, coalesce(f.defects, 0) as defects
     from lots l left join found f on f.grp is not distinct from l.grp
     order by began nulls last, name`,
    bindings,
  );

async function countedBy(session: Session, key: SubgroupKey, {sql, bindings}: Found): Promise<Row[]> {
  await session.run(
    `create or replace temp table failing as select part, count(*) as defects from (${sql}) group by part`,
    bindings,
  );
  await session.run(
    `create or replace temp view points as
     select p.part, p.lot, p.inspected_at as "at", coalesce(f.defects, 0) as defects, f.part is not null as defective
     from population p left join failing f on f.part = p.part`,
  );
  return session.rows<Row>(
    `select ${key.name} as name, * from (
       select grp, epoch_ms(min("at"))::double as began, count(*) as n, count(*) filter (defective) as defective,
         sum(defects)::integer as defects, ${key.ends}
       from (${key.sql(key.isByOrder ? withIds('from points') : 'from points')}) group by grp)
     order by began nulls last, name`,
  );
}
