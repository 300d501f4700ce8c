import {z} from 'zod';
import {Hold, HoldEvidence, LotAtMes} from '../warehouse/answers.ts';
import {NEXT, PAGE, pageOf} from './cursor.ts';
import {holdEvidence} from './hold-evidence.ts';
import {decided, operation, whoDecides} from './operation.ts';

const Text = z.string().trim().min(1);
const Id = z.strictObject({id: z.string().min(1)});
const By = z.string().trim().min(1).optional().describe('who decides; a key proves it, otherwise it is self-declared');

export const HOLD_OPERATIONS = {
  'hold.list': operation({
    summary: 'All holds, the newest first',
    input: z.strictObject(PAGE),
    output: z.object({holds: z.array(Hold), ...NEXT}),
    run: (app, page) => {
      const {items, next} = pageOf(app.holds.ids(), (_id, place) => place, page, app.warehouse.ledger.head.seq);
      return {holds: items.map(id => app.holds.show(id)), next};
    },
  }),
  'hold.show': operation({summary: 'One hold', input: Id, output: Hold, run: (app, {id}) => app.holds.show(id)}),
  'hold.propose': operation({
    summary: 'Proposes to hold a suspect population; somebody else has to approve it',
    input: z.strictObject({contained: Text, reason: Text, text: z.string().default(''), by: By}),
    output: Hold,
    run: (app, {by, ...proposal}, caller) => app.proposeHold({...proposal, by: whoDecides(by, caller)}),
  }),
  'hold.approve': operation({
    summary: 'Approves a hold: every lot goes into the outbox',
    input: z.strictObject({id: Text, by: By, reason: z.string().optional()}),
    output: Hold,
    run: (app, {id, by}, caller) => app.holds.approve(id, whoDecides(by, caller)),
  }),
  'hold.refuse': operation({
    summary: 'Refuses a hold',
    input: z.strictObject({id: Text, by: By, reason: z.string().optional()}),
    output: Hold,
    run: (app, {id, by, reason}, caller) => app.holds.refuse(id, whoDecides(by, caller), reason),
  }),
  'hold.release': operation({
    summary: 'Releases the lots of an approved hold',
    input: z.strictObject({id: Text, by: By, reason: Text}),
    output: Hold,
    run: (app, {id, by, reason}, caller) => app.holds.release(id, {reason, by: whoDecides(by, caller)}),
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
      action: z.enum(['hold', 'release']).default('hold'),
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
