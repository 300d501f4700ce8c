/** From a record to the text of each canonical column: a plan's expressions as SQL over row `s`. */
import {quoteName, quoteText} from './duckdb.ts';
import type {Expression, LoadPlan, TablePlan} from './load-plan.ts';
import type {Records} from './staging.ts';

/** A plan, and the records that it is carried out on. */
export interface Reading {
  plan: LoadPlan;
  records: Records;
}

/** SQL for one value as text, null when missing. `s` is the staged record. */
export function textOf(expression: Expression, reading: Reading): string {
  switch (expression.from) {
    case 'column': {
      const column = foldedField(expression.column, reading);
      const missing = reading.plan.missing.filter(text => text !== '');
      if (missing.length === 0) return `nullif(${column}, '')`;
      const sent = fieldOf(expression.column, reading);
      return `case when ${sent} in ('', ${missing.map(quoteText).join(', ')}) then null else ${column} end`;
    }
    case 'constant':
      return quoteText(expression.value);
    case 'line':
      return `${lineOf(reading)}::varchar`;
    case 'occurrence': {
      const columns = expression.of.map(c => foldedField(c, reading)).join(', ');
      return `(row_number() over (partition by ${columns} order by ${reading.records.ordinal}))::varchar`;
    }
    case 'split': {
      const column = textOf({from: 'column', column: expression.column}, reading);
      const index = expression.take >= 0 ? expression.take + 1 : expression.take;
      return `nullif(trim(str_split(${column}, ${quoteText(expression.separator)})[${index}]), '')`;
    }
    case 'map': {
      const column = foldedField(expression.column, reading);
      const cases = Object.entries(expression.values).map(
        ([sent, value]) =>
          `when coalesce(${column}, '') = ${quoteText(sent)} then ${value === null ? 'null' : quoteText(value)}`,
      );
      const otherwise =
        typeof expression.otherwise === 'object'
          ? expression.otherwise.value === null
            ? 'null'
            : quoteText(expression.otherwise.value)
          : textOf({from: 'column', column: expression.column}, reading);
      return `case ${cases.join(' ')} else ${otherwise} end`;
    }
    case 'join': {
      const pieces = expression.pieces.map(p => textOf(p, reading));
      return `(${pieces.join(` || ${quoteText(expression.separator)} || `)})`;
    }
  }
}

/** SQL that is true where a value cannot be made from the record (a value that its look-up does not list). */
export function unmappable(expression: Expression, reading: Reading): string | null {
  if (expression.from === 'join') {
    const conditions = expression.pieces.map(p => unmappable(p, reading)).filter(c => c !== null);
    return conditions.length ? `(${conditions.join(' or ')})` : null;
  }
  if (expression.from !== 'map' || expression.otherwise !== 'reject') return null;
  const value = textOf({from: 'column', column: expression.column}, reading);
  const listed = Object.keys(expression.values).filter(v => v !== '');
  return listed.length ? `(${value} is not null and ${value} not in (${listed.map(quoteText).join(', ')}))` : null;
}

/** SQL condition for the records that a table takes. */
export function taken(table: TablePlan, reading: Reading): string {
  const conditions = (table.only ?? []).map(({column, values}) => {
    const texts = values.filter(v => v !== null).map(quoteText);
    const name = `nullif(${foldedField(column, reading)}, '')`;
    const listed = texts.length ? `${name} in (${texts.join(', ')})` : 'false';
    return values.includes(null) ? `(${name} is null or ${listed})` : `coalesce(${listed}, false)`;
  });
  for (const column of table.present ?? []) conditions.push(`${textOf({from: 'column', column}, reading)} is not null`);
  return conditions.length ? conditions.join(' and ') : 'true';
}

/** Whether a value depends on the record's place in the file. */
export function needsOrdinal(expression: Expression): boolean {
  if (expression.from === 'join') return expression.pieces.some(needsOrdinal);
  return expression.from === 'line' || expression.from === 'occurrence';
}

/** SQL for a field as text, in the case that the plan asks for. */
function foldedField(column: string, reading: Reading): string {
  const fold = reading.plan.foldCase?.[column];
  const field = fieldOf(column, reading);
  return fold ? `${fold}(${field})` : field;
}

/** SQL for a field as text, exactly as it was sent. */
export function fieldOf(column: string, {records}: Reading): string {
  const field = `s.${quoteName(column)}`;
  return (records.types.get(column) ?? 'VARCHAR') === 'VARCHAR' ? field : `${field}::varchar`;
}

/** SQL for the record's line in the file, where no field holds a line break; the exact line is found for rejects. */
function lineOf({plan, records}: Reading): string {
  return plan.records.format === 'csv' ? `(${records.ordinal} + ${plan.records.headerLines + 1})` : records.line;
}
