/** What happened to a part, a lot or a work order, what it was made from, where it went, and who shares its fate. */
import type {Related, Sibling, TraceAnswer, TraceQuestion} from './answers.ts';
import {completenessOf} from './completeness.ts';
import {byId, type Described, describe, firstById} from './described.ts';
import {type Found, findItem} from './find-item.ts';
import {circlesAmong} from './genealogy/circles.ts';
import type {Reached} from './genealogy/genealogy.ts';
import {linksAmong} from './genealogy/links-among.ts';
import {genealogyOf} from './genealogy/read.ts';
import {directInputs, type SiblingGroup, siblingsOf} from './genealogy/siblings.ts';
import {habitsOf, type Plant} from './habits.ts';
import {lotlessFellows, missingLinks, suspectsAmong} from './missing-links.ts';
import type {Warehouse} from './store.ts';
import {type Around, storyOf} from './story.ts';

/** More relatives or events than this are counted, not listed. */
const LISTED = 10_000;
const SIBLINGS_LISTED = 100;
/** Of relatives on either side, the nearest: how more hang together nobody could see. */
const LINKED = 150;

/**
 * The history of an item, everything that went into it (backward) and everything it went into (forward) at any depth,
 * and what shares its production lot or its direct inputs (siblings); `depth` is the shortest way. A part shares the fate
 * of its production lot: what went into the lot went into the part, and a part may be wherever its lot went. A work order
 * stands for its parts. Without `forward` or `backward`, both. `widenedBy`: what else it may have gone into, because links
 * that one would expect are missing.
 * @throws NotFound for an id that no row has named, QuestionError when `kind` must say which
 */
export function trace(warehouse: Warehouse, question: TraceQuestion): Promise<TraceAnswer> {
  const {id, forward, backward} = question;
  const both = forward === backward;
  return warehouse.read(question.asOf, async (session, asOf) => {
    const found = await findItem(session, id, question.kind, asOf);
    const genealogy = await genealogyOf(warehouse, session, asOf);
    const plant: Plant = {session, genealogy, habits: await habitsOf(warehouse, session, genealogy, asOf), asOf};
    const sources = genealogy.madeFrom(found.items, asOf);
    const uses = genealogy.wentInto(found.items, asOf);
    const groups = found.kind === 'work_order' ? [] : await siblingGroups(plant, found.items[0]);
    const circles = circlesAmong(genealogy, [sources.items, uses.items], asOf);

    const before = both || backward ? await nearest(plant, sources, 0) : NOTHING;
    // The parts of a work order are one step forward of it.
    const after = both || forward ? await nearest(plant, uses, found.kind === 'work_order' ? 1 : 0) : NOTHING;
    const beside = await narrowest(plant, groups);
    const named = await describeAll(plant, [
      ...sources.items,
      ...after.items,
      ...beside.groups.flatMap(g => [g.through, ...g.siblings]),
      ...circles,
    ]);
    const story = await storyOf(session, aroundOf(id, found, plant, named), genealogy, named, asOf, LISTED);
    const completeness = await completenessOf(plant, itemsOf(named, sources.items), itemsOf(named, circles));
    const suspects = suspectsAmong(genealogy, uses.items);
    const widenedBy = [...(await missingLinks(plant, suspects)), ...(await lotlessFellows(plant, suspects))];
    return {
      asOf,
      kind: found.kind,
      id,
      ...story,
      backward: relatives(plant, named, before),
      forward: relatives(plant, named, after),
      siblings: beside.groups.flatMap(group => siblings(plant, named, group)),
      links: linksOf(
        plant,
        named,
        [...found.items.slice(0, 1), ...nearestOf(named, before), ...nearestOf(named, after)],
        {
          id,
          found,
        },
      ),
      truncated: {backward: before.more, forward: after.more, siblings: beside.more},
      completeness,
      widenedBy,
    };
  });
}

interface Cut {
  items: number[];
  depths: number[];
  /** Those that are not listed. */
  more: number;
}

const NOTHING: Cut = {items: [], depths: [], more: 0};

/** The nearest first; of the last level that is listed, the first by id. @param shift what depth the items asked for have */
async function nearest({session, genealogy}: Plant, {items, starts}: Reached, shift: number): Promise<Cut> {
  const cut: Cut = {items: [], depths: [], more: 0};
  for (const [depth, start] of starts.entries()) {
    if (depth + shift === 0) continue;
    const level = items.subarray(start, starts[depth + 1] ?? items.length);
    const listed = await firstById(session, genealogy, level, LISTED - cut.items.length);
    for (const item of listed) {
      cut.items.push(item);
      cut.depths.push(depth + shift);
    }
    cut.more += level.length - listed.length;
  }
  return cut;
}

async function siblingGroups({session, genealogy, asOf}: Plant, item: number): Promise<SiblingGroup[]> {
  const inputs = await byId(session, genealogy, directInputs(genealogy, item, asOf));
  return siblingsOf(genealogy, item, inputs, asOf);
}

async function narrowest({session, genealogy}: Plant, groups: readonly SiblingGroup[]) {
  const cut = {groups: [] as SiblingGroup[], more: 0};
  let room = SIBLINGS_LISTED;
  for (const {through, siblings} of groups) {
    const listed = await firstById(session, genealogy, siblings, room);
    cut.groups.push({through, siblings: listed});
    cut.more += siblings.length - listed.length;
    room -= listed.length;
  }
  return cut;
}

/** The items, and the lots that parts among them belong to. */
function describeAll({session, genealogy, asOf}: Plant, items: readonly number[]): Promise<Map<number, Described>> {
  const all = new Set(items);
  for (const item of items) {
    const lot = genealogy.lotOf(item, asOf);
    if (lot >= 0) all.add(lot);
  }
  return describe(session, [...all], genealogy, asOf);
}

const itemsOf = (named: Map<number, Described>, items: Iterable<number>) => Array.from(items, item => named.get(item)!);

/** Whose events belong to the history: what happened to its lot and its work order happened to a part too. */
function aroundOf(
  id: string,
  {kind, items: [item]}: Found,
  {genealogy, asOf}: Plant,
  named: Map<number, Described>,
): Around {
  if (kind === 'lot') return {part: null, lot: item, workOrder: null};
  if (kind === 'work_order') return {part: null, lot: null, workOrder: id};
  const lot = genealogy.lotOf(item, asOf);
  return {part: item, lot: lot < 0 ? null : lot, workOrder: named.get(item)!.workOrder};
}

/** In the order in which they are told, whatever order they came in. */
function nearestOf(named: Map<number, Described>, {items, depths}: Cut): number[] {
  const name = (k: number) => named.get(items[k])!;
  return [...items.keys()]
    .sort((a, b) => depths[a] - depths[b] || compared(name(a).kind, name(b).kind) || compared(name(a).id, name(b).id))
    .slice(0, LINKED)
    .map(k => items[k]);
}

/** A work order has no key of its own: it leads to the parts that are made under it. */
function linksOf(
  {genealogy, asOf}: Plant,
  named: Map<number, Described>,
  items: readonly number[],
  {id, found}: {id: string; found: Found},
): TraceAnswer['links'] {
  const end = (item: number) => {
    const {kind, id: name} = named.get(item)!;
    return {kind, id: name};
  };
  const isOrder = found.kind === 'work_order';
  const known = [...new Set(items)].filter(item => named.has(item));
  const own = new Set(isOrder ? found.items : []);
  const order = {kind: 'work_order' as const, id};
  return [
    ...known.filter(item => own.has(item)).map(item => ({from: order, into: end(item), how: 'belongs' as const})),
    ...linksAmong(genealogy, known, asOf).map(({from, into, how}) => ({from: end(from), into: end(into), how})),
  ].sort((a, b) => compared(textOf(a), textOf(b)));
}

const textOf = ({from, into}: TraceAnswer['links'][number]) => JSON.stringify([from.kind, from.id, into.kind, into.id]);

function relatives(plant: Plant, named: Map<number, Described>, {items, depths}: Cut): Related[] {
  return items
    .map((item, k): Related => {
      const {kind, id} = named.get(item)!;
      return {kind, id, depth: depths[k], detail: detailOf(plant, named, item)};
    })
    .sort((a, b) => a.depth - b.depth || compared(a.kind, b.kind) || compared(a.id, b.id));
}

const compared = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function siblings(plant: Plant, named: Map<number, Described>, {through, siblings}: SiblingGroup): Sibling[] {
  const {kind, id} = named.get(through)!;
  return Array.from(siblings, (item): Sibling => {
    const {kind: ofKind, id: ofId} = named.get(item)!;
    return {kind: ofKind, id: ofId, through: {kind, id}, detail: detailOf(plant, named, item)};
  }).sort((a, b) => compared(a.kind, b.kind) || compared(a.id, b.id));
}

function detailOf({genealogy, asOf}: Plant, named: Map<number, Described>, item: number): string {
  const {kind, product, material, supplier} = named.get(item)!;
  const lot = named.get(genealogy.lotOf(item, asOf));
  const words = kind === 'part' ? [product, lot ? `lot ${lot.id}` : null] : [material, supplier];
  return words.filter(word => word !== null).join(', ');
}
