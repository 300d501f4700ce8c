/** One page of a table in the order of its natural key, without sorting all that lies behind it. */
import {CANONICAL} from './canonical.ts';
import {type Bindings, quoteName, type Session} from './duckdb.ts';
import {POSITION, withTextIds} from './views.ts';

export interface Sought {
  /** A canonical table, or the wide view of a step. */
  table: string;
  /** Its natural key. */
  key: readonly string[];
  /** What is wanted of it. */
  columns: readonly string[];
  /** SQL of which rows lie behind the page before; with its values in `bindings`. */
  condition: string;
  bindings: Bindings;
  /** The first value of the key of the last row of the page before; null where that is missing; undefined on the first page. */
  from: string | null | undefined;
  /** At most so many rows. */
  most: number;
}

/** Where a bound has too few rows below it, the next is sought so many times further on, and so often before all is sorted. */
const GROWTH = 8;
const ATTEMPTS = 3;

/**
 * Makes temporary table `page`, its rows in order. Whatever has at least as many rows as are wanted up to some first value
 * of the key has the page in it: such a value is found in the bare facts, and the rest is never looked at. Where there is
 * none, at the end of the table, all that is left is sorted.
 */
export async function makePage(session: Session, sought: Sought): Promise<void> {
  const {table, key, columns, condition, bindings, from, most} = sought;
  const first = quoteName(key[0]);
  const order = key.map(name => `${quoteName(name)} nulls last`).join(', ');
  const wanted = columns.map(quoteName).join(', ');
  const make = (conditions: readonly string[], more: Bindings = {}, relation = `main.${quoteName(table)}`) =>
    session.run(
      `create or replace temp table page as select ${wanted} from ${relation} where ${['true', condition, ...conditions].filter(Boolean).join(' and ')}
       order by ${order} limit ${most}`,
      {...bindings, ...more},
    );
  if (from === null) return make([`${first} is null`]);
  const low = from === undefined ? [] : [`${first} >= $from`];
  const lowest: Bindings = from === undefined ? {} : {from};
  for (let attempt = 0, n = most + 1; attempt < ATTEMPTS; attempt++, n *= GROWTH) {
    const bound = await nthFirst(session, sought, n);
    if (bound === null) break;
    await make([...low, `${first} <= $bound`], {...lowest, bound}, await narrowed(session, sought, bound));
    const {rows} = await session.row<{rows: number}>('select count(*) as rows from page');
    if (rows >= most) return;
  }
  await make(from === undefined ? [] : [`(${low[0]} or ${first} is null)`], lowest);
}

/** What the first column of the key says: ids of this kind, of any, or other texts. */
function kindOf({table, key}: Sought): 'part' | 'lot' | 'any' | null {
  const column = CANONICAL[table]?.columns.find(({name}) => name === key[0]);
  // The view of a step begins with the part.
  const type = column?.type ?? 'part';
  return type === 'item' ? 'any' : type === 'part' || type === 'lot' ? type : null;
}

const ofKind = (kind: 'part' | 'lot' | 'any') => (kind === 'any' ? 'true' : `kind = '${kind}'`);

/** The nth first value of the key from `from` on, counting what was said more than once as often. @returns null where there are fewer */
async function nthFirst(session: Session, sought: Sought, n: number): Promise<string | null> {
  const {table, key, from} = sought;
  const kind = kindOf(sought);
  const value = kind === null ? quoteName(key[0]) : 'id';
  const rows = kind === null ? `fact.${table} where batch <= ${POSITION}` : `fact.items where ${ofKind(kind)}`;
  const low = from === undefined ? '' : `and ${value} >= $from`;
  const [found] = await session.rows<{value: string}>(
    `select ${value} as value from ${rows} ${low} order by 1 limit 1 offset ${n - 1}`,
    from === undefined ? {} : {from},
  );
  return found?.value ?? null;
}

/** So many keys are named one by one: the facts of these alone are looked at, long before they have their texts. */
const NAMED_MAX = 1_000;

/** SQL of the table up to a bound: where its key begins with a part or lot, of the facts of those that there are until then. */
async function narrowed(session: Session, sought: Sought, bound: string): Promise<string | undefined> {
  const {table, key, from} = sought;
  const kind = kindOf(sought);
  if (kind === null || !Object.hasOwn(CANONICAL, table) || table === 'measurements') return undefined;
  const items = await session.rows<{item: number}>(
    `select item from fact.items where ${ofKind(kind)} and id <= $bound ${from === undefined ? '' : 'and id >= $from'} limit ${NAMED_MAX + 1}`,
    from === undefined ? {bound} : {bound, from},
  );
  if (items.length > NAMED_MAX) return undefined;
  return `(${withTextIds(table, `f.${quoteName(key[0])} in (${items.map(({item}) => item).join(', ')})`)})`;
}
