import {expect, test} from 'vitest';
import type {ContainAnswer} from '../../api/schemas.ts';
import {placesInWords, placesOnPaper} from '../../dashboards/frozen-places.ts';

type Places = ContainAnswer['lots'][number]['places'];
const at = (where: string, location: string | null, parts: number) =>
  ({where, location, parts, seenAt: null, seenBy: null}) as unknown as Places[number];
const lot = {lot: 'L1', where: 'stock', location: 'FG-1'} as const;

test('parts of a lot in several places are told by each, on paper too: not all of them are where most are', () => {
  const several = {
    ...lot,
    places: [at('stock', 'FG-1', 140), at('scrapped', 'CAGE', 3), at('in-process', 'WASH-4', 2)],
  };
  expect(placesInWords(several)).toBe('140 stock, 3 scrapped, 2 in process');
  expect(placesOnPaper(several)).toBe('140 stock, 3 scrapped, 2 in process');
});

test('one place has its name; two of a kind have none', () => {
  expect(placesOnPaper({...lot, places: [at('stock', 'FG-1', 145)]})).toBe('stock, FG-1');
  expect(placesOnPaper({...lot, places: [at('stock', 'FG-1', 140), at('stock', 'FG-2', 5)]})).toBe('stock');
  // Early ledgers have no places.
  expect(placesOnPaper(lot)).toBe('stock, FG-1');
  expect(placesOnPaper({lot: 'L1'})).toBe('unknown');
});
