/** Files as they were tried: taken in at least in part, rejected, or refused as a whole; and what later tries made of them. */
import type {LedgerEntry} from './ledger.ts';
import type {BatchBody} from './project.ts';

export type BatchEntry = Omit<LedgerEntry, 'body'> & {body: BatchBody};

export interface Tried {
  entry: BatchEntry;
  /** The last time that what was rejected was tried again, by a replay or because it was sent again; else the entry itself. */
  latest: BatchEntry;
  /** Later, the same bytes were taken in as a batch of their own: what was refused before is not refused any more. */
  cameAgain: boolean;
}

/**
 * Files with rejected rows and files that were refused, oldest first. A replay belongs to the file that it replayed; so does
 * the same file sent again, with a time zone or a mapping that was lacking, if no more of it is rejected than before.
 */
export function triedFiles(entries: readonly LedgerEntry[]): Tried[] {
  const found = new Map<number, Tried>();
  const refused = new Map<string, Tried>();
  const sent = new Map<string, Tried>();
  for (const entry of entries) {
    if (entry.kind !== 'batch') continue;
    const batch = entry as BatchEntry;
    const {replays, digest} = batch.body;
    const before = replays === undefined ? triedBefore(sent.get(keyOf(batch)), batch) : found.get(replays);
    if (before) {
      before.latest = batch;
      // A replay may be replayed.
      found.set(batch.seq, before);
    } else if (rejectedOf(batch) > 0 || batch.body.refused !== undefined) {
      const tried = {entry: batch, latest: batch, cameAgain: false};
      found.set(batch.seq, tried);
      sent.set(keyOf(batch), tried);
      if (batch.body.refused !== undefined) refused.set(digest, tried);
    }
    const again = refused.get(digest);
    if (again && batch.body.refused === undefined) again.cameAgain = true;
  }
  return [...new Set(found.values())];
}

/** The same bytes, from where they came, for the same tables. */
const keyOf = ({body: {digest, source, tables}}: BatchEntry): string =>
  JSON.stringify([digest, source, tables.map(({table}) => table).sort()]);

function triedBefore(before: Tried | undefined, again: BatchEntry): Tried | undefined {
  if (!before || before.latest.body.refused !== undefined || again.body.refused !== undefined) return undefined;
  return rejectedOf(again) <= rejectedOf(before.latest) ? before : undefined;
}

export const rejectedOf = ({body}: BatchEntry): number => body.tables.reduce((sum, t) => sum + t.rejected, 0);

/** A batch number, or for a file of which nothing was accepted "r" and its ledger entry. */
export const idOf = ({seq, body}: BatchEntry): string => (body.batch === null ? `r${seq}` : String(body.batch));

/** Whether the whole file is still refused. */
export const isRefused = ({latest, cameAgain}: Tried): boolean => latest.body.refused !== undefined && !cameAgain;
