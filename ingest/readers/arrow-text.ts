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

/**
 * How a column's values are written as text, exactly: 64-bit integers and decimals keep their digits, times their fractions.
 * @param name of the column, in errors
 * @returns the text of a row; undefined where it is null
 */
export function arrowText(name: string, type: DataType, vector: Vector): Text {
  const text = textOf(name, type);
  const raw = rawValues(type, vector);
  return row => {
    const value: unknown = raw ? raw(row) : vector.get(row);
    return value === null || value === undefined ? undefined : text(value);
  };
}

function textOf(name: string, type: DataType): (value: unknown) => string | undefined {
  switch (type.typeId) {
    case Type.Int:
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Bool:
      return String;
    case Type.Float:
      return floatText((type as Float).precision);
    case Type.Decimal:
      return value => decimalText(value as Uint32Array, (type as Decimal).scale);
    case Type.Date:
      return value => {
        const ms = (type as Date_).unit === DateUnit.DAY ? Number(value) * 86_400_000 : Number(value);
        return isoOf(BigInt(ms), TimeUnit.MILLISECOND).replace(/T00:00:00$/, '');
      };
    case Type.Timestamp: {
      const {unit, timezone} = type as Timestamp;
      // With a zone, what is stored is UTC; without one, the clock on the wall.
      return value => isoOf(BigInt(value as bigint), unit) + (timezone ? 'Z' : '');
    }
    case Type.Time:
      return value => isoOf(BigInt(value as bigint), (type as Time).unit).slice(11);
    case Type.Dictionary:
      return textOf(name, (type as Dictionary).dictionary);
    case Type.Null:
      return () => undefined;
    case Type.List:
    case Type.FixedSizeList: {
      const item = textOf(name, type.children[0].type);
      const quoted = !/^(Int|Float|Bool|Decimal)/.test(String(type.children[0].type));
      return value => {
        const texts = [...(value as Iterable<unknown>)].map(one => (one === null ? null : (item(one) ?? null)));
        return `[${texts.map(text => (text === null || !quoted ? text : JSON.stringify(text))).join(',')}]`;
      };
    }
    default:
      throw new IngestError(
        `column "${name}" is ${Type[type.typeId]}, which has no text: leave it out, or write it as text`,
      );
  }
}

/** Values as they are stored, where `get` would round them to milliseconds of a number. */
function rawValues(type: DataType, vector: Vector): ((row: number) => unknown) | undefined {
  if (type.typeId !== Type.Timestamp && type.typeId !== Type.Date && type.typeId !== Type.Time) return undefined;
  // A batch is one piece.
  const [data] = vector.data;
  return row => (vector.isValid(row) ? data.values[row] : null);
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
