/** What work on the archive may use: backup, packing, compaction, retention. */
import type {Session} from './duckdb.ts';
import type {Holdings} from './holdings.ts';
import type {LedgerEntry} from './ledger.ts';

/**
 * Lent by `Warehouse.tend` to one worker at a time. Batches are committed meanwhile, but no other worker removes or moves
 * a file: what `holdings` names stays where it is.
 */
export interface Caretaker {
  readonly folder: string;
  readonly holdings: Holdings;
  entries(): readonly LedgerEntry[];
  /** A connection of its own. */
  readonly session: Session;
  /** Aborted when the warehouse is being closed: stop at the next file. */
  readonly signal: AbortSignal;
  /**
   * Writes a ledger entry; durable when it resolves.
   * @param prepared a folder of files, from `prepareFolder`, that become the entry's own
   */
  record(kind: string, body: unknown, prepared?: string): Promise<LedgerEntry>;
}
