/**
 * What people decided about the quarantine: to set rows aside that will not be taken in, and to take that back. Entries of kind
 * 'quarantine'; old ones are read for ever: fields may be added here, never renamed.
 */
import type {LedgerEntry} from './ledger.ts';

export interface QueueEntry {
  did: 'set-aside' | 'reopen';
  /** A group of rows, or a file. */
  of: string;
  by: string;
  authenticated: boolean;
  reason: string;
}

export interface SetAside {
  at: string;
  by: string;
  reason: string;
}

/** The decisions in force. One speaks of what was rejected before it; what comes later with the same reason is open again. */
export class QueueDecisions {
  readonly #of = new Map<string, {seq: number; at: string; body: QueueEntry}[]>();

  constructor(entries: readonly LedgerEntry[]) {
    for (const {seq, at, kind, body} of entries) {
      if (kind !== 'quarantine') continue;
      const entry = body as QueueEntry;
      this.#of.set(entry.of, [...(this.#of.get(entry.of) ?? []), {seq, at, body: entry}]);
    }
  }

  /** @param seq of the file's ledger entry @param ids of the file and of the group that its rows are in */
  setAside(seq: number, ids: readonly string[]): SetAside | null {
    const about = ids.flatMap(id => this.#of.get(id) ?? []).filter(decision => decision.seq > seq);
    const last = about.sort((a, b) => a.seq - b.seq).at(-1);
    if (last?.body.did !== 'set-aside') return null;
    return {at: last.at, by: last.body.by, reason: last.body.reason};
  }
}
