/** What a column takes: SQL for the value of a text, and for the reason why it is none. Exact, and slow. */
import {CANONICAL, type Column, NO_EARLIER_DEFECTS} from './canonical.ts';
import {quoteName, quoteText} from './duckdb.ts';
import type {LoadPlan, TablePlan} from './load-plan.ts';

/** Of a row whose columns are texts. */
export interface Check {
  field: string;
  /** SQL: null, or the reason. */
  reason: string;
}

export function columnChecks(column: Column, plan: LoadPlan): Check[] {
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
  if (column.isShare) {
    checks.push({
      field: column.name,
      reason: `case when not (${isShare(numberOf(text, plan))}) then 'not above 0 and at most 1: "' || ${text} || '"' end`,
    });
  }
  if (column.type === 'integer') {
    const value = numberOf(text, plan);
    checks.push({
      field: column.name,
      reason: `case when ${text} is not null and (${value} is null or ${value} <> trunc(${value}) or abs(${value}) > 2147483647)
               then case when abs(${value}) > 2147483647 then 'beyond 2147483647: "' else 'not a whole number: "' end || ${text} || '"' end`,
    });
  }
  if (column.type === 'time') checks.push({field: column.name, reason: wrongTime(text, plan)});
  if (mayHoldNul(column, plan))
    checks.push({field: column.name, reason: `case when ${holdsNul(text)} then 'holds a NUL character' end`});
  return checks;
}

/** No name in SQL can hold it, and steps and parameters become names. A text file that does is refused before it is read. */
export const mayHoldNul = ({type}: Column, plan: LoadPlan): boolean =>
  plan.records.format !== 'csv' && !['number', 'integer', 'time'].includes(type);

export const holdsNul = (text: string): string => `contains(${text}, chr(0))`;

export function tableChecks(table: TablePlan, plan: LoadPlan): Check[] {
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
  for (const {field, reason, column, is} of table.distrust ?? [])
    checks.push({
      field,
      reason: `case when ${distrusted(quoteName(column ?? ''), column, is)} then ${quoteText(reason)} end`,
    });
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

/** SQL: null where there is no number. */
export const isShare = (value: string): string => `(${value}) > 0 and (${value}) <= 1`;

/** SQL that is true of a row that is not trusted. @param value SQL of the column */
export function distrusted(value: string, column: string | undefined, is: string | undefined): string {
  if (column === undefined) return 'true';
  return is === undefined ? `${value} is not null` : `coalesce(${value} = ${quoteText(is)}, false)`;
}

/** SQL for the value of a column that is a text of its name. */
export function typedValue(column: Column, plan: LoadPlan): string {
  const text = quoteName(column.name);
  // A run that is not named is the first pass through the step.
  if (column.name === 'run') return `coalesce(${numberOf(text, plan)}::integer, 1)`;
  if (column.type === 'number') return numberOf(text, plan);
  if (column.type === 'integer') return `${numberOf(text, plan)}::integer`;
  if (column.type === 'time') return timeOf(text, plan);
  return text;
}

/** Plain decimal notation only: DuckDB itself would also read 1_000. */
export function numberOf(text: string, plan: LoadPlan): string {
  const plain = plainNumber(text, plan);
  return `case when not contains(${text}, '_') and isfinite(try_cast(${plain} as double)) then try_cast(${plain} as double) end`;
}

export const plainNumber = (text: string, plan: LoadPlan): string =>
  plan.decimal === ',' ? `replace(${text}, ',', '.')` : text;

export function wrongNumber(text: string, plan: LoadPlan): string {
  return `case when ${text} is not null and (${numberOf(text, plan)}) is null then 'not a number: "' || ${text} || '"' end`;
}

export const hasOffset = (text: string): string =>
  `regexp_matches(${text}, '(Z|z|[+-][0-9]{2}(:?[0-9]{2})?)$') and regexp_matches(${text}, '[T ][0-9]{2}:?[0-9]{2}')`;

export function localTime(text: string, plan: LoadPlan): string {
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
