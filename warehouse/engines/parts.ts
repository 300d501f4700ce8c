/** Who is asked about: the inspected parts of all plants, each judged by its first valid inspection, in SQL that travels. */
import type {Scope} from '../answers.ts';
import {momentOf} from '../moment.ts';
import {QuestionError} from '../question-error.ts';
import type {Asking} from './company.ts';
import {filtered} from './filter.ts';
import {microsecondsOf} from './slices.ts';

/** What a question of a company may be narrowed to: all of it. */
export type CompanyScope = Omit<Scope, 'asOf'>;

const FAILS = `case when result = 'fail' and coalesce(verification, '') <> 'rejected' then 1 else 0 end`;

/** Grain: one row per inspected part: its first valid inspection; `failed` is 0 or 1. The rule of `views.ts`, over all plants. */
export function firstInspections(asking: Asking): string {
  const inspections = asking.table(
    'inspections',
    'part',
    'inspection',
    'inspected_at',
    'station',
    'inspector',
    'result',
    'verification',
  );
  return `(select plant, part, inspection, inspected_at, station, inspector, failed from (
    select i.*, ${FAILS} as failed,
      row_number() over (partition by plant, part order by inspected_at nulls last, inspection) as place
    from ${inspections} i where result in ('pass', 'fail')) i where place = 1)`;
}

/**
 * Grain: one row per inspected part and inspection step ('' = not named): its first valid inspection there, and how the
 * last one ended. The rule of `step-inspections.sql`.
 */
export function stepFirsts(asking: Asking): string {
  const inspections = asking.table(
    'inspections',
    'part',
    'inspection',
    'inspected_at',
    'step',
    'station',
    'result',
    'verification',
  );
  const valid = `(select i.plant as plant, i.part as part, i.inspection as inspection, i.inspected_at as inspected_at,
      i.station as station, coalesce(i.step, s.step, '') as step,
      ${FAILS.replaceAll(/\b(result|verification)\b/g, 'i.$1')} as fails
    from ${inspections} i
    left join ${asking.table('stations', 'station', 'step')} s on s.plant = i.plant and s.station = i.station
    where i.result in ('pass', 'fail'))`;
  return `(select plant, part, step, max(case when first = 1 then inspection end) as inspection,
      max(case when first = 1 then inspected_at end) as inspected_at, max(case when first = 1 then station end) as station,
      max(case when first = 1 then fails end) as failed, max(case when latest = 1 then fails end) as failed_last,
      max(case when latest = 1 then inspected_at end) as last_at, count(*) as times,
      min(case when fails = 1 then inspected_at end) as first_fail_at
    from (select v.*,
        row_number() over (partition by plant, part, step order by inspected_at nulls last, inspection) as first,
        row_number() over (partition by plant, part, step order by inspected_at desc nulls last, inspection desc) as latest
      from ${valid} v) w
    group by plant, part, step)`;
}

/** Grain: one row per part that has operations of its own: when the first began. */
export function startedFirst(asking: Asking): string {
  return `(select plant, part, min(started_at) as first_start
    from ${asking.table('operations', 'part', 'started_at')} o where part is not null group by plant, part)`;
}

/** Grain: one row per inspected part: what it is, what judges it, when it was made. The rule of `subjects.sql`. @param step judged there */
function subjects(asking: Asking, step?: string): string {
  const judged =
    step === undefined
      ? firstInspections(asking)
      : `(select plant, part, inspection, inspected_at, station, ${asking.nothing('text')} as inspector, failed
         from ${stepFirsts(asking)} t where step = ${asking.value(step)})`;
  return `(select f.plant as plant, f.part as part, f.inspection as inspection, f.inspected_at as inspected_at,
      f.station as station, f.inspector as inspector, f.failed as failed, p.product as product,
      p.work_order as work_order, p.lot as lot, coalesce(p.made_at, o.first_start, f.inspected_at) as made_at
    from ${judged} f
    left join ${asking.table('parts', 'part', 'product', 'work_order', 'lot', 'made_at')} p
      on p.plant = f.plant and p.part = f.part
    left join ${startedFirst(asking)} o on o.plant = f.plant and o.part = f.part)`;
}

/** Grain: one row per part that a row of `parts` describes or that was inspected: the columns of `subjects`. */
export function everyPart(asking: Asking): string {
  const known = `(select plant, part, max(product) as product, max(work_order) as work_order, max(lot) as lot,
      max(made_at) as made_at from (
    select plant, part, product, work_order, lot, made_at
      from ${asking.table('parts', 'part', 'product', 'work_order', 'lot', 'made_at')} p
    union all
    select plant, part, ${asking.nothing('text')} as product, ${asking.nothing('text')} as work_order,
      ${asking.nothing('text')} as lot, ${asking.nothing('time')} as made_at
      from ${asking.table('inspections', 'part')} i
    union all
    select plant, part, ${asking.nothing('text')} as product, ${asking.nothing('text')} as work_order,
      ${asking.nothing('text')} as lot, ${asking.nothing('time')} as made_at
      from ${asking.table('measurements', 'part')} m) a where part is not null group by plant, part)`;
  return `(select k.plant as plant, k.part as part, f.inspection as inspection, f.inspected_at as inspected_at,
      f.station as station, f.inspector as inspector, f.failed as failed, k.product as product,
      k.work_order as work_order, k.lot as lot, coalesce(k.made_at, o.first_start, f.inspected_at) as made_at
    from ${known} k
    left join ${firstInspections(asking)} f on f.plant = k.plant and f.part = k.part
    left join ${startedFirst(asking)} o on o.plant = k.plant and o.part = k.part)`;
}

/**
 * The inspected parts in scope, as a relation with the columns of `subjects`.
 * @param step judge by the first valid inspection at this step instead of the first of all
 * @throws QuestionError for a time that is none; what the filter throws
 */
export function population(asking: Asking, scope: CompanyScope, step?: string): Promise<string> {
  // At a step a part is judged by another inspection than its first.
  const read = step === undefined ? asking.within(scope) : asking;
  return inScope(read, subjects(read, step), scope);
}

/** Of a relation with the columns of `subjects`, and some more, the rows in scope. @throws as `population` */
export async function inScope(
  asking: Asking,
  rows: string,
  scope: CompanyScope,
  more: readonly string[] = [],
): Promise<string> {
  const conditions = windowConditions(asking, scope);
  const filter = scope.where === undefined ? null : await filtered(asking, scope.where);
  if (filter !== null) conditions.push(filter.condition);
  if (conditions.length === 0) return rows;
  const columns = [...SUBJECT, ...more].map(column => `s.${column} as ${column}`).join(', ');
  return `(select ${columns} from ${rows} s${filter?.joins ?? ''} where ${conditions.join(' and ')})`;
}

/** Columns of a part in scope. */
export const SUBJECT = [
  'plant',
  'part',
  'inspection',
  'inspected_at',
  'station',
  'inspector',
  'failed',
  'product',
  'work_order',
  'lot',
  'made_at',
];

function windowConditions(asking: Asking, {product, from, to}: CompanyScope): string[] {
  const conditions: string[] = [];
  if (product !== undefined) conditions.push(`s.product = ${asking.value(product)}`);
  if (from !== undefined) conditions.push(`s.inspected_at >= ${microseconds(from, 'from')}`);
  if (to !== undefined) conditions.push(`s.inspected_at < ${microseconds(to, 'to')}`);
  if (from !== undefined && to !== undefined && momentOf(to) <= momentOf(from))
    throw new QuestionError(`the window from ${from} to ${to} ends before it begins`);
  return conditions;
}

function microseconds(time: string, name: string): string {
  const told = microsecondsOf(time);
  if (Number.isNaN(told)) throw new QuestionError(`${name} is not a time in ISO 8601: "${time}"`);
  return String(told);
}

/**
 * Grain: one row per defect of a failing part; a fail that names none is one row of '(not named)'. The rule of `failures.sql`.
 * @param people relation of the parts in scope
 */
export function failures(asking: Asking, people: string, defect?: string): string {
  const found = `(select p.plant as plant, p.part as part, p.product as product, d.defect as defect
    from ${people} p left join ${asking.table('defects', 'inspection', 'defect')} d
      on d.plant = p.plant and d.inspection = p.inspection where p.failed = 1)`;
  const all = `(select f.plant as plant, f.part as part, coalesce(f.defect, '(not named)') as defect,
      c.severity_weight as severity_weight, c."group" as defect_group, c.cost as own_cost, q.cost as product_cost,
      sum(case when c.cost is null then 1 else 0 end) over (partition by f.plant, f.part) as costless
    from ${found} f
    left join ${asking.table('defect_codes', 'defect', 'group', 'severity_weight', 'cost')} c
      on c.plant = f.plant and c.defect = f.defect
    left join ${asking.table('products', 'product', 'cost')} q on q.plant = f.plant and q.product = f.product)`;
  const costed = `(select plant, part, defect, severity_weight, coalesce(own_cost, product_cost / costless) as cost,
      defect_group from ${all} f)`;
  if (defect === undefined) return costed;
  const asked = asking.value(defect);
  return `(select * from ${costed} f where defect = ${asked} or defect_group = ${asking.value(defect)})`;
}

/** @throws QuestionError for a name that is neither a defect nor a group of some */
export async function mustBeDefect(asking: Asking, defect: string): Promise<void> {
  if (defect === '(not named)') return;
  const rows = await asking.rows<{defect: string; is_code: number}>(
    `select defect, max(is_code) as is_code from (
       select defect, 1 as is_code from ${asking.table('defects', 'defect')} d
       union all select defect, 1 as is_code from ${asking.table('defect_codes', 'defect')} c
       union all select "group" as defect, 0 as is_code from ${asking.table('defect_codes', 'group')} c
         where "group" is not null) a
     group by defect order by 2 desc, 1`,
  );
  if (rows.some(row => row.defect === defect)) return;
  const codes = rows.filter(row => row.is_code === 1).map(row => row.defect);
  throw new QuestionError(
    `no defect "${defect}" is known at these plants${codes.length > 0 ? `; there are ${codes.slice(0, 20).join(', ')}` : ''}`,
  );
}
