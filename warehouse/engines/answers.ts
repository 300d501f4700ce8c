/** What a company asks of all its plants, and the shapes of the answers: those of one plant, less what is of one plant only. */
import {z} from 'zod';
import {Count, Scope, ScreenAnswer, ScreenQuestion} from '../answers.ts';
import {CapabilityAnswer, CapabilityQuestion} from '../capability-answers.ts';
import {ChartAnswer, ChartQuestion} from '../chart-answers.ts';
import {ParetoBar, ParetoQuestion, YieldAnswer, YieldQuestion} from '../pareto-answers.ts';

const plantsAsked = {
  plants: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('only these, by the keys of their folders; all by default'),
  before: z.string().optional().describe('of every plant the newest snapshot that was published until then'),
  engine: z.string().min(1).optional().describe('one of those configured; else the configured one, else duckdb'),
};
const notAsked = {asOf: true} as const;
const WithinScope = Scope.omit(notAsked);

const Pareto = ParetoQuestion.omit({...notAsked, against: true, againstFrom: true, againstTo: true});
export type CompanyParetoQuestion = z.infer<typeof Pareto>;
const ItemKind = z.enum(['lot', 'part']);

/** A question of one plant that is asked of all, by its name; what an engine is not asked for is not among its fields, or refused. */
export const CompanyQuestion = z.discriminatedUnion('question', [
  z.strictObject({question: z.literal('plants'), ...plantsAsked}),
  z.strictObject({question: z.literal('pareto'), ...Pareto.shape, ...plantsAsked}),
  z.strictObject({question: z.literal('yield'), ...YieldQuestion.omit(notAsked).shape, ...plantsAsked}),
  z.strictObject({question: z.literal('chart'), ...ChartQuestion.omit(notAsked).shape, ...plantsAsked}),
  z.strictObject({question: z.literal('capability'), ...CapabilityQuestion.omit(notAsked).shape, ...plantsAsked}),
  z.strictObject({question: z.literal('screen'), ...ScreenQuestion.omit(notAsked).shape, ...plantsAsked}),
  z.strictObject({question: z.literal('trace'), id: z.string().min(1), kind: ItemKind.optional(), ...plantsAsked}),
  z.strictObject({question: z.literal('contain'), target: z.string().min(1), ...WithinScope.shape, ...plantsAsked}),
]);
export type CompanyQuestion = z.infer<typeof CompanyQuestion>;

const CompanyBar = ParetoBar.omit({where: true, next: true});
const CompanyPareto = z.object({
  by: z.string(),
  weight: z.string(),
  basis: z.object({parts: Count, defectiveParts: Count, defects: Count}),
  bars: z.array(CompanyBar),
  other: CompanyBar.extend({keys: Count}).nullable(),
  notes: z.array(z.string()),
});
export type CompanyPareto = z.infer<typeof CompanyPareto>;

const CompanyYield = YieldAnswer.omit(notAsked);
export type CompanyYield = z.infer<typeof CompanyYield>;

const CompanyChart = ChartAnswer.omit({...notAsked, family: true, timedBy: true});
export type CompanyChart = z.infer<typeof CompanyChart>;

const CompanyCapability = CapabilityAnswer.omit(notAsked);
export type CompanyCapability = z.infer<typeof CompanyCapability>;

const CompanyScreen = ScreenAnswer.omit({...notAsked, permalink: true, findings: true, question: true}).extend({
  question: ScreenAnswer.shape.question.omit(notAsked),
  findings: z.array(ScreenAnswer.shape.findings.element.omit({id: true})),
});
export type CompanyScreen = z.infer<typeof CompanyScreen>;

const Relative = z.object({plant: z.string(), kind: ItemKind, id: z.string(), depth: Count});
const CompanyTrace = z.object({
  plant: z.string(),
  kind: ItemKind,
  id: z.string(),
  backward: z.array(Relative),
  forward: z.array(Relative),
  notes: z.array(z.string()),
});
export type CompanyTrace = z.infer<typeof CompanyTrace>;

const CompanyContained = z.object({
  basis: z.string(),
  parts: Count.describe('suspect, inspected or not'),
  lots: z.array(
    z.object({
      plant: z.string(),
      lot: z.string(),
      role: z.enum(['asked', 'production', 'consumer']),
      parts: Count.describe('suspect ones'),
      of: Count.describe('parts of the lot'),
    }),
  ),
  looseParts: z.array(z.object({plant: z.string(), part: z.string()})).describe('suspect parts that belong to no lot'),
  notes: z.array(z.string()),
});
export type CompanyContained = z.infer<typeof CompanyContained>;

/** Whose word an answer is, and what it cost the engine. */
const told = {
  engine: z.string().describe('its name and version'),
  plants: z.array(z.object({plant: z.string(), name: z.string(), position: Count, publishedAt: z.string()})),
  counters: z
    .object({
      queries: Count,
      bytesRead: z.number().nullable(),
      rowsRead: z.number().nullable(),
      bytesShuffled: z.number().nullable().describe('between machines'),
      bytesReturned: z.number().nullable(),
    })
    .describe('what the engine says it did; null where it does not tell'),
};

export const CompanyAnswer = z.discriminatedUnion('question', [
  z.object({question: z.literal('plants'), answer: z.object({notes: z.array(z.string())}), ...told}),
  z.object({question: z.literal('pareto'), answer: CompanyPareto, ...told}),
  z.object({question: z.literal('yield'), answer: CompanyYield, ...told}),
  z.object({question: z.literal('chart'), answer: CompanyChart, ...told}),
  z.object({question: z.literal('capability'), answer: CompanyCapability, ...told}),
  z.object({question: z.literal('screen'), answer: CompanyScreen, ...told}),
  z.object({question: z.literal('trace'), answer: CompanyTrace, ...told}),
  z.object({question: z.literal('contain'), answer: CompanyContained, ...told}),
]);
export type CompanyAnswer = z.infer<typeof CompanyAnswer>;
