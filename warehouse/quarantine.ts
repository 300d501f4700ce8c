/** What was kept out: rejected rows with the file, line, field and reason of each. */
import type {QuarantinedBatch, RejectedRow} from './data-answers.ts';
import {relationOf} from './holdings.ts';
import type {LedgerEntry} from './ledger.ts';
import {NotFound} from './not-found.ts';
import type {BatchBody} from './project.ts';
import {query} from './queries.ts';
import type {Warehouse} from './store.ts';

/** A reason that many rows share is told once; this many reasons are told a batch. */
const REASONS = 20;

/**
 * Every file with rejected rows, newest first. A replay is not listed for itself: the rows that it rejected again are
 * what is still `open` of the file that it replayed.
 */
export async function listQuarantine(warehouse: Warehouse): Promise<QuarantinedBatch[]> {
  const entries = batchEntries(warehouse);
  const reasons = await warehouse.read(undefined, session =>
    session.rows<{seq: number; field: string | null; reason: string; rows: number}>(query('reject-reasons')),
  );
  return entries
    .filter(({body}) => body.replays === undefined && rejectedOf(body) > 0)
    .map(entry => {
      const last = latestReplay(entries, entry);
      return {
        id: idOf(entry),
        batch: entry.body.batch,
        at: entry.at,
        source: entry.body.source,
        digest: entry.body.digest,
        rejected: rejectedOf(entry.body),
        open: rejectedOf(last.body),
        reasons: reasons
          .filter(r => r.seq === last.seq)
          .slice(0, REASONS)
          .map(({field, reason, rows}) => ({field, reason, rows})),
      };
    })
    .reverse();
}

/**
 * The rows of a batch that are still rejected, one entry a field, in order of the file: after a replay, those that it
 * rejected again.
 * @param id as `listQuarantine` gives it
 * @throws NotFound when no such batch had rejected rows
 */
export async function showQuarantine(warehouse: Warehouse, id: string): Promise<RejectedRow[]> {
  const entries = batchEntries(warehouse);
  const entry = entries.find(e => idOf(e) === id && rejectedOf(e.body) > 0);
  if (!entry) throw new NotFound(`no batch "${id}" has rejected rows: see "fishbone quarantine list"`);
  const {seq} = latestReplay(entries, entry);
  const rejects = warehouse.holdings.rowsOf(seq).filter(({form, file}) => form === 'rejects' && file !== null);
  const rows: RejectedRow[] = [];
  for (const {file} of rejects) {
    const read = await warehouse.read(undefined, session =>
      session.rows<Omit<RejectedRow, 'row'> & {row: string} & Record<string, unknown>>(
        // As sent, so they are read where they stay: in the archive.
        `select source, "table", line, field, reason, "row"::varchar as "row" from ${relationOf(file!, seq)}
         order by line nulls first, "table", field, reason`,
      ),
    );
    rows.push(...read.map(({row, ...rest}) => ({...rest, row: JSON.parse(row) as RejectedRow['row']})));
  }
  return rows;
}

type BatchEntry = Omit<LedgerEntry, 'body'> & {body: BatchBody};

const batchEntries = (warehouse: Warehouse) => warehouse.entries().filter(e => e.kind === 'batch') as BatchEntry[];
const rejectedOf = ({tables}: BatchBody) => tables.reduce((sum, t) => sum + t.rejected, 0);
const idOf = ({seq, body}: BatchEntry) => (body.batch === null ? `r${seq}` : String(body.batch));

/** The last time that the entry's rejected rows were tried again, itself if they never were; a replay may be replayed. */
function latestReplay(entries: readonly BatchEntry[], entry: BatchEntry): BatchEntry {
  const tried = new Set([entry.seq]);
  let last = entry;
  for (const later of entries) {
    if (later.body.replays === undefined || !tried.has(later.body.replays)) continue;
    tried.add(later.seq);
    last = later;
  }
  return last;
}
