import {expect, test} from 'vitest';
import {unresolved} from '../../warehouse/unresolved.ts';
import {feed, plantOf} from './plant-in-a-folder.ts';

test('what nobody described is counted by file, and goes when the rest arrives', async () => {
  const w = await plantOf([
    ['defects', 'inspection,defect\nI1,void\nI1,scratch\nI2,void'],
    ['genealogy', 'parent,parent_kind,child,child_kind\nM1,lot,L1,lot\nM2,lot,L1,lot\nL1,lot,P1,part'],
    ['operations', 'part,step,station\nP1,bore,B1\nP2,bore,B1'],
    ['measurements', 'part,step,parameter,value\nP1,bore,torque,1\nP3,bore,torque,2\nP3,lab,hardness,2'],
    ['readings', 'station,parameter,at,value\nB9,temperature,2026-01-01T00:00:00Z,1'],
  ]);
  const told = async (table?: string, asOf?: number) =>
    (await unresolved(w, {table, asOf})).references.map(r => [r.table, r.what, r.batch, r.rows, r.ids, r.examples]);
  // Counted by hand: rows, ids, examples.
  expect(await told('defects')).toEqual([
    ['defects', 'inspection: no row of inspections', 1, 3, 2, ['I1', 'I2']],
    ['defects', 'defect: no row of defect_codes', 1, 3, 2, ['scratch', 'void']],
  ]);
  expect(await told('genealogy')).toEqual([
    ['genealogy', 'parent: no row of lots', 2, 3, 3, ['L1', 'M1', 'M2']],
    ['genealogy', 'child: no row of lots', 2, 2, 1, ['L1']],
    ['genealogy', 'child: no row of parts', 2, 1, 1, ['P1']],
  ]);
  expect(await told('operations')).toEqual([
    ['operations', 'part: no row of parts', 3, 2, 2, ['P1', 'P2']],
    ['operations', 'station: no row of stations', 3, 2, 1, ['B1']],
  ]);
  expect(await told('measurements')).toEqual([
    ['measurements', 'part: no row of parts', 4, 3, 2, ['P1', 'P3']],
    ['measurements', 'parameter: no row of parameters', 4, 2, 2, ['hardness', 'torque']],
    // Nobody has an operation at the lab, so none is missed there.
    ['measurements', 'part: no such run at the step, though other parts have theirs', 4, 1, 1, ['P3']],
  ]);
  expect(await told('readings')).toEqual([
    ['readings', 'station: no row of stations', 5, 1, 1, ['B9']],
    ['readings', 'parameter: no row of parameters', 5, 1, 1, ['temperature']],
    ['readings', 'station: no operation ran there', 5, 1, 1, ['B9']],
  ]);
  const before = await told(undefined, 5);
  await feed(w, ['inspections', 'inspection,part,result\nI1,P1,fail\nI2,P2,fail']);
  await feed(w, ['defect_codes', 'defect\nvoid\nscratch']);
  await feed(w, ['lots', 'lot,material\nL1,housing\nM1,bar\nM2,bar']);
  await feed(w, ['parts', 'part,product\nP1,HX\nP2,HX\nP3,HX']);
  await feed(w, ['products', 'product\nHX']);
  await feed(w, ['stations', 'station\nB1\nB9']);
  await feed(w, ['parameters', 'parameter,step\ntorque,bore\nhardness,\ntemperature,']);
  await feed(w, ['operations', 'part,step,station\nP3,bore,B9']);
  expect(await told()).toEqual([]);
  expect(await told(undefined, 5)).toEqual(before);
});

test('what nobody can see in an id is told too: a letter coded in two ways, a space that does not break, a mark', async () => {
  const w = await plantOf([
    ['lots', 'lot,material\nn\u00e91,bar\nne\u03011,bar\nA 1,bar\nA\u00a01,bar\nB1,bar\nB\u200b1,bar'],
  ]);
  expect((await unresolved(w, {})).lookAlikes.map(({ids}) => ids)).toEqual([
    ['A 1', 'A\u00a01'],
    ['B1', 'B\u200b1'],
    ['ne\u03011', 'n\u00e91'],
  ]);
});

test('ids that differ only by case or white space are told, and kept apart', async () => {
  const w = await plantOf([
    ['lots', 'lot,material,supplier\nA17,bar,Acme\na17,bar,ACME\nA18,bar,Best'],
    ['parts', 'part,product,lot\nS1,HX,"A17 "\nS2,Hx,A18'],
    ['stations', 'station,step\nB1,bore\nb1,bore'],
  ]);
  expect((await unresolved(w, {})).lookAlikes).toEqual([
    {kind: 'lot', ids: ['A17', 'A17 ', 'a17']},
    {kind: 'product', ids: ['HX', 'Hx']},
    {kind: 'station', ids: ['B1', 'b1']},
    {kind: 'supplier', ids: ['ACME', 'Acme']},
  ]);
  expect((await unresolved(w, {asOf: 1})).lookAlikes).toEqual([
    {kind: 'lot', ids: ['A17', 'a17']},
    {kind: 'supplier', ids: ['ACME', 'Acme']},
  ]);
});
