/** People's SQL: what is asked, and what is answered. */
import {z} from 'zod';
import {Position} from './answers.ts';

const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const QUERY_FORMS = ['json', 'csv', 'arrows'] as const;

export const QueryQuestion = z.object({
  sql: z.string().min(1).max(100_000).describe('one SELECT'),
  params: z
    .record(
      z.string().regex(/^\w+$/, {error: 'a parameter has a name of letters, digits and _'}),
      z.union([Scalar, z.array(Scalar).max(100_000)]),
    )
    .optional()
    .describe('values of $name'),
  fresh: z.boolean().optional().describe('waits for a copy of the data as they are now'),
  asOf: Position.optional().describe('as it was after this batch'),
  limit: z.number().int().positive().max(1_000_000).optional().describe('rows at most; 100,000 unless told'),
});
export type QueryQuestion = z.infer<typeof QueryQuestion>;

const QueryHead = z.object({
  asOf: Position.describe('the position of the copy that was asked'),
  columns: z.array(z.object({name: z.string(), type: z.string().describe("the engine's name of the type")})),
  truncated: z.boolean().describe('there was more than these rows: the cap is said in notes'),
  notes: z.array(z.string()),
});
export type QueryHead = z.infer<typeof QueryHead>;

export const QueryAnswer = QueryHead.extend({
  rows: z.array(z.record(z.string(), z.unknown())),
});
export type QueryAnswer = z.infer<typeof QueryAnswer>;
