/** Who went into whom at all plants, a remove a query: the same walk as in memory, with the links of each remove fetched. */
import {QuestionError} from '../question-error.ts';
import type {Asking} from './company.ts';

export interface Item {
  plant: string;
  kind: 'lot' | 'part';
  id: string;
}

export interface Reached extends Item {
  /** The shortest way; 0 = what was asked about. */
  depth: number;
}

/** More items than this are not walked from here: each remove sends them to the engine. */
const MOST_ITEMS = 200_000;
const AT_ONCE = 5_000;

const keyOf = ({plant, kind, id}: Item): string => `${plant}\n${kind}\n${id}`;

/**
 * Everything that the items went into, at any depth, themselves first; circles end. A part goes where its lot goes.
 * @throws QuestionError for more than can be walked
 */
export async function wentInto(asking: Asking, items: readonly Item[]): Promise<Reached[]> {
  const seen = new Walk(items);
  const used = new Set<string>();
  for (let depth = 1; seen.newest.length > 0; depth++) {
    const level = seen.newest;
    const parts = level.filter(({kind}) => kind === 'part');
    const lots = level.filter(({kind}) => kind === 'lot');
    const lotsOfParts = await lotsOf(asking, parts);
    // The uses of a lot are looked at once, whichever of its parts came first.
    const users = distinct([...level, ...lotsOfParts]).filter(item => !used.has(keyOf(item)));
    for (const item of users) used.add(keyOf(item));
    seen.arrive([...(await linked(asking, users, 'child')), ...(await membersOf(asking, lots))], depth);
  }
  return seen.all;
}

/** Everything that went into the items, at any depth, themselves first. What went into a part's lot went into the part. */
export async function madeFrom(asking: Asking, items: readonly Item[]): Promise<Reached[]> {
  const seen = new Walk(items);
  // A lot may come first as the lot of a part and then, further off, as a whole, which brings along what its parts consumed.
  const whole = new Set(items.map(keyOf));
  let level: {item: Item; isWhole: boolean}[] = items.map(item => ({item, isWhole: true}));
  for (let depth = 1; level.length > 0; depth++) {
    const own = level.map(({item}) => item);
    const wholeLots = level.filter(({item, isWhole}) => isWhole && item.kind === 'lot').map(({item}) => item);
    const members = await membersOf(asking, wholeLots);
    const parents = await linked(asking, distinct([...own, ...members]), 'parent');
    const lots = await lotsOf(
      asking,
      own.filter(({kind}) => kind === 'part'),
    );
    const next: typeof level = [];
    for (const item of parents) {
      if (whole.has(keyOf(item))) continue;
      whole.add(keyOf(item));
      next.push({item, isWhole: true});
    }
    for (const item of lots) if (!whole.has(keyOf(item)) && !seen.has(item)) next.push({item, isWhole: false});
    seen.arrive(
      next.map(({item}) => item),
      depth,
    );
    level = next;
  }
  return seen.all;
}

/** What was reached, in the order of its distance. */
class Walk {
  readonly all: Reached[] = [];
  newest: Item[] = [];
  readonly #seen = new Set<string>();

  constructor(items: readonly Item[]) {
    this.arrive(items, 0);
  }

  has(item: Item): boolean {
    return this.#seen.has(keyOf(item));
  }

  arrive(items: readonly Item[], depth: number): void {
    this.newest = distinct(items).filter(item => !this.has(item));
    for (const item of this.newest) {
      this.#seen.add(keyOf(item));
      this.all.push({plant: item.plant, kind: item.kind, id: item.id, depth});
    }
    if (this.all.length > MOST_ITEMS)
      throw new QuestionError(`more than ${MOST_ITEMS} parts and lots are reached: too many to be walked from here`, {
        hint: 'narrow it, or ask at the plant',
      });
  }
}

const distinct = (items: readonly Item[]): Item[] => [...new Map(items.map(item => [keyOf(item), item])).values()];

/** The children or parents of items. */
async function linked(asking: Asking, items: readonly Item[], side: 'child' | 'parent'): Promise<Item[]> {
  const other = side === 'child' ? 'parent' : 'child';
  return inPieces(items, (plant, kind, ids) =>
    asking.rows<Item>(
      `select distinct plant, ${side}_kind as kind, ${side} as id
       from ${asking.table('genealogy', 'parent', 'parent_kind', 'child', 'child_kind')} g
       where plant = ${asking.value(plant)} and ${other}_kind = '${kind}' and ${other} in (${listed(asking, ids)})`,
    ),
  );
}

/** The production lots of parts. */
export async function lotsOf(asking: Asking, parts: readonly Item[]): Promise<Item[]> {
  return inPieces(parts, (plant, _kind, ids) =>
    asking.rows<Item>(
      `select distinct plant, 'lot' as kind, lot as id from ${asking.table('parts', 'part', 'lot')} p
       where plant = ${asking.value(plant)} and lot is not null and part in (${listed(asking, ids)})`,
    ),
  );
}

/** The parts of lots, each with its lot. */
export async function membersOf(asking: Asking, lots: readonly Item[]): Promise<(Item & {lot: string})[]> {
  return inPieces(lots, (plant, _kind, ids) =>
    asking.rows<Item & {lot: string}>(
      `select plant, 'part' as kind, part as id, lot from ${asking.table('parts', 'part', 'lot')} p
       where plant = ${asking.value(plant)} and lot in (${listed(asking, ids)})`,
    ),
  );
}

const listed = (asking: Asking, ids: readonly string[]) => ids.map(id => asking.value(id)).join(', ');

async function inPieces<Found>(
  items: readonly Item[],
  ask: (plant: string, kind: Item['kind'], ids: string[]) => Promise<Found[]>,
): Promise<Found[]> {
  const found: Found[] = [];
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = `${item.plant}\n${item.kind}`;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  for (const group of groups.values())
    for (let from = 0; from < group.length; from += AT_ONCE)
      found.push(
        ...(await ask(
          group[0].plant,
          group[0].kind,
          group.slice(from, from + AT_ONCE).map(({id}) => id),
        )),
      );
  return found;
}
