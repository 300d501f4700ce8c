import {expect, test} from 'vitest';
import {listBatches, plant} from '../../warehouse/plant.ts';
import {plantOf} from './plant-in-a-folder.ts';

const IDENTITY = {plant: 'north', timeZone: 'Europe/Berlin'};

test('what there is to ask about', async () => {
  const warehouse = await plantOf([
    ['parts', 'part,product\np1,B\np2,A\np3,A'],
    [
      'operations',
      `part,step,station,started_at
       p1,  saw, S1,     2024-05-01T01:00:00Z
       p1,  mill,M1,     2024-05-01T02:00:00Z
       p2,  saw, S2,     2024-05-01T03:00:00Z
       p2,  mill,M1,     2024-05-01T04:00:00Z`,
    ],
    ['stations', 'station,step\nM2,mill\nX1,test'],
    [
      'inspections',
      `inspection,part,inspected_at,        result
       i1,        p1,  2024-05-02T00:00:00Z,fail
       i2,        p2,  2024-05-03T00:00:00Z,fail
       i3,        p9,  2024-05-04T00:00:00Z,pass
       i4,        p9,  2024-06-01T00:00:00Z,pass`,
    ],
    ['defects', 'inspection,defect\ni1,void\ni1,scratch\ni2,void'],
  ]);
  const {lastBatchAt, ...rest} = await plant(warehouse, IDENTITY);
  expect(lastBatchAt).toBe(warehouse.entries().at(-1)?.at);
  expect(rest).toEqual({
    ...IDENTITY,
    asOf: 5,
    problems: [],
    newestInspectionAt: '2024-06-01T00:00:00.000Z',
    // Looked at once more in June; it counts for May.
    newestPartAt: '2024-05-04T00:00:00.000Z',
    // p9 was inspected, though no row of parts has come yet.
    parts: 4,
    products: [
      {product: 'A', parts: 2},
      {product: 'B', parts: 1},
    ],
    defects: [
      {defect: 'void', parts: 2},
      {defect: 'scratch', parts: 1},
    ],
    // In the order of the route; test was not reached yet.
    steps: [
      {step: 'saw', stations: ['S1', 'S2']},
      {step: 'mill', stations: ['M1', 'M2']},
      {step: 'test', stations: ['X1']},
    ],
  });
});

test('an empty warehouse', async () => {
  expect(await plant(await plantOf([]), IDENTITY)).toEqual({
    ...IDENTITY,
    asOf: 0,
    problems: [],
    lastBatchAt: null,
    newestInspectionAt: null,
    newestPartAt: null,
    parts: 0,
    products: [],
    defects: [],
    steps: [],
  });
});

test('batches, newest first', async () => {
  const warehouse = await plantOf([
    ['parts', 'part,product\np1,B\np2,'],
    ['lots', 'lot,material\nL1,resin'],
  ]);
  const batches = await listBatches(warehouse);
  expect(batches.map(({batch, accepted, rejected}) => ({batch, accepted, rejected}))).toEqual([
    {batch: 2, accepted: 1, rejected: 0},
    {batch: 1, accepted: 1, rejected: 1},
  ]);
  expect(batches[0].source).toContain('lots.csv');
  expect(batches[0].digest).toMatch(/^[0-9a-f]{64}$/);
});
