/** Rows as an Arrow IPC stream. Values stay exact; what Arrow's JavaScript has no like of is told as text, as in JSON. */
import {
  type DuckDBDateValue,
  type DuckDBDecimalType,
  type DuckDBDecimalValue,
  type DuckDBTimestampTZValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from '@duckdb/node-api';
import {
  Bool,
  type Data,
  type DataType,
  DateDay,
  Decimal,
  Field,
  Float64,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMicrosecond,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import type {Body} from './forms.ts';
import {asJson} from './values.ts';

type Value = NonNullable<DuckDBValue>;

interface ColumnForm {
  type: DataType;
  bytes: number;
  /** A value as it is kept until the answer is complete. */
  tell: (value: Value) => unknown;
  /** All of them, where they have a fixed width: Arrow's own builder loses microseconds. */
  lay?: (told: readonly unknown[]) => Int32Array | BigInt64Array | Float64Array | Uint32Array;
}

export class Arrows implements Body {
  bytes = 0;
  readonly #columns: {name: string; form: ColumnForm; told: unknown[]}[];
  #rows = 0;

  constructor(names: readonly string[], types: readonly DuckDBType[]) {
    this.#columns = names.map((name, c) => ({name, form: formOf(types[c]), told: []}));
  }

  add(row: readonly DuckDBValue[]): void {
    this.#rows++;
    for (const [c, {form, told}] of this.#columns.entries()) {
      const value = row[c] === null ? null : form.tell(row[c]);
      told.push(value);
      this.bytes += typeof value === 'string' ? value.length + 4 : form.bytes;
    }
  }

  finish(): Buffer[] {
    const schema = new Schema(this.#columns.map(({name, form}) => new Field(name, form.type, true)));
    const children = this.#columns.map(({form, told}) => laidOut(form, told));
    const data = makeData({type: new Struct(schema.fields), length: this.#rows, nullCount: 0, children});
    return [Buffer.from(tableToIPC(new Table(schema, new RecordBatch(schema, data)), 'stream'))];
  }
}

function laidOut({type, lay}: ColumnForm, told: readonly unknown[]): Data {
  if (!lay) return told.length === 0 ? makeData({type: type as Utf8}) : vectorFromArray(told, type).data[0];
  const nullBitmap = new Uint8Array(Math.ceil(told.length / 8));
  let nullCount = 0;
  for (const [k, value] of told.entries()) {
    if (value === null) nullCount++;
    else nullBitmap[k >> 3] |= 1 << (k & 7);
  }
  return makeData({type: type as Int32, length: told.length, nullCount, nullBitmap, data: lay(told) as Int32Array});
}

const integers = (told: readonly unknown[]) => Int32Array.from(told as number[]);
const longs = (told: readonly unknown[]) => BigInt64Array.from(told as bigint[], value => value ?? 0n);
const doubles = (told: readonly unknown[]) => Float64Array.from(told as number[]);

/** Two's complement in four words, the lowest first. */
function decimals(told: readonly unknown[]): Uint32Array {
  const words = new Uint32Array(told.length * 4);
  for (const [k, value] of (told as (bigint | null)[]).entries())
    for (let w = 0; w < 4; w++) words[4 * k + w] = Number(BigInt.asUintN(32, (value ?? 0n) >> BigInt(32 * w)));
  return words;
}

const asText: ColumnForm = {
  type: new Utf8(),
  bytes: 4,
  tell: value => {
    const told = asJson(value);
    return typeof told === 'string' ? told : JSON.stringify(told);
  },
};

function formOf(type: DuckDBType): ColumnForm {
  const same = (value: Value) => value;
  switch (type.typeId) {
    case DuckDBTypeId.BOOLEAN:
      return {type: new Bool(), bytes: 1, tell: same};
    case DuckDBTypeId.TINYINT:
    case DuckDBTypeId.SMALLINT:
    case DuckDBTypeId.INTEGER:
    case DuckDBTypeId.UTINYINT:
    case DuckDBTypeId.USMALLINT:
      return {type: new Int32(), bytes: 4, tell: same, lay: integers};
    case DuckDBTypeId.UINTEGER:
    case DuckDBTypeId.BIGINT:
      return {type: new Int64(), bytes: 8, tell: value => BigInt(value as bigint | number), lay: longs};
    case DuckDBTypeId.FLOAT:
    case DuckDBTypeId.DOUBLE:
      return {type: new Float64(), bytes: 8, tell: same, lay: doubles};
    // A sum of integers is one: as a decimal without decimals it stays exact.
    case DuckDBTypeId.HUGEINT:
      return {type: new Decimal(0, 38, 128), bytes: 16, tell: same, lay: decimals};
    case DuckDBTypeId.DECIMAL: {
      const {scale, width} = type as DuckDBDecimalType;
      const tell = (value: Value) => (value as DuckDBDecimalValue).value;
      return {type: new Decimal(scale, width, 128), bytes: 16, tell, lay: decimals};
    }
    case DuckDBTypeId.DATE:
      return {type: new DateDay(), bytes: 4, tell: value => (value as DuckDBDateValue).days, lay: integers};
    case DuckDBTypeId.TIMESTAMP_TZ: {
      const tell = (value: Value) => (value as DuckDBTimestampTZValue).micros;
      return {type: new TimestampMicrosecond('UTC'), bytes: 8, tell, lay: longs};
    }
    default:
      return asText;
  }
}
