/** Values of the engine as they leave it. */
import {
  DuckDBDateValue,
  DuckDBListValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';

/** A value as it leaves: times as ISO 8601 in UTC, integers beyond 2^53 as text. */
export function asPlain(value: DuckDBValue): unknown {
  if (typeof value === 'bigint') {
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);
  }
  if (value instanceof DuckDBTimestampTZValue || value instanceof DuckDBTimestampValue) return isoTime(value.micros);
  if (value instanceof DuckDBDateValue) return value.toString();
  if (value instanceof DuckDBListValue) return value.items.map(asPlain);
  return value;
}

/** ISO 8601 in UTC with as many decimals as the value has: milliseconds, or microseconds where they matter. */
export function isoTime(micros: bigint): string {
  const milliseconds = micros >= 0n ? micros / 1000n : (micros - 999n) / 1000n;
  const rest = Number(micros - milliseconds * 1000n);
  const iso = new Date(Number(milliseconds)).toISOString();
  return rest === 0 ? iso : iso.replace('Z', `${String(rest).padStart(3, '0')}Z`);
}
