import {z} from 'zod';
import {publish} from '../warehouse/publish/publish.ts';
import {operation} from './operation.ts';

export const PUBLISH_OPERATIONS = {
  publish: operation({
    summary:
      'Writes an immutable snapshot into a folder of the machine that the warehouse is on: Parquet, DuckDB, manifest',
    input: z.strictObject({
      folder: z.string().min(1),
      asOf: z.number().int().nonnegative().optional(),
      names: z.boolean().optional().describe('persons by their names instead of pseudonyms'),
      company: z.boolean().optional().describe('into a place that plants share, in a folder of its own'),
      parquetOnly: z.boolean().optional().describe('no DuckDB file'),
      keep: z.number().int().positive().optional().describe('so many snapshots, the newest; all by default'),
    }),
    output: z.object({
      folder: z.string(),
      position: z.number().int(),
      tables: z.number().int(),
      rows: z.number(),
      bytes: z.number(),
      already: z.boolean().describe('it had been published before'),
      removed: z.array(z.string()),
    }),
    run: ({warehouse}, {folder, ...question}) => publish(warehouse, folder, question),
  }),
};
