// What is tied to what is counted by hand.
import {expect, test} from 'vitest';
import {sourcesOf, supply} from '../../warehouse/supply.ts';
import {plantOf, sharedPlant} from './plant-in-a-folder.ts';

const warehouse = sharedPlant([
  ['lots', 'lot,material\nR1,resin\nC1,compound\nC2,compound'],
  ['genealogy', 'parent,parent_kind,child,child_kind\nR1,lot,C1,lot\nC1,lot,F1,lot'],
  ['parts', 'part,product,work_order,lot\np1,H,W1,F1\np2,H,,F1\np3,H,,'],
  ['inspections', 'inspection,part,result\ni1,p4,pass'],
]);

test('completeness: what should be tied, what is, and some of what is not', async () => {
  const {genealogy} = await supply(warehouse());
  expect(Object.fromEntries(genealogy.map(({what, ...rest}) => [what, rest]))).toEqual({
    'parts that a row describes': {expected: 4, found: 3, missing: ['p4']},
    'parts in a production lot': {expected: 3, found: 2, missing: ['p3']},
    'parts under a work order': {expected: 3, found: 1, missing: ['p2', 'p3']},
    // Compound names its inputs once, resin never does: of compound more is expected.
    'lots that a row describes': {expected: 4, found: 3, missing: ['F1']},
    'lots whose inputs are named, of materials that name them': {expected: 2, found: 1, missing: ['C2']},
  });
});

test('an empty warehouse has no source and expects nothing', async () => {
  const empty = await plantOf([]);
  expect(await supply(empty)).toMatchObject({sources: [], genealogy: []});
});

const at = (minutes: number, source: string) => ({
  at: new Date(Date.UTC(2026, 2, 1, 6, minutes)).toISOString(),
  source,
  accepted: 99,
  rejected: 1,
});

test('a source is what its files have in common; it is late after four of its usual pauses', () => {
  const files = [0, 10, 20, 30, 70].map(minutes => at(minutes, `out/parts_2026-03-01T06-${10 + minutes}.csv`));
  expect(sourcesOf(files)).toEqual([
    {
      source: 'out/parts_*.csv',
      batches: 5,
      accepted: 495,
      rejected: 5,
      firstAt: '2026-03-01T06:00:00.000Z',
      lastAt: '2026-03-01T07:10:00.000Z',
      // Pauses of 10, 10, 10 and 40 minutes.
      usualPauseSeconds: 600,
      expectedBy: '2026-03-01T07:50:00.000Z',
    },
  ]);
});

test('four batches show no habit; the one that was heard of last comes first', () => {
  const told = sourcesOf([...[0, 10, 20, 30].map(minutes => at(minutes, 'feed a')), at(31, 'feed b')]);
  expect(told.map(({source, usualPauseSeconds, expectedBy}) => [source, usualPauseSeconds, expectedBy])).toEqual([
    ['feed b', null, null],
    ['feed a', null, null],
  ]);
});
