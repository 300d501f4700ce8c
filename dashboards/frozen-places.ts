/** Where the suspect parts of a lot were when a hold was proposed, in words. */
import type {ContainAnswer} from '../api/schemas.ts';
import {count, words} from './format.ts';

/** What the frozen population says of a lot; older ones say less. */
export type FrozenLot = Pick<ContainAnswer['lots'][number], 'lot'> & Partial<ContainAnswer['lots'][number]>;

/** "132 stock, 7 scrapped": suspect parts of a lot by where they were, or where the lot was as a whole. */
export function placesInWords({where, places = []}: FrozenLot): string {
  const sums = new Map<string, number>();
  for (const place of places) sums.set(place.where, (sums.get(place.where) ?? 0) + place.parts);
  if (sums.size <= 1) return words(where ?? 'unknown');
  return [...sums].map(([at, parts]) => `${count(parts)} ${words(at)}`).join(', ');
}

/** The same with the location, where all of them were at one: "stock, FG-1". */
export function placesOnPaper(lot: FrozenLot): string {
  const isOne = new Set(lot.places?.map(({where, location}) => `${where} ${location}`)).size <= 1;
  return placesInWords(lot) + (isOne && lot.location ? `, ${lot.location}` : '');
}
