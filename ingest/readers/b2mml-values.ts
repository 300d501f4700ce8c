import type {B2mmlOut} from './b2mml-message.ts';
import type {XmlElement} from './xml-element.ts';

export interface Value {
  parameter: string | undefined;
  unit: string | undefined;
  value?: string;
  text_value?: string;
}

/** Types of values that are words, also where they look like numbers. */
const WORDS = /string|text|code|identifier|indicator|boolean|date|time|duration|uri|binary|other/i;
const NUMBERS = /decimal|integer|int$|long|short|byte|float|double|numeric|measure|amount|quantity|percent|rate/i;

/**
 * What an element says in its Value: a number as a number, unless its DataType says that it is a word. Of several, those
 * after the first are told apart by their Key or else their place.
 */
export function valuesOf(of: XmlElement, name: string | undefined, out: B2mmlOut): Value[] {
  const values: Value[] = [];
  const all = of.all('Value');
  if (all.length === 0) out.leave('parameters and properties without a value');
  for (const [i, said] of all.entries()) {
    const text = said.text('ValueString') ?? said.own();
    const type = said.text('DataType') ?? '';
    const unit = said.text('UnitOfMeasure');
    const key = said.text('Key');
    if (text === undefined) {
      out.leave('values that say nothing');
      continue;
    }
    const parameter = i === 0 || name === undefined ? name : `${name}/${key ?? i + 1}`;
    const isNumber = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text);
    if (NUMBERS.test(type) && !isNumber) {
      out.refuse(said, `of ${name ?? 'no name'}: the ${type} "${text.slice(0, 100)}" is not a number`);
      continue;
    }
    const isValue = isNumber && !WORDS.test(type);
    values.push({parameter, unit, ...(isValue ? {value: text} : {text_value: text})});
  }
  return values;
}

/** A parameter without a unit says nothing here. */
export function putParameter(
  of: {parameter: string | undefined; step: string | undefined; unit: string | undefined},
  line: number,
  out: B2mmlOut,
): void {
  if (of.unit !== undefined) out.records.put('parameter', line, of);
}
