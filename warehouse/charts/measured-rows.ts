/**
 * What was measured at a step, beside it the lot and the time of each row. A step's table is wide and its rows never
 * change, so lot and time are kept as a second table in the same order of rows: putting the two side by side costs no join.
 */
import type {Scope} from '../answers.ts';
import {type Bindings, quoteText, type Session} from '../duckdb.ts';
import {MEASURED_AT} from '../filter-times.ts';
import {prepareHistory} from '../history.ts';
import {allOf, scopeConditions} from '../scope.ts';
import {factTable} from '../step-tables.ts';
import {POSITION} from '../views.ts';
import type {Source} from './parameters.ts';

/** SQL of a relation with one row per part: `part, lot, "at"`, the asked columns as `v0`, `v1`, ..., `astray` (never true). */
export interface MeasuredRows {
  sql: string;
  bindings: Bindings;
  /** Whether every row names a lot and has a time, whatever the scope. */
  isWhole: boolean;
}

/**
 * The first runs' finite values of a scope, rows without any of them left out.
 * @throws what the filter throws
 */
export async function measuredRows(session: Session, source: Source, scope: Scope): Promise<MeasuredRows> {
  const {sql, ...more} = await firstRuns(session, source, scope);
  const present = source.columns.map((_, k) => `isfinite(v${k})`).join(' and ');
  return {sql: `select * from (${sql}) where ${present}`, ...more};
}

/** How many first runs have a value that is only known to lie beyond what could be measured. */
export async function beyondMeasure(session: Session, source: Source, scope: Scope): Promise<number> {
  const {table, columns} = source;
  // Few columns have any, and looking at one column alone is cheap.
  const anywhere = columns.map(column => `isinf(${column})`).join(' or ');
  const isLate = await hasLateValues(session, source.step);
  const {some} = await session.row<{some: boolean}>(
    `select exists (from ${factTable(table)} where ${anywhere}) as some`,
  );
  if (!some && !isLate) return 0;
  const {sql, bindings} = await firstRuns(session, source, scope);
  const beyond = columns.map((_, k) => `isinf(v${k})`).join(' or ');
  const {n} = await session.row<{n: number}>(`select count(*) as n from (${sql}) where ${beyond}`, bindings);
  return n;
}

/** The first runs of a scope, with whatever was measured: values may be null or infinite. @throws what the filter throws */
export async function firstRuns(
  session: Session,
  {table, step, columns}: Pick<Source, 'table' | 'step' | 'columns'>,
  scope: Scope,
): Promise<MeasuredRows> {
  await prepareHistory(session, 'subjects');
  const {conditions, bindings} = await scopeConditions(session, scope);
  const within = (those: typeof conditions) =>
    those.length === 0 ? '' : `and m.part in (select s.part from subjects s where ${allOf(those)})`;
  const values = columns.map((column, k) => `m.${column} as v${k}`).join(', ');
  if (await hasLateValues(session, step)) {
    // Values that came later than their row stand elsewhere: the rows of the view are in no order of their own.
    await prepareHistory(session, 'visits');
    return {
      sql: `select m.part, s.lot, ${MEASURED_AT} as "at", false as astray, ${values}
        from now.step_${table.id} m ${joins(step)} where m.run = 1 ${within(conditions)}`,
      bindings,
      isWhole: false,
    };
  }
  const {name, isWhole} = await besideOf(session, table.id, step);
  // The product stands beside the values too, and a filter knows the parts' keys: no look at the parts is needed for them.
  const product = conditions.find(({restricts}) => restricts === 'product');
  const filter = conditions.find(({restricts}) => restricts === 'filter');
  return {
    sql: `select m.part, b.lot, b."at", b.part is distinct from m.part as astray, ${values}
      from ${factTable(table)} m positional join ${name} b
      where m.run = 1 and m.batch <= ${POSITION} ${product ? `and ${product.sql.replace('s.product', 'b.product')}` : ''}
        ${filter ? `and ${filter.sql.replace('s.part', 'm.part')}` : ''}
        ${within(conditions.filter(c => c !== product && c !== filter))}`,
    bindings,
    isWhole,
  };
}

async function hasLateValues(session: Session, step: string): Promise<boolean> {
  const {some} = await session.row<{some: boolean}>(
    'select exists (from fact.late_parameters where step = $step) as some',
    {step},
  );
  return some;
}

/** Rows that come later stand behind these and are of later positions. */
async function besideOf(session: Session, id: number, step: string): Promise<{name: string; isWhole: boolean}> {
  const name = `beside_${id}`;
  const [made] = await session.rows<{isWhole: boolean}>(
    `select comment = 'whole' as "isWhole" from duckdb_tables() where temporary and table_name = $name`,
    {name},
  );
  if (made) return {name, isWhole: made.isWhole};
  const {timeless} = await session.row<{timeless: number}>(
    `select count(*) as timeless from ${factTable({id})} where measured_at is null`,
  );
  if (timeless > 0) await prepareHistory(session, 'visits');
  await session.run(
    `create temp table ${name} as
     select m.part, s.lot, s.product, ${timeless > 0 ? MEASURED_AT : 'm.measured_at'} as "at"
     from (select rowid as place, part, run, measured_at from ${factTable({id})}) m
     ${timeless > 0 ? joins(step) : 'left join subjects s on s.part = m.part'} order by m.place`,
  );
  const {isWhole} = await session.row<{isWhole: boolean}>(
    `select coalesce(bool_and(lot is not null and "at" is not null), true) as "isWhole" from ${name}`,
  );
  if (isWhole) await session.run(`comment on table ${name} is 'whole'`);
  return {name, isWhole};
}

const joins = (step: string) => `left join subjects s on s.part = m.part
     left join visits v on v.part = m.part and v.step = ${quoteText(step)} and v.run = m.run`;
