/** The inspected parts, lot after lot in order of time: the rows that every question at a position picks from. */
import type {Session} from '../duckdb.ts';
import {prepareHistory} from '../history.ts';
import {heard} from '../statements.ts';

const INSPECTED = `create temp table inspected_parts as
   with inspected as (
     select *, min(made_at) over (partition by coalesce(lot_id, id), lot_id is null) as lot_at from subjects
     where failed is not null
   )
   select (row_number() over (order by lot_at nulls last, coalesce(lot_id, id), lot_id is null, id) - 1)::integer as idx, *
   from inspected order by idx`;

/**
 * Makes temporary table `inspected_parts` where it is missing: the subjects that are inspected, with their place `idx` and the
 * time `lot_at` at which their lot began. It stays with the session as long as that looks from its position.
 * @returns how many they are
 */
export const inspectedParts = (session: Session): Promise<number> =>
  session.once(inspectedParts, async () => {
    await prepareHistory(session, 'subjects');
    const {present} = await session.row<{present: boolean}>(
      "select count(*) > 0 as present from duckdb_tables() where temporary and table_name = 'inspected_parts'",
    );
    heard(INSPECTED);
    if (!present) await session.run(INSPECTED);
    const {parts} = await session.row<{parts: number}>('select count(*) as parts from inspected_parts');
    return parts;
  });
