import {readFile} from 'node:fs/promises';
import {z} from 'zod';
import type {LedgerEntry} from '../../warehouse/ledger-chain.ts';
import {NEXT, PAGE, readCursor, writeCursor} from '../cursor.ts';
import {auditFiles, linesOf} from './audit-files.ts';

const At = z.iso.datetime({offset: true, error: 'is no time: write 2026-03-01T00:00:00Z'});

export const AuditQuestion = z.strictObject({
  from: At.optional(),
  to: At.optional().describe('before this time'),
  who: z.string().min(1).optional().describe('the name of a key or of a person'),
  limit: PAGE.limit.describe('at most so many; 1000 by default'),
  cursor: PAGE.cursor,
});

const AuditRow = z.object({
  seq: z.number().int(),
  at: z.string(),
  kind: z.enum(['query', 'change', 'refused', 'sign-in', 'sign-out', 'lost']),
  who: z.string().nullable().describe('null: nobody known'),
  role: z.string().nullable(),
  via: z.string().nullable().describe('key, session, or command line (on the same machine)'),
  address: z.string().nullable(),
  route: z.string().nullable(),
  question: z.unknown().describe('what was asked, without secrets; long ones are cut, with a digest of the whole'),
  position: z.number().int().nullable().describe('the newest batch when it was asked'),
  status: z.number().int().nullable().describe('of the answer; 499: whoever asked left before it was sent'),
  durationMs: z.number().nullable(),
});
export type AuditRow = z.infer<typeof AuditRow>;

export const AuditAnswer = z.object({entries: z.array(AuditRow), ...NEXT});
export type AuditAnswer = z.infer<typeof AuditAnswer>;

const USUAL = 1_000;

/** The newest first; a file at a time, so that a long audit does not fill the memory. */
export async function readAudit(
  folder: string,
  {from, to, who, limit = USUAL, cursor}: z.output<typeof AuditQuestion>,
): Promise<AuditAnswer> {
  const before = Number(readCursor(cursor)?.after[0] ?? Number.POSITIVE_INFINITY);
  const [since, until] = [from, to].map(time => (time === undefined ? undefined : new Date(time).toISOString()));
  const entries: AuditRow[] = [];
  for (const path of (await auditFiles(folder)).reverse()) {
    for (const {bytes} of linesOf(await readFile(path)).reverse()) {
      const row = rowOf(bytes);
      if (!row || row.seq >= before || (who !== undefined && row.who !== who)) continue;
      if (until !== undefined && row.at >= until) continue;
      if (since !== undefined && row.at < since) continue;
      if (entries.length === limit) {
        const last = entries[entries.length - 1];
        return {entries, next: writeCursor({at: entries[0].seq, after: [last.seq]})};
      }
      entries.push(row);
    }
  }
  return {entries, next: null};
}

/** null for what cannot be read: `verify` tells of it. */
function rowOf(bytes: Buffer): AuditRow | null {
  try {
    const {seq, at, kind, body} = JSON.parse(bytes.toString('utf8')) as LedgerEntry;
    return AuditRow.parse({...EMPTY, ...(body as object), seq, at, kind});
  } catch {
    return null;
  }
}

const EMPTY = {
  who: null,
  role: null,
  via: null,
  address: null,
  route: null,
  question: null,
  position: null,
  status: null,
  durationMs: null,
};
