import {expect, onTestFinished, test} from 'vitest';
import type {Warehouse} from '../../warehouse/store.ts';
import {forgetDatabase, Warehouse as Store} from '../../warehouse/store.ts';
import {trace} from '../../warehouse/trace.ts';
import {verify} from '../../warehouse/verify.ts';
import {feed, orders, plantOf, type Table} from './plant-in-a-folder.ts';

const ask = (w: Warehouse, sql: string, asOf?: number) => w.read(asOf, session => session.rows(sql));

test('a measured value is retracted by a later row without one, in any order; nothing else of the visit goes', async () => {
  const values: Table[] = [
    [
      'measurements',
      'part,step,parameter,value,recorded_at\nA,bore,torque,9,2026-01-01T00:00:00Z\nA,bore,dia,5,2026-01-01T00:00:00Z',
    ],
    ['measurements', 'part,step,parameter,value,recorded_at\nA,bore,torque,,2026-01-03T00:00:00Z'],
    ['measurements', 'part,step,parameter,value,recorded_at\nA,bore,torque,8,2026-01-02T00:00:00Z'],
  ];
  for (const order of orders(values)) {
    const w = await plantOf(order);
    expect(await ask(w, 'select parameter, value from measurements')).toEqual([{parameter: 'dia', value: 5}]);
    expect(await ask(w, 'select torque, dia from step_bore')).toEqual([{torque: null, dia: 5}]);
    const again = await feed(w, [
      'measurements',
      'step,part,parameter,value,recorded_at\nbore,A,torque,,2026-01-03T00:00:00Z',
    ]);
    expect(again.status).toBe('duplicate');
    await w.close();
    expect((await verify(w.folder)).problems).toEqual([]);
    await forgetDatabase(w.folder);
    const made = await Store.open(w.folder);
    onTestFinished(() => made.close());
    expect(await ask(made, 'select torque, dia from step_bore')).toEqual([{torque: null, dia: 5}]);
  }
});

test('an empty value that does not say when it was recorded retracts nothing: it is quarantined', async () => {
  const w = await plantOf([]);
  const receipt = await feed(w, ['measurements', 'part,parameter,value,recorded_at\nA,torque,,\nB,torque,1,']);
  expect(receipt.tables).toMatchObject([{accepted: 1, rejected: 1}]);
  expect(await ask(w, 'select reason from fact.rejects')).toEqual([
    {reason: 'exactly one of value, text_value must have a value; without one it retracts, and must say recorded_at'},
  ]);
});

test('defects are withdrawn by a later word on their inspection, in any order', async () => {
  const tables: Table[] = [
    ['inspections', 'inspection,part,result,recorded_at\nI,A,fail,2026-01-01T00:00:00Z\nJ,B,fail,2026-01-01T00:00:00Z'],
    [
      'defects',
      'inspection,defect,n,recorded_at\nI,scratch,1,2026-01-01T00:00:00Z\nI,void,1,2026-01-01T00:00:00Z\nJ,void,1,2026-01-01T00:00:00Z',
    ],
    ['defects', 'inspection,defect,n,recorded_at\nI,*,,2026-01-02T00:00:00Z\nI,void,1,2026-01-02T00:00:00Z'],
    ['defects', 'inspection,defect,n\nI,burr,1'],
  ];
  for (const order of orders(tables)) {
    const w = await plantOf(order);
    expect(await ask(w, 'select inspection, defect from defects order by all')).toEqual([
      {inspection: 'I', defect: 'void'},
      {inspection: 'J', defect: 'void'},
    ]);
    expect((await trace(w, {id: 'A'})).history.map(h => h.text)).toEqual(['fail: void']);
  }
  const w = await plantOf(tables);
  expect(await ask(w, 'select count(*) as n from defects', 2)).toEqual([{n: 3}]);
  const undated = await feed(w, ['defects', 'inspection,defect\nI,*']);
  expect(undated).toMatchObject({status: 'rejected'});
});

test('a measured value is held against the spec that was valid when the part was made (worked out by hand)', async () => {
  const tables: Table[] = [
    ['parts', 'part,product,made_at\nA,HX,2026-01-01T00:00:00Z\nB,HX,2026-03-01T00:00:00Z\nC,HY,2026-03-01T00:00:00Z'],
    ['measurements', 'part,step,parameter,value\nA,bore,torque,11\nB,bore,torque,11\nC,bore,torque,11'],
    [
      'parameters',
      `parameter,step,product,usl,valid_from
       torque,   bore,       ,10,
       torque,   bore,       ,12,2026-02-01T00:00:00Z
       torque,       ,HY,     9,`,
    ],
  ];
  for (const order of orders(tables)) {
    const w = await plantOf(order);
    const outside = async (id: string) =>
      (await trace(w, {id})).history.filter(h => h.what === 'measurement').map(h => h.text);
    // 11 was above 10 in January; 12 is the limit since February; what is said of HY goes before what is said of all.
    expect(await outside('A')).toEqual(['1 measured, 1 out of spec', 'torque 11 is above 10']);
    expect(await outside('B')).toEqual(['1 measured, 0 out of spec']);
    expect(await outside('C')).toEqual(['1 measured, 1 out of spec', 'torque 11 is above 9']);
  }
});
