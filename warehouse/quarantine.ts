/** What was kept out, file by file: rejected rows with the line, field and reason of each, and files that were refused. */
import type {QuarantinedBatch, RejectedRow} from './data-answers.ts';
import type {Session} from './duckdb.ts';
import {relationOf} from './holdings.ts';
import {NotFound} from './not-found.ts';
import {tellPersons} from './person-texts.ts';
import {queueGroups} from './quarantine-queue.ts';
import {query} from './queries.ts';
import {QueueDecisions} from './queue-decisions.ts';
import type {Warehouse} from './store.ts';
import {idOf, isRefused, rejectedOf, type Tried, triedFiles} from './tries.ts';

/** A reason that many rows share is told once; this many reasons are told a batch. */
const REASONS = 20;

/**
 * Every file with rejected rows, newest first. A replay is not listed for itself: the rows that it rejected again are
 * what is still `open` of the file that it replayed.
 */
export async function listQuarantine(warehouse: Warehouse): Promise<QuarantinedBatch[]> {
  const decisions = new QueueDecisions(warehouse.entries());
  const reasons = await warehouse.read(undefined, session =>
    session.rows<{seq: number; field: string | null; reason: string; rows: number}>(query('reject-reasons')),
  );
  return triedFiles(warehouse.entries())
    .map((tried): QuarantinedBatch => {
      const {entry, latest} = tried;
      const isOpen = isRefused(tried) || rejectedOf(latest) > 0;
      const isSetAside = decisions.setAside(entry.seq, [idOf(entry)]) !== null;
      return {
        id: idOf(entry),
        batch: entry.body.batch,
        at: entry.at,
        source: entry.body.source,
        digest: entry.body.digest,
        rejected: rejectedOf(entry),
        open: rejectedOf(latest),
        reasons: reasons
          .filter(r => r.seq === latest.seq)
          .slice(0, REASONS)
          .map(({field, reason, rows}) => ({field, reason, rows})),
        refused: tellPersons(entry.body.refused ?? null, warehouse.persons.names()),
        state: !isOpen ? 'replayed' : isSetAside ? 'set aside' : 'open',
      };
    })
    .reverse();
}

export interface Page {
  offset?: number;
  limit?: number;
}

/**
 * The rows of a batch, or of a group of the queue, that are still rejected, one entry a field, in order of the file: after a
 * replay, those that it rejected again.
 * @param id as `listQuarantine` or `listQueue` gives it
 * @returns a page of them, and how many there are
 * @throws NotFound when no such batch had rejected rows
 */
export function showQuarantine(
  warehouse: Warehouse,
  id: string,
  {offset = 0, limit}: Page = {},
): Promise<{rows: RejectedRow[]; total: number; offset: number}> {
  return warehouse.read(undefined, async session => {
    const {files, condition, bindings} = await whatToShow(warehouse, session, id);
    const sources = files.flatMap(({latest}) =>
      warehouse.holdings
        .rowsOf(latest.seq)
        .filter(({form, file}) => form === 'rejects' && file !== null)
        .map(({file}) => relationOf(file!, latest.seq)),
    );
    const rows: RejectedRow[] = [];
    let total = 0;
    for (const relation of sources) {
      const {n} = await session.row<{n: number}>(`select count(*) as n from ${relation} where ${condition}`, bindings);
      const skip = Math.max(0, offset - total);
      const room = (limit ?? Number.MAX_SAFE_INTEGER) - rows.length;
      total += n;
      if (room <= 0 || skip >= n) continue;
      const read = await session.rows<Omit<RejectedRow, 'row'> & {row: string} & Record<string, unknown>>(
        // As sent, so they are read where they stay: in the archive.
        `select source, "table", line, field, reason, "row"::varchar as "row" from ${relation} where ${condition}
         order by line nulls first, "table", field, reason limit ${Math.min(room, n)} offset ${skip}`,
        bindings,
      );
      rows.push(...read.map(({row, ...rest}) => ({...rest, row: JSON.parse(row) as RejectedRow['row']})));
    }
    return {rows, total, offset};
  });
}

interface Shown {
  files: Tried[];
  condition: string;
  bindings: Record<string, string | null>;
}

async function whatToShow(warehouse: Warehouse, session: Session, id: string): Promise<Shown> {
  const tried = triedFiles(warehouse.entries()).find(({entry}) => idOf(entry) === id);
  if (tried) return {files: [tried], condition: 'true', bindings: {}};
  const group = (await queueGroups(warehouse, session)).find(g => g.id === id);
  if (!group) throw new NotFound(`no batch "${id}" has rejected rows: see "fishbone quarantine list"`);
  const {shares, table, field, kind} = group;
  return {
    files: shares.filter(({waiting}) => waiting > 0).map(share => share.tried),
    condition: '"table" = $table and field is not distinct from $field and reject_kind(reason) = $kind',
    bindings: {table, field, kind},
  };
}
