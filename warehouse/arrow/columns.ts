/**
 * From the engine's vectors to Arrow's buffers, column by column, without making a value of each cell: fixed widths and
 * masks are laid out alike in both and are copied; texts are gathered.
 */

import {type DuckDBDecimalType, type DuckDBEnumType, type DuckDBType, DuckDBTypeId} from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import {
  Binary,
  Bool,
  type Data,
  type DataType,
  DateDay,
  Decimal,
  Dictionary,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  makeData,
  makeVector,
  TimeMicrosecond,
  TimestampMicrosecond,
  TimestampMillisecond,
  TimestampNanosecond,
  TimestampSecond,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import {Mask} from './mask.ts';
import {gatherTexts, type TextColumn} from './texts.ts';

/** Takes vectors in and gives what came in since the last time as one piece of an Arrow column. */
export interface ColumnBuilder {
  readonly type: DataType;
  /** Of what waits to be taken; fixed widths are bounded by the rows. */
  readonly bytes: number;
  append(vector: duckdb.Vector, rows: number): void;
  take(): Data;
}

/** Columns of these types have the same bytes in Arrow. Others have to be cast by the query: see `asArrowColumn`. */
const FIXED: Partial<Record<DuckDBTypeId, {width: number; type: (told: DuckDBType) => DataType}>> = {
  [DuckDBTypeId.TINYINT]: {width: 1, type: () => new Int8()},
  [DuckDBTypeId.SMALLINT]: {width: 2, type: () => new Int16()},
  [DuckDBTypeId.INTEGER]: {width: 4, type: () => new Int32()},
  [DuckDBTypeId.BIGINT]: {width: 8, type: () => new Int64()},
  [DuckDBTypeId.UTINYINT]: {width: 1, type: () => new Uint8()},
  [DuckDBTypeId.USMALLINT]: {width: 2, type: () => new Uint16()},
  [DuckDBTypeId.UINTEGER]: {width: 4, type: () => new Uint32()},
  [DuckDBTypeId.UBIGINT]: {width: 8, type: () => new Uint64()},
  [DuckDBTypeId.FLOAT]: {width: 4, type: () => new Float32()},
  [DuckDBTypeId.DOUBLE]: {width: 8, type: () => new Float64()},
  [DuckDBTypeId.DATE]: {width: 4, type: () => new DateDay()},
  [DuckDBTypeId.TIME]: {width: 8, type: () => new TimeMicrosecond()},
  [DuckDBTypeId.TIMESTAMP_S]: {width: 8, type: () => new TimestampSecond()},
  [DuckDBTypeId.TIMESTAMP_MS]: {width: 8, type: () => new TimestampMillisecond()},
  [DuckDBTypeId.TIMESTAMP]: {width: 8, type: () => new TimestampMicrosecond()},
  [DuckDBTypeId.TIMESTAMP_NS]: {width: 8, type: () => new TimestampNanosecond()},
  [DuckDBTypeId.TIMESTAMP_TZ]: {width: 8, type: () => new TimestampMicrosecond('UTC')},
};

/** How a query has to give a column so that a builder can take it: sums of integers, lists, intervals and the like are cast. */
export function asArrowColumn(name: string, type: DuckDBType): string {
  switch (type.typeId) {
    case DuckDBTypeId.HUGEINT:
      return `${name}::decimal(38, 0) as ${name}`;
    case DuckDBTypeId.DECIMAL: {
      const {scale} = type as DuckDBDecimalType;
      return `${name}::decimal(38, ${scale}) as ${name}`;
    }
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY:
    case DuckDBTypeId.STRUCT:
    case DuckDBTypeId.MAP:
    case DuckDBTypeId.UNION:
      return `to_json(${name})::varchar as ${name}`;
    default:
      return isTaken(type.typeId) ? name : `${name}::varchar as ${name}`;
  }
}

const isTaken = (typeId: DuckDBTypeId): boolean =>
  typeId in FIXED ||
  typeId === DuckDBTypeId.VARCHAR ||
  typeId === DuckDBTypeId.BLOB ||
  typeId === DuckDBTypeId.BOOLEAN ||
  typeId === DuckDBTypeId.ENUM;

/** @param capacity rows between two calls of `take`, at most. @throws if the query should have cast the column */
export function columnBuilder(type: DuckDBType, capacity: number): ColumnBuilder {
  const fixed = FIXED[type.typeId];
  if (fixed) return fixedWidth(fixed.type(type), fixed.width, capacity);
  switch (type.typeId) {
    case DuckDBTypeId.BOOLEAN:
      return booleans(capacity);
    case DuckDBTypeId.VARCHAR:
      return texts(new Utf8(), capacity);
    case DuckDBTypeId.BLOB:
      return texts(new Binary(), capacity);
    case DuckDBTypeId.DECIMAL:
      return fixedWidth(new Decimal((type as DuckDBDecimalType).scale, 38, 128), 16, capacity);
    case DuckDBTypeId.ENUM:
      return codes(type as DuckDBEnumType, capacity);
    default:
      throw new Error(`no Arrow column for ${type.toString()}`);
  }
}

function fixedWidth(type: DataType, width: number, capacity: number): ColumnBuilder {
  const mask = new Mask(capacity);
  let data = new Uint8Array(capacity * width);
  let filled = 0;
  return {
    type,
    get bytes() {
      return filled * width;
    },
    append(vector, rows) {
      data.set(duckdb.vector_get_data(vector, rows * width), filled * width);
      mask.append(duckdb.vector_get_validity(vector, maskBytes(rows)), rows);
      filled += rows;
    },
    take() {
      // Arrow keeps what it is given until it is written: the next rows go into fresh bytes.
      const taken = asItems(type, data.buffer, filled);
      const {nullBitmap, nullCount} = mask.take();
      const made = makeData({type, length: filled, nullCount, nullBitmap, data: taken} as Parameters<
        typeof makeData
      >[0]);
      data = new Uint8Array(capacity * width);
      filled = 0;
      return made;
    },
  };
}

function asItems(type: DataType, buffer: ArrayBuffer, rows: number): ArrayBufferView {
  const {ArrayType} = type as unknown as {ArrayType: new (b: ArrayBuffer, o: number, n: number) => ArrayBufferView};
  const perRow = type instanceof Decimal ? 4 : 1;
  return new ArrayType(buffer, 0, rows * perRow);
}

function booleans(capacity: number): ColumnBuilder {
  const mask = new Mask(capacity);
  let bits = new Uint8Array(Math.ceil(capacity / 8));
  let filled = 0;
  const type = new Bool();
  return {
    type,
    get bytes() {
      return filled >> 3;
    },
    append(vector, rows) {
      const bytes = duckdb.vector_get_data(vector, rows * duckdb.sizeof_bool);
      for (let r = 0; r < rows; r++, filled++)
        if (bytes[r * duckdb.sizeof_bool]) bits[filled >> 3] |= 1 << (filled & 7);
      mask.append(duckdb.vector_get_validity(vector, maskBytes(rows)), rows);
    },
    take() {
      const {nullBitmap, nullCount} = mask.take();
      const made = makeData({type, length: filled, nullCount, nullBitmap, data: bits});
      bits = new Uint8Array(Math.ceil(capacity / 8));
      filled = 0;
      return made;
    },
  };
}

function texts(type: Utf8 | Binary, capacity: number): ColumnBuilder {
  const mask = new Mask(capacity);
  const fresh = (): TextColumn => ({
    offsets: new Int32Array(capacity + 1),
    bytes: new Uint8Array(capacity * 12),
    end: 0,
  });
  let column = fresh();
  let filled = 0;
  return {
    type,
    get bytes() {
      return column.end;
    },
    append(vector, rows) {
      const valid = duckdb.vector_get_validity(vector, maskBytes(rows));
      gatherTexts(duckdb.vector_get_data(vector, rows * 16), valid, rows, column, filled);
      mask.append(valid, rows);
      filled += rows;
    },
    take() {
      const {nullBitmap, nullCount} = mask.take();
      const made = makeData({
        type,
        length: filled,
        nullCount,
        nullBitmap,
        valueOffsets: column.offsets.subarray(0, filled + 1),
        data: column.bytes.subarray(0, column.end),
      } as Parameters<typeof makeData>[0]);
      column = fresh();
      filled = 0;
      return made as Data;
    },
  };
}

/** An enumeration is a dictionary already. */
function codes({values, internalTypeId}: DuckDBEnumType, capacity: number): ColumnBuilder {
  const index =
    internalTypeId === DuckDBTypeId.UTINYINT
      ? {type: new Uint8(), width: 1}
      : internalTypeId === DuckDBTypeId.USMALLINT
        ? {type: new Uint16(), width: 2}
        : {type: new Uint32(), width: 4};
  const dictionary = values.length > 0 ? vectorFromArray(values, new Utf8()) : makeVector(makeData({type: new Utf8()}));
  // One identity for all pieces, so that the dictionary is written once.
  const type = new Dictionary(new Utf8(), index.type as never);
  const inner = fixedWidth(index.type, index.width, capacity);
  return {
    type,
    get bytes() {
      return inner.bytes;
    },
    append: (vector, rows) => inner.append(vector, rows),
    take() {
      const {length, nullCount, nullBitmap, values: data} = inner.take();
      return makeData({type, length, nullCount, nullBitmap, data, dictionary} as Parameters<typeof makeData>[0]);
    },
  };
}

/** The engine keeps a mask in words of 64 rows. */
const maskBytes = (rows: number): number => Math.ceil(rows / 64) * 8;
