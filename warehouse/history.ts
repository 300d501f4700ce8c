/**
 * The history of every part at the session's position, as temporary tables that stay with the session as long
 * as it looks from there: `subjects`, `visits`, `materials`, `station_readings`. Each is made when first needed.
 */
import {quoteText, type Session} from './duckdb.ts';
import {query} from './queries.ts';

const TABLES = {subjects: 'subjects', visits: 'visits', materials: 'materials', station_readings: 'readings'} as const;
export type HistoryTable = keyof typeof TABLES;

export async function prepareHistory(session: Session, ...tables: HistoryTable[]): Promise<void> {
  for (const table of tables) {
    const [{present}] = await session.rows<{present: boolean}>(
      'select count(*) > 0 as present from duckdb_tables() where temporary and table_name = $table',
      {table},
    );
    if (!present) await session.run(`create temp table ${table} as ${query(TABLES[table])}`);
  }
}

/**
 * SQL of a relation (part, run): whose measurements at a step count, those of the run that `visits` chose, or, where the
 * part has no recorded run there, of the last run measured before the inspection.
 * @param from with part, run and measured_at, one row a part and run
 */
export function runsThatCount(step: string, from: string): string {
  return `select m.part, max(m.run) as run from ${from} m
    left join (select part, run from visits where step = ${quoteText(step)}) v on v.part = m.part
    left join subjects s on s.part = m.part
    where v.run = m.run or (v.run is null and (m.measured_at is null or s.inspected_at is null or m.measured_at <= s.inspected_at))
    group by m.part`;
}

/** SQL of a relation with one row per part: what was measured at a step in the run that counts. */
export function measuredAt(step: string, from: string, columns: string): string {
  return `select m.part, ${columns} from ${from} m join (${runsThatCount(step, from)}) c on c.part = m.part and c.run = m.run`;
}
