import {z} from 'zod';
import {Position} from '../warehouse/answers.ts';
import {Hold, HoldEvidence, LotAtMes} from '../warehouse/hold-answers.ts';
import {NEXT, PAGE, pageOf} from './cursor.ts';
import {holdEvidence} from './hold-evidence.ts';
import {decided, operation, whoDecides} from './operation.ts';
import {offeredCodes} from './write-back/reason-codes.ts';

const Text = z.string().trim().min(1);
const Id = z.strictObject({id: z.string().min(1)});
const By = z.string().trim().min(1).optional().describe('who decides; a key proves it, otherwise it is self-declared');

/** A list does not wait longer for holds to be compared with what is known now; what was not reached says so. */
const LIST_MS = 10_000;

const LetGo = z.strictObject({
  id: Text,
  by: By,
  reason: Text,
  lots: z.array(Text).min(1).max(100_000).optional().describe('these only; all that it holds when absent'),
});
const ReasonList = z.object({
  only: z.boolean(),
  codes: z.array(z.object({code: z.string(), meaning: z.string()})),
});

export const HOLD_OPERATIONS = {
  'hold.list': operation({
    summary: 'All holds, the newest first',
    input: z.strictObject(PAGE),
    output: z.object({holds: z.array(Hold), ...NEXT}),
    run: async (app, page) => {
      if (!app.holdWatch.isWatching) await app.holdWatch.check(undefined, LIST_MS);
      const {items, next} = pageOf(app.holds.ids(), (_id, place) => place, page, app.warehouse.ledger.head.seq);
      return {holds: items.map(id => app.holds.show(id)), next};
    },
  }),
  'hold.show': operation({
    summary: 'One hold, with what changed since of the facts that it rests on',
    input: Id,
    output: Hold,
    run: async (app, {id}) => {
      if (!app.holdWatch.isWatching) await app.holdWatch.check(id);
      return app.holds.show(id);
    },
  }),
  'hold.check': operation({
    summary: 'Compares what a hold rests on with what is known now: flags it, and holds what its lots went into',
    input: Id,
    output: Hold,
    run: async (app, {id}) => {
      await app.holdWatch.check(id);
      return app.holds.show(id);
    },
  }),
  'hold.propose': operation({
    summary: 'Proposes to hold a suspect population; somebody else has to approve it',
    input: z.strictObject({
      contained: Text,
      reason: Text,
      text: z.string().default(''),
      by: By,
      children: z
        .boolean()
        .optional()
        .describe('also what its lots go into later, without another decision; true by default'),
    }),
    output: Hold,
    run: (app, {by, ...proposal}, caller) => app.proposeHold({...proposal, by: whoDecides(by, caller)}),
  }),
  'hold.approve': operation({
    summary: 'Approves a hold: every lot goes into the outbox',
    input: z.strictObject({id: Text, by: By, reason: z.string().optional()}),
    output: Hold,
    run: async (app, {id, by}, caller) => {
      await app.holds.approve(id, whoDecides(by, caller));
      // What its lots went into since the proposal is held from now on.
      await app.holdWatch.checkNext(id);
      return app.holds.show(id);
    },
  }),
  'hold.refuse': operation({
    summary: 'Refuses a hold',
    input: z.strictObject({id: Text, by: By, reason: z.string().optional()}),
    output: Hold,
    run: (app, {id, by, reason}, caller) => app.holds.refuse(id, whoDecides(by, caller), reason),
  }),
  'hold.release': operation({
    summary: 'Releases the lots of an approved hold, all or some',
    input: LetGo,
    output: Hold,
    run: async (app, {id, by, ...release}, caller) => {
      // What its lots went into until now is released with them, or stays with those that are still held.
      await app.holdWatch.check(id);
      return app.holds.release(id, {...release, by: whoDecides(by, caller)});
    },
  }),
  'hold.scrap': operation({
    summary: 'Scraps the lots of an approved hold, all or some',
    input: LetGo,
    output: Hold,
    run: async (app, {id, by, ...scrap}, caller) => {
      await app.holdWatch.check(id);
      return app.holds.scrap(id, {...scrap, by: whoDecides(by, caller)});
    },
  }),
  'hold.review': operation({
    summary: 'A person has looked at what changed of the facts behind a hold, and says what follows',
    input: z.strictObject({
      id: Text,
      by: By,
      reason: Text,
      asOf: Position.optional().describe('up to which position it was looked at; refused when more has changed since'),
    }),
    output: Hold,
    run: (app, {id, by, ...closed}, caller) => app.holds.closeReview(id, {...closed, by: whoDecides(by, caller)}),
  }),
  'hold.reasons': operation({
    summary: 'Reason codes by what is decided; where `only` is true, no others are taken',
    input: z.strictObject({}),
    output: z.object({hold: ReasonList, release: ReasonList, scrap: ReasonList}),
    run: app => offeredCodes(app.config.reasonCodes),
  }),
  'hold.evidence': operation({
    summary: 'All that speaks for a hold, with the entries of the ledger that prove it: to be printed or handed on',
    input: Id,
    output: HoldEvidence,
    run: (app, {id}) => holdEvidence(app, id),
  }),
  'hold.look': operation({
    summary: 'How the receivers say that the lots of a hold are, asked now',
    input: Id,
    output: z.object({hold: z.string(), askedAt: z.string(), lots: z.array(LotAtMes)}),
    run: async (app, {id}) => ({hold: id, askedAt: new Date().toISOString(), lots: await app.lookAtMes(id)}),
  }),
  'hold.settle': operation({
    summary: 'A person says what became of a delivery that no look-up can tell, or has a rejected one sent again',
    input: z.strictObject({
      id: Text,
      lot: Text,
      receiver: Text,
      action: z.enum(['hold', 'release', 'scrap']).default('hold'),
      as: z.enum(['acknowledged', 'send-again']),
      reason: Text,
      by: By,
    }),
    output: Hold,
    run: async (app, {id, by, reason, ...settled}, caller) => {
      await app.settleDelivery({...settled, hold: id, why: reason, by: decided(by, caller).by});
      return app.holds.show(id);
    },
  }),
} as const;
