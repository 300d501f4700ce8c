import {z} from 'zod';
import {type Column, columnsOf} from '../../warehouse/canonical.ts';

const Time = z.iso.datetime({offset: true, local: true});
const NotBlank = z
  .string()
  .regex(/\S/, {error: 'is empty'})
  .refine(text => !text.includes('\0'), {error: 'holds a NUL character'});

/** A row of `inspections` with its `defects` in it. */
export const InspectionInput = z.strictObject({
  ...shapeOf('inspections'),
  inspection: NotBlank,
  inspected_at: Time.nullable().optional(),
  recorded_at: Time.nullable().optional(),
  defects: z.array(z.strictObject({...shapeOf('defects', ['inspection']), defect: NotBlank})).default([]),
});
export type InspectionInput = z.output<typeof InspectionInput>;

export const InspectionsAnswer = z.object({
  batch: z
    .number()
    .int()
    .nullable()
    .describe('the position that has them; null where nothing is new, or what is new waits on the disk for its batch'),
  results: z.array(z.object({inspection: z.string(), status: z.enum(['accepted', 'duplicate'])})),
});
export type InspectionsAnswer = z.infer<typeof InspectionsAnswer>;

/** The canonical columns of a table as JSON takes them. */
function shapeOf(table: string, without: string[] = []): Record<string, z.ZodType> {
  const columns = columnsOf(table).filter(({name}) => !without.includes(name));
  return Object.fromEntries(columns.map(column => [column.name, typeOf(column)]));
}

function typeOf({type, required, values}: Column): z.ZodType {
  const plain: z.ZodType = values
    ? z.enum(values as [string, ...string[]])
    : type === 'number'
      ? z.number()
      : type === 'integer'
        ? z.int32()
        : type === 'time'
          ? Time
          : NotBlank;
  return required ? plain : plain.nullable().optional();
}
