import type {Expression, TablePlan} from '../warehouse/load-plan.ts';
import {columnFault, tableFault} from './check-table.ts';
import {IngestError} from './error.ts';
import type {MappedTable, Mapping} from './mapping.ts';
import {didYouMean} from './suggest.ts';

/**
 * Applies a mapping to the columns that a file has.
 * @param where names the mapping in errors
 * @param path names the file in errors
 * @throws IngestError if the mapping names a column that the file lacks, leaves one of the file's columns out without
 * ignoring it, or cannot make rows of a canonical table
 */
export function mapTables(mapping: Mapping, where: string, columns: readonly string[], path: string): TablePlan[] {
  const used = new Set<string>();
  const mark = (column: string, place: string): void => {
    if (!columns.includes(column))
      throw new IngestError(
        `${where}: ${place}: ${path} has no column "${column}"${didYouMean(column, columns)}: correct the mapping, or the file`,
      );
    used.add(column);
  };
  for (const column of Object.keys(mapping.ignore)) mark(column, 'ignore');
  for (const {place, table} of eachTable(mapping)) markUsed(table, place, mark);
  checkFolds(mapping, where, columns, path);
  // An index was not sent: the reader counted it, for whoever needs it.
  const rest = columns.filter(column => !used.has(column) && !column.endsWith('$index'));
  const tables = eachTable(mapping).flatMap(({name, place, table}) =>
    planTables(name, table, rest, `${where}: ${place}`),
  );
  if (rest.length > 0 && !eachTable(mapping).some(({table}) => takesRest(table)))
    throw new IngestError(
      `${where}: ${path} has ${rest.length > 1 ? 'columns' : 'a column'} that the mapping does not use: ` +
        `${rest.map(name => `"${name}"`).join(', ')}: map them, or list them under "ignore" with the reason`,
    );
  return tables;
}

/** The columns that a mapping names; none where it takes whatever there is. */
export function namedColumns(mapping: Mapping): Set<string> | undefined {
  const named = new Set<string>(Object.keys(mapping.ignore));
  for (const {place, table} of eachTable(mapping)) {
    if (takesRest(table)) return undefined;
    markUsed(table, place, column => named.add(column));
  }
  return named;
}

function eachTable(mapping: Mapping): {name: string; place: string; table: MappedTable}[] {
  return Object.entries(mapping.tables).flatMap(([name, tables]) =>
    tables.map((table, index) => ({
      name,
      table,
      place: tables.length > 1 ? `tables.${name}.${index}` : `tables.${name}`,
    })),
  );
}

function markUsed(table: MappedTable, place: string, mark: (column: string, place: string) => void): void {
  for (const [name, expression] of Object.entries(table.columns))
    for (const column of columnsIn(expression)) mark(column, `${place}.${name}`);
  for (const {column} of table.only) mark(column, `${place}.only`);
  for (const column of table.present ?? []) mark(column, `${place}.present`);
  if (table.parameters && !takesRest(table))
    for (const column of Object.keys(table.parameters)) mark(column, `${place}.parameters`);
  for (const column of Object.keys(table.texts ?? {})) mark(column, `${place}.texts`);
}

/** A column that is read in one case never shows a text in the other: one that waits for it would wait for ever. */
function checkFolds(mapping: Mapping, where: string, columns: readonly string[], path: string): void {
  for (const column of Object.keys(mapping.foldCase)) {
    if (!columns.includes(column))
      throw new IngestError(
        `${where}: foldCase: ${path} has no column "${column}"${didYouMean(column, columns)}: correct the mapping, or the file`,
      );
  }
  for (const {place, table} of eachTable(mapping)) {
    const awaited = [
      ...table.only.map(({column, values}) => ({column, at: `${place}.only`, texts: values.filter(v => v !== null)})),
      ...Object.entries(table.columns).flatMap(([name, expression]) =>
        mapsIn(expression).map(({column, values}) => ({column, at: `${place}.${name}`, texts: Object.keys(values)})),
      ),
    ];
    for (const {column, at, texts} of awaited) {
      const fold = mapping.foldCase[column];
      const strange = fold && texts.find(text => text !== folded(text, fold));
      if (strange !== undefined)
        throw new IngestError(
          `${where}: ${at}: "${column}" is read in ${fold} case (foldCase), so it never is "${strange}": write "${folded(strange, fold)}"`,
        );
    }
  }
}

/** @returns the text as the warehouse reads it in a column of this case */
export function folded(text: string, fold: 'lower' | 'upper'): string {
  return fold === 'lower' ? text.toLowerCase() : text.toUpperCase();
}

function mapsIn(expression: Expression): Extract<Expression, {from: 'map'}>[] {
  if (expression.from === 'join') return expression.pieces.flatMap(mapsIn);
  return expression.from === 'map' ? [expression] : [];
}

function columnsIn(expression: Expression): string[] {
  if (expression.from === 'occurrence') return expression.of;
  if (expression.from === 'join') return expression.pieces.flatMap(columnsIn);
  return 'column' in expression ? [expression.column] : [];
}

const takesRest = (table: MappedTable): boolean => table.parameters?.rest === true;

/** One plan, and one more for each column of wide texts. */
function planTables(name: string, table: MappedTable, rest: readonly string[], place: string): TablePlan[] {
  const noTable = tableFault(name);
  if (noTable) throw new IngestError(`${place}: ${noTable}`);
  const plan: TablePlan = {table: name, columns: table.columns};
  if (table.only.length > 0) plan.only = table.only;
  if (table.present) plan.present = table.present;
  if (table.distinct !== undefined) plan.distinct = table.distinct;
  const {parameters, texts} = table;
  if (texts && name !== 'measurements')
    throw new IngestError(`${place}: texts (a wide file) are for measurements, not for ${name}`);
  const plans = Object.entries(texts ?? {}).map(([column, parameter]) => textPlan(plan, column, parameter));
  if (parameters) plans.unshift({...plan, parameters: parametersOf(parameters, rest)});
  if (!parameters && !texts) plans.push(plan);
  for (const one of plans) {
    const wrong = columnFault(one);
    if (wrong) throw new IngestError(`${place}${wrong.column ? `.${wrong.column}` : ''}: ${wrong.fault}`);
  }
  return plans;
}

/** A measurement without a value would retract one, so records where the text is missing make none. */
function textPlan(plan: TablePlan, column: string, parameter: string): TablePlan {
  const made: TablePlan['columns'] = {
    parameter: {from: 'constant', value: parameter},
    text_value: {from: 'column', column},
  };
  return {...plan, columns: {...plan.columns, ...made}, present: [...(plan.present ?? []), column]};
}

function parametersOf(
  parameters: NonNullable<MappedTable['parameters']>,
  rest: readonly string[],
): Record<string, string> {
  if (parameters.rest !== true) return parameters as Record<string, string>;
  return Object.fromEntries(rest.map(column => [column, `${parameters.prefix}${column}`]));
}
