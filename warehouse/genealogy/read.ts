/** From facts to the genealogy in memory: read whole once, brought up to date by what later batches brought. */
import {setImmediate as turn} from 'node:timers/promises';
import type {Session} from '../duckdb.ts';
import type {Warehouse} from '../store.ts';
import {Adjacency, batchesLike, type Pairs, SLICE} from './adjacency.ts';
import {furtherCircles, possibleCircles} from './circles.ts';
import {Genealogy, type Membership} from './genealogy.ts';
import {IdOrder} from './id-order.ts';

interface Kept {
  genealogy: Genealogy | null;
  /** Readings run one after the other: whoever comes second finds what the first has read. */
  reading: Promise<unknown>;
}

const kept = new WeakMap<Warehouse, Kept>();

/**
 * The plant's genealogy, which knows every position up to `asOf` at least. The first question reads it whole (seconds for
 * ten million links); later batches add their links when the next question comes.
 */
export async function genealogyOf(warehouse: Warehouse, session: Session, asOf: number): Promise<Genealogy> {
  const mine = kept.get(warehouse) ?? {genealogy: null, reading: Promise.resolve()};
  kept.set(warehouse, mine);
  if (mine.genealogy && mine.genealogy.position >= asOf) return mine.genealogy;
  const reading = mine.reading
    .catch(() => undefined)
    .then(async () => {
      const known = mine.genealogy;
      if (known && known.position >= asOf) return known;
      const isWorn = known && known.forward.later + known.members.later > WORN + known.forward.links / 10;
      mine.genealogy = known && !isWorn ? await extend(known, session) : await readWhole(session);
      return mine.genealogy;
    });
  mine.reading = reading;
  return reading;
}

/** With more later links than these and a tenth of all, the arrays are made anew. */
const WORN = 100_000;

async function readWhole(session: Session): Promise<Genealogy> {
  const {position, items} = await reach(session);
  const links = await linksSince(session, BEGINNING);
  const forward = await Adjacency.of(links, items, turn);
  const backward = await Adjacency.of({...links, from: links.to, to: links.from}, items, turn);
  const belonging = await belongingSince(session, BEGINNING);
  const members = await Adjacency.of(belonging, items, turn);
  const lotOf = new Int32Array(items).fill(-1);
  const since = batchesLike(belonging.since, items);
  for (let k = 0; k < belonging.to.length; k++) {
    lotOf[belonging.to[k]] = belonging.from[k];
    since[belonging.to[k]] = belonging.since[k];
    if (k % SLICE === SLICE - 1) await turn();
  }
  const isLot = new Uint8Array(items);
  for (const lot of await lotsFrom(session, 0)) isLot[lot] = 1;
  const order = await IdOrder.read(session, items);
  const genealogy = new Genealogy({forward, backward, members}, {lotOf, since, isLot}, order, position);
  await addVersions(genealogy, session, BEGINNING);
  genealogy.mayCircle = await possibleCircles(genealogy, turn);
  return genealogy;
}

/** Adds what came after the position that the genealogy knows. Its older positions stay as they are. */
async function extend(genealogy: Genealogy, session: Session): Promise<Genealogy> {
  const {position, items} = await reach(session);
  const links = await linksSince(session, genealogy.position);
  const belonging = await belongingSince(session, genealogy.position);
  for (const lot of await lotsFrom(session, genealogy.items)) genealogy.addLot(lot);
  genealogy.items = items;
  for (const [k, parent] of links.from.entries()) genealogy.addLink(parent, links.to[k], links.since[k]);
  for (const [k, lot] of belonging.from.entries()) {
    const [part, since] = [belonging.to[k], belonging.since[k]];
    genealogy.setMemberships(part, [{since, lot}]);
    genealogy.members.add(lot, part, since);
  }
  const moved = await addVersions(genealogy, session, genealogy.position);
  const linked = new Set([...links.to, ...belonging.to, ...moved]);
  genealogy.mayCircle = furtherCircles(genealogy, linked);
  genealogy.position = position;
  return genealogy;
}

/** Before the first batch. */
const BEGINNING = -1;

/** Links are never taken back: the first row of each says since when it is known. */
const linksSince = (session: Session, batch: number) =>
  pairsOf(session, `select parent, child, batch from fact.genealogy where not later and batch > ${batch}`);

const belongingSince = (session: Session, batch: number) =>
  pairsOf(session, `select lot, part, batch from fact.parts where not later and lot is not null and batch > ${batch}`);

async function lotsFrom(session: Session, item: number): Promise<Int32Array> {
  const lots = `from fact.items where kind = 'lot' and item >= ${item}`;
  const {n} = await session.row<{n: number}>(`select count(*) as n ${lots}`);
  return (await session.integers(`select item ${lots}`, n))[0];
}

async function pairsOf(session: Session, select: string): Promise<Pairs> {
  const {n} = await session.row<{n: number}>(`select count(*) as n from (${select})`);
  const [from, to, batches] = await session.integers(select, n);
  return {from, to, since: new Uint32Array(batches.buffer, batches.byteOffset, batches.length)};
}

/** How far this session sees: the last batch, and how many items have keys. */
async function reach(session: Session): Promise<{position: number; items: number}> {
  return session.row<{position: number; items: number}>(
    'select (select batch from applied) as position, (select coalesce(max(item), -1) + 1 from fact.items) as items',
  );
}

/** Parts that were told of more than once, at last in a batch after `batch`: which lot was current since when. @returns them */
async function addVersions(genealogy: Genealogy, session: Session, batch: number): Promise<Iterable<number>> {
  const rows = await session.rows<{part: number; lot: number | null; batch: number; recorded: number | null}>(
    `select f.part, f.lot, f.batch, epoch_us(f.recorded_at)::double as recorded
     from fact.parts f semi join (select part from fact.parts where later and batch > ${batch}) l on l.part = f.part
     order by f.part, f.batch, f.ordinal`,
  );
  const byPart = new Map<number, typeof rows>();
  for (const row of rows) {
    const versions = byPart.get(row.part);
    if (versions) versions.push(row);
    else byPart.set(row.part, [row]);
  }
  for (const [part, versions] of byPart) {
    const known = new Set(genealogy.membershipsOf(part).map(m => m.lot));
    const memberships = membershipsOf(versions);
    genealogy.setMemberships(part, memberships);
    for (const {lot, since} of memberships) {
      if (lot < 0 || known.has(lot)) continue;
      known.add(lot);
      genealogy.members.add(lot, part, since);
    }
  }
  return byPart.keys();
}

/** A newer `recorded_at` supersedes, in whatever order they arrive; without it, what came later does. */
function membershipsOf(versions: readonly {lot: number | null; batch: number; recorded: number | null}[]) {
  const memberships: Membership[] = [];
  let best = Number.NEGATIVE_INFINITY;
  for (const {lot, batch, recorded} of versions) {
    if ((recorded ?? Number.NEGATIVE_INFINITY) < best) continue;
    best = recorded ?? Number.NEGATIVE_INFINITY;
    if (memberships.at(-1)?.since === batch) memberships.pop();
    memberships.push({since: batch, lot: lot ?? -1});
  }
  return memberships;
}
