/** Whether what a hold rests on is still so: the same population at two positions, and what its lots went into since. */
import type {ContainQuestion} from './answers.ts';
import {counted} from './counted.ts';
import type {Session} from './duckdb.ts';
import type {Genealogy} from './genealogy/genealogy.ts';
import {genealogyOf} from './genealogy/read.ts';
import {habitsOf} from './habits.ts';
import {prepareHistory} from './history.ts';
import type {Warehouse} from './store.ts';
import {type Found, findSuspects, targetOf, withLotsOfParts} from './suspects.ts';

/** A population as it may be compared: everything by the ids of people. */
export interface PopulationAt {
  asOf: number;
  lots: Set<string>;
  parts: Map<string, {lot: string | null; failed: boolean | null}>;
  /** Lots that the held ones went into, at any depth. */
  reached: Map<string, {parts: number; through: string}>;
  /** Where held lots were moved to. */
  moved: Map<string, {status: string; location: string | null; at: string}>;
}

/** Asked again for a hold: what was suspected, and the lots that are held. */
export interface Rested {
  question: Omit<ContainQuestion, 'asOf'>;
  finding?: Found;
  held: readonly string[];
}

/** @throws what `contain` throws, for a question that cannot be asked any more */
export function populationAt(
  warehouse: Warehouse,
  {question, finding, held}: Rested,
  at?: number,
): Promise<PopulationAt> {
  return warehouse.read(at, async (session, asOf) => {
    const genealogy = await genealogyOf(warehouse, session, asOf);
    const plant = {session, genealogy, habits: await habitsOf(warehouse, session, genealogy, asOf), asOf};
    const target = await targetOf(warehouse, session, question, asOf, finding);
    const {suspects} = await findSuspects(plant, target, question);
    await prepareHistory(session, 'subjects');
    await session.integerTable('suspects', {part: suspects.parts});
    await session.integerTable('suspect_lots', {lot: suspects.lots});
    const parts = await session.rows<{id: string; lot: string | null; failed: boolean | null}>(
      'select s.id, s.lot_id as lot, s.failed from subjects s semi join suspects u on u.part = s.part',
    );
    const lots = await session.rows<{id: string}>(
      'select i.id from fact.items i semi join suspect_lots l on l.lot = i.item',
    );
    return {
      asOf,
      lots: new Set(lots.map(({id}) => id)),
      parts: new Map(parts.map(({id, lot, failed}) => [id, {lot, failed}])),
      reached: await reachedFrom(session, genealogy, held, asOf),
      moved: await movedLots(session, held),
    };
  });
}

/** Lots that the held ones went into, how many of their parts that concerns, and through what they came to be. */
async function reachedFrom(
  session: Session,
  genealogy: Genealogy,
  held: readonly string[],
  asOf: number,
): Promise<PopulationAt['reached']> {
  if (held.length === 0) return new Map();
  const roots = await session.rows<{item: number; id: string}>(
    `select item, id from fact.items where kind = 'lot' and batch <= ${asOf} and id in (select unnest($held::varchar[]))`,
    {held: [...held]},
  );
  const own = new Set(roots.map(({item}) => item));
  const all = withLotsOfParts(genealogy, genealogy.wentInto(own, asOf).items, asOf);
  const found = [...all.lots]
    .filter(lot => !own.has(lot))
    .map(lot => {
      let parts = 0;
      let through: {parent: number; child: number} | null = null;
      const from = (child: number) =>
        genealogy.backward.each(child, asOf, parent => {
          if (all.is[parent] === 1) through ??= {parent, child};
        });
      from(lot);
      genealogy.eachMember(lot, asOf, part => {
        if (all.is[part] === 0) return;
        parts++;
        from(part);
      });
      return {lot, parts, through: through as {parent: number; child: number} | null};
    });
  const named = new Set(found.flatMap(({lot, through}) => (through ? [lot, through.parent, through.child] : [lot])));
  if (named.size === 0) return new Map();
  await session.integerTable('to_name', {item: [...named]});
  const names = await session.rows<{item: number; kind: string; id: string}>(
    'select i.item, i.kind, i.id from fact.items i semi join to_name n on n.item = i.item',
  );
  const nameOf = new Map(names.map(({item, kind, id}) => [item, {id, words: `${kind} ${id}`}]));
  return new Map(
    found.map(({lot, parts, through}) => {
      const words = (item: number) => nameOf.get(item)!.words;
      const way =
        through === null
          ? 'its parts'
          : through.child === lot
            ? words(through.parent)
            : `${words(through.parent)}, which went into ${words(through.child)}`;
      return [nameOf.get(lot)!.id, {parts, through: way}];
    }),
  );
}

async function movedLots(session: Session, held: readonly string[]): Promise<PopulationAt['moved']> {
  if (held.length === 0) return new Map();
  const rows = await session.rows<{lot: string; status: string; location: string | null; at: string}>(
    `select i.id as lot, arg_max(m.status, m."at") as status, arg_max_null(m.location, m."at") as location, max(m."at") as "at"
     from now.movements m join fact.items i on i.item = m.id and i.kind = 'lot'
     where m.kind = 'lot' and m.status is not null and i.id in (select unnest($held::varchar[]))
     group by i.id order by i.id`,
    {held: [...held]},
  );
  return new Map(rows.map(({lot, ...moved}) => [lot, moved]));
}

/** Statuses of a lot that somebody can use, though it is held. */
const FREE: readonly string[] = ['in-process', 'stock', 'consumed', 'shipped'];
const NAMED = 5;

/**
 * What changed, in words, and the lots that came from held ones since. What the person who closed the last review has seen
 * is `before`.
 * @param covered lots of the hold, those that it inherited included
 * @param heldSince when the hold was approved, null before that
 */
export function changesOf(
  before: PopulationAt,
  now: PopulationAt,
  {covered, heldSince}: {covered: ReadonlySet<string>; heldSince: string | null},
): {reasons: string[]; descendants: {lot: string; parts: number; through: string}[]} {
  const descendants = [...now.reached]
    .filter(([lot]) => !before.reached.has(lot))
    .map(([lot, reached]) => ({lot, ...reached}))
    .sort((a, b) => (a.lot < b.lot ? -1 : 1));
  const reasons: string[] = [];
  const say = (ids: readonly string[], what: (n: number) => string) => {
    if (ids.length > 0) reasons.push(`${what(ids.length)}: ${someOf(ids)}`);
  };
  const shared = [...now.parts].filter(([part]) => before.parts.has(part));
  const was = (part: string) => before.parts.get(part)!;
  say(
    shared
      .filter(([part, {lot}]) => was(part).lot !== lot)
      .map(([part, {lot}]) => `${part} (from ${was(part).lot ?? 'none'} to ${lot ?? 'none'})`),
    n => `${counted(n, 'suspect part')} changed the lot`,
  );
  say(
    shared.filter(([part, {failed}]) => was(part).failed === true && failed !== true).map(([part]) => part),
    n => `${counted(n, 'suspect part')} had failed and no longer count as failed`,
  );
  say(
    shared.filter(([part, {failed}]) => was(part).failed === false && failed !== false).map(([part]) => part),
    n => `${counted(n, 'suspect part')} had passed and no longer count as passed`,
  );
  say(
    [...before.parts.keys()].filter(part => !now.parts.has(part)),
    n => `${counted(n, 'part')} no longer suspect`,
  );
  say(
    [...before.lots].filter(lot => !now.lots.has(lot)),
    n => `${counted(n, 'lot')} no longer suspect`,
  );
  const isInherited = (lot: string | null) =>
    lot !== null && !before.lots.has(lot) && (now.reached.has(lot) || covered.has(lot));
  say(
    [...now.parts].filter(([part, {lot}]) => !before.parts.has(part) && !isInherited(lot)).map(([part]) => part),
    n => `${counted(n, 'part')} became suspect`,
  );
  say(
    [...now.lots].filter(lot => !before.lots.has(lot) && !isInherited(lot)),
    n => `${counted(n, 'lot')} became suspect and not covered by this hold`,
  );
  if (heldSince !== null) {
    say(
      [...now.moved]
        .filter(
          ([lot, {status, at}]) =>
            FREE.includes(status) && Date.parse(at) > Date.parse(heldSince) && before.moved.get(lot)?.at !== at,
        )
        .map(([lot, {status, location}]) => `${lot} (${status}${location === null ? '' : `, ${location}`})`),
      n => `${counted(n, 'held lot')} reported as free to use since the hold`,
    );
  }
  return {reasons, descendants};
}

const someOf = (ids: readonly string[]) =>
  `${ids.slice(0, NAMED).join(', ')}${ids.length > NAMED ? ` and ${ids.length - NAMED} more` : ''}`;
