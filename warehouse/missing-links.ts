/**
 * How far a suspect population reaches further if the links that are missing were there: what may have consumed a suspect,
 * because its like usually say what they consumed and it does not.
 */
import {counted} from './counted.ts';
import {quoteText} from './duckdb.ts';
import type {Genealogy} from './genealogy/genealogy.ts';
import type {Plant} from './habits.ts';
import {rowsAbout, runsOf, setOf, textsOf} from './rows-of.ts';

export interface Suspects {
  /** Of all items: 1 = suspect. */
  is: Uint8Array;
  lots: Int32Array;
  parts: Int32Array;
}

export function suspectsAmong(genealogy: Genealogy, items: Int32Array): Suspects {
  const is = new Uint8Array(genealogy.items);
  for (const item of items) is[item] = 1;
  return {is, lots: items.filter(item => genealogy.isLot(item)), parts: items.filter(item => !genealogy.isLot(item))};
}

/** In words, with counts. */
export async function missingLinks(plant: Plant, suspects: Suspects): Promise<string[]> {
  return [...unnamedByLots(plant, suspects), ...(await unnamedByParts(plant, suspects))];
}

/** Lots made while suspect lots of a material were in use that name no lot of it, though most of their fellows do. */
function unnamedByLots({genealogy, habits, asOf}: Plant, {is, lots}: Suspects): string[] {
  const uses = new Map<string, {madeFrom: number; usedFrom: number; usedTo: number; isUsed: boolean}>();
  for (const lot of lots) {
    const described = habits.lots.of(lot);
    if (!described) continue;
    const use = uses.get(described.material) ?? {
      madeFrom: Number.NaN,
      usedFrom: Number.NaN,
      usedTo: Number.NaN,
      isUsed: false,
    };
    uses.set(described.material, use);
    use.madeFrom = lesser(use.madeFrom, described.madeAt);
    genealogy.forward.each(lot, asOf, child => {
      const user = habits.lots.of(child);
      if (!user) return;
      use.isUsed = true;
      use.usedFrom = lesser(use.usedFrom, user.madeAt);
      use.usedTo = -lesser(-use.usedTo, -user.madeAt);
    });
  }
  const words: string[] = [];
  for (const [input, use] of [...uses].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!use.isUsed) continue;
    const from = Number.isNaN(use.madeFrom) ? use.usedFrom : use.madeFrom;
    for (const {material, lots: unnamed} of habits.lots.unnamed(input)) {
      const isOfThatTime = (at: number) => !(at < from) && !(at > use.usedTo);
      const possible = unnamed.filter(lot => is[lot] === 0 && isOfThatTime(habits.lots.of(lot)!.madeAt));
      if (possible.length === 0) continue;
      let parts = 0;
      for (const lot of possible) genealogy.eachMember(lot, asOf, () => parts++);
      words.push(
        `${counted(possible.length, 'lot')} of ${material} with ${counted(parts, 'part')}, made in the same time: no lot of ${input} named as consumed, so it may have been a suspect one`,
      );
    }
  }
  return words;
}

/** The lesser of two numbers of which any may be unknown (NaN). */
const lesser = (a: number, b: number) => (Number.isNaN(a) || b < a ? b : a);

/** Parts made while suspects went into others of their product, that name no input at all though 90 % do. */
async function unnamedByParts(plant: Plant, {is, lots, parts}: Suspects): Promise<string[]> {
  const {session, genealogy, habits, asOf} = plant;
  const withGaps = habits.productsWithGaps;
  if (withGaps.length === 0) return [];
  const users = new Set<number>();
  for (const items of [lots, parts]) {
    for (const item of items) genealogy.forward.each(item, asOf, child => users.add(child));
  }
  if (users.size === 0) return [];
  const periods = await periodsOf(plant, [...users], withGaps);
  const words: string[] = [];
  for (const {product, since, until} of periods) {
    const of = `select part from now.parts where product = ${quoteText(product)}`;
    const [from, to] = [since, until].map(time => `${quoteText(time ?? '')}::timestamptz`);
    const ofThatTime =
      since === null ? of : `${of} and made_at between ${from} and ${to} union all ${of} and made_at is null`;
    const {columns} = await session.columns(ofThatTime);
    const silent = (columns[0] as number[]).filter(part => is[part] === 0 && !genealogy.backward.has(part, asOf));
    if (silent.length === 0) continue;
    words.push(
      `${counted(silent.length, 'part')} of ${product}, made in the same time: nothing named as consumed, so it may have been a suspect one`,
    );
  }
  return words;
}

type Period = {product: string; since: string | null; until: string | null};

/** When the parts were made, of each of the products. */
async function periodsOf({session, asOf}: Plant, parts: number[], products: readonly string[]): Promise<Period[]> {
  const runs = runsOf('part', parts);
  if (runs === null) {
    const among = await setOf(session, 'users', parts);
    const periods = (of: string) =>
      session.rows<Period & {again: boolean}>(
        `select product, min(made_at)::varchar as since, max(made_at)::varchar as until, bool_or(later) as again
         from ${of} where part in ${among} group by product order by product`,
      );
    const told = await periods(`(from fact.parts where batch <= ${asOf})`);
    // Only where a part was told of more than once are versions to be compared.
    const current = told.some(({again}) => again) ? await periods('(select *, false as later from now.parts)') : told;
    return current.filter(({product}) => products.includes(product));
  }
  type Made = {part: number; product: string; made_at: string | null};
  const wanted = new Set(parts);
  const rows = (await rowsAbout<Made>(session, 'parts', ['product', 'made_at'], runs, asOf)).filter(r =>
    wanted.has(r.part),
  );
  return products.flatMap(product => {
    const of = rows.filter(r => r.product === product);
    const times = of
      .flatMap(({made_at}) => (made_at === null ? [] : [made_at]))
      .sort((a, b) => Date.parse(a) - Date.parse(b));
    return of.length === 0 ? [] : [{product, since: times[0] ?? null, until: times.at(-1) ?? null}];
  });
}

/** Parts of no recorded lot whose fellows of the same work order are in suspect lots. */
export async function lotlessFellows({session, habits}: Plant, {is, lots}: Suspects): Promise<string[]> {
  if (!habits.hasMixedOrders || lots.length === 0) return [];
  const among = await setOf(session, 'lots_asked', lots);
  const rows = await session.rows<{work_order: string}>(
    `select distinct work_order from now.parts where lot in ${among} and work_order is not null order by work_order`,
  );
  const mixed = rows.map(r => r.work_order).filter(order => habits.inLots(order).without > 0);
  if (mixed.length === 0) return [];
  const fellows = await session.rows<{part: number; work_order: string}>(
    `select part, work_order from now.parts where lot is null and work_order in ${textsOf(mixed)}`,
  );
  const possible = fellows.filter(({part}) => is[part] === 0);
  if (possible.length === 0) return [];
  const orders = [...new Set(possible.map(p => p.work_order))].sort();
  const named = orders.length > 3 ? counted(orders.length, 'work order') : `work order ${orders.join(', ')}`;
  return [
    `${counted(possible.length, 'part')} of ${named} with no production lot recorded, though others of it are in suspect lots: they may belong to those`,
  ];
}
