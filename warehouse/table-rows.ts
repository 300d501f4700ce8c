import {CANONICAL, columnsOf, NO_EARLIER_DEFECTS} from './canonical.ts';
import {quoteName} from './duckdb.ts';
import type {Warehouse} from './store.ts';

export interface TableRows {
  asOf: number;
  columns: string[];
  /** As ISO 8601 texts, texts, numbers and nulls. */
  rows: Record<string, string | number | null>[];
  /** There are more rows than `limit`. */
  truncated: boolean;
}

/**
 * The current rows of a canonical table, by its natural key.
 * @returns null if there is no such table
 */
export async function tableRows(
  warehouse: Warehouse,
  table: string,
  {asOf, limit}: {asOf?: number; limit: number},
): Promise<TableRows | null> {
  if (!Object.hasOwn(CANONICAL, table)) return null;
  const columns = columnsOf(table).map(({name}) => name);
  const order = CANONICAL[table].key.map(name => `${quoteName(name)} nulls first`).join(', ');
  return warehouse.read(asOf, async (session, position) => {
    const rows = await session.rows<Record<string, string | number | null>>(
      `select ${columns.map(quoteName).join(', ')} from main.${quoteName(table)} order by ${order} limit ${limit + 1}`,
    );
    return {asOf: position, columns, rows: rows.slice(0, limit), truncated: rows.length > limit};
  });
}

/** When the current rows of inspections were recorded, by their ids; null where that was not said. */
export async function recordedInspections(
  warehouse: Warehouse,
  ids: readonly string[],
): Promise<Map<string, string | null>> {
  return warehouse.read(undefined, async session => {
    const rows = await session.rows<{inspection: string; recorded_at: string | null}>(
      'select inspection, recorded_at from now.inspections where list_contains($ids::varchar[], inspection)',
      {ids},
    );
    return new Map(rows.map(row => [row.inspection, row.recorded_at]));
  });
}

/** The defects that were recorded together with a version of an inspection: those that say the same `recorded_at`. */
export async function defectsRecordedWith(
  warehouse: Warehouse,
  inspection: string,
  recordedAt: string | null,
): Promise<{defect: string; n: number | null}[]> {
  return warehouse.read(undefined, session =>
    session.rows<{defect: string; n: number | null}>(
      `select distinct defect, n from fact.defects where inspection = $inspection and defect <> '${NO_EARLIER_DEFECTS}'
       and recorded_at is not distinct from $recordedAt::timestamptz`,
      {inspection, recordedAt},
    ),
  );
}
