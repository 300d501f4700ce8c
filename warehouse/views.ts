/**
 * Views over the facts: `now.<table>` is the current row of every natural key at the position of the session (dense keys
 * inside, for analysis), `<table>` the same with text ids, for people's SQL.
 */
import {CANONICAL, type CanonicalTable, columnsOf, NO_EARLIER_DEFECTS} from './canonical.ts';
import {quoteName} from './duckdb.ts';
import type {View} from './made-views.ts';
import {NAMES} from './names-table.ts';
import {personColumns} from './pseudonymise.ts';
import {trueDefects} from './true-defects.ts';

/** The ledger position that a session looks from: `set variable as_of = N`; unset means everything. */
export const POSITION = "coalesce(getvariable('as_of')::integer, 2147483647)";

/** Which of two versions of a row is current: the newest recorded, else the later batch, else the later line. */
export const NEWEST_FIRST = 'recorded_at desc nulls last, batch desc, ordinal desc';

/** All views that do not depend on which steps and parameters exist, each after those that it asks. */
export function viewsOfTables(): View[] {
  const tables = Object.entries(CANONICAL).filter(([table]) => table !== 'measurements');
  return [
    ...tables.map(([table, canonical]) => {
      const name = table === 'defects' ? 'found_defects' : table;
      return {schema: 'now', name, sql: asTold(table, currentRows(table, canonical, `fact.${table}`))};
    }),
    {schema: 'now', name: 'defects', sql: trueDefects()},
    ...tables.map(([table]) => ({schema: 'main', name: table, sql: withTextIds(table)})),
    {schema: 'now', name: 'first_inspections', sql: firstInspections('now.inspections')},
  ];
}

/**
 * Grain: one row per inspected part: its first valid inspection, the rule by which a part is defective everywhere. An
 * `error` is no inspection; a fail that a review rejected is one, but not a fail. Which of two without a time came first
 * nobody knows: their ids decide, so that the answer does not depend on the order of arrival.
 */
export const firstInspections = (
  of: string,
): string => `select part, inspection, inspected_at, step, station, inspector, failed from (
  select *, result = 'fail' and verification is distinct from 'rejected' as failed,
    row_number() over (partition by part order by inspected_at nulls last, inspection) as place
  from ${of}
  where result in ('pass', 'fail')
) where place = 1`;

/**
 * Grain: one row per natural key. Rows whose key came only once, the many, are never sorted or compared. Joined to the few
 * contested keys, not correlated with them: that is 30 times as fast, and lets conditions and joins on the view reach
 * the facts.
 * @param facts `fact.<table>`, or rows of it with all versions of each key that they have
 */
export function currentRows(table: string, {key}: CanonicalTable, facts: string): string {
  const columns = [...columnsOf(table).map(c => c.name), 'batch', 'ordinal'].map(c => `f.${quoteName(c)}`).join(', ');
  const keyList = key.map(quoteName).join(', ');
  const sameKey = key.map(k => `l.${quoteName(k)} is not distinct from f.${quoteName(k)}`).join(' and ');
  const contested = `(select ${keyList} from ${facts} where later and batch <= ${POSITION}) l on ${sameKey}`;
  return `select ${columns} from ${facts} f anti join ${contested}
where not f.later and f.batch <= ${POSITION}
union all
select ${columns} from (
  select *, row_number() over (partition by ${keyList} order by ${NEWEST_FIRST}) as version
  from (select f.* from ${facts} f semi join ${contested} where f.batch <= ${POSITION})
) f where f.version = 1`;
}

/** Names in the place of pseudonyms; a pseudonym that has none any more stands for itself. */
export function withNames(table: string, rows: string): string {
  const columns = personColumns(table);
  if (columns.length === 0) return rows;
  const names = columns.map((c, k) => `coalesce(p${k}.name, f.${quoteName(c)}) as ${quoteName(c)}`);
  const joins = columns.map((c, k) => `left join ${NAMES} p${k} on p${k}.person = f.${quoteName(c)}`);
  return `select f.* replace (${names.join(', ')}) from (\n${rows}\n) f ${joins.join(' ')}`;
}

/**
 * Grain: one row per inspection that reviewers judged and did not withdraw all of it: what most of them say. Where as
 * many agree as disagree nobody knows, and it counts as not verified.
 */
const reviewed = (): string => `select inspection,
  case sign(sum(case verdict when 'agree' then 1 else -1 end))
    when 1 then 'confirmed' when -1 then 'rejected' else 'unverified' end as said
from (${currentRows('reviews', CANONICAL.reviews, 'fact.reviews')})
where verdict <> 'withdrawn' group by inspection`;

/**
 * SQL of current rows as they are told: persons by their names, the verification of an inspection as its reviewers say,
 * defects less those that a later word on their inspection withdrew, whichever of them came first.
 */
export function asTold(table: string, rows: string): string {
  if (table === 'inspections') {
    const told = `select f.* replace (coalesce(w.said, f.verification) as verification)
      from (\n${rows}\n) f left join (${reviewed()}) w on w.inspection = f.inspection`;
    return withNames(table, told);
  }
  if (table !== 'defects') return withNames(table, rows);
  return `select f.* from (${rows}) f anti join (
    select inspection, max(recorded_at) as "at" from fact.defects
    where defect = '${NO_EARLIER_DEFECTS}' and batch <= ${POSITION} group by inspection
  ) w on w.inspection = f.inspection and coalesce(f.recorded_at < w."at", true)
  where f.defect <> '${NO_EARLIER_DEFECTS}'`;
}

/** @param condition SQL over its rows `f`, whose parts and lots are dense keys */
export function withTextIds(table: string, condition = ''): string {
  const joins: string[] = [];
  const columns = columnsOf(table).map(({name, type}, k) => {
    if (type !== 'part' && type !== 'lot' && type !== 'item') return `f.${quoteName(name)}`;
    joins.push(`left join fact.items i${k} on i${k}.item = f.${quoteName(name)}`);
    return `i${k}.id as ${quoteName(name)}`;
  });
  const rows = condition === '' ? `now.${table}` : `(select * from now.${table} f where ${condition})`;
  return `select ${columns.join(', ')} from ${rows} f ${joins.join(' ')}`;
}
