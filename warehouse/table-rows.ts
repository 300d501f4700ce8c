import {NO_EARLIER_DEFECTS} from './canonical.ts';
import type {Warehouse} from './store.ts';

/** When the current rows of inspections were recorded, by their ids; null where that was not said. */
export async function recordedInspections(
  warehouse: Warehouse,
  ids: readonly string[],
): Promise<Map<string, string | null>> {
  if (warehouse.areNewInspections(ids)) return new Map();
  return warehouse.read(undefined, async session => {
    const rows = await session.rows<{inspection: string; recorded_at: string | null}>(
      'select inspection, recorded_at from now.inspections where inspection in (select unnest($ids::varchar[]))',
      {ids},
    );
    return new Map(rows.map(row => [row.inspection, row.recorded_at]));
  });
}

/** Of those that are known, the station of the current version. */
export async function stationsOfInspections(
  warehouse: Warehouse,
  ids: readonly string[],
): Promise<Map<string, string | null>> {
  return warehouse.read(undefined, async session => {
    const rows = await session.rows<{inspection: string; station: string | null}>(
      'select inspection, station from now.inspections where inspection in (select unnest($ids::varchar[]))',
      {ids},
    );
    return new Map(rows.map(row => [row.inspection, row.station]));
  });
}

/** The defects that were recorded together with versions of inspections: those that say the same `recorded_at`. */
export async function defectsRecordedWith(
  warehouse: Warehouse,
  versions: readonly {inspection: string; recordedAt: string | null}[],
): Promise<{inspection: string; defect: string; n: number | null}[]> {
  return warehouse.read(undefined, session =>
    session.rows<{inspection: string; defect: string; n: number | null}>(
      `select distinct f.inspection, f.defect, f.n
       from (select unnest($ids::varchar[]) as inspection, nullif(unnest($times::varchar[]), '')::timestamptz as recorded_at) v
       join fact.defects f on f.inspection = v.inspection and f.recorded_at is not distinct from v.recorded_at
       where f.defect <> '${NO_EARLIER_DEFECTS}'`,
      {ids: versions.map(v => v.inspection), times: versions.map(v => v.recordedAt ?? '')},
    ),
  );
}

export type KnownVerdict = {
  result: string;
  confidence: number | null;
  recordedAt: string | null;
};

/** What the current rows of inspections say, by their ids; those that are not known are not in it. */
export async function verdictsOf(warehouse: Warehouse, ids: readonly string[]): Promise<Map<string, KnownVerdict>> {
  if (warehouse.areNewInspections(ids)) return new Map();
  return warehouse.read(undefined, async session => {
    const rows = await session.rows<KnownVerdict & {inspection: string}>(
      `select inspection, result, confidence, recorded_at as "recordedAt" from now.inspections
       where inspection in (select unnest($ids::varchar[]))`,
      {ids},
    );
    return new Map(rows.map(({inspection, ...verdict}) => [inspection, verdict]));
  });
}
