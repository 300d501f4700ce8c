/** What is told of batches, of rows that were rejected or contradict each other, and of what nobody has described. */
import {z} from 'zod';
import {Count, Position} from './answers.ts';

export const Receipt = z.object({
  batch: Position.nullable(),
  digest: z.string(),
  source: z.string(),
  status: z.enum(['accepted', 'duplicate', 'partly-rejected', 'rejected', 'dry-run']),
  tables: z.array(z.object({table: z.string(), accepted: Count, rejected: Count, duplicates: Count, conflicts: Count})),
  notices: z.array(z.string()),
  rejects: z
    .array(
      z.object({
        table: z.string(),
        line: z.number().int().nullable(),
        field: z.string().nullable(),
        reason: z.string(),
      }),
    )
    .optional()
    .describe('of a dry run, the first of what it rejects: nothing of it is in the quarantine'),
});
export type Receipt = z.infer<typeof Receipt>;

export const BatchRow = z.object({
  batch: Position,
  at: z.string(),
  source: z.string(),
  digest: z.string(),
  accepted: Count,
  rejected: Count,
  gone: z.array(z.string()).describe('what a retention rule took of it since: questions about its time miss that'),
});
export type BatchRow = z.infer<typeof BatchRow>;

export const RejectedRow = z.object({
  source: z.string(),
  table: z.string(),
  line: z.number().int().nullable().describe('line in the file, 1 = first'),
  field: z.string().nullable(),
  reason: z.string(),
  row: z.record(z.string(), z.string().nullable()).describe('the row as it was sent'),
});
export type RejectedRow = z.infer<typeof RejectedRow>;

export const QuarantinedBatch = z.object({
  id: z.string().describe('batch number, or for a file of which nothing was accepted "r" and its ledger entry'),
  batch: Position.nullable(),
  at: z.string(),
  source: z.string(),
  digest: z.string(),
  rejected: Count,
  open: Count.describe('not yet accepted by a replay'),
  reasons: z.array(z.object({field: z.string().nullable(), reason: z.string(), rows: Count})),
  refused: z.string().nullable().describe('why the whole file was refused; null when its rows were looked at'),
  state: z.enum(['open', 'replayed', 'set aside']),
});
export type QuarantinedBatch = z.infer<typeof QuarantinedBatch>;

/** Inspections of one request that was acknowledged in real time, and that no batch takes. */
export const AsideRequest = z.object({
  id: z.string().describe('"a" and a number: what "quarantine show" and "quarantine replay" take'),
  file: z.string(),
  at: z.string().nullable(),
  reason: z.string(),
  inspections: z.array(z.string()),
});
export type AsideRequest = z.infer<typeof AsideRequest>;

/** Rejected rows that are wrong in the same way, of one source. */
export const QueueGroup = z.object({
  id: z.string(),
  source: z.string().describe('folder and name of the files, days and running numbers left out'),
  unit: z.enum(['row', 'file']).describe('what is counted: rows, or files that were refused as a whole'),
  table: z.string(),
  field: z.string().nullable(),
  kind: z.string().describe('the reason, without what was sent'),
  state: z.enum(['open', 'replayed', 'set aside']),
  open: Count.describe('still to do; a row that is wrong in two fields is in two groups'),
  replayed: Count.describe('taken in by a later try'),
  setAside: Count,
  files: z.array(z.string()).describe('ids of the batches with open rows, the oldest first; a hundred at most'),
  fileCount: Count,
  oldestAt: z.string().nullable().describe('since when the oldest open one waits'),
  newestAt: z.string().nullable(),
  decided: z
    .object({at: z.string(), by: z.string(), reason: z.string()})
    .nullable()
    .describe('who set it aside, and why'),
  advice: z.string().describe('what is mostly the way out'),
  example: z
    .object({
      file: z.string(),
      batch: z.string(),
      line: z.number().int().nullable(),
      reason: z.string(),
      row: z.record(z.string(), z.string().nullable()),
    })
    .nullable()
    .describe('one of the rows as it was sent, of the fifty largest groups'),
});
export type QueueGroup = z.infer<typeof QueueGroup>;

export const Contradiction = z.object({
  table: z.string(),
  rule: z.string().describe('why one of the rows is current'),
  rows: z
    .array(
      z.object({
        current: z.boolean(),
        batch: Position,
        source: z.string(),
        record: z.number().int().describe('record of the file, 1 = first'),
        recordedAt: z.string().nullable(),
        row: z.record(z.string(), z.string().nullable()),
      }),
    )
    .describe('the current one first'),
});
export type Contradiction = z.infer<typeof Contradiction>;

export const UnresolvedQuestion = z.object({table: z.string().optional(), asOf: Position.optional()});
export type UnresolvedQuestion = z.infer<typeof UnresolvedQuestion>;

export const Unresolved = z.object({
  asOf: Position,
  references: z
    .array(
      z.object({
        table: z.string(),
        what: z.string().describe('the column, and what is not there that it refers to'),
        batch: Position,
        source: z.string(),
        rows: Count,
        ids: Count.describe('different ids among them'),
        examples: z.array(z.string()),
      }),
    )
    .describe('what rows refer to and nobody described, by the file that refers to it'),
  lookAlikes: z
    .array(z.object({kind: z.string(), ids: z.array(z.string())}))
    .describe('ids that differ only by case or white space: kept as different things'),
});
export type Unresolved = z.infer<typeof Unresolved>;

export const SupplyAnswer = z.object({
  asOf: Position,
  sources: z
    .array(
      z.object({
        source: z.string().describe('folder and name of the files, days and running numbers left out'),
        batches: Count,
        accepted: Count,
        rejected: Count,
        firstAt: z.string(),
        lastAt: z.string(),
        usualPauseSeconds: z.number().nullable().describe('median time between batches; null for fewer than five'),
        expectedBy: z.string().nullable().describe('silent beyond this, four usual pauses after the last, it is late'),
      }),
    )
    .describe('the one that was heard of last first'),
  genealogy: z
    .array(
      z.object({
        what: z.string(),
        expected: Count,
        found: Count,
        missing: z.array(z.string()).describe('some of those without, by their ids'),
      }),
    )
    .describe('what ties parts and lots together, where the plant tells of it at all'),
});
export type SupplyAnswer = z.infer<typeof SupplyAnswer>;
