/** What holding a suspect population would stop, what of it is truly bad, and how much of the trouble it covers. */
import type {BlastRadius} from './answers.ts';
import {shareOf} from './boundary.ts';
import type {Session} from './duckdb.ts';
import {query} from './queries.ts';

interface Stopped extends Record<string, unknown> {
  parts: number;
  priced: number;
  cost: number | null;
}

/**
 * Reads the temporary tables `suspects` and `suspect_told`; in the hands of the plant is what is in process, in stock or in
 * quarantine.
 * @returns share: of the suspect parts that were inspected, how many failed their first valid inspection, with an interval
 *   that takes lots as independent (parts, where none has a lot); covered: of all parts that failed, how many are suspect
 */
export async function blastRadius(session: Session): Promise<BlastRadius> {
  const stopped = await session.row<Stopped>(query('blast-radius-stops'));
  const workOrders = await session.rows<{workOrder: string; parts: number; status: string | null}>(
    query('blast-radius-orders'),
  );
  const lots = await session.rows<{inspected: number; failed: number; has_lot: boolean}>(query('blast-radius-lots'));
  const {failed: allFailed} = await session.row<{failed: number}>(
    'select count(*) as failed from now.first_inspections where failed',
  );
  const inspected = lots.reduce((sum, lot) => sum + lot.inspected, 0);
  const failed = lots.reduce((sum, lot) => sum + lot.failed, 0);
  const {priced, parts} = stopped;
  return {
    stops: {
      parts,
      cost: priced > 0 ? {value: stopped.cost!, ofParts: priced, unknown: parts - priced} : null,
      workOrders,
    },
    evidence: {
      inspected,
      failed,
      share: shareOf(lots.map(({inspected: of, failed: count}) => ({count, of}))),
      unit: lots.some(lot => lot.has_lot) ? 'lot' : 'part',
      allFailed,
      covered: allFailed > 0 ? failed / allFailed : null,
    },
  };
}
