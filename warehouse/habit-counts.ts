/**
 * What parts usually have, counted at a position: parts of a product, those of them that name inputs, those with a run at a
 * step, parts of a work order with and without a lot. Counting millions takes seconds; the counts of another position differ
 * by the few parts that the batches between the two were about, so that only these are counted, at both.
 */
import {quoteName, type Session} from './duckdb.ts';
import {POSITION} from './views.ts';

/** Counts by what is counted: see `keyOf`. */
export type Counts = ReadonlyMap<string, number>;

type What = 'parts' | 'fed' | 'step' | 'with lot' | 'without lot';

/** The key of a count: of a product (and a step), or of a work order. */
export const keyOf = (what: What, of: string, step = ''): string => JSON.stringify([what, of, step]);

/** @param known counts of another position to start from */
export async function countsAt(
  session: Session,
  asOf: number,
  known: {asOf: number; counts: Counts} | null,
): Promise<Counts> {
  if (known === null || !(await findAffected(session, known.asOf, asOf))) return count(session, '');
  const counts = new Map(known.counts);
  add(counts, await count(session, AFFECTED), 1);
  try {
    await session.run(`set variable as_of = ${known.asOf}`);
    add(counts, await count(session, AFFECTED), -1);
  } finally {
    await session.run(`set variable as_of = ${asOf}`);
  }
  return counts;
}

const AFFECTED = `semi join temp.${quoteName('affected')} a on a.part = p.part`;

function add(counts: Map<string, number>, others: Counts, sign: 1 | -1): void {
  for (const [key, n] of others) {
    const sum = (counts.get(key) ?? 0) + sign * n;
    if (sum === 0) counts.delete(key);
    else counts.set(key, sum);
  }
}

/** Temporary table `affected`: parts whose counts may differ. @returns false if they are too many to be worth it */
async function findAffected(session: Session, one: number, other: number): Promise<boolean> {
  const between = `batch > ${Math.min(one, other)} and batch <= ${Math.max(one, other)}`;
  await session.run(`create or replace temp table affected as
    select part from fact.parts where ${between}
    union select part from fact.operations where part is not null and ${between}
    union select child from fact.genealogy where child_kind = 'part' and ${between}
    union select p.part from fact.parts p semi join (from fact.operations where lot is not null and ${between}) o on o.lot = p.lot
    union select p.part from fact.parts p
      semi join (from fact.operations where work_order is not null and ${between}) o on o.work_order = p.work_order`);
  const {few} = await session.row<{few: boolean}>(
    'select (select count(*) from temp.affected) * 4 < (select count(*) from fact.parts) + 1000 as few',
  );
  return few;
}

async function count(session: Session, among: string): Promise<Counts> {
  const rows = await session.rows<{what: What; of: string; step: string; n: number}>(`
    with p as materialized (select p.part, p.product, p.work_order, p.lot from now.parts p ${among}),
    runs as (
      select p.part, p.product, o.step from p join fact.operations o on o.part = p.part and o.batch <= ${POSITION}
      union
      select p.part, p.product, o.step from p join fact.operations o on o.lot = p.lot and o.batch <= ${POSITION}
      union
      select p.part, p.product, o.step from p join fact.operations o on o.work_order = p.work_order and o.batch <= ${POSITION}
    )
    select 'parts' as what, product as "of", '' as step, count(*) as n from p group by product
    union all
    select 'fed', p.product, '', count(*) from p
    semi join (from fact.genealogy where child_kind = 'part' and batch <= ${POSITION}) g on g.child = p.part group by p.product
    union all
    select 'step', product, step, count(*) from runs group by product, step
    union all
    select case when lot is null then 'without lot' else 'with lot' end, work_order, '', count(*) from p
    where work_order is not null group by work_order, lot is null`);
  return new Map(rows.map(({what, of, step, n}) => [keyOf(what, of, step), n]));
}
