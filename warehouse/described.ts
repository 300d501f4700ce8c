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
  const {columns, rows} = await session.columns(`select item, kind, id from fact.items where item in ${among}`);
  const [keys, kinds, ids] = columns as [number[], Described['kind'][], string[]];
  const described = new Map<number, Described>();
  for (let k = 0; k < rows; k++) {
    const [item, kind, id] = [keys[k], kinds[k], ids[k]];
    described.set(item, {item, kind, id, product: null, workOrder: null, material: null, supplier: null});
  }
  const [parts, products, workOrders] = await saidOf(session, 'parts', ['part', 'product', 'work_order'], among, asOf);
  for (const [k, part] of (parts as number[]).entries()) {
    const known = described.get(part)!;
    known.product = products[k] as string;
    known.workOrder = workOrders[k] as string | null;
  }
  const [lots, materials, suppliers] = await saidOf(session, 'lots', ['lot', 'material', 'supplier'], among, asOf);
  for (const [k, lot] of (lots as number[]).entries()) {
    const known = described.get(lot)!;
    known.material = materials[k] as string;
    known.supplier = suppliers[k] as string | null;
  }
  return described;
}

/** Columns of the current rows, the key first. Most things were told of once: versions are compared only where some were not. */
async function saidOf(session: Session, table: string, columns: readonly string[], among: string, asOf: number) {
  const [key] = columns;
  const told = await session.columns(
    `select ${columns.join(', ')}, later from fact.${table} where ${key} in ${among} and batch <= ${asOf}`,
  );
  if (!told.columns.at(-1)!.includes(true)) return told.columns;
  return (await session.columns(`select ${columns.join(', ')} from ${rowsOf(table, key, among, asOf)}`)).columns;
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
