/** Values of the engine, exact, as JSON tells them. */
import {
  DuckDBArrayValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBUnionValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import {isoTime} from '../plain-values.ts';

/**
 * Integers within 2^53 as numbers, beyond as texts; decimals as texts with all their digits; moments in UTC as ISO 8601 with
 * Z, times that know no zone without it; what is no number in JSON (NaN, Infinity) as text.
 */
export function asJson(value: DuckDBValue): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint')
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);
  if (value instanceof DuckDBTimestampTZValue) return moment(value.micros) ?? String(value);
  if (value instanceof DuckDBTimestampValue) return moment(value.micros)?.replace('Z', '') ?? String(value);
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) return value.items.map(asJson);
  if (value instanceof DuckDBStructValue)
    return Object.fromEntries(Object.entries(value.entries).map(([name, item]) => [name, asJson(item)]));
  if (value instanceof DuckDBMapValue)
    return value.entries.map(entry => ({key: asJson(entry.key), value: asJson(entry.value)}));
  if (value instanceof DuckDBUnionValue) return asJson(value.value);
  return String(value);
}

/** Null for what no calendar of JavaScript reaches: infinity, and years beyond 275,760. */
function moment(micros: bigint): string | null {
  return micros > -8_640_000_000_000_000_000n && micros < 8_640_000_000_000_000_000n ? isoTime(micros) : null;
}
