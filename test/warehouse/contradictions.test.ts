import {expect, test} from 'vitest';
import {contradictions} from '../../warehouse/contradictions.ts';
import {plantOf} from './plant-in-a-folder.ts';

test('rows that contradict each other are told, all of them, with the one that counts and why', async () => {
  const w = await plantOf([
    ['parts', 'part,product,lot\nA,HX,L1\nB,HX,L1'],
    ['parts', 'part,product,lot\nA,HX,L2'],
    ['lots', 'lot,material,recorded_at\nL1,bar,2026-01-01T00:00:00Z\nL2,bar,2026-01-01T00:00:00Z'],
    // L1: a newer version, no contradiction. L2: another word of the same time.
    ['lots', 'lot,material,recorded_at\nL1,rod,2026-01-02T00:00:00Z\nL2,rod,2026-01-01T00:00:00Z'],
    ['measurements', 'part,step,parameter,value\nA,bore,torque,1\nA,bore,dia,5'],
    ['measurements', 'part,step,parameter,value,recorded_at\nA,bore,torque,2,2026-01-01T00:00:00Z'],
  ]);
  const told = await contradictions(w);
  expect(
    told.map(({table, rule, rows}) => [
      table,
      rule.split(':')[0],
      ...rows.map(r => [
        r.current,
        r.batch,
        r.record,
        r.row.lot ?? r.row.parameter,
        r.row.material ?? r.row.value ?? null,
      ]),
    ]),
  ).toEqual([
    ['lots', 'recorded at the same time', [true, 4, 2, 'L2', 'rod'], [false, 3, 2, 'L2', 'bar']],
    ['parts', 'none says when it was recorded', [true, 2, 1, 'L2', null], [false, 1, 1, 'L1', null]],
    [
      'measurements',
      'not all say when they were recorded',
      [true, 6, 1, 'torque', '2.0'],
      [false, 5, 1, 'torque', '1.0'],
    ],
  ]);
});
