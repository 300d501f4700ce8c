/** What a company asks of all its plants, and the shapes of the answers: those of one plant, less what is of one plant only. */
import {z} from 'zod';
import {Count, Scope} from '../answers.ts';
import {ParetoBar, YieldAnswer} from '../pareto-answers.ts';

export const CompanyScope = Scope.omit({asOf: true}).extend({
  plants: z.array(z.string()).optional().describe('only these, by the keys of their folders; all by default'),
  before: z.string().optional().describe('only snapshots published until then'),
});

/** Beside every answer: whose word it is. */
export const Asked = z.object({
  engine: z.string(),
  plants: z.array(z.object({plant: z.string(), name: z.string(), position: Count, publishedAt: z.string()})),
  counters: z
    .object({
      queries: Count,
      bytesRead: z.number().nullable(),
      rowsRead: z.number().nullable(),
      bytesShuffled: z.number().nullable(),
      bytesReturned: z.number().nullable(),
    })
    .describe('what the engine says it did; null where it does not tell'),
});

export const CompanyParetoQuestion = z.object({
  by: z.string().optional().describe("'defect', 'product', 'station', 'plant' or a factor whose values are names"),
  defect: z.string().optional(),
  weight: z.enum(['count', 'ppm', 'severity', 'cost']).optional(),
  top: z.number().int().positive().optional(),
});
export type CompanyParetoQuestion = z.infer<typeof CompanyParetoQuestion>;

const CompanyBar = ParetoBar.omit({where: true, next: true});
export const CompanyPareto = z.object({
  by: z.string(),
  weight: z.string(),
  basis: z.object({parts: Count, defectiveParts: Count, defects: Count}),
  bars: z.array(CompanyBar),
  other: CompanyBar.extend({keys: Count}).nullable(),
  notes: z.array(z.string()),
});
export type CompanyPareto = z.infer<typeof CompanyPareto>;

export const CompanyYield = YieldAnswer.omit({asOf: true});
export type CompanyYield = z.infer<typeof CompanyYield>;
