import {
  type DataType,
  type Date_,
  DateUnit,
  type Decimal,
  type Dictionary,
  type Float,
  Precision,
  type Time,
  type Timestamp,
  TimeUnit,
  Type,
  type Vector,
} from 'apache-arrow';
import {IngestError} from '../error.ts';

type Text = (row: number) => string | undefined;
type Read = (vector: Vector, row: number) => string | undefined;

/**
 * How a column's values are written as text, exactly: 64-bit integers and decimals keep their digits, times their fractions.
 * @param what names the column in errors
 * @returns the text of a row; undefined where it is null
 */
export function arrowText(what: string, type: DataType, vector: Vector): Text {
  const read = readerOf(what, type);
  return row => read(vector, row);
}

function readerOf(what: string, type: DataType): Read {
  switch (type.typeId) {
    case Type.Int:
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Utf8View:
    case Type.Bool:
      return given(String);
    case Type.Float:
      return given(floatText((type as Float).precision));
    case Type.Decimal:
      return given(value => decimalText(value as Uint32Array, (type as Decimal).scale));
    case Type.Date:
      return stored(value => {
        const ms = (type as Date_).unit === DateUnit.DAY ? Number(value) * 86_400_000 : Number(value);
        return isoOf(BigInt(ms), TimeUnit.MILLISECOND).replace(/T00:00:00$/, '');
      });
    case Type.Timestamp: {
      const {unit, timezone} = type as Timestamp;
      // With a zone, what is stored is UTC; without one, the clock on the wall.
      return stored(value => isoOf(BigInt(value), unit) + (timezone ? 'Z' : ''));
    }
    case Type.Time:
      return stored(value => isoOf(BigInt(value), (type as Time).unit).slice(11));
    case Type.Dictionary: {
      const read = readerOf(what, (type as Dictionary).dictionary);
      return (vector, row) => {
        const index = storedAt(vector, row);
        return index === undefined ? undefined : read(vector.data[0].dictionary!, Number(index));
      };
    }
    case Type.Null:
      return () => undefined;
    case Type.List:
    case Type.LargeList:
    case Type.FixedSizeList:
      return listReader(what, type.children[0].type);
    default:
      throw new IngestError(`${what} is ${Type[type.typeId]}, which has no text: leave it out, or write it as text`);
  }
}

/** Whose text is JSON as it stands. */
const PLAIN: ReadonlySet<Type> = new Set([
  Type.Int,
  Type.Float,
  Type.Bool,
  Type.Decimal,
  Type.List,
  Type.LargeList,
  Type.FixedSizeList,
]);

/** A list as JSON text. */
function listReader(what: string, type: DataType): Read {
  const read = readerOf(what, type);
  const isPlain = PLAIN.has(type.typeId);
  return (vector, row) => {
    const items = vector.get(row) as Vector | null;
    if (items === null) return undefined;
    const [{children}] = vector.data;
    if (items.length > children[0].length) throw new Error('a list that is longer than its values');
    const texts = Array.from({length: items.length}, (_, i) => read(items, i));
    return `[${texts.map(text => (text === undefined ? 'null' : isPlain ? text : JSON.stringify(text))).join(',')}]`;
  };
}

const given =
  (text: (value: unknown) => string | undefined): Read =>
  (vector, row) => {
    const value: unknown = vector.get(row);
    return value === null || value === undefined ? undefined : text(value);
  };

/** Of values as they are stored, where `get` would round them to milliseconds of a number. */
const stored =
  (text: (value: bigint | number) => string): Read =>
  (vector, row) => {
    const value = storedAt(vector, row);
    return value === undefined ? undefined : text(value);
  };

function storedAt(vector: Vector, row: number): bigint | number | undefined {
  if (!vector.isValid(row)) return undefined;
  let at = row;
  for (const {length, values} of vector.data) {
    if (at < length) return (values as ArrayLike<bigint | number>)[at];
    at -= length;
  }
  return undefined;
}

function floatText(precision: Precision): (value: unknown) => string | undefined {
  return value => {
    const number = value as number;
    if (Number.isNaN(number)) return undefined;
    if (precision === Precision.DOUBLE) return String(number);
    // The fewest digits that mean this 32-bit number, not those of the 64-bit one nearest to it.
    for (let digits = 6; digits < 10; digits++) {
      const text = number.toPrecision(digits);
      if (Math.fround(Number(text)) === number) return String(Number(text));
    }
    return String(number);
  };
}

function decimalText(words: Uint32Array, scale: number): string {
  let value = 0n;
  for (let i = words.length - 1; i >= 0; i--) value = (value << 32n) | BigInt(words[i]);
  value = BigInt.asIntN(words.length * 32, value);
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  const sign = value < 0n ? '-' : '';
  if (scale <= 0) return sign + digits + '0'.repeat(-scale);
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

const DIGITS: Readonly<Record<TimeUnit, number>> = {
  [TimeUnit.SECOND]: 0,
  [TimeUnit.MILLISECOND]: 3,
  [TimeUnit.MICROSECOND]: 6,
  [TimeUnit.NANOSECOND]: 9,
};

/** Since 1970, as ISO 8601 without an offset, with as much of a fraction as there is. */
function isoOf(value: bigint, unit: TimeUnit): string {
  const perSecond = 10n ** BigInt(DIGITS[unit]);
  const fraction = ((value % perSecond) + perSecond) % perSecond;
  const seconds = (value - fraction) / perSecond;
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return String(value);
  const digits = fraction === 0n ? '' : `.${fraction.toString().padStart(DIGITS[unit], '0').replace(/0+$/, '')}`;
  return date.toISOString().slice(0, -5) + digits;
}
