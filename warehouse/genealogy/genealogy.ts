/**
 * The genealogy of the whole plant in memory, at every position: links are never taken back, so that each bears the batch
 * that brought it; which lot a part belongs to may be corrected, so that the few parts with several versions bear them all.
 *
 * A part shares the fate of its production lot: it goes where the lot goes, and what went into the lot went into it; its
 * neighbours in the lot are not drawn in by that. A lot that goes in as a whole brings along what its parts consumed.
 */
import type {Adjacency, Batches} from './adjacency.ts';
import type {IdOrder} from './id-order.ts';

/** Since batch `since`, the part belongs to `lot` (-1 = to none). */
export interface Membership {
  since: number;
  lot: number;
}

/** Items in the order of their distance; those at distance d lie from `starts[d]` to before `starts[d + 1]`. */
export interface Reached {
  items: Int32Array;
  starts: number[];
}

export class Genealogy {
  /** The position up to which links are known. */
  position: number;
  /** Keys of items are below it. */
  items: number;
  /** By item: 1 = a lot; items that came later are in the set. */
  readonly #isLot: Uint8Array;
  readonly #laterLots = new Set<number>();
  /** Items that may lie on a circle at some position; all others do not. */
  mayCircle: ReadonlySet<number> = new Set();
  /** Parent -> child. */
  readonly forward: Adjacency;
  /** Child -> parent. */
  readonly backward: Adjacency;
  /** Lot -> parts that belong to it, or did at some position. */
  readonly members: Adjacency;
  /** By part: its lot by its only row, and the batch of that row; -1 = none. */
  readonly #lotOf: Int32Array;
  readonly #lotSince: Batches;
  /** By kind and id. */
  readonly order: IdOrder;
  /** Parts whose lot is not in the arrays: those with several versions, and those that came later. */
  readonly #memberships = new Map<number, readonly Membership[]>();

  constructor(
    links: {forward: Adjacency; backward: Adjacency; members: Adjacency},
    lots: {lotOf: Int32Array; since: Batches; isLot: Uint8Array},
    order: IdOrder,
    position: number,
  ) {
    this.forward = links.forward;
    this.backward = links.backward;
    this.members = links.members;
    this.#lotOf = lots.lotOf;
    this.#lotSince = lots.since;
    this.#isLot = lots.isLot;
    this.order = order;
    this.items = lots.lotOf.length;
    this.position = position;
  }

  isLot(item: number): boolean {
    return item < this.#isLot.length ? this.#isLot[item] === 1 : this.#laterLots.has(item);
  }

  addLot(lot: number): void {
    this.#laterLots.add(lot);
  }

  addLink(parent: number, child: number, since: number): void {
    this.forward.add(parent, child, since);
    this.backward.add(child, parent, since);
  }

  /** @param memberships oldest first */
  setMemberships(part: number, memberships: readonly Membership[]): void {
    this.#memberships.set(part, memberships);
  }

  /** Every lot that the part belongs to at some position. */
  eachLotEver(part: number, visit: (lot: number) => void): void {
    const listed = this.#memberships.size > 0 ? this.#memberships.get(part) : undefined;
    if (listed) {
      for (const {lot} of listed) if (lot >= 0) visit(lot);
    } else if (part < this.#lotOf.length && this.#lotOf[part] >= 0) visit(this.#lotOf[part]);
  }

  membershipsOf(part: number): readonly Membership[] {
    const listed = this.#memberships.get(part);
    if (listed) return listed;
    if (part >= this.#lotOf.length || this.#lotOf[part] < 0) return [];
    return [{since: this.#lotSince[part], lot: this.#lotOf[part]}];
  }

  /** The production lot of a part, or -1. */
  lotOf(part: number, asOf: number): number {
    if (this.#memberships.size > 0) {
      const listed = this.#memberships.get(part);
      if (listed) return listed.findLast(m => m.since <= asOf)?.lot ?? -1;
    }
    return part < this.#lotOf.length && this.#lotSince[part] <= asOf ? this.#lotOf[part] : -1;
  }

  eachMember(lot: number, asOf: number, visit: (part: number) => void): void {
    this.members.each(lot, asOf, part => {
      if (this.#memberships.size === 0 || !this.#memberships.has(part) || this.lotOf(part, asOf) === lot) visit(part);
    });
  }

  get bytes(): number {
    const links = this.forward.bytes + this.backward.bytes + this.members.bytes;
    return links + this.#lotOf.byteLength + this.#lotSince.byteLength + this.#isLot.byteLength + this.order.bytes;
  }

  /** Everything that any of the items went into, at any depth, themselves first; circles end. */
  wentInto(items: Iterable<number>, asOf: number): Reached {
    const seen = new Uint8Array(this.items);
    const usesSeen = new Uint8Array(this.items);
    const found: number[] = [];
    const visit = (item: number) => {
      if (seen[item] === 1) return;
      seen[item] = 1;
      found.push(item);
    };
    // Whoever of the lot comes first is the nearest: the uses of a lot need to be looked at once.
    const visitUses = (item: number) => {
      if (usesSeen[item] === 1) return;
      usesSeen[item] = 1;
      this.forward.each(item, asOf, visit);
    };
    for (const item of items) visit(item);
    return byDistance(found, found, item => {
      visitUses(item);
      this.eachMember(item, asOf, visit);
      const lot = this.lotOf(item, asOf);
      if (lot >= 0) visitUses(lot);
    });
  }

  /** Everything that went into any of the items, at any depth, themselves first; circles end. */
  madeFrom(items: Iterable<number>, asOf: number): Reached {
    const seen = new Uint8Array(this.items);
    const found: number[] = [];
    // A lot may come first as the lot of a part and then, further off, as a whole: two places in the queue.
    const queue: number[] = [];
    const arrive = (item: number, how: number) => {
      if (seen[item] >= how) return;
      if (seen[item] === 0) found.push(item);
      seen[item] = how;
      queue.push(item * 2 + how - 1);
    };
    const visit = (item: number) => arrive(item, WHOLE);
    for (const item of items) visit(item);
    return byDistance(queue, found, place => {
      const item = place >> 1;
      this.backward.each(item, asOf, visit);
      if ((place & 1) === WHOLE - 1) this.eachMember(item, asOf, part => this.backward.each(part, asOf, visit));
      const lot = this.lotOf(item, asOf);
      if (lot >= 0) arrive(lot, LOT_OF_A_PART);
    });
  }
}

const LOT_OF_A_PART = 1;
const WHOLE = 2;

/** Empties a queue level by level; expanding a place adds to queue and `found`. */
function byDistance(queue: readonly number[], found: readonly number[], expand: (place: number) => void): Reached {
  const starts = [0];
  for (let from = 0; from < queue.length; ) {
    const to = queue.length;
    starts.push(found.length);
    for (let k = from; k < to; k++) expand(queue[k]);
    from = to;
  }
  return {items: Int32Array.from(found), starts};
}
