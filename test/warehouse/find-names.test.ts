import {expect, test} from 'vitest';
import {findNames} from '../../warehouse/find-names.ts';
import {sharedPlant} from './plant-in-a-folder.ts';

const warehouse = sharedPlant([
  ['parts', 'part,product,work_order,lot\nS-10,H,W-S1,SL1\nS-11,H,W-S1,SL1\nÄ-1,H,W-S2,\ns-12,H,,'],
  ['work_orders', 'work_order,product,quantity\nS-1000,H,4'],
]);

const found = async (text: string, top?: number) =>
  (await findNames(warehouse(), {text, top})).items.map(({kind, id}) => `${kind} ${id}`);

test('parts, lots and work orders by how they begin, in small or in capital letters', async () => {
  expect(await found('S-1')).toEqual(['part S-10', 'work_order S-1000', 'part S-11', 'part s-12']);
  expect(await found('s-1')).toEqual(await found('S-1'));
  expect(await found('sl')).toEqual(['lot SL1']);
  expect(await found('W-S')).toEqual(['work_order W-S1', 'work_order W-S2']);
  expect(await found('ä')).toEqual(['part Ä-1']);
});

test('the middle of an id is no beginning, signs stand for themselves, and there are no more than asked for', async () => {
  expect(await found('10')).toEqual([]);
  expect(await found('%')).toEqual([]);
  expect(await found("'")).toEqual([]);
  expect(await found('S', 2)).toHaveLength(2);
});
