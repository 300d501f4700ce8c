/** Whether ids are new is known in memory, whatever sizes of batches they came in. */
import {expect, test} from 'vitest';
import {emptyWarehouse, feed} from './plant-in-a-folder.ts';

test('ids are known from small batches, from large ones once these are read, and never guessed meanwhile', async () => {
  const warehouse = await emptyWarehouse();
  const inspections = (name: string, rows: number) =>
    feed(warehouse, [
      'inspections',
      `inspection, part, result\n${Array.from({length: rows}, (_, k) => `${name}${k}, P${k}, pass`).join('\n')}`,
    ]);
  await inspections('a', 3);
  expect(warehouse.areNewInspections(['a0'])).toBe(null);
  await warehouse.learnInspections();
  expect(warehouse.areNewInspections(['a0', 'x'])).toBe(false);
  expect(warehouse.areNewInspections(['x', 'y'])).toBe(true);
  await inspections('b', 3);
  expect(warehouse.areNewInspections(['b2'])).toBe(false);
  await inspections('c', 2_500);
  expect(warehouse.areNewInspections(['x'])).toBe(null);
  await inspections('d', 3);
  await warehouse.learnInspections();
  for (const id of ['a2', 'b0', 'c0', 'c2499', 'd1'])
    expect([id, warehouse.areNewInspections([id])]).toEqual([id, false]);
  expect(warehouse.areNewInspections(['a3', 'b3', 'c2500', 'd3'])).toBe(true);
  // One more large batch that says what is known already, and something new.
  await inspections('c', 2_600);
  expect(warehouse.areNewInspections(['c2599'])).toBe(null);
  await warehouse.learnInspections();
  expect(warehouse.areNewInspections(['c2599'])).toBe(false);
  await warehouse.close();
});
