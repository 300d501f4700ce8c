/** What is told of alerts: something is odd about the supply of data. (An alarm is another thing: the signal of a control chart.) */
import {z} from 'zod';
import {Count, Position} from './answers.ts';

export const Alert = z.object({
  id: z.string(),
  name: z.string().describe('what kind it is, such as rejects.rate, drift.scale, feed.gap'),
  source: z.string().describe('where the data come from: a feed, or files whose names differ by digits only'),
  text: z.string().describe('as it was told last'),
  figures: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
  batch: Position.nullable().describe('the newest batch that it is about'),
  permalink: z.string().describe('the page that shows what it is about'),
  state: z.enum(['open', 'closed']),
  raisedAt: z.string(),
  lastAt: z.string().describe('when it was told last'),
  times: Count.describe('how often it was told while it was open'),
  closed: z
    .object({
      at: z.string(),
      by: z.string().nullable().describe('null: by itself, because it was over'),
      authenticated: z.boolean(),
      reason: z.string(),
    })
    .nullable(),
});
export type Alert = z.infer<typeof Alert>;

export const AlertQuestion = z.object({
  all: z.boolean().optional().describe('closed ones too'),
  name: z.string().min(1).optional(),
  source: z.string().min(1).optional(),
});
export type AlertQuestion = z.infer<typeof AlertQuestion>;

export const AlertAnswer = z.object({alerts: z.array(Alert).describe('the one told last first'), open: Count});
export type AlertAnswer = z.infer<typeof AlertAnswer>;
