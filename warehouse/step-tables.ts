/**
 * One wide table a step: a row for each run of a part through the step, a column for each parameter. Which tables and
 * columns there are is itself recorded in facts, because parameters appear as the plant changes.
 */
import {quoteName, quoteText, type Session} from './duckdb.ts';
import {NEWEST_FIRST, POSITION} from './views.ts';

export interface StepTable {
  id: number;
  /** '' for measurements that name no step. */
  step: string;
  parameters: {parameter: string; column: string}[];
}

/** All step tables at the session's position, with their columns in order of appearance. */
export async function stepTables(session: Session): Promise<StepTable[]> {
  const tables = await session.rows<{id: number; step: string}>(
    `select step_table as id, step from fact.step_tables where batch <= ${POSITION} order by step_table`,
  );
  const columns = await session.rows<{id: number; position: number; parameter: string}>(
    `select step_table as id, position, parameter from fact.step_columns where batch <= ${POSITION}
     order by step_table, position`,
  );
  return tables.map(t => ({
    ...t,
    parameters: columns.filter(c => c.id === t.id).map(c => ({parameter: c.parameter, column: `c${c.position}`})),
  }));
}

export const factTable = (table: Pick<StepTable, 'id'>): string => `fact.step_${table.id}`;

/** A step, or a parameter of a step, that some batch is the first to name. */
export interface FirstOfStep {
  step: string;
  /** Null for a visit without any value. */
  parameter: string | null;
  batch: number;
}

/** Makes sure that there are tables with columns for these, in this order. @returns whether any of them is new */
export async function extendStepTables(session: Session, firsts: readonly FirstOfStep[]): Promise<boolean> {
  const tables = await stepTables(session);
  let isNew = false;
  for (const {step, parameter, batch} of firsts) {
    let table = tables.find(t => t.step === step);
    if (!table) {
      isNew = true;
      table = {id: tables.length, step, parameters: []};
      tables.push(table);
      await session.run('insert into fact.step_tables values ($id::integer, $step, $batch::integer)', {
        id: table.id,
        step,
        batch,
      });
      await session.run(
        `create table ${factTable(table)} (part integer, run integer, measured_at timestamptz, recorded_at timestamptz,
         batch integer, ordinal integer)`,
      );
    }
    if (parameter === null || table.parameters.some(p => p.parameter === parameter)) continue;
    isNew = true;
    const position = table.parameters.length;
    await session.run(`alter table ${factTable(table)} add column c${position} double`);
    await session.run(
      'insert into fact.step_columns values ($id::integer, $position::integer, $parameter, $batch::integer)',
      {id: table.id, position, parameter, batch},
    );
    table.parameters.push({parameter, column: `c${position}`});
  }
  return isNew;
}

/**
 * The view `now.step_<id>` (one row per part and run, current values; a value below or above a limit is -inf or inf, so
 * that it ranks as tied lowest or highest), the readable `step_<name>` beside it, and the long view `measurements`.
 */
export async function createStepViews(session: Session): Promise<void> {
  const tables = await stepTables(session);
  const late = await session.rows<{step: string; parameter: string}>('from fact.late_parameters');
  await session.run(`create or replace view now.cells as
    select part, step, run, parameter, value, text_value, qualifier, measured_at, recorded_at, batch, ordinal
    from (select *, row_number() over (partition by part, step, run, parameter order by ${NEWEST_FIRST}) as version
          from fact.cells where batch <= ${POSITION}) where version = 1`);
  for (const table of tables) {
    const patched = table.parameters.filter(p => late.some(l => l.step === table.step && l.parameter === p.parameter));
    await session.run(`create or replace view now.step_${table.id} as ${currentStep(table, patched)}`);
    if (table.step === '') continue;
    const names = table.parameters.map(p => `s.${p.column} as ${quoteName(p.parameter)}`);
    await session.run(`create or replace view main.${quoteName(`step_${table.step}`)} as
      select i.id as part, s.run, s.measured_at${names.map(n => `, ${n}`).join('')}
      from now.step_${table.id} s join fact.items i on i.item = s.part`);
  }
  await session.run(`create or replace view now.measurements as ${longForm(tables)}`);
  await session.run(`create or replace view main.measurements as
    select i.id as part, m.parameter, m.value, m.text_value, m.qualifier, nullif(m.step, '') as step, m.run,
      m.measured_at, m.recorded_at
    from now.measurements m join fact.items i on i.item = m.part`);
}

function currentStep(table: StepTable, patched: StepTable['parameters']): string {
  const isPatched = new Set(patched.map(p => p.column));
  const values = table.parameters.map(({column}) =>
    isPatched.has(column)
      ? `case when x.${column} is not null and ${newer(column)} then x.${column}.v else b.${column} end as ${column}`
      : `b.${column}`,
  );
  const cells = patched.map(
    ({parameter, column}) =>
      `first({v: ${PLAIN_OR_LIMIT}, r: recorded_at, b: batch, o: ordinal}) filter (parameter = ${quoteText(parameter)}) as ${column}`,
  );
  const join = patched.length
    ? `left join (select part, run, min(measured_at) filter (value is not null or text_value is not null) as measured_at, ${cells.join(', ')}
       from now.cells where step = ${quoteText(table.step)} group by part, run) x
       on x.part = b.part and x.run = b.run`
    : '';
  return `select ${['b.part', 'b.run', `${measuredAt(table, isPatched)} as measured_at`, ...values].join(', ')} from ${factTable(table)} b ${join}
    where b.batch <= ${POSITION}`;
}

/** When the earliest of a visit's current values was measured, whichever of them came first. */
function measuredAt(table: StepTable, isPatched: ReadonlySet<string>): string {
  if (isPatched.size === 0) return 'b.measured_at';
  const stands = table.parameters.map(({column}) =>
    isPatched.has(column)
      ? `(b.${column} is not null and not (x.${column} is not null and ${newer(column)}))`
      : `b.${column} is not null`,
  );
  return `case when x.part is null then b.measured_at
    else least(x.measured_at, case when ${stands.join(' or ')} then b.measured_at end) end`;
}

const PLAIN_OR_LIMIT = `case qualifier when '<' then '-inf'::double when '>' then 'inf'::double else value end`;

/** Whether a late cell supersedes the value of the wide row: the same order as for any other row. */
const newer = (column: string) => `(b.${column} is null or coalesce(
  case when x.${column}.r is not null and b.recorded_at is not null and x.${column}.r <> b.recorded_at then x.${column}.r > b.recorded_at
       when x.${column}.r is null and b.recorded_at is not null then false
       when x.${column}.r is not null and b.recorded_at is null then true end,
  (x.${column}.b, x.${column}.o) > (b.batch, b.ordinal)))`;

/** Grain: one row per current measured value. */
function longForm(tables: readonly StepTable[]): string {
  const wide = tables
    .filter(t => t.parameters.length)
    .map(
      t => `select part, ${quoteText(t.step)} as step, run, unnest([${t.parameters.map(p => quoteText(p.parameter)).join(', ')}]) as parameter,
        unnest([${t.parameters.map(p => p.column).join(', ')}]) as value, measured_at, recorded_at, batch, ordinal
        from ${factTable(t)} where batch <= ${POSITION}`,
    );
  const base = wide.length
    ? wide.join('\nunion all\n')
    : `select null::integer as part, '' as step, 1 as run, '' as parameter, null::double as value, null::timestamptz as measured_at,
       null::timestamptz as recorded_at, 0 as batch, 0 as ordinal where false`;
  return `select part, step, run, parameter, value, text_value, qualifier, measured_at, recorded_at from (
    select *, row_number() over (partition by part, step, run, parameter order by ${NEWEST_FIRST}) as version from (
      select b.part, b.step, b.run, b.parameter, b.value, null::varchar as text_value, null::varchar as qualifier, b.measured_at,
        b.recorded_at, b.batch, b.ordinal
      from (${base}) b semi join (from now.cells) x on x.part = b.part and x.step = b.step and x.run = b.run and x.parameter = b.parameter
      where b.value is not null
      union all select part, step, run, parameter, value, text_value, qualifier, measured_at, recorded_at, batch, ordinal from now.cells
    )) where version = 1 and (value is not null or text_value is not null)
  union all
  select b.part, b.step, b.run, b.parameter, b.value, null, null, b.measured_at, b.recorded_at
  from (${base}) b anti join (from now.cells) x on x.part = b.part and x.step = b.step and x.run = b.run and x.parameter = b.parameter
  where b.value is not null`;
}
