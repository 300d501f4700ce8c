/** The shapes of holds, as commands, routes and pages share them. */
import {z} from 'zod';
import {Count, Finding, Position, TraceAnswer} from './answers.ts';

export const HoldLot = z.object({
  lot: z.string(),
  action: z.enum(['hold', 'release', 'scrap']),
  delivery: z.enum(['queued', 'sending', 'acknowledged', 'rejected', 'unknown']),
  receiver: z.string(),
  seenAtMes: z.boolean().nullable(),
  askPerson: z.boolean().describe('no look-up can tell what became of it: a person has to say'),
  why: z.string().nullable().describe('what went wrong, as long as it matters'),
});
export type HoldLot = z.infer<typeof HoldLot>;

const HoldCover = z.object({
  lot: z.string(),
  parts: Count.describe('suspect parts of the lot'),
  state: z.enum(['proposed', 'held', 'refused', 'released', 'scrapped']),
  inherited: z
    .object({through: z.string(), asOf: Position, at: z.string()})
    .nullable()
    .describe('it came from a held lot after the proposal: through what, seen since which position'),
});
export type HoldCover = z.infer<typeof HoldCover>;

const HoldReview = z.object({
  since: z.string().describe('when it was first seen'),
  asOf: Position.describe('the position up to which the reasons tell'),
  reasons: z.array(z.string()),
});

export const LotAtMes = z.object({
  lot: z.string(),
  receiver: z.string(),
  state: z
    .enum(['held', 'free', 'scrapped', 'otherwise', 'not-told', 'unreadable'])
    .describe('otherwise: not as it was told last; unreadable: the receiver could not tell'),
  hold: z.string().nullable().describe('which hold told the receiver last about the lot'),
  action: z.enum(['hold', 'release', 'scrap']).nullable(),
  why: z.string().nullable(),
});
export type LotAtMes = z.infer<typeof LotAtMes>;

export const Hold = z.object({
  id: z.string(),
  decision: z
    .enum(['proposed', 'approved', 'refused', 'released', 'scrapped'])
    .describe('approved as long as it holds any lot; then what was decided last'),
  reason: z.string(),
  text: z.string(),
  proposedBy: z.string(),
  proposedAt: z.string(),
  parts: Count,
  evidence: z.unknown().describe('the contained population and its finding, frozen when proposed'),
  events: z.array(z.object({at: z.string(), by: z.string(), what: z.string(), why: z.string().nullable()})),
  covers: Count.describe('lots that it is about, whether a receiver is told of them or not'),
  lots: z.array(HoldLot),
  children: z.boolean().describe('whether it is also of what its lots go into later'),
  coverage: z.array(HoldCover).describe('every lot that it is about, and what was decided of it'),
  review: HoldReview.nullable().describe(
    'open: facts that it rests on have changed since; a person looks, and closes it',
  ),
  compared: z
    .object({asOf: Position.nullable(), why: z.string().nullable()})
    .describe('up to which position its facts were compared with those that it rests on; why they could not be'),
});
export type Hold = z.infer<typeof Hold>;

/** What was decided of a thing's lot, told with its trace. */
export const TracedAnswer = TraceAnswer.extend({
  holds: z
    .array(
      Hold.pick({id: true, decision: true, reason: true, text: true, proposedBy: true, proposedAt: true}).extend({
        lot: z.string(),
        state: HoldCover.shape.state,
        lots: z.array(HoldLot).describe('what receivers were told of this lot'),
      }),
    )
    .describe('of the lot itself, or the production lot of a part; the newest first'),
});
export type TracedAnswer = z.infer<typeof TracedAnswer>;

export const HoldEvidence = z.object({
  hold: Hold,
  finding: Finding.partial()
    .nullable()
    .describe('what the suspicion rests on, as it was told then; null for a lot or a filter'),
  ledger: z
    .array(z.object({seq: z.number().int(), at: z.string(), kind: z.string(), what: z.string(), hash: z.string()}))
    .describe('its entries; each hash covers the one before, and "fishbone verify" checks the chain'),
  head: z.object({seq: z.number().int(), hash: z.string()}).describe('the last entry when this was asked'),
  plant: z.string(),
  permalink: z.string().nullable().describe('the suspect population in the dashboards, at its position'),
  askedAt: z.string(),
});
export type HoldEvidence = z.infer<typeof HoldEvidence>;
