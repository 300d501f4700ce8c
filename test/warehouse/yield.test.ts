import {expect, test} from 'vitest';
import {yieldOf} from '../../warehouse/yield.ts';
import {sharedPlant} from './plant-in-a-folder.ts';

/**
 * Product A is inspected at step mill, then at step test; product B at step test only. First inspections by hand:
 *   mill: a1 fail (its re-test passes), a2 a3 a4 pass          -> A 3 of 4
 *   test: a1 a2 fail, a3 a4 pass; b1 fail, b2 pass             -> A 2 of 4, B 1 of 2; all 3 of 6
 * First of all: a1 fails, b1 fails                              -> 4 of 6
 * RTY: A 3/4 x 2/4 = 0.375, B 0.5, weighted 4 : 2              -> (4 x 0.375 + 2 x 0.5) / 6 = 2.5 / 6
 * Passed every step at first: a3, a4, b2                       -> 3 of 6
 * Defects of the first inspections: a1 two, b1 one not named   -> 3; opportunities 4 x 10 + 2 x 5 = 50
 */
const plant = sharedPlant([
  ['products', 'product,opportunities\nA,10\nB,5\nC,'],
  ['parts', 'part,product\na1,A\na2,A\na3,A\na4,A\nb1,B\nb2,B\nc1,C'],
  ['stations', 'station,step\nM1,mill\nT1,test\nT2,test'],
  [
    'inspections',
    `inspection,part,inspected_at,        step,station,result
     m1,        a1,  2024-05-01T01:00:00Z,mill,M1,     fail
     m1b,       a1,  2024-05-01T02:00:00Z,mill,M1,     pass
     m2,        a2,  2024-05-01T01:10:00Z,mill,M1,     pass
     m3,        a3,  2024-05-01T01:20:00Z,mill,M1,     pass
     m4,        a4,  2024-05-01T01:30:00Z,mill,M1,     pass
     t1,        a1,  2024-05-02T01:00:00Z,test,T1,     fail
     t2,        a2,  2024-05-02T01:00:00Z,test,T1,     fail
     t2b,       a2,  2024-05-02T02:00:00Z,test,T2,     pass
     t3,        a3,  2024-05-02T01:00:00Z,,    T2,     pass
     t4,        a4,  2024-05-03T01:00:00Z,test,T2,     pass
     u1,        b1,  2024-05-03T01:00:00Z,test,T2,     fail
     u2,        b2,  2024-05-03T01:00:00Z,test,T1,     pass`,
  ],
  ['defects', 'inspection,defect\nm1,scratch\nm1,void\nt1,void'],
]);

test('the whole plant, by the first inspection of each part', async () => {
  const {groups, ...figures} = await yieldOf(plant(), {});
  expect(groups).toBeUndefined();
  expect(figures).toEqual({
    asOf: 5,
    inspected: 6,
    passedFirst: 4,
    fpy: 4 / 6,
    rty: expect.closeTo(2.5 / 6, 12),
    dpmo: (3 / 50) * 1e6,
    dpu: 3 / 6,
    opportunities: 50 / 6,
    passedEveryStep: 3 / 6,
  });
});

test('at a step: its own first inspections; a re-test at another station does not count there', async () => {
  const answer = await yieldOf(plant(), {step: 'test', by: 'station'});
  expect(answer).toMatchObject({inspected: 6, passedFirst: 3, fpy: 0.5, dpu: 3 / 6});
  // T1: a1, a2, b2. T2: a3 (its step is known from the station), a4, b1; not a2's re-test.
  expect(answer.groups?.map(g => [g.key, g.inspected, g.passedFirst])).toEqual([
    ['T1', 3, 1],
    ['T2', 3, 2],
  ]);
});

test("the time bounds the step's own first inspection", async () => {
  // From 3 May at test: a4, b1, b2. Without a step, a4 counts by its inspection at mill on 1 May.
  const from = '2024-05-03T00:00:00Z';
  expect(await yieldOf(plant(), {step: 'test', from})).toMatchObject({inspected: 3, passedFirst: 2});
  expect(await yieldOf(plant(), {from})).toMatchObject({inspected: 2, passedFirst: 1});
});

test('by product, by step', async () => {
  const byProduct = (await yieldOf(plant(), {by: 'product'})).groups;
  expect(byProduct?.map(g => [g.key, g.fpy, g.rty, g.opportunities])).toEqual([
    ['A', 3 / 4, 0.375, 10],
    ['B', 1 / 2, 1 / 2, 5],
  ]);
  const bySteps = (await yieldOf(plant(), {by: 'step'})).groups;
  expect(bySteps?.map(g => [g.key, g.inspected, g.fpy])).toEqual([
    ['mill', 4, 3 / 4],
    ['test', 6, 3 / 6],
  ]);
});

test('no data: null, never NaN; unknown opportunities: no DPMO', async () => {
  const none = {inspected: 0, passedFirst: 0, fpy: null, rty: null, dpmo: null, dpu: null, opportunities: null};
  expect(await yieldOf(plant(), {product: 'C'})).toMatchObject(none);
  expect(await yieldOf(plant(), {step: 'mill', product: 'C'})).toMatchObject(none);
  // A step that is misspelt is no step without inspections.
  await expect(yieldOf(plant(), {step: 'mil'})).rejects.toMatchObject({
    message: 'no inspection was made at a step "mil"',
    hint: 'inspections were made at mill, test',
  });
  expect((await yieldOf(plant(), {product: 'C', by: 'product'})).groups).toEqual([]);
});
