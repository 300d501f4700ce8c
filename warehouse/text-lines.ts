/**
 * Rows as lines of text, made by the engine: ten times as fast as a value of each cell. Times are ISO 8601 in UTC, in
 * milliseconds, or microseconds where they matter; whole numbers beyond 2^53 are texts in JSON, where a reader would
 * round them.
 */
import {type DuckDBType, DuckDBTypeId} from '@duckdb/node-api';
import {quoteName, quoteText} from './duckdb.ts';

interface Column {
  name: string;
  type: DuckDBType;
}

/** CSV by RFC 4180. A text that a spreadsheet would run as a formula gets a quote mark in front (OWASP, CSV injection). */
export function csvLine(columns: readonly Column[]): string {
  const cells = columns.map(({name, type}) => {
    const text = textOf(quoteName(name), type);
    return isPlain(type) ? `coalesce(${text}, '')` : `coalesce(${quoted(text)}, '')`;
  });
  return `concat(${cells.join(`, ',', `)}, ${LINE_END})`;
}

export function csvHead(names: readonly string[]): string {
  return `concat(${names.map(name => quoted(quoteText(name))).join(`, ',', `)}, ${LINE_END})`;
}

const LINE_END = 'chr(13), chr(10)';

function quoted(text: string): string {
  const safe = `case when regexp_matches(${text}, '^[=+\\-@\\t\\r]') then '''' || ${text} else ${text} end`;
  return `case when regexp_matches(${text}, '[",\\r\\n]') then '"' || replace(${safe}, '"', '""') || '"' else ${safe} end`;
}

/** An object a row. */
export function jsonObject(columns: readonly Column[]): string {
  const fields = columns.map(({name, type}) => `${quoteName(name)} := ${jsonValue(quoteName(name), type)}`);
  return `to_json(struct_pack(${fields.join(', ')}))::varchar`;
}

function jsonValue(column: string, type: DuckDBType): string {
  switch (type.typeId) {
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.UBIGINT:
    case DuckDBTypeId.HUGEINT:
    case DuckDBTypeId.UHUGEINT: {
      const isExact = `${column} between -9007199254740991 and 9007199254740991`;
      return `case when ${isExact} then to_json(${column}) else to_json(${column}::varchar) end`;
    }
    case DuckDBTypeId.DOUBLE:
    case DuckDBTypeId.FLOAT:
      // JSON knows neither infinity nor "not a number".
      return `case when isfinite(${column}) then ${column} end`;
    case DuckDBTypeId.BOOLEAN:
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY:
    case DuckDBTypeId.STRUCT:
    case DuckDBTypeId.MAP:
      return column;
    default:
      return isPlain(type) && !isTime(type) ? column : textOf(column, type);
  }
}

function textOf(column: string, type: DuckDBType): string {
  switch (type.typeId) {
    case DuckDBTypeId.TIMESTAMP_TZ:
      return isoTime(`(${column} at time zone 'UTC')`, 'Z');
    case DuckDBTypeId.TIMESTAMP:
      return isoTime(column, '');
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY:
    case DuckDBTypeId.STRUCT:
    case DuckDBTypeId.MAP:
      return `to_json(${column})::varchar`;
    case DuckDBTypeId.VARCHAR:
      return column;
    default:
      return `${column}::varchar`;
  }
}

function isoTime(column: string, zone: string): string {
  const format = (decimals: string) => `strftime(${column}, '%Y-%m-%dT%H:%M:%S.${decimals}${zone}')`;
  return `case when epoch_us(${column}) % 1000 = 0 then ${format('%g')} else ${format('%f')} end`;
}

const isTime = ({typeId}: DuckDBType): boolean =>
  typeId === DuckDBTypeId.TIMESTAMP_TZ || typeId === DuckDBTypeId.TIMESTAMP;

/** Whose text needs no quotation marks and is no formula. */
function isPlain({typeId}: DuckDBType): boolean {
  return isTime({typeId} as DuckDBType) || PLAIN.has(typeId);
}

const PLAIN: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.BOOLEAN,
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.UHUGEINT,
  DuckDBTypeId.FLOAT,
  DuckDBTypeId.DOUBLE,
  DuckDBTypeId.DECIMAL,
]);
