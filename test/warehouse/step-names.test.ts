/** Wide views of steps: names that a plant tells apart by case alone are told apart in SQL too. */
import {expect, test} from 'vitest';
import {exportable} from '../../warehouse/export-table.ts';
import {yieldOf} from '../../warehouse/yield.ts';
import {plantOf} from './plant-in-a-folder.ts';

const PLANT: Parameters<typeof plantOf>[0] = [
  ['parts', 'part,product\np1,A'],
  ['inspections', 'inspection,part,step,result\ni1,p1,aoi,pass'],
  ['measurements', 'part,parameter,value,step\np1,torque,1,bore\np1,Torque,2,bore\np1,part,3,bore'],
  ['measurements', 'part,parameter,value,step\np1,torque,4,Bore'],
];

test('steps and parameters that differ by case only have a view and a column each', async () => {
  const w = await plantOf(PLANT);
  const columns = async (view: string) => {
    const [row] = await w.read(undefined, session => session.rows(`from "${view}"`));
    return row;
  };
  const visit = {part: 'p1', run: 1, measured_at: null};
  expect(await columns('step_bore')).toEqual({...visit, Torque: 2, part_1: 3, torque_1: 1});
  expect(await columns('step_Bore_1')).toEqual({...visit, torque: 4});
});

test('what can be exported is what was taken in, not what a question keeps for itself', async () => {
  const w = await plantOf(PLANT);
  await yieldOf(w, {step: 'aoi'});
  const steps = await w.read(undefined, async s => (await exportable(s)).filter(name => name.startsWith('step_')));
  expect(steps.sort()).toEqual(['step_Bore_1', 'step_bore']);
});
