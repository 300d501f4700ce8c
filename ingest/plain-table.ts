import {basename} from 'node:path';
import {columnsOf, WIDE_COLUMNS} from '../warehouse/canonical.ts';
import type {TablePlan} from '../warehouse/load-plan.ts';
import {columnFault, tableFault} from './check-table.ts';
import {IngestError} from './error.ts';

/**
 * A file whose columns bear the canonical names, so that it needs no mapping.
 * @param options.table its table; otherwise the file's name (`options.name`, or that of its path) up to its first dot says it
 * @param options.wide measurements with one column a parameter
 * @throws IngestError if there is no such table, or a column is unknown or missing
 */
export function planPlainTable(
  path: string,
  columns: readonly string[],
  options: {name?: string; table?: string; wide?: boolean},
): TablePlan {
  const table = options.table ?? (options.wide ? 'measurements' : basename(options.name ?? path).split('.')[0]);
  const noTable = tableFault(table);
  if (noTable) throw new IngestError(`${path}: ${noTable}; say which with --table, or use a --mapping`);
  const taken = options.wide ? columns.filter(column => WIDE_COLUMNS.has(column)) : columns;
  const plan: TablePlan = {
    table,
    columns: Object.fromEntries(taken.map(column => [column, {from: 'column', column}])),
  };
  if (options.wide)
    plan.parameters = Object.fromEntries(columns.filter(c => !taken.includes(c)).map(column => [column, column]));
  const wrong = columnFault(plan);
  if (wrong) throw new IngestError(`${path}: ${wrong.fault}${advice(plan, columns)}`);
  return plan;
}

/** What to do about columns that do not fit. */
function advice(plan: TablePlan, columns: readonly string[]): string {
  const known = columnsOf(plan.table).map(column => column.name);
  const strangers = columns.filter(column => !known.includes(column));
  const looksWide = plan.table === 'measurements' && !plan.parameters && strangers.length > 1;
  if (looksWide) return '; with one column a parameter, use --wide; for other names, a --mapping';
  return '; rename the columns, or use a --mapping';
}
