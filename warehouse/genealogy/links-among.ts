/** How some items hang together: which went into which, and which parts belong to which lot. */
import type {Genealogy} from './genealogy.ts';

export interface Link {
  from: number;
  into: number;
  how: 'consumed' | 'belongs';
}

/** The direct links with both ends among the items, each once, in the order of the items that they lead into. */
export function linksAmong(genealogy: Genealogy, items: readonly number[], asOf: number): Link[] {
  const among = new Set(items);
  const links: Link[] = [];
  for (const into of among) {
    const sources = new Set<number>();
    genealogy.backward.each(into, asOf, from => {
      if (among.has(from)) sources.add(from);
    });
    for (const from of sources) links.push({from, into, how: 'consumed'});
    const lot = genealogy.lotOf(into, asOf);
    // A part that was consumed into its own lot is told once.
    if (lot >= 0 && among.has(lot) && !sources.has(lot)) links.push({from: lot, into, how: 'belongs'});
  }
  return links;
}
