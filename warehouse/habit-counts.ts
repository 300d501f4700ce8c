/**
 * What parts usually have, counted at a position: parts of a product, those of them that name inputs, those with a run at a
 * step, parts of a work order with and without a lot. Counting millions takes seconds; the counts of another position differ
 * by the few parts that the batches between the two were about, so that only these are counted, at both.
 */
import {quoteName, quoteText, type Session} from './duckdb.ts';
import type {Genealogy} from './genealogy/genealogy.ts';

/** Counts by what is counted: see `keyOf`. */
export type Counts = ReadonlyMap<string, number>;

type What = 'parts' | 'fed' | 'step' | 'with lot' | 'without lot';

/** The key of a count: of a product (and a step), or of a work order. */
export const keyOf = (what: What, of: string, step = ''): string => JSON.stringify([what, of, step]);

/** @param known counts of another position to start from */
export async function countsAt(
  session: Session,
  genealogy: Genealogy,
  asOf: number,
  known: {asOf: number; counts: Counts} | null,
): Promise<Counts> {
  const all = {session, genealogy, asOf, among: ''};
  if (known === null || !(await findAffected(session, known.asOf, asOf))) return count(all);
  const counts = new Map(known.counts);
  const affected = {...all, among: AFFECTED};
  add(counts, await count(affected), 1);
  try {
    await session.run(`set variable as_of = ${known.asOf}`);
    add(counts, await count({...affected, asOf: known.asOf}), -1);
  } finally {
    await session.run(`set variable as_of = ${asOf}`);
  }
  return counts;
}

const AFFECTED = `semi join temp.${quoteName('affected')} a on a.part = p.part`;

function add(counts: Map<string, number>, others: Counts, sign: 1 | -1): void {
  for (const [key, n] of others) {
    const sum = (counts.get(key) ?? 0) + sign * n;
    if (sum === 0) counts.delete(key);
    else counts.set(key, sum);
  }
}

/** Temporary table `affected`: parts whose counts may differ. @returns false if they are too many to be worth it */
async function findAffected(session: Session, one: number, other: number): Promise<boolean> {
  const between = `batch > ${Math.min(one, other)} and batch <= ${Math.max(one, other)}`;
  await session.run(`create or replace temp table affected as
    select part from fact.parts where ${between}
    union select part from fact.operations where part is not null and ${between}
    union select child from fact.genealogy where child_kind = 'part' and ${between}
    union select p.part from fact.parts p semi join (from fact.operations where lot is not null and ${between}) o on o.lot = p.lot
    union select p.part from fact.parts p
      semi join (from fact.operations where work_order is not null and ${between}) o on o.work_order = p.work_order`);
  const {few} = await session.row<{few: boolean}>(
    'select (select count(*) from temp.affected) * 4 < (select count(*) from fact.parts) + 1000 as few',
  );
  return few;
}

interface Ask {
  session: Session;
  genealogy: Genealogy;
  asOf: number;
  /** SQL that leaves some of the parts `p`; empty for all. */
  among: string;
}

/**
 * Joining each run to its part and setting the double ones apart takes the engine half a minute for millions; a pass over
 * the runs, with the parts in arrays, a few seconds.
 */
async function count(ask: Ask): Promise<Counts> {
  const {session, asOf, among} = ask;
  const parts = `(select p.part, p.product, p.work_order, p.lot from now.parts p ${among})`;
  const told = await session.rows<{product: string; work_order: string | null; hasLot: boolean; n: number}>(
    `select product, work_order, lot is not null as "hasLot", count(*) as n from ${parts} group by all order by all`,
  );
  const counts = new Map<string, number>();
  for (const {product, work_order, hasLot, n} of told) {
    const ofProduct = keyOf('parts', product);
    counts.set(ofProduct, n + (counts.get(ofProduct) ?? 0));
    if (work_order === null) continue;
    const ofOrder = keyOf(hasLot ? 'with lot' : 'without lot', work_order);
    counts.set(ofOrder, n + (counts.get(ofOrder) ?? 0));
  }
  const products = [...new Set(told.map(t => t.product))];
  const named = await session.columns(`select distinct step from fact.operations where batch <= ${asOf} order by step`);
  const steps = named.columns[0] as string[];
  const ofParts = await productsOf(ask, parts, products);
  const having = await havingRuns(ask, parts, steps, ofParts);
  for (const [k, product] of products.entries()) {
    if (ofParts.fed[k + 1] > 0) counts.set(keyOf('fed', product), ofParts.fed[k + 1]);
    for (const [s, step] of steps.entries()) {
      const n = having[(k + 1) * steps.length + s];
      if (n > 0) counts.set(keyOf('step', product, step), n);
    }
  }
  return counts;
}

interface Products {
  /** By item: the place of its product, from 1; 0 = none of the parts. */
  productOf: Uint32Array;
  /** By that place: how many name inputs of their own. */
  fed: Uint32Array;
}

async function productsOf(
  {session, genealogy, asOf}: Ask,
  parts: string,
  products: readonly string[],
): Promise<Products> {
  const productOf = new Uint32Array(genealogy.items);
  const fed = new Uint32Array(products.length + 1);
  const chunks = session.chunks(
    `select p.part::uinteger, n.place from ${parts} p join ${placesOf(products)} n on n.name = p.product`,
  );
  for await (const [some, places] of chunks) {
    for (let k = 0; k < some.length; k++) {
      productOf[some[k]] = places[k];
      if (genealogy.backward.has(some[k], asOf)) fed[places[k]]++;
    }
  }
  return {productOf, fed};
}

/** By product and step, in that order: parts with a run at the step, their own or one of their lot or work order. */
async function havingRuns(
  {session, asOf, among}: Ask,
  parts: string,
  steps: readonly string[],
  {productOf, fed}: Products,
): Promise<Uint32Array> {
  const having = new Uint32Array(fed.length * steps.length);
  const runs = `(from fact.operations where batch <= ${asOf})`;
  const shared = (by: string) =>
    `select p.part, o.step from ${parts} p join (select distinct ${by}, step from ${runs}) o on o.${by} = p.${by}`;
  // A part has many runs and they come in any order: a bit a step says which were counted.
  for (let from = 0; from < steps.length; from += BITS) {
    const places = placesOf(steps.slice(from, from + BITS));
    const chunks = session.chunks(
      `select r.part::uinteger, n.place from (
         select p.part, p.step from ${runs} p ${among} where p.part is not null
         union all ${shared('lot')} union all ${shared('work_order')}
       ) r join ${places} n on n.name = r.step`,
    );
    const counted = new Uint32Array(productOf.length);
    for await (const [some, stepPlaces] of chunks) {
      for (let k = 0; k < some.length; k++) {
        const [part, step] = [some[k], stepPlaces[k] - 1];
        if (productOf[part] === 0 || (counted[part] & (1 << step)) !== 0) continue;
        counted[part] |= 1 << step;
        having[productOf[part] * steps.length + from + step]++;
      }
    }
  }
  return having;
}

/** Of a number in a typed array. */
const BITS = 32;

/** SQL of names and their places, from 1. */
const placesOf = (names: readonly string[]): string =>
  `(select unnest([${names.map(quoteText).join(', ')}]::varchar[]) as name, unnest(range(1, ${names.length + 1}))::uinteger as place)`;
