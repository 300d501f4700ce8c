import {expect, onTestFinished, test} from 'vitest';
import {Warehouse} from '../../warehouse/store.ts';
import {yieldOf} from '../../warehouse/yield.ts';
import {feed, folder, startEmpty} from './plant-in-a-folder.ts';

test('when parts are inspected is told by the clocks of the plant', async () => {
  const into = folder();
  await startEmpty(into);
  const warehouse = await Warehouse.open(into, {timeZone: 'Asia/Tokyo'});
  onTestFinished(() => warehouse.close());
  await feed(warehouse, ['parts', 'part,product\nP1,A\nP2,A']);
  const rows = 'I1,P1,2026-05-01T20:30:00Z,pass\nI2,P2,2026-05-03T01:00:00Z,fail';
  await feed(warehouse, ['inspections', `inspection,part,inspected_at,result\n${rows}`]);
  // Nine hours ahead of UTC: the first is of the next day there.
  expect((await yieldOf(warehouse, {product: 'B'})).notes).toEqual([
    'no inspected part is of product B: 2 parts are inspected, from 2026-05-02 05:30:00 to 2026-05-03 10:00:00 (Asia/Tokyo); products: A',
  ]);
});
