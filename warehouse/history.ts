/**
 * The history of every part at the session's position: `subjects`, `visits`, `step_firsts`, `materials`,
 * `station_readings`, and what follows for the route: `inspection_steps`, `step_pairs`. Each is made when first needed: for the
 * newest position once for all sessions, where it can be kept up as batches arrive (`newest.ts`), else as temporary tables
 * that stay with the session as long as it looks from there.
 */
import {quoteText, type Session} from './duckdb.ts';
import {query} from './queries.ts';
import {heard} from './statements.ts';

const QUERIES = {
  subjects: 'subjects',
  visits: 'visits',
  step_firsts: 'step-inspections',
  inspection_steps: 'inspection-steps',
  step_pairs: 'step-pairs',
  materials: 'materials',
  station_readings: 'readings',
} as const;
export type HistoryTable = keyof typeof QUERIES;

/** What is kept for the newest position; what follows from others stands behind them. */
export const KEPT = ['subjects', 'visits', 'step_firsts', 'inspection_steps', 'step_pairs'] as const;
export type KeptTable = (typeof KEPT)[number];

/** What does not change, with a batch, for the parts alone that it tells of. */
export const OF_ALL_PARTS: ReadonlySet<KeptTable> = new Set(['inspection_steps', 'step_pairs']);

/** The database in memory where those are kept for the newest position. */
export const NEWEST = 'newest';

const isKept = (table: HistoryTable): table is KeptTable => (KEPT as readonly string[]).includes(table);

/** What a reading of the newest position needs has not been made yet: it is made, and the reading begins anew. */
export class Lacking extends Error {
  readonly tables: readonly KeptTable[];
  constructor(tables: readonly KeptTable[]) {
    super(`not made yet: ${tables.join(', ')}`);
    this.name = 'Lacking';
    this.tables = tables;
  }
}

export const historyQuery = (table: HistoryTable): string => query(QUERIES[table]);

/** @throws Lacking, to whoever began the reading */
export async function prepareHistory(session: Session, ...tables: HistoryTable[]): Promise<void> {
  const {kept} = session;
  const lacking = kept === null ? [] : tables.filter(isKept).filter(table => !kept.has(table));
  if (lacking.length > 0) throw new Lacking(lacking);
  for (const table of tables) await session.once(table, () => makeOnce(session, table));
}

async function makeOnce(session: Session, table: HistoryTable): Promise<void> {
  const sql = `create temp table ${table} as ${historyQuery(table)}`;
  heard(sql);
  const [made] = await session.rows(
    `select table_name from duckdb_tables() where temporary and table_name = $table
     union all select view_name from duckdb_views() where temporary and view_name = $table`,
    {table},
  );
  if (made) return;
  if (session.kept !== null && isKept(table))
    await session.run(`create temp view ${table} as from ${NEWEST}.main.${table}`);
  else await session.run(sql);
}

/**
 * SQL of a relation (part, run): whose measurements at a step count, those of the run that `visits` chose, or, where the
 * part has no recorded run there, of the last run measured before the inspection.
 * @param from with part, run and measured_at, one row a part and run
 * @param inspected a table of inspected parts, where no others are asked about; its `idx` then comes along
 */
export function runsThatCount(step: string, from: string, inspected?: string): string {
  const [join, idx] = inspected === undefined ? ['left join subjects', ''] : [`join ${inspected}`, 's.idx, '];
  return `select ${idx}m.part, max(m.run) as run from ${from} m
    left join (select part, run from visits where step = ${quoteText(step)}) v on v.part = m.part
    ${join} s on s.part = m.part
    where v.run = m.run or (v.run is null and (m.measured_at is null or s.inspected_at is null or m.measured_at <= s.inspected_at))
    group by ${idx}m.part`;
}

/** What tables of such runs are called, before the number of the step's table. */
export const UNCOUNTED = 'uncounted_';

/**
 * SQL of a relation (part, run): the other runs that were measured at a step, mostly few or none. Where no part was measured
 * in a second run, all count but those that the recorded visit or the time of the inspection speaks against.
 */
export async function runsThatDoNotCount(session: Session, step: string, id: number): Promise<string> {
  const measured = `now.step_${id}`;
  const {first, last, timed} = await session.row<{first: number; last: number; timed: boolean}>(
    `select coalesce(min(run), 1) as first, coalesce(max(run), 1) as last, max(measured_at) is not null as timed from fact.step_${id}`,
  );
  if (first !== last) return otherRuns(step, measured);
  const visited = `from visits where step = ${quoteText(step)} and run is not null`;
  const late = `union all select m.part, m.run from ${measured} m join subjects s on s.part = m.part
    where m.measured_at > s.inspected_at and m.part not in (select part ${visited})`;
  return `select m.part, m.run from ${measured} m semi join (select part ${visited} and run <> ${first}) v on v.part = m.part
    ${timed ? late : ''}`;
}

/** The same without a look at what there is. */
export const otherRuns = (step: string, measured: string): string => `select m.part, m.run from ${measured} m
  left join (${runsThatCount(step, measured)}) c on c.part = m.part and c.run = m.run where c.part is null`;

/** SQL of a relation with one row per part: what was measured at a step in the run that counts. */
export function measuredAt(step: string, from: string, columns: string): string {
  return `select m.part, ${columns} from ${from} m join (${runsThatCount(step, from)}) c on c.part = m.part and c.run = m.run`;
}
