import {type Column, columnsOf} from './canonical.ts';
import {quoteName} from './duckdb.ts';

/** SQL of a missing value of a column. */
export function missingOf(column: Column): string {
  return `null::${{number: 'double', integer: 'integer', time: 'timestamptz'}[column.type as string] ?? 'varchar'}`;
}

/**
 * SQL of archived rows with every column of their table: what was archived before a column came is silent about it.
 * @param relation SQL of the rows, in parentheses
 */
export function withAllColumns(table: string, relation: string): string {
  const columns = columnsOf(table).map(column => `${missingOf(column)} as ${quoteName(column.name)}`);
  return `(select * from ${relation} union all by name select ${columns.join(', ')} where false)`;
}
