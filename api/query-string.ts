import {z} from 'zod';

/**
 * The same question as it comes in a query string, where everything is text: numbers (1e-7 too), `true` and `false`, and
 * lists with commas. Unknown names are refused.
 * @returns a schema for the text, which gives what `question` gives
 */
export function asQuery<S extends z.core.$ZodLooseShape>(
  question: z.ZodObject<S>,
): z.ZodType<z.output<z.ZodObject<S>>> {
  const shape = Object.entries(question.shape).map(([name, schema]) => [name, fromText(schema as z.ZodType)]);
  return z.strictObject(Object.fromEntries(shape)) as unknown as z.ZodType<z.output<z.ZodObject<S>>>;
}

function fromText(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional) return fromText(schema.unwrap() as z.ZodType).optional();
  if (schema instanceof z.ZodNumber) return Digits.transform(Number).pipe(schema);
  if (schema instanceof z.ZodBoolean) return TrueOrFalse.transform(text => text === 'true');
  if (schema instanceof z.ZodUnion) return z.union(schema.options.map(option => fromText(option as z.ZodType)));
  if (schema instanceof z.ZodArray)
    return z
      .string()
      .transform(splitList)
      .pipe(schema as z.ZodType<unknown, string[]>);
  return schema;
}

const Digits = z.string().regex(/^-?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i, {error: 'expected a number'});
const TrueOrFalse = z.enum(['true', 'false']);

export function splitList(text: string): string[] {
  return text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '');
}
