import {Float64, Table, TimestampMillisecond, tableToIPC, Utf8, type Vector, vectorFromArray} from 'apache-arrow';
import {type ColumnType, columnsOf} from '../warehouse/canonical.ts';
import type {TableRows} from '../warehouse/table-rows.ts';

/** Rows of a canonical table as an Arrow IPC stream: texts, doubles, and times in milliseconds of UTC. */
export function toArrowStream(table: string, {rows}: Pick<TableRows, 'rows'>): Uint8Array {
  const vectors = columnsOf(table).map(({name, type}): [string, Vector] => [
    name,
    vectorOf(
      type,
      rows.map(row => row[name] ?? null),
    ),
  ]);
  return tableToIPC(new Table(Object.fromEntries(vectors)), 'stream');
}

function vectorOf(type: ColumnType, values: (string | number | null)[]): Vector {
  if (type === 'number' || type === 'integer') return vectorFromArray(values as (number | null)[], new Float64());
  if (type !== 'time') return vectorFromArray(values as (string | null)[], new Utf8());
  const times = values.map(value => (value === null ? null : Date.parse(String(value))));
  return vectorFromArray(times, new TimestampMillisecond('UTC'));
}
