/**
 * Circles in bad data: what went into itself, at some remove. What is in no circle has, in the end, nothing left before it
 * or nothing left after it: such items are taken away one by one, and the circles remain.
 */
import type {Genealogy} from './genealogy.ts';

type Visit = (item: number) => void;

/** The ways onward from items: as they are at a position, or as they ever were. */
interface Ways {
  uses(item: number, visit: Visit): void;
  members(lot: number, visit: Visit): void;
  lots(part: number, visit: Visit): void;
}

/** Of the reached items, those that lie on a circle (or on the way from one circle to another). @returns keys, as they come */
export function circlesAmong(genealogy: Genealogy, reached: readonly Int32Array[], asOf: number): number[] {
  const {mayCircle} = genealogy;
  if (mayCircle.size === 0) return [];
  const items = new Set<number>();
  for (const some of reached) for (const item of some) if (mayCircle.has(item)) items.add(item);
  const ways: Ways = {
    uses: (item, visit) => genealogy.forward.each(item, asOf, visit),
    members: (lot, visit) => genealogy.eachMember(lot, asOf, visit),
    lots: (part, visit) => {
      const lot = genealogy.lotOf(part, asOf);
      if (lot >= 0) visit(lot);
    },
  };
  return remaining(ways, [...items]);
}

/**
 * Every item that may lie on a circle at some position: usually none. Links are never taken back, so that what lies on no
 * circle of all that ever was linked lies on none at any position.
 */
export async function possibleCircles(genealogy: Genealogy, pause: () => Promise<void>): Promise<Set<number>> {
  const n = genealogy.items;
  const ways = waysEver(genealogy);
  // Item k has node k; what it is used in has node n + k: a lot's uses are its parts' uses, and are looked at once.
  const followersOf = (node: number, visit: Visit) => {
    if (node >= n) return ways.uses(node - n, visit);
    visit(n + node);
    ways.members(node, visit);
    ways.lots(node, lot => visit(n + lot));
  };
  const before = new Int32Array(2 * n);
  const count = (node: number) => {
    before[node]++;
  };
  for (let node = 0; node < 2 * n; node++) {
    followersOf(node, count);
    if (node % PAUSED_AFTER === 0) await pause();
  }
  const free = new Int32Array(2 * n);
  let freed = 0;
  for (let node = 0; node < 2 * n; node++) if (before[node] === 0) free[freed++] = node;
  const release = (node: number) => {
    if (--before[node] === 0) free[freed++] = node;
  };
  for (let k = 0; k < freed; k++) {
    followersOf(free[k], release);
    if (k % PAUSED_AFTER === 0) await pause();
  }
  const left = new Set<number>();
  for (let node = 0; node < 2 * n; node++) if (before[node] > 0) left.add(node % n);
  return new Set(remaining(ways, [...left]));
}

/** Adds to the possible circles those that go through new links: all of such a circle follows from what was linked. */
export function furtherCircles(genealogy: Genealogy, linked: Iterable<number>): Set<number> {
  const ways = waysEver(genealogy);
  const ahead = new Set(linked);
  const arrive = (item: number) => ahead.add(item);
  for (const item of ahead) {
    ways.uses(item, arrive);
    ways.members(item, arrive);
    ways.lots(item, lot => ways.uses(lot, arrive));
  }
  return new Set([...genealogy.mayCircle, ...remaining(ways, [...ahead])]);
}

/** Items between two pauses: a few milliseconds. */
const PAUSED_AFTER = 1 << 17;
/** Later than any batch. */
const EVER = 2 ** 31 - 1;

const waysEver = (genealogy: Genealogy): Ways => ({
  uses: (item, visit) => genealogy.forward.each(item, EVER, visit),
  members: (lot, visit) => genealogy.members.each(lot, EVER, visit),
  lots: (part, visit) => genealogy.eachLotEver(part, visit),
});

/** Of some items, those on circles among them. */
function remaining(ways: Ways, items: readonly number[]): number[] {
  const place = new Map(items.map((item, k) => [item, k]));
  const all = [...items];
  // A part goes where its lot goes, also where the lot itself is none of the items.
  for (const item of items) ways.lots(item, lot => place.has(lot) || place.set(lot, all.push(lot) - 1));
  const n = all.length;
  const followers: number[][] = Array.from({length: 2 * n}, () => []);
  const before: number[][] = Array.from({length: 2 * n}, () => []);
  for (const [k, item] of all.entries()) {
    const follow = (from: number) => (follower: number) => {
      const to = place.get(follower);
      if (to !== undefined) followers[from].push(to);
    };
    followers[k].push(n + k);
    ways.members(item, follow(k));
    ways.uses(item, follow(n + k));
    ways.lots(item, lot => followers[k].push(n + place.get(lot)!));
  }
  for (const [node, of] of followers.entries()) for (const follower of of) before[follower].push(node);
  const isAway = peel(followers, before, new Uint8Array(2 * n));
  peel(before, followers, isAway);
  return items.filter((_, k) => isAway[k] === 0);
}

/** Takes away node after node that none of the nodes left comes before. */
function peel(followers: readonly number[][], before: readonly number[][], isAway: Uint8Array): Uint8Array {
  const counts = before.map(of => of.filter(node => isAway[node] === 0).length);
  const free = counts.flatMap((count, node) => (count === 0 && isAway[node] === 0 ? [node] : []));
  for (const node of free) {
    isAway[node] = 1;
    for (const follower of followers[node]) if (--counts[follower] === 0 && isAway[follower] === 0) free.push(follower);
  }
  return isAway;
}
