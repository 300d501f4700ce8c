/** Circles in bad data: what went into itself, at some remove. */
import type {Genealogy} from './genealogy.ts';

/**
 * Of the given items, those that lie on a circle of links among them (or on the way from one circle to another). What is
 * in no circle has, in the end, nothing left before it or nothing left after it: such items are taken away one by one.
 * @returns keys, as they come
 */
export function circlesAmong(genealogy: Genealogy, items: Int32Array, asOf: number): number[] {
  const place = new Int32Array(genealogy.items);
  for (const [k, item] of items.entries()) place[item] = k + 1;
  // A part goes where its lot goes, also where the lot itself is none of the items.
  const all = [...items];
  for (const item of items) {
    const lot = genealogy.lotOf(item, asOf);
    if (lot >= 0 && place[lot] === 0) place[lot] = all.push(lot);
  }
  // The k-th has node k. What it is used in has node n + k: a lot's uses are its parts' uses, and are counted once.
  const n = all.length;
  const followersOf = (node: number, visit: (node: number) => void) => {
    const follow = (item: number) => {
      if (place[item] > 0) visit(place[item] - 1);
    };
    if (node >= n) return genealogy.forward.each(all[node - n], asOf, follow);
    const item = all[node];
    visit(n + node);
    genealogy.eachMember(item, asOf, follow);
    const lot = genealogy.lotOf(item, asOf);
    if (lot >= 0 && place[lot] > 0) visit(n + place[lot] - 1);
  };
  const before = new Int32Array(2 * n);
  for (let node = 0; node < 2 * n; node++) followersOf(node, follower => before[follower]++);
  const isAway = peel(before, followersOf);
  if (isAway.every(away => away === 1)) return [];
  const predecessors = new Map<number, number[]>();
  const after = new Int32Array(2 * n);
  for (let node = 0; node < 2 * n; node++) {
    if (isAway[node] === 1) continue;
    followersOf(node, follower => {
      after[node]++;
      const known = predecessors.get(follower);
      if (known) known.push(node);
      else predecessors.set(follower, [node]);
    });
  }
  const isAwayBackwards = peel(after, (node, visit) => predecessors.get(node)?.forEach(visit), isAway);
  return [...items].filter((_, k) => isAwayBackwards[k] === 0);
}

/** Takes away node after node that nothing is counted for, lowering the counts of its neighbours. @returns 1 = taken */
function peel(
  counts: Int32Array,
  neighbours: (node: number, visit: (node: number) => void) => void,
  already?: Uint8Array,
): Uint8Array {
  const isAway = already ? already.slice() : new Uint8Array(counts.length);
  const free: number[] = [];
  for (let node = 0; node < counts.length; node++) if (counts[node] === 0 && isAway[node] === 0) free.push(node);
  for (const node of free) {
    isAway[node] = 1;
    neighbours(node, neighbour => {
      if (--counts[neighbour] === 0) free.push(neighbour);
    });
  }
  return isAway;
}
