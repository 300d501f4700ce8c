/** Ids that begin as somebody types: what a search field offers while it is being filled. */
import type {FindAnswer, FindQuestion} from './answers.ts';
import type {Session} from './duckdb.ts';
import type {Warehouse} from './store.ts';

/** Above every text that begins as another does. */
const LAST = '\u{10FFFF}';

/** Parts, lots and work orders whose id begins with a text, as it is written or all in capital or small letters. */
export function findNames(warehouse: Warehouse, {text, top = 8, asOf}: FindQuestion): Promise<FindAnswer> {
  return warehouse.read(asOf, async (session, position) => {
    const beginnings = [...new Set([text, text.toUpperCase(), text.toLowerCase()])];
    const found = [];
    for (const beginning of beginnings) found.push(...(await beginningWith(session, beginning, position, top)));
    const apart = new Map(found.map(item => [`${item.kind} ${item.id}`, item]));
    const items = [...apart.values()].sort((a, b) => compared(a.id, b.id) || compared(a.kind, b.kind)).slice(0, top);
    return {asOf: position, items};
  });
}

type Named = FindAnswer['items'][number];

/** A range of ids, not a pattern: the engine passes over blocks that cannot hold one. */
function beginningWith(session: Session, low: string, asOf: number, top: number): Promise<Named[]> {
  const within = (column: string) => `batch <= ${asOf} and ${column} >= $low and ${column} < $high`;
  const orders = ['work_orders', 'parts', 'operations'].map(
    table => `select distinct 'work_order' as kind, work_order as id from fact.${table} where ${within('work_order')}`,
  );
  return session.rows<Named>(
    `select kind, id from fact.items where ${within('id')} union ${orders.join(' union ')} order by id, kind limit ${top}`,
    {low, high: low + LAST},
  );
}

const compared = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
