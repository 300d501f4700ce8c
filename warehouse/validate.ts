/** From text to typed values: for each column the SQL of its value and the SQL of what is wrong with it. */
import {CANONICAL, type Column, columnsOf, NO_EARLIER_DEFECTS} from './canonical.ts';
import {quoteName, quoteText, type Session} from './duckdb.ts';
import type {LoadPlan, TablePlan} from './load-plan.ts';
import {type LifeOfPlant, skewedTimes} from './skewed-times.ts';
import {taken, textOf, unmappable} from './staging.ts';

/** A field that keeps its row out. */
export interface FieldError {
  ordinal: number;
  field: string | null;
  reason: string;
}

interface Check {
  field: string;
  /** SQL: null, or the reason. */
  reason: string;
}

/**
 * Makes temporary table `valid` (`ordinal`, then the table's columns, typed; for wide measurements the parameters' columns)
 * from `staged`. @returns what kept the other records out
 */
export async function validate(
  session: Session,
  plan: LoadPlan,
  table: TablePlan,
  life: LifeOfPlant,
): Promise<FieldError[]> {
  const columns = columnsOf(table.table);
  const wide = table.parameters;
  const present = columns.filter(c => table.columns[c.name] && (!wide || WIDE_COLUMNS.has(c.name)));

  const texts = present.map(c => `${textOf(table.columns[c.name], plan)} as ${quoteName(c.name)}`);
  const unmapped = present.flatMap(c => {
    const condition = unmappable(table.columns[c.name], plan);
    return condition ? [{column: c.name, condition}] : [];
  });
  const flags = unmapped.map(({condition}, k) => `${condition} as "$unmapped${k}"`);
  const wideTexts = Object.keys(wide ?? {}).map(
    source => `${textOf({from: 'column', column: source}, plan)} as ${quoteName(source)}`,
  );
  await session.run(`create or replace temp table mapped as
    select s.rowid::integer as "$ordinal", ${[...texts, ...flags, ...wideTexts].join(',\n  ')}
    from staged s where ${taken(table)}`);

  const checks: Check[] = [
    ...unmapped.map(({column}, k) => ({
      field: column,
      reason: `case when "$unmapped${k}" then 'not in the mapping: "' || ${quoteName(column)} || '"' end`,
    })),
    ...present.flatMap(c => columnChecks(c, plan)),
    ...Object.keys(wide ?? {}).map(source => ({field: source, reason: wrongNumber(quoteName(source), plan)})),
    ...tableChecks(table, plan),
  ];
  const values = present.map(c => `${typedValue(c, plan)} as ${quoteName(c.name)}`);
  const absent = columns.filter(c => !table.columns[c.name] && (!wide || WIDE_COLUMNS.has(c.name))).map(absentColumn);
  const wideValues = Object.entries(wide ?? {}).map(
    ([source, parameter]) => `${numberOf(quoteName(source), plan)} as ${quoteName(`p:${parameter}`)}`,
  );
  const wrong = checks.length ? checks.map(c => `(${c.reason}) is not null`).join('\n or ') : 'false';
  await session.run(`create or replace temp table valid as
    select ${['"$ordinal" as ordinal', ...values, ...absent, ...wideValues, `(${wrong}) as "$wrong"`].join(',\n  ')}
    from mapped`);
  const errors = await fieldErrors(session, checks);
  if (errors.length > 0) await session.run('delete from valid where "$wrong"');
  errors.push(...(await skewedTimes(session, present, life)));
  await session.run('alter table valid drop column "$wrong"; drop table mapped');
  return errors;
}

/** Columns of wide measurements besides the parameters. */
const WIDE_COLUMNS = new Set(['part', 'step', 'run', 'measured_at', 'recorded_at']);

/** A local time that the clock showed twice: read as the first of the two, and counted for the receipt. */
export function ambiguousTimes(table: TablePlan, plan: LoadPlan): {field: string; sql: string}[] {
  if (!plan.timeZone) return [];
  const zone = quoteText(plan.timeZone);
  return columnsOf(table.table)
    .filter(c => c.type === 'time' && table.columns[c.name])
    .map(c => {
      const text = textOf(table.columns[c.name], plan);
      const local = localTime(text, plan);
      const other = `(((${local} at time zone ${zone}) + interval 1 hour) at time zone ${zone})`;
      const earlier = `(((${local} at time zone ${zone}) - interval 1 hour) at time zone ${zone})`;
      return {
        field: c.name,
        sql: `select count(*) as n from staged s where ${taken(table)} and not coalesce(${hasOffset(text)}, true)
              and (${other} = ${local} or ${earlier} = ${local})`,
      };
    });
}

function columnChecks(column: Column, plan: LoadPlan): Check[] {
  const text = quoteName(column.name);
  const checks: Check[] = [];
  if (column.required) {
    checks.push({field: column.name, reason: `case when ${text} is null then 'missing, but required' end`});
  }
  if (column.values) {
    const listed = column.values.map(quoteText).join(', ');
    const allowed = column.values.join(', ').replaceAll("'", "''");
    checks.push({
      field: column.name,
      reason: `case when ${text} not in (${listed}) then 'not one of ${allowed}: "' || ${text} || '"' end`,
    });
  }
  if (column.type === 'number') checks.push({field: column.name, reason: wrongNumber(text, plan)});
  if (column.type === 'integer') {
    const value = numberOf(text, plan);
    checks.push({
      field: column.name,
      reason: `case when ${text} is not null and (${value} is null or ${value} <> trunc(${value}) or abs(${value}) > 2147483647)
               then 'not a whole number: "' || ${text} || '"' end`,
    });
  }
  if (column.type === 'time') checks.push({field: column.name, reason: wrongTime(text, plan)});
  return checks;
}

function tableChecks(table: TablePlan, plan: LoadPlan): Check[] {
  const {exactlyOne, retractable, ordered} = CANONICAL[table.table];
  const checks: Check[] = [];
  if (exactlyOne && !table.parameters) {
    const given = exactlyOne.filter(c => table.columns[c]).map(c => `(${quoteName(c)} is not null)::integer`);
    const must = `exactly one of ${exactlyOne.join(', ')} must have a value`;
    const retracts = retractable && table.columns.recorded_at ? 'recorded_at is not null' : 'false';
    checks.push({
      field: exactlyOne.join(', '),
      reason: `case ${given.join(' + ') || '0'} when 1 then null
        when 0 then case when not (${retracts}) then '${must}${retractable ? '; without one it retracts, and must say recorded_at' : ''}' end
        else '${must}' end`,
    });
  }
  if (table.table === 'defects' && table.columns.defect) {
    const undated = table.columns.recorded_at ? 'recorded_at is null' : 'true';
    checks.push({
      field: 'recorded_at',
      reason: `case when defect = '${NO_EARLIER_DEFECTS}' and ${undated}
               then 'the defect ${NO_EARLIER_DEFECTS} withdraws those recorded before: it must say recorded_at' end`,
    });
  }
  for (const [start, end] of ordered ?? []) {
    if (!table.columns[start] || !table.columns[end]) continue;
    checks.push({
      field: end,
      reason: `case when (${timeOf(quoteName(end), plan)}) < (${timeOf(quoteName(start), plan)})
               then 'earlier than ${start}: ' || ${quoteName(end)} || ' < ' || ${quoteName(start)} end`,
    });
  }
  return checks;
}

async function fieldErrors(session: Session, checks: readonly Check[]): Promise<FieldError[]> {
  const {n} = await session.row<{n: number}>('select count(*) as n from valid where "$wrong"');
  if (n === 0) return [];
  const errors: FieldError[] = [];
  await session.run(`create or replace temp table wrong as
    select m.* from mapped m join valid v on v.ordinal = m."$ordinal" where v."$wrong"`);
  for (const {field, reason} of checks) {
    const rows = await session.rows<{ordinal: number; reason: string}>(
      `select "$ordinal" as ordinal, ${reason} as reason from wrong where (${reason}) is not null`,
    );
    for (const row of rows) errors.push({...row, field});
  }
  await session.run('drop table wrong');
  return errors.sort((a, b) => a.ordinal - b.ordinal);
}

function typedValue(column: Column, plan: LoadPlan): string {
  const text = quoteName(column.name);
  // A run that is not named is the first pass through the step.
  if (column.name === 'run') return `coalesce(${numberOf(text, plan)}::integer, 1)`;
  if (column.type === 'number') return numberOf(text, plan);
  if (column.type === 'integer') return `${numberOf(text, plan)}::integer`;
  if (column.type === 'time') return timeOf(text, plan);
  return text;
}

function absentColumn(column: Column): string {
  if (column.name === 'run') return '1::integer as run';
  const type = {number: 'double', integer: 'integer', time: 'timestamptz'}[column.type as string] ?? 'varchar';
  return `null::${type} as ${quoteName(column.name)}`;
}

/** Plain decimal notation only: DuckDB itself would also read 1_000. */
function numberOf(text: string, plan: LoadPlan): string {
  const plain = plan.decimal === ',' ? `replace(${text}, ',', '.')` : text;
  return `case when not contains(${text}, '_') and isfinite(try_cast(${plain} as double)) then try_cast(${plain} as double) end`;
}

function wrongNumber(text: string, plan: LoadPlan): string {
  return `case when ${text} is not null and (${numberOf(text, plan)}) is null then 'not a number: "' || ${text} || '"' end`;
}

const hasOffset = (text: string) =>
  `regexp_matches(${text}, '(Z|z|[+-][0-9]{2}(:?[0-9]{2})?)$') and regexp_matches(${text}, '[T ][0-9]{2}:?[0-9]{2}')`;

function localTime(text: string, plan: LoadPlan): string {
  const patterns = plan.timeFormats.map(quoteText).join(', ');
  const iso = `try_cast(${text} as timestamp)`;
  return patterns ? `coalesce(${iso}, try_strptime(${text}, [${patterns}]))` : iso;
}

function timeOf(text: string, plan: LoadPlan): string {
  const local = plan.timeZone ? `(${localTime(text, plan)} at time zone ${quoteText(plan.timeZone)})` : 'null';
  return `case when ${hasOffset(text)} then try_cast(${text} as timestamptz) else ${local} end`;
}

function wrongTime(text: string, plan: LoadPlan): string {
  const local = localTime(text, plan);
  const cases = [
    `when ${text} is null then null`,
    `when ${hasOffset(text)} then case when try_cast(${text} as timestamptz) is null then 'not a time: "' || ${text} || '"' end`,
    `when ${local} is null then 'not a time: "' || ${text} || '"'`,
  ];
  if (plan.timeZone) {
    const zone = quoteText(plan.timeZone);
    cases.push(
      `when ((${local} at time zone ${zone}) at time zone ${zone}) <> ${local}
       then 'this local time does not exist in ' || ${zone} || ' (clocks went forward): ' || ${text}`,
    );
  } else {
    cases.push(`else 'a time without an offset: say which --time-zone it is: "' || ${text} || '"'`);
  }
  return `case ${cases.join(' ')} end`;
}
