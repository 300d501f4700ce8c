/**
 * One wide table a step: a row for each run of a part through the step, a column for each parameter. Which tables and
 * columns there are is itself recorded in facts, because parameters appear as the plant changes.
 */
import {quoteName, quoteText, type Session} from './duckdb.ts';
import {makeViews, type View} from './made-views.ts';
import {NEWEST_FIRST, POSITION} from './views.ts';

export interface StepTable {
  id: number;
  /** '' for measurements that name no step. */
  step: string;
  parameters: {parameter: string; column: string}[];
}

/** All step tables at the session's position, with their columns in order of appearance. */
export async function stepTables(session: Session): Promise<StepTable[]> {
  const rows = await session.rows<{id: number; step: string; position: number | null; parameter: string}>(
    `select t.step_table as id, t.step, c.position, c.parameter from fact.step_tables t
     left join fact.step_columns c on c.step_table = t.step_table and c.batch <= ${POSITION}
     where t.batch <= ${POSITION} order by id, c.position`,
  );
  const tables = new Map<number, StepTable>();
  for (const {id, step, position, parameter} of rows) {
    const table = tables.get(id) ?? {id, step, parameters: []};
    tables.set(id, table);
    if (position !== null) table.parameters.push({parameter, column: `c${position}`});
  }
  return [...tables.values()];
}

export const factTable = (table: Pick<StepTable, 'id'>): string => `fact.step_${table.id}`;

/** A step, or a parameter of a step, that some batch is the first to name. */
export interface FirstOfStep {
  step: string;
  /** Null for a visit without any value. */
  parameter: string | null;
  batch: number;
}

/** What the readable views of steps are called, before the name of the step. */
export const STEP_VIEW = 'step_';

/**
 * What the readable view of each table is called. Names in SQL differ by more than case, ids of a plant need not: the later
 * one bears a number.
 */
export function viewNames(tables: readonly StepTable[]): Map<StepTable, string> {
  const named = tables.filter(({step}) => step !== '');
  const names = toldApart(named.map(({step}) => STEP_VIEW + step));
  return new Map(named.map((table, k) => [table, names[k]]));
}

/** What its columns are called there, in the order of its parameters. */
export const columnNames = ({parameters}: Pick<StepTable, 'parameters'>): string[] =>
  toldApart(
    parameters.map(({parameter}) => parameter),
    ['part', 'run', 'measured_at'],
  );

function toldApart(names: readonly string[], others: readonly string[] = []): string[] {
  const taken = new Set(others);
  return names.map(name => {
    let told = name;
    for (let k = 1; taken.has(told.toLowerCase()); k++) told = `${name}_${k}`;
    taken.add(told.toLowerCase());
    return told;
  });
}

const OF_VISIT = [
  'part integer',
  'run integer',
  'measured_at timestamptz',
  'recorded_at timestamptz',
  'batch integer',
  'ordinal integer',
];

/**
 * Makes sure that there are tables with columns for these, in this order. All goes in one piece: on a busy machine every
 * statement waits for its turn. @returns the steps that have something new
 */
export async function extendStepTables(session: Session, firsts: readonly FirstOfStep[]): Promise<Set<string>> {
  const tables = new Map((await stepTables(session)).map(t => [t.step, t]));
  const known = new Map([...tables.values()].map(t => [t.step, new Set(t.parameters.map(p => p.parameter))]));
  const added = new Map<StepTable, {isNew: boolean; columns: string[]}>();
  const recorded = {step_tables: [] as string[], step_columns: [] as string[]};
  for (const {step, parameter, batch} of firsts) {
    let table = tables.get(step);
    if (!table) {
      table = {id: tables.size, step, parameters: []};
      tables.set(step, table);
      known.set(step, new Set());
      added.set(table, {isNew: true, columns: []});
      recorded.step_tables.push(`(${table.id}, ${quoteText(step)}, ${batch})`);
    }
    const parameters = known.get(step)!;
    if (parameter === null || parameters.has(parameter)) continue;
    const position = parameters.size;
    parameters.add(parameter);
    const {isNew, columns} = added.get(table) ?? {isNew: false, columns: []};
    added.set(table, {isNew, columns: [...columns, `c${position} double`]});
    recorded.step_columns.push(`(${table.id}, ${position}, ${quoteText(parameter)}, ${batch})`);
  }
  const statements = [...added].flatMap(([table, {isNew, columns}]) =>
    isNew
      ? `create table ${factTable(table)} (${[...OF_VISIT, ...columns].join(', ')})`
      : columns.map(column => `alter table ${factTable(table)} add column ${column}`),
  );
  for (const [table, rows] of Object.entries(recorded))
    if (rows.length > 0) statements.push(`insert into fact.${table} values ${rows.join(', ')}`);
  if (statements.length > 0) await session.run(statements.join(';\n'));
  return new Set([...added.keys()].map(t => t.step));
}

/** All views of what was measured: of current cells, of each step, and the long view `measurements`. */
export async function viewsOfSteps(session: Session): Promise<View[]> {
  return [
    {
      schema: 'now',
      name: 'cells',
      sql: `select part, step, run, parameter, value, text_value, qualifier, measured_at, recorded_at, batch, ordinal
    from (select *, row_number() over (partition by part, step, run, parameter order by ${NEWEST_FIRST}) as version
          from fact.cells where batch <= ${POSITION}) where version = 1`,
    },
    ...(await stepViews(session, null)),
    {
      schema: 'main',
      name: 'measurements',
      sql: `select i.id as part, m.parameter, m.value, m.text_value, m.qualifier, nullif(m.step, '') as step, m.run,
      m.measured_at, m.recorded_at
    from now.measurements m join fact.items i on i.item = m.part`,
    },
  ];
}

/** The views of steps anew. @param steps those whose columns or late parameters have changed */
export async function renewStepViews(session: Session, steps: ReadonlySet<string>): Promise<void> {
  await makeViews(session, await stepViews(session, steps));
}

/**
 * The view `now.step_<id>` (one row per part and run, current values; a value below or above a limit is -inf or inf, so
 * that it ranks as tied lowest or highest), the readable `step_<name>` beside it, and the long view over all steps.
 * @param steps of these; null for all
 */
async function stepViews(session: Session, steps: ReadonlySet<string> | null): Promise<View[]> {
  const tables = await stepTables(session);
  const late = await session.rows<{step: string; parameter: string}>('from fact.late_parameters');
  const viewed = viewNames(tables);
  const views: View[] = [];
  for (const table of tables) {
    if (steps && !steps.has(table.step)) continue;
    const isLate = new Set(late.filter(l => l.step === table.step).map(l => l.parameter));
    const patched = table.parameters.filter(p => isLate.has(p.parameter));
    views.push({schema: 'now', name: `step_${table.id}`, sql: currentStep(table, patched)});
    const name = viewed.get(table);
    if (name === undefined) continue;
    const called = columnNames(table);
    const names = table.parameters.map((p, k) => `s.${p.column} as ${quoteName(called[k])}`);
    views.push({
      schema: 'main',
      name,
      sql: `select i.id as part, s.run, s.measured_at${names.map(n => `, ${n}`).join('')}
      from now.step_${table.id} s join fact.items i on i.item = s.part`,
    });
  }
  return [...views, {schema: 'now', name: 'measurements', sql: longForm(tables)}];
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
