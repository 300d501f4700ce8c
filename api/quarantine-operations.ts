/** The quarantine: what was rejected, by file and by reason, and what is done about it. */
import {z} from 'zod';
import {contradictions} from '../warehouse/contradictions.ts';
import {
  AsideRequest,
  Contradiction,
  QuarantinedBatch,
  QueueGroup,
  Receipt,
  RejectedRow,
} from '../warehouse/data-answers.ts';
import {listQuarantine, showQuarantine} from '../warehouse/quarantine.ts';
import {listQueue} from '../warehouse/quarantine-queue.ts';
import {ConflictRow, conflicts} from './conflicts.ts';
import {isAside} from './inspections/set-aside.ts';
import {decided, operation} from './operation.ts';
import {decideQueue, replayWhich} from './quarantine-work.ts';

const Text = z.string().trim().min(1);
const Decision = z.strictObject({
  id: Text.describe('a group of the queue, or a batch'),
  reason: Text.describe('why; kept with it'),
  by: Text.optional().describe('who decides; a key proves it, otherwise it is self-declared'),
});

export const QUARANTINE_OPERATIONS = {
  'quarantine.list': operation({
    summary: 'Rejected rows by reason, the most first, and by batch; contradictions on request',
    input: z.strictObject({conflicts: z.boolean().optional()}),
    output: z.object({
      batches: z.array(QuarantinedBatch),
      groups: z.array(QueueGroup).describe('the queue: rows that are wrong in the same way'),
      acknowledged: z
        .array(AsideRequest)
        .describe('inspections in real time that were acknowledged and no batch takes'),
      conflicts: z.array(ConflictRow).optional(),
      contradictions: z.array(Contradiction).optional(),
    }),
    run: async (app, input) => {
      const [batches, groups] = [await listQuarantine(app.warehouse), await listQueue(app.warehouse)];
      const acknowledged = await app.recorder.aside.list();
      if (!input.conflicts) return {batches, groups, acknowledged};
      const contradicting = await contradictions(app.warehouse);
      return {batches, groups, acknowledged, conflicts: conflicts(app.warehouse), contradictions: contradicting};
    },
  }),
  'quarantine.show': operation({
    summary: 'The rejected rows of a batch or of a group: file, line, field, reason; a page of them',
    input: z.strictObject({
      id: z.string().min(1),
      offset: z.number().int().nonnegative().optional(),
      limit: z.number().int().positive().max(100_000).optional().describe('1,000 by default'),
    }),
    output: z.object({rows: z.array(RejectedRow), total: z.number().int(), offset: z.number().int()}),
    run: async (app, {id, offset = 0, limit = 1000}) => {
      if (!isAside(id)) return showQuarantine(app.warehouse, id, {offset, limit});
      const rows = await app.recorder.aside.show(id);
      return {rows: rows.slice(offset, offset + limit), total: rows.length, offset};
    },
  }),
  'quarantine.replay': operation({
    summary: 'Tries rejected rows again, from the bytes that were kept: of a batch, a group, a reason, or all',
    input: z.strictObject({
      id: z.string().min(1).optional(),
      all: z.boolean().optional(),
      reason: Text.optional().describe('files with open rows whose reason says this'),
      table: z.string().optional(),
      wide: z.boolean().optional(),
      mapping: z.string().optional().describe('the name of a mapping of the warehouse, or a path'),
      timeZone: z.string().optional(),
      encoding: z.string().optional().describe('of delimited text that is not UTF-8'),
      sheet: z.string().optional(),
    }),
    output: z.array(Receipt),
    run: (app, {id, all, reason, ...options}) => replayWhich(app, {id, all, reason}, options),
  }),
  'quarantine.set-aside': operation({
    summary: 'Sets rejected rows aside that will not be taken in; what comes later with the same reason is open again',
    input: Decision,
    output: z.object({groups: z.array(QueueGroup)}),
    run: async (app, {id, reason, by}, caller) => ({
      groups: await decideQueue(app, {did: 'set-aside', of: id, reason, ...decided(by, caller)}),
    }),
  }),
  'quarantine.reopen': operation({
    summary: 'Takes back that rejected rows were set aside',
    input: Decision,
    output: z.object({groups: z.array(QueueGroup)}),
    run: async (app, {id, reason, by}, caller) => ({
      groups: await decideQueue(app, {did: 'reopen', of: id, reason, ...decided(by, caller)}),
    }),
  }),
} as const;
