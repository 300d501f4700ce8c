import {CANONICAL, columnsOf, WIDE_COLUMNS} from '../warehouse/canonical.ts';
import type {TablePlan} from '../warehouse/load-plan.ts';
import {didYouMean} from './suggest.ts';

/** @returns what is wrong with the name of a canonical table, as a sentence */
export function tableFault(table: string): string | undefined {
  if (Object.hasOwn(CANONICAL, table)) return undefined;
  return `there is no table "${table}"${didYouMean(table, Object.keys(CANONICAL))}: the tables are ${Object.keys(CANONICAL).join(', ')}`;
}

/** @returns the first thing that keeps a plan from making rows of its (existing) table, and the column it is about */
export function columnFault(plan: TablePlan): {column?: string; fault: string} | undefined {
  const columns = columnsOf(plan.table).filter(c => !plan.parameters || WIDE_COLUMNS.has(c.name));
  const names = columns.map(c => c.name);
  if (plan.parameters && plan.table !== 'measurements')
    return {fault: `parameters (a wide file) are for measurements, not for ${plan.table}`};
  for (const [column, expression] of Object.entries(plan.columns)) {
    const known = columns.find(c => c.name === column);
    if (!known) {
      const fault = `${plan.table} has no column "${column}"${didYouMean(column, names)}: it has ${names.join(', ')}`;
      return {column, fault};
    }
    const strange = knownTexts(expression).find(text => known.values && !known.values.includes(text));
    if (strange !== undefined) return {column, fault: `"${strange}" is not one of ${known.values!.join(', ')}`};
  }
  return missingColumn(
    plan,
    columns.filter(c => c.required).map(c => c.name),
  );
}

/** Texts that an expression is sure to make of some record. */
function knownTexts(expression: TablePlan['columns'][string]): string[] {
  if (expression.from === 'constant') return [expression.value];
  if (expression.from !== 'map') return [];
  return Object.values(expression.values).filter(value => value !== null);
}

function missingColumn(plan: TablePlan, required: string[]): {fault: string} | undefined {
  const lacks = required.filter(name => !(name in plan.columns));
  if (lacks.length > 0) {
    const which = lacks.map(name => `"${name}"`).join(', ');
    return {fault: `${plan.table} needs the column${lacks.length > 1 ? 's' : ''} ${which}`};
  }
  if (plan.parameters) {
    const none = Object.keys(plan.parameters).length === 0;
    return none ? {fault: 'a wide file needs at least one column that is a parameter'} : undefined;
  }
  const {exactlyOne, atLeastOne} = CANONICAL[plan.table];
  for (const choice of [exactlyOne, atLeastOne]) {
    if (choice && !choice.some(name => name in plan.columns))
      return {fault: `${plan.table} needs one of the columns ${choice.join(', ')}`};
  }
  return undefined;
}
