/** What is told of response rules. */
import {z} from 'zod';
import {Count, Position, Time} from '../../warehouse/answers.ts';

const Name = z.string();
const Text = z.string().nullable();

const Planned = z.object({
  do: z.string(),
  receiver: z.string(),
  content: z.record(z.string(), z.unknown()).describe('what is said beyond what is known of the trigger'),
});

const Shown = z.object({
  id: z.string(),
  at: z.string().describe('when it happened'),
  batch: Position.nullable(),
  part: Text,
  lot: Text,
  station: Text,
  text: z.string(),
});

export const TryQuestion = z.object({
  name: Name.optional().describe('only this rule'),
  rules: z.record(z.string(), z.unknown()).optional().describe('rules as in fishbone.json; by default those of it'),
  from: Time.optional().describe('what happened from then on; UTC where no offset is said, as everywhere'),
  to: Time.optional().describe('what happened before'),
  list: z.number().int().min(0).max(10_000).optional().describe('list so many firings of each rule; 1,000 by default'),
});
export type TryQuestion = z.output<typeof TryQuestion>;

const Tried = z.object({
  rule: Name,
  fired: Count,
  withheld: z.object({once: Count, budget: Count}).describe('by what held it back'),
  late: Count.describe('of those that fired: so many came too late to fire on a server'),
  counted: Count.describe('fails that were counted, but were not the last one needed'),
  placeless: Count.describe('fails that name no station, lot or product to be counted by'),
  firings: z.array(
    Shown.extend({
      about: z.record(z.string(), z.unknown()),
      actions: z.array(Planned),
      lacking: z.array(z.object({do: z.string(), why: z.string()})),
    }),
  ),
  held: z.array(Shown.extend({why: z.string()})).describe('what would have been withheld, and why'),
  notes: z.array(z.string()),
});
export type Tried = z.infer<typeof Tried>;

export const TryAnswer = z.object({
  asOf: Position,
  from: Text,
  to: Text,
  rules: z.array(Tried),
});
export type TryAnswer = z.infer<typeof TryAnswer>;

const Delivered = z.object({
  id: z.string(),
  do: z.string(),
  receiver: z.string(),
  state: z.enum(['queued', 'sending', 'acknowledged', 'rejected', 'unknown']),
  askPerson: z.boolean(),
  attempts: Count,
  why: Text,
});

export const ResponseRow = Shown.extend({
  rule: Name,
  recordedAt: z.string(),
  withheld: Text.describe('why nothing was sent; null where it fired'),
  deliveries: z.array(Delivered),
  lacking: z.array(z.object({do: z.string(), why: z.string()})),
});
export type ResponseRow = z.infer<typeof ResponseRow>;

export const RuleRow = z.object({
  rule: Name,
  when: z.string().describe('fail, alert, alarm, chart or finding'),
  actions: z.array(z.string()).describe('what it does, and to whom'),
  since: Text.describe('from when on it is in force; null: with the next start of a server'),
  state: z.enum(['in force', 'waits for a server', 'cannot judge']),
  problem: Text,
  fired: Count,
  withheld: Count,
  failed: Count.describe('messages that were rejected'),
  open: Count.describe('messages on their way'),
  askPerson: Count.describe('messages that a person has to settle'),
  last: Text.describe('when it fired last'),
});
export type RuleRow = z.infer<typeof RuleRow>;
