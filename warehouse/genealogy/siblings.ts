/** Who shares the fate of an item: what came out of the same production lot, and what consumed the same inputs. */
import type {Genealogy} from './genealogy.ts';

/** Items that share `through` with the one asked for: its production lot, or an input of it or of its lot. */
export interface SiblingGroup {
  through: number;
  siblings: Int32Array;
}

/** What went directly into an item or into its production lot. */
export function directInputs(genealogy: Genealogy, item: number, asOf: number): Int32Array {
  const lot = genealogy.lotOf(item, asOf);
  const inputs = gather(visit => {
    genealogy.backward.each(item, asOf, visit);
    if (lot >= 0) genealogy.backward.each(lot, asOf, visit);
  });
  return Int32Array.from(new Set(inputs));
}

/**
 * Siblings at one remove, each in the narrowest group that it shares: first the production lot, then the inputs, those of
 * the fewest consumers first. The item itself and its own lot are no siblings; neighbours' further inputs are not followed.
 * @param inputs the direct inputs, in the order in which those of as many consumers come
 */
export function siblingsOf(genealogy: Genealogy, item: number, inputs: Int32Array, asOf: number): SiblingGroup[] {
  const lot = genealogy.lotOf(item, asOf);
  const groups = Array.from(inputs, through => ({
    through,
    siblings: gather(visit => genealogy.forward.each(through, asOf, visit)),
  })).sort((a, b) => a.siblings.length - b.siblings.length);
  if (lot >= 0) groups.unshift({through: lot, siblings: gather(visit => genealogy.eachMember(lot, asOf, visit))});
  const seen = new Uint8Array(genealogy.items);
  seen[item] = 1;
  if (lot >= 0) seen[lot] = 1;
  return groups.map(({through, siblings}) => ({
    through,
    siblings: siblings.filter(sibling => {
      const isNew = seen[sibling] === 0;
      seen[sibling] = 1;
      return isNew;
    }),
  }));
}

function gather(each: (visit: (item: number) => void) => void): Int32Array {
  const found: number[] = [];
  each(item => found.push(item));
  return Int32Array.from(found);
}
