/** What a server tells as it happens (`GET /v1/events`), by the name of the event. */
import {z} from 'zod';
import {Count, Position} from './answers.ts';

const At = z.string().describe('when, UTC');

const LiveHello = z.object({
  position: Position.describe('the newest batch when the stream began'),
  lastBatchAt: z.string().nullable(),
  resumed: z.boolean().describe('whether it goes on after the event that was named'),
});

const LiveBatch = z.object({
  batch: Position,
  at: At,
  source: z.string(),
  tables: z.array(z.object({table: z.string(), accepted: Count, rejected: Count})),
  inspections: z
    .object({
      inspections: Count,
      pass: Count,
      fail: Count,
      error: Count,
      newest: z.string().nullable().describe('when the newest of them was made'),
      failingParts: Count,
      failing: z.array(z.string()).describe('the first of the failing parts'),
    })
    .nullable()
    .describe('null: none came with this batch'),
});

const LiveHold = z.object({
  hold: z.string(),
  did: z.enum(['propose', 'approve', 'refuse', 'release', 'scrap', 'inherit', 'review', 'close-review']),
  at: At,
  by: z.string(),
});

const LiveDelivery = z.object({
  hold: z.string(),
  lot: z.string(),
  action: z.enum(['hold', 'release', 'scrap']),
  receiver: z.string(),
  state: z.enum(['queued', 'sending', 'acknowledged', 'rejected', 'unknown']),
  at: At,
  why: z.string().nullable(),
});

const LiveAlert = z.object({
  name: z.string(),
  source: z.string(),
  state: z.enum(['open', 'closed']),
  at: At,
  text: z.string().describe('of a closed one: why it was closed'),
  batch: Position.nullable(),
});

const LiveResponse = z.object({
  rule: z.string(),
  did: z.enum(['fire', 'deliver']).describe('fired or withheld; or something became of one of its messages'),
  at: At,
  batch: Position.nullable(),
  fired: Count,
  withheld: Count,
  parts: z.array(z.string()).describe('the first of the parts that it fired for'),
  action: z.string().nullable(),
  receiver: z.string().nullable(),
  state: LiveDelivery.shape.state.nullable().describe('of the message'),
  why: z.string().nullable(),
});

const LiveProgress = z.object({
  request: z.string().describe('the x-request-id of the request that waits for it'),
  what: z.string().describe('the operation'),
  state: z.enum(['running', 'done', 'failed']),
  stage: z.string().nullable(),
  done: z.number().nonnegative().nullable(),
  total: z.number().nonnegative().nullable().describe('null: not known'),
  ms: Count.describe('since it began'),
});
export type LiveProgress = z.infer<typeof LiveProgress>;

const LiveEnd = z.object({
  reason: z.enum(['closing', 'slow', 'access-changed']).describe('why the server ended the stream'),
});

/** The data of an event, by its name; `progress` and `end` bear no id, so that they do not move the place to resume from. */
export const LIVE = {
  hello: LiveHello,
  batch: LiveBatch,
  hold: LiveHold,
  delivery: LiveDelivery,
  alert: LiveAlert,
  response: LiveResponse,
  progress: LiveProgress,
  end: LiveEnd,
} as const;
export type LiveName = keyof typeof LIVE;
export type LiveData<N extends LiveName> = z.infer<(typeof LIVE)[N]>;
