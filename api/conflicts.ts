import {z} from 'zod';
import type {BatchBody} from '../warehouse/project.ts';
import type {Warehouse} from '../warehouse/store.ts';

/** Rows of a batch that contradict others without saying when either was recorded: the later batch counts. */
export const ConflictRow = z.object({
  batch: z.number().int(),
  at: z.string(),
  source: z.string(),
  table: z.string(),
  conflicts: z.number().int(),
});

export function conflicts(warehouse: Warehouse): z.infer<typeof ConflictRow>[] {
  return warehouse
    .entries()
    .filter(({kind}) => kind === 'batch')
    .flatMap(({at, body}) => {
      const {batch, source, tables} = body as BatchBody;
      const contested = tables.filter(table => table.conflicts > 0);
      return contested.map(table => ({batch: batch ?? 0, at, source, table: table.table, conflicts: table.conflicts}));
    });
}
