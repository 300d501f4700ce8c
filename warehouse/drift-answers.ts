/** What is told of drift: how files differ from what was accepted from their source before. */
import {z} from 'zod';
import {Count} from './answers.ts';
import {DRIFT_NAMES} from './load-plan.ts';

const Figure = z.union([z.number(), z.string(), z.null()]);

export const Drift = z.object({
  id: z.string(),
  name: z.enum(DRIFT_NAMES),
  source: z.string(),
  column: z.string(),
  was: z.string().nullable().describe('what the column was called before'),
  text: z.string(),
  figures: z.record(z.string(), Figure),
  quarantined: z.boolean().describe('its values wait in the quarantine of the batch'),
  batch: z.string().describe('as the quarantine names it; the newest one'),
  at: z.string(),
  times: Count.describe('in how many files'),
  state: z.enum(['open', 'accepted', 'over']),
  accepted: z.object({at: z.string(), by: z.string(), authenticated: z.boolean(), reason: z.string()}).nullable(),
});
export type Drift = z.infer<typeof Drift>;

export const DriftQuestion = z.object({
  all: z.boolean().optional().describe('accepted ones and those that are over, too'),
});
