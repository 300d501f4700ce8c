/**
 * The current rows about a few things, read straight from the facts. The views `now.*` first set apart the keys that came
 * more than once in the whole table; where the things are given, their few rows can be compared at once, and the engine
 * plans in a fraction of the time and reads only the blocks that can hold them.
 */
import {CANONICAL, NO_EARLIER_DEFECTS} from './canonical.ts';
import {quoteName, quoteText, type Session} from './duckdb.ts';
import {asTold, NEWEST_FIRST, withNames} from './views.ts';

/** What decides which of two versions is current. */
export interface Version {
  /** Microseconds since 1970. */
  recorded: number | null;
  batch: number;
  ordinal: number;
}

type Versioned = Version & {later: boolean} & Record<string, unknown>;

/**
 * @param columns SQL of further columns; those of the natural key come by themselves
 * @param about conditions, each on a column of the natural key: all versions of a row agree there
 */
export async function rowsAbout<T extends Record<string, unknown>>(
  session: Session,
  table: string,
  columns: readonly string[],
  about: readonly string[],
  asOf: number,
): Promise<T[]> {
  if (about.length === 0) return [];
  const {key} = CANONICAL[table];
  const wanted = new Set([...key.map(quoteName), ...columns]);
  const select = `select ${[...wanted].join(', ')}, later, epoch_us(recorded_at)::double as recorded, batch, ordinal`;
  const facts = (condition: string) => `select * from fact.${table} where ${condition} and batch <= ${asOf}`;
  const rows = await session.rows<T & Versioned>(
    about.map(condition => `${select} from (${withNames(table, facts(condition))})`).join(' union all '),
  );
  const newest = rows.some(row => row.later) ? current(rows, key) : rows;
  return table === 'defects' ? standing(newest) : newest;
}

/** Defects less those that a later word on their inspection withdrew, as in the views. */
function standing<T extends Versioned>(defects: readonly T[]): T[] {
  const withdrawnAt = new Map<unknown, number>();
  for (const {defect, inspection, recorded} of defects) {
    if (defect !== NO_EARLIER_DEFECTS) continue;
    withdrawnAt.set(inspection, Math.max(recorded ?? 0, withdrawnAt.get(inspection) ?? 0));
  }
  return defects.filter(({defect, inspection, recorded}) => {
    const at = withdrawnAt.get(inspection);
    return defect !== NO_EARLIER_DEFECTS && (at === undefined || (recorded !== null && recorded >= at));
  });
}

/** One row a key: the newest recorded, else the later batch, else the later line. */
function current<T extends Versioned>(rows: readonly T[], key: readonly string[]): T[] {
  const newest = new Map<string, T>();
  for (const row of rows) {
    const id = JSON.stringify(key.map(k => row[k]));
    const known = newest.get(id);
    if (!known || isNewer(row, known)) newest.set(id, row);
  }
  return [...newest.values()];
}

export function isNewer(a: Version, b: Version): boolean {
  const [x, y] = [a, b].map(({recorded}) => recorded ?? Number.NEGATIVE_INFINITY);
  return x !== y ? x > y : a.batch !== b.batch ? a.batch > b.batch : a.ordinal > b.ordinal;
}

/** SQL of the same for many things, by `item in <among>`. */
export function rowsOf(table: string, column: string, among: string, asOf: number): string {
  const {key} = CANONICAL[table];
  if (!key.includes(column)) throw new Error(`${column} is not in the key of ${table}: versions could be missed`);
  const rows = `select * from fact.${table} where ${quoteName(column)} in ${among} and batch <= ${asOf}
    qualify row_number() over (partition by ${key.map(quoteName).join(', ')} order by ${NEWEST_FIRST}) = 1`;
  return `(${asTold(table, rows)})`;
}

/** More items than this, or more runs of them, go through a temporary table. */
const INLINE = 2000;
const RUNS = 12;
/** Keys no further apart than this are read in one run. */
const NEAR = 256;

/**
 * Conditions that together hold for the items and a few near them: as ranges of keys, which the engine tests against the
 * bounds of its blocks. Null if there are too many.
 */
export function runsOf(column: string, items: Iterable<number>): string[] | null {
  const sorted = [...new Set(items)].sort((a, b) => a - b);
  if (sorted.length > INLINE) return null;
  const runs: [low: number, high: number][] = [];
  for (const item of sorted) {
    const last = runs.at(-1);
    if (last && item - last[1] <= NEAR) last[1] = item;
    else runs.push([item, item]);
  }
  return runs.length > RUNS ? null : runs.map(([low, high]) => `${column} between ${low} and ${high}`);
}

/** SQL of the right side of `item in ...`: temporary table `name`. */
export async function setOf(session: Session, name: string, items: ArrayLike<number>): Promise<string> {
  if (items.length <= 16) return `(${items.length > 0 ? Array.prototype.join.call(items, ', ') : 'null'})`;
  await session.integerTable(name, {item: items});
  return `(select item from temp.${quoteName(name)})`;
}

/** Conditions that together hold for the items, and a few near them where these are few; many go into a temporary table. */
export async function conditionsFor(session: Session, column: string, items: readonly number[]): Promise<string[]> {
  return runsOf(column, items) ?? [`${column} in ${await setOf(session, `${column}s_asked`, items)}`];
}

/** SQL of the right side of `text in ...`. */
export const textsOf = (texts: readonly string[]): string =>
  `(${texts.length > 0 ? texts.map(quoteText).join(', ') : 'null'})`;
