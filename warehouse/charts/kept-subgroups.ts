import type {Session} from '../duckdb.ts';
import type {Warehouse} from '../store.ts';
import {type Asked, type Subgrouped, subgroupsOf} from './values.ts';

/** Subgroups kept of a warehouse, over all questions. */
const MOST = 300_000;

const kept = new WeakMap<Warehouse, Map<string, Subgrouped>>();

/**
 * As `subgroupsOf`. What was formed last is kept: another chart of the same values, another baseline, other rules need no
 * look at the values.
 */
export async function keptSubgroups(
  warehouse: Warehouse,
  session: Session,
  {parameter, subgroup, product, from, to, where}: Asked,
  asOf: number,
): Promise<Subgrouped> {
  const mine = kept.get(warehouse) ?? new Map<string, Subgrouped>();
  kept.set(warehouse, mine);
  const question = {parameter, subgroup, product, from, to, where};
  const key = JSON.stringify([asOf, warehouse.persons.edition, question]);
  const before = mine.get(key);
  const found = before ?? (await subgroupsOf(session, question));
  mine.delete(key);
  mine.set(key, found);
  let count = [...mine.values()].reduce((sum, {subgroups}) => sum + subgroups.length, 0);
  for (const [oldest, {subgroups}] of mine) {
    if (count <= MOST) break;
    mine.delete(oldest);
    count -= subgroups.length;
  }
  return found;
}
