/** What is referred to and nobody described: counted and listed by the file that refers to it. It goes when the rest arrives. */

import {CANONICAL} from './canonical.ts';
import type {Unresolved, UnresolvedQuestion} from './data-answers.ts';
import {quoteText, type Session} from './duckdb.ts';
import {lookAlikes} from './look-alikes.ts';
import {NotFound} from './not-found.ts';
import {type StepTable, stepTables} from './step-tables.ts';
import type {Warehouse} from './store.ts';
import {POSITION} from './views.ts';

/** Of each reference, so many ids are named. */
const EXAMPLES = 3;

/** @throws NotFound for a table that there is not, RangeError for a position that is not reached yet */
export function unresolved(warehouse: Warehouse, {table, asOf: asked}: UnresolvedQuestion): Promise<Unresolved> {
  if (table !== undefined && !Object.hasOwn(CANONICAL, table))
    throw new NotFound(`there is no table "${table}": the tables are ${Object.keys(CANONICAL).join(', ')}`);
  return warehouse.read(asked, async (session, asOf) => {
    const rules = [...RULES, ...measurementRules(await stepTables(session))];
    const references: Unresolved['references'] = [];
    for (const rule of rules) {
      if (table === undefined || rule.table === table) references.push(...(await referencesOf(session, rule)));
    }
    return {asOf, references, lookAlikes: await lookAlikes(session)};
  });
}

interface Rule {
  table: string;
  /** What a reader is told, after the ids. */
  what: string;
  /** SQL: `id` and `batch` of each row whose reference nobody described. */
  rows: string;
}

async function referencesOf(session: Session, {table, what, rows}: Rule): Promise<Unresolved['references']> {
  const found = await session.rows<Omit<Unresolved['references'][number], 'table' | 'what'> & Record<string, unknown>>(
    `select b.batch, b.source, count(*) as rows, count(distinct r.id) as ids,
       list_slice(list(distinct r.id order by r.id), 1, ${EXAMPLES}) as examples
     from (${rows}) r join fact.batches b on b.batch = r.batch
     group by b.batch, b.source order by b.batch`,
  );
  return found.map(row => ({table, what, ...row}));
}

/** A text column that should be the key of a row in another table. */
const named = (table: string, column: string, target: string, key = column): Rule => ({
  table,
  what: `${column}: no row of ${target}`,
  rows: `select f."${column}" as id, f.batch from now.${table} f
    where f."${column}" is not null and f."${column}" not in (select "${key}" from now.${target})`,
});

/** A column that names a lot or a part; `condition` picks the rows where it does. */
const item = (table: string, column: string, kind: 'lot' | 'part', condition = 'true'): Rule => ({
  table,
  what: `${column}: no row of ${kind}s`,
  rows: `select i.id, f.batch from now.${table} f join fact.items i on i.item = f."${column}"
    where ${condition} and f."${column}" not in (select ${kind} from now.${kind}s)`,
});

const RULES: readonly Rule[] = [
  item('parts', 'lot', 'lot'),
  named('parts', 'product', 'products'),
  named('parts', 'work_order', 'work_orders'),
  named('work_orders', 'product', 'products'),
  item('genealogy', 'parent', 'lot', "f.parent_kind = 'lot'"),
  item('genealogy', 'parent', 'part', "f.parent_kind = 'part'"),
  item('genealogy', 'child', 'lot', "f.child_kind = 'lot'"),
  item('genealogy', 'child', 'part', "f.child_kind = 'part'"),
  item('movements', 'id', 'lot', "f.kind = 'lot'"),
  item('movements', 'id', 'part', "f.kind = 'part'"),
  item('operations', 'part', 'part'),
  item('operations', 'lot', 'lot'),
  named('operations', 'work_order', 'work_orders'),
  named('operations', 'station', 'stations'),
  named('events', 'station', 'stations'),
  named('parameters', 'product', 'products'),
  named('readings', 'station', 'stations'),
  named('readings', 'parameter', 'parameters'),
  {
    table: 'readings',
    what: 'station: no operation ran there',
    rows: `select station as id, batch from now.readings
      where station not in (select station from now.operations where station is not null)`,
  },
  item('inspections', 'part', 'part'),
  named('inspections', 'station', 'stations'),
  named('defects', 'inspection', 'inspections'),
  named('reviews', 'inspection', 'inspections'),
  named('defects', 'defect', 'defect_codes'),
  item('tallies', 'lot', 'lot'),
  named('tallies', 'defect', 'defect_codes'),
];

/** Measured values stand by visit: a row here is a run of a part through a step, or a parameter of the step. */
function measurementRules(tables: readonly StepTable[]): Rule[] {
  if (tables.length === 0) return [];
  const visits = tables.map(
    ({id, step}) =>
      `select part, ${quoteText(step)} as step, run, batch from fact.step_${id} where batch <= ${POSITION}`,
  );
  const parameters = tables.flatMap(({id, step}) => [
    `select parameter, ${quoteText(step)} as step, batch from fact.step_columns where step_table = ${id} and batch <= ${POSITION}`,
  ]);
  return [
    {
      table: 'measurements',
      what: 'part: no row of parts',
      rows: `select i.id, v.batch from (${visits.join(' union all ')}) v join fact.items i on i.item = v.part
        where v.part not in (select part from now.parts)`,
    },
    {
      table: 'measurements',
      what: 'parameter: no row of parameters',
      rows: `select p.parameter as id, p.batch from (${parameters.join(' union all ')}) p
        where not exists (select 1 from now.parameters q where q.parameter = p.parameter and (q.step is null or q.step = p.step))`,
    },
    {
      table: 'measurements',
      what: 'part: no such run at the step, though other parts have theirs',
      rows: `select i.id, v.batch from (${visits.join(' union all ')}) v join fact.items i on i.item = v.part
        left join now.parts p on p.part = v.part
        where v.step in (select step from now.operations)
          and not exists (select 1 from now.operations o where o.step = v.step and o.run = v.run and o.part = v.part)
          and not exists (select 1 from now.operations o where o.step = v.step and o.run = v.run and o.lot = p.lot)
          and not exists (select 1 from now.operations o where o.step = v.step and o.run = v.run and o.work_order = p.work_order)`,
    },
  ];
}
