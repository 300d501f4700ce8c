/** Parts and lots by their keys: what they are called and what is said of them. */
import type {Session} from './duckdb.ts';
import type {Genealogy} from './genealogy/genealogy.ts';
import {rowsAbout, rowsOf, runsOf, setOf} from './rows-of.ts';

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
  genealogy: Genealogy,
  asOf: number,
): Promise<Map<number, Described>> {
  const all = Array.from(items);
  const runs = runsOf('item', all);
  return runs ? describeFew(session, new Set(all), runs, genealogy, asOf) : describeMany(session, all, asOf);
}

async function describeFew(
  session: Session,
  items: Set<number>,
  runs: readonly string[],
  genealogy: Genealogy,
  asOf: number,
): Promise<Map<number, Described>> {
  const named = await session.rows<{item: number; kind: Described['kind']; id: string}>(
    runs.map(run => `select item, kind, id from fact.items where ${run}`).join(' union all ') || 'select 0 where false',
  );
  const isLot = (item: number) => genealogy.isLot(item);
  const parts = await rowsAbout<{part: number; product: string; work_order: string | null}>(
    session,
    'parts',
    ['product', 'work_order'],
    runsOf(
      'part',
      [...items].filter(item => !isLot(item)),
    ) ?? [],
    asOf,
  );
  const lots = await rowsAbout<{lot: number; material: string; supplier: string | null}>(
    session,
    'lots',
    ['material', 'supplier'],
    runsOf('lot', [...items].filter(isLot)) ?? [],
    asOf,
  );
  const described = new Map<number, Described>();
  for (const {item, kind, id} of named) {
    if (items.has(item))
      described.set(item, {item, kind, id, product: null, workOrder: null, material: null, supplier: null});
  }
  for (const {part, product, work_order} of parts) {
    const known = described.get(part);
    if (known) Object.assign(known, {product, workOrder: work_order});
  }
  for (const {lot, material, supplier} of lots) {
    const known = described.get(lot);
    if (known) Object.assign(known, {material, supplier});
  }
  return described;
}

async function describeMany(session: Session, items: readonly number[], asOf: number): Promise<Map<number, Described>> {
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

/** Of many items the first by kind and id; in that order where any are left out. */
export async function firstById(
  session: Session,
  genealogy: Genealogy,
  items: Int32Array,
  limit: number,
): Promise<Int32Array> {
  return items.length <= limit ? items : byId(session, genealogy, items, limit);
}

/** Items in the order of their kinds and ids. @param limit how many at most */
export async function byId(
  session: Session,
  {order}: Genealogy,
  items: Int32Array,
  limit = items.length,
): Promise<Int32Array> {
  if (limit === 0 || items.length < 2) return items.subarray(0, limit);
  const known = order.first(
    items.filter(item => order.knows(item)),
    limit,
  );
  const others = items.filter(item => !order.knows(item));
  return others.length === 0 ? known : readInOrder(session, [...known, ...others], limit);
}

/** Of items, some of which came after the order in memory was made. */
async function readInOrder(session: Session, items: readonly number[], limit: number): Promise<Int32Array> {
  const runs = runsOf('item', items);
  if (runs === null) {
    const among = await setOf(session, 'to_order', items);
    const ordered = `select item from fact.items where item in ${among} order by kind, id limit ${limit}`;
    return (await session.integers(ordered, limit))[0];
  }
  const wanted = new Set(items);
  const rows = await session.rows<{item: number; kind: string; id: string}>(
    runs.map(run => `select item, kind, id from fact.items where ${run}`).join(' union all '),
  );
  const first = rows
    .filter(({item}) => wanted.has(item))
    .sort((a, b) => (a.kind !== b.kind ? (a.kind < b.kind ? -1 : 1) : a.id < b.id ? -1 : 1))
    .slice(0, limit);
  return Int32Array.from(first, ({item}) => item);
}
