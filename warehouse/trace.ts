/** What happened to a part, a lot or a work order, what it was made from and where it went. */
import type {Completeness, ItemKind, Related, TraceAnswer, TraceEvent, TraceQuestion} from './answers.ts';
import {completenessOfAsked} from './completeness.ts';
import type {Session} from './duckdb.ts';
import {NotFound} from './not-found.ts';
import {query} from './queries.ts';
import type {Warehouse} from './store.ts';

/** More relatives or events than this are counted, not listed. */
const LISTED = 10_000;

/** One id, several things: the question must say which. */
class AmbiguousItem extends Error {
  readonly code = 'USAGE';
  override name = 'AmbiguousItem';
}

/**
 * The history of an item, everything that went into it (backward) and everything it went into (forward) at any depth;
 * `depth` is the shortest way. A part shares the fate of its production lot: what went into the lot went into the part,
 * and a part may be wherever its lot went. A work order stands for its parts. Without `forward` or `backward`, both.
 * @throws NotFound for an id that no row has named, AmbiguousItem when `kind` must say which
 */
export function trace(warehouse: Warehouse, question: TraceQuestion): Promise<TraceAnswer> {
  const {id, forward, backward} = question;
  const both = forward === backward;
  return warehouse.read(question.asOf, async (session, asOf) => {
    const {kind, items} = await itemOf(session, question);
    const history = await historyOf(session, kind, id, items);
    const sources = await relativesOf(session, 'made-from', kind, items);
    const uses = await relativesOf(session, 'went-into', kind, items);
    const completeness = await completenessOf(session, items);
    return {
      asOf,
      kind,
      id,
      history,
      backward: both || backward ? sources.listed : [],
      forward: both || forward ? uses.listed : [],
      truncated: {
        backward: both || backward ? sources.more : 0,
        forward: both || forward ? uses.more : 0,
      },
      completeness,
    };
  });
}

/** @returns the kind, and the key of the part or lot itself; of a work order the keys of its parts */
async function itemOf(session: Session, {id, kind}: TraceQuestion): Promise<{kind: ItemKind; items: number[]}> {
  const found = await session.rows<{kind: ItemKind; items: number[]}>(query('named'), {id, kind: kind ?? null});
  if (found.length === 1) return found[0];
  if (found.length === 0) {
    const sought = kind === undefined ? 'part, lot or work order' : kind.replace('_', ' ');
    throw new NotFound(`no row up to this position names a ${sought} "${id}"`);
  }
  const kinds = found.map(f => f.kind).join(' and a ');
  throw new AmbiguousItem(`"${id}" is a ${kinds}: say which kind is meant`);
}

async function historyOf(session: Session, kind: ItemKind, id: string, items: number[]): Promise<TraceEvent[]> {
  const around = await aroundOf(session, kind, id, items);
  const rows = await session.rows<Omit<TraceEvent, 'details'> & {details: string} & Record<string, unknown>>(
    query('events'),
    {...around, limit: LISTED},
  );
  return rows.map(row => ({...row, details: withoutNulls(JSON.parse(row.details) as TraceEvent['details'])}));
}

/** Whose events belong to the history: what happened to its lot and its work order happened to a part too. */
async function aroundOf(session: Session, kind: ItemKind, id: string, [item]: number[]) {
  if (kind === 'lot') return {part: null, lot: item, work_order: null};
  if (kind === 'work_order') return {part: null, lot: null, work_order: id};
  const rows = await session.rows<{lot: number | null; work_order: string | null}>(
    'select lot, work_order from now.parts where part = $part::integer',
    {part: item},
  );
  return {part: item, lot: rows[0]?.lot ?? null, work_order: rows[0]?.work_order ?? null};
}

const withoutNulls = (details: TraceEvent['details']) =>
  Object.fromEntries(Object.entries(details).filter(([, value]) => value !== null));

/**
 * Makes temporary table `reached`. @returns the nearest relatives, named, and how many more there are
 */
async function relativesOf(session: Session, way: 'made-from' | 'went-into', kind: ItemKind, items: number[]) {
  await ask(session, items);
  await session.run(`create or replace temp table reached as ${query(way)}`);
  // The parts of a work order are one step forward of it.
  const shift = kind === 'work_order' && way === 'went-into' ? 1 : 0;
  const listed = await session.rows<Related & Record<string, unknown>>(query('relatives'), {shift, limit: LISTED});
  const {all} = await session.row<{all: number}>(
    'select count(*) as "all" from reached where depth + $shift::integer > 0',
    {shift},
  );
  return {listed, more: all - listed.length};
}

async function ask(session: Session, items: number[]): Promise<void> {
  await session.run('create or replace temp table asked (item integer)');
  // A list without items has no type that could be bound.
  if (items.length > 0) await session.run('insert into asked select unnest($items::integer[])', {items});
}

/** Of the item and everything that went into it; what is in `reached` is what it went into. */
async function completenessOf(session: Session, items: number[]): Promise<Completeness> {
  await ask(session, items);
  await session.run(`create or replace temp table asked as ${query('made-from')}`);
  const completeness = await completenessOfAsked(session);
  const circles = await session.rows<{kind: string; id: string}>(
    `select i.kind, i.id from asked a join reached r on r.item = a.item join fact.items i on i.item = a.item
     where a.depth > 0 and r.depth > 0 order by i.kind, i.id`,
  );
  const circular = circles.map(c => ({...c, what: 'a circle in the genealogy: it went in and it came out'}));
  return {...completeness, missing: [...completeness.missing, ...circular]};
}
