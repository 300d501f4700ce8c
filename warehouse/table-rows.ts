import {NO_EARLIER_DEFECTS} from './canonical.ts';
import type {Warehouse} from './store.ts';

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
