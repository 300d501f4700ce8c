/** Parts and lots by their keys: what they are called and what is said of them. */
import type {Session} from './duckdb.ts';
import {rowsOf, setOf} from './rows-of.ts';

export interface Described {
  item: number;
  kind: 'part' | 'lot';
  id: string;
  /** Of a part; null = no row of `parts` says what it is. */
  product: string | null;
  workOrder: string | null;
  /** Of a lot; null = no row of `lots` says what it is. */
  material: string | null;
  supplier: string | null;
}

/** @returns by key */
export async function describe(
  session: Session,
  items: ArrayLike<number>,
  asOf: number,
): Promise<Map<number, Described>> {
  const among = await setOf(session, 'to_describe', items);
  const {columns, rows} = await session.columns(
    `select i.item, i.kind, i.id, p.product, p.work_order, l.material, l.supplier
     from fact.items i
     left join ${rowsOf('parts', 'part', among, asOf)} p on p.part = i.item
     left join ${rowsOf('lots', 'lot', among, asOf)} l on l.lot = i.item
     where i.item in ${among}`,
  );
  const [keys, kinds, ids, products, workOrders, materials, suppliers] = columns as [
    number[],
    Described['kind'][],
    string[],
    ...(string | null)[][],
  ];
  const described = new Map<number, Described>();
  for (let k = 0; k < rows; k++) {
    described.set(keys[k], {
      item: keys[k],
      kind: kinds[k],
      id: ids[k],
      product: products[k],
      workOrder: workOrders[k],
      material: materials[k],
      supplier: suppliers[k],
    });
  }
  return described;
}

/** Of many items the first by kind and id. */
export async function firstById(session: Session, items: Int32Array, limit: number): Promise<Int32Array> {
  if (items.length <= limit) return items;
  const among = await setOf(session, 'to_order', items);
  return (
    await session.integers(`select item from fact.items where item in ${among} order by kind, id limit ${limit}`, limit)
  )[0];
}
