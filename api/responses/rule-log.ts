/** Which rules are in force since when, and how far they have judged: folded from the ledger and from nothing else. */
import {createHash} from 'node:crypto';
import {canonicalJson, type LedgerEntry} from '../../warehouse/ledger-chain.ts';
import type {ResponseEntry} from '../write-back/response-entries.ts';
import type {Rule} from './settings.ts';

export interface Begun {
  digest: string;
  /** What came with this entry or before is none of the rule's business. */
  after: number;
  at: string;
}

/** What a rule says, as one number. */
export const digestOf = (rule: Rule): string => createHash('sha256').update(canonicalJson(rule)).digest('hex');

export class RuleLog {
  readonly begun = new Map<string, Begun>();
  /** The last entry that all rules have judged. */
  judged = 0;
  #read = 0;

  follow(entries: readonly LedgerEntry[]): this {
    for (; this.#read < entries.length; this.#read++) {
      const {kind, at, body} = entries[this.#read];
      if (kind !== 'response') continue;
      const entry = body as ResponseEntry;
      if (entry.did === 'begin') this.begun.set(entry.rule, {digest: entry.digest, after: entry.after, at});
      if (entry.did === 'end') this.begun.delete(entry.rule);
      if (entry.did === 'judged') this.judged = Math.max(this.judged, entry.seq);
    }
    return this;
  }
}
