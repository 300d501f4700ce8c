import {expect, test} from 'vitest';
import {YieldAnswer} from '../../warehouse/pareto-answers.ts';
import {inOrder} from '../../warehouse/route.ts';
import {yieldOf} from '../../warehouse/yield.ts';
import {routeFigures, yieldFigures} from '../../warehouse/yield-figures.ts';
import {plantOf, sharedPlant} from './plant-in-a-folder.ts';

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
  const answer = await yieldOf(plant(), {});
  expect(answer.groups).toBeUndefined();
  expect(YieldAnswer.parse(answer)).toMatchObject({
    asOf: 5,
    inspected: 6,
    passedFirst: 4,
    fpy: 4 / 6,
    rty: expect.closeTo(2.5 / 6, 12),
    dpmo: (3 / 50) * 1e6,
    dpu: 3 / 6,
    opportunities: 50 / 6,
    passedEveryStep: 3 / 6,
    // Good by the last inspection: a1 is left failed at test, a2 passes its re-test, b1 is left: a2, a3, a4, b2.
    finalYield: 4 / 6,
    hiddenFactory: 1 / 6,
    unit: 'part',
    lots: 6,
  });
  // The route with each step alone and rolled up to it; B goes to test only, so that mill takes nothing from it.
  expect(answer.route.map(r => [r.step, r.inspected, r.passedFirst, r.fpy, r.rolled])).toEqual([
    ['mill', 4, 3, 3 / 4, expect.closeTo((4 * 0.75 + 2) / 6, 12)],
    ['test', 6, 3, 3 / 6, expect.closeTo(2.5 / 6, 12)],
  ]);
  expect(answer.notes).toContain(
    'no lots are known, so intervals take each part as independent: where parts share their fate, they are too narrow',
  );
  expect(answer.notes).toContain('2 parts failed and were not inspected again: in the end they are not good');
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

/**
 * Rework. Every part is inspected at weld, then at final; p2 fails at weld, is reworked, inspected at repair and again at
 * weld (by another station), then goes on. p4 fails at weld, is repaired, and nobody looks at its weld again.
 *   weld: p1 p3 pass, p2 p4 fail -> 2 of 4 · final: all pass -> 4 of 4 · repair: p2 fails once, then passes; p4 passes
 * RTY 2/4 x 4/4. In the end all are good: p2 by its weld, p4 by its repair.
 */
const REWORK: Parameters<typeof plantOf>[0] = [
  ['lots', 'lot,material\nL1,part\nL2,part'],
  ['parts', 'part,product,lot\np1,A,L1\np2,A,L1\np3,A,L2\np4,A,L2'],
  [
    'inspections',
    `inspection,part,inspected_at,        step,  station,result
     w1,        p1,  2024-05-01T01:00:00Z,weld,  W1,     pass
     w2,        p2,  2024-05-01T01:10:00Z,weld,  W1,     fail
     w3,        p3,  2024-05-01T01:20:00Z,weld,  W1,     pass
     w4,        p4,  2024-05-01T01:30:00Z,weld,  W1,     fail
     r2,        p2,  2024-05-01T02:00:00Z,repair,R1,     fail
     r2b,       p2,  2024-05-01T03:00:00Z,repair,R1,     pass
     w2b,       p2,  2024-05-01T04:00:00Z,weld,  W2,     pass
     r4,        p4,  2024-05-01T05:00:00Z,repair,R1,     pass
     f1,        p1,  2024-05-02T01:00:00Z,final, F1,     pass
     f2,        p2,  2024-05-02T01:10:00Z,final, F1,     pass
     f3,        p3,  2024-05-02T01:20:00Z,final, F1,     pass
     f4,        p4,  2024-05-02T01:30:00Z,final, F1,     pass`,
  ],
  ['defects', 'inspection,defect\nw2,crack\nr2,burn\nw4,crack'],
];

test('rework loops: a part counts once, by its first run; the place of rework is no step of the route', async () => {
  const warehouse = await plantOf(REWORK);
  const answer = await yieldOf(warehouse, {by: 'step'});
  expect(answer).toMatchObject({inspected: 4, passedFirst: 2, fpy: 0.5, rty: 0.5, passedEveryStep: 0.5});
  // Defects of first inspections alone: the burn at repair is not one.
  expect(answer).toMatchObject({dpu: 0.5, finalYield: 1, hiddenFactory: 0.5, unit: 'lot', lots: 2});
  expect(answer.route.map(r => [r.step, r.rework, r.inspected, r.passedFirst, r.rolled, r.finalYield])).toEqual([
    ['weld', false, 4, 2, 0.5, 1],
    ['final', false, 4, 4, 0.5, 1],
    ['repair', true, 2, 1, null, 1],
  ]);
  expect(answer.groups?.map(g => [g.key, g.inspected, g.fpy])).toEqual([
    ['weld', 4, 0.5],
    ['final', 4, 1],
    ['repair', 2, 0.5],
  ]);
  expect(answer.notes).toContain('parts come to repair only after a failure: rework, which is no step of the route');
  // The re-test at W2 counts at no station.
  const stations = await yieldOf(warehouse, {step: 'weld', by: 'station'});
  expect(stations.groups?.map(g => [g.key, g.inspected])).toEqual([['W1', 4]]);
});

test('one lot: no interval, and why', async () => {
  const answer = await yieldOf(await plantOf(REWORK), {where: "part.lot = 'L1'", by: 'product'});
  expect(answer).toMatchObject({lots: 1, fpy: 0.5, intervals: {fpy: null, rty: null, dpu: null, finalYield: null}});
  expect(answer.notes).toContain(
    'all parts are of one lot: there is no interval, since parts of a lot are not independent',
  );
  expect(answer.notes).toContain('1 group is of a single lot: it has no interval');
});

/** Weil's litters as lots: 1 - 112 / 145 fail. */
const LITTERS = '12/12 11/11 10/10 9/9 10/11 9/10 9/10 8/9 8/9 4/5 7/9 4/7 5/10 3/6 3/10 0/7'.split(' ');

test('the interval takes lots as the unit: Weil (1970), whose design effect Rao & Scott (1992) publish', async () => {
  const parts = LITTERS.flatMap((litter, lot) => {
    const [passed, all] = litter.split('/').map(Number);
    return Array.from({length: all}, (_, k) => ({
      part: `${lot}-${k}`,
      lot: `L${lot}`,
      result: k < passed ? 'pass' : 'fail',
    }));
  });
  const warehouse = await plantOf([
    ['parts', `part,product,lot\n${parts.map(p => `${p.part},A,${p.lot}`).join('\n')}`],
    [
      'inspections',
      `inspection,part,inspected_at,result\n${parts.map(p => `i${p.part},${p.part},2024-05-01T00:00:00Z,${p.result}`).join('\n')}`,
    ],
  ]);
  const {fpy, rty, intervals, lots, unit} = await yieldOf(warehouse, {});
  expect([fpy, rty, lots, unit]).toEqual([112 / 145, 112 / 145, 16, 'lot']);
  // SciPy 1.17 and statsmodels 0.14.5: Wilson of 36.682 effective parts, t of 15 degrees of freedom.
  for (const interval of [intervals.fpy, intervals.rty]) {
    expect(interval?.low).toBeCloseTo(0.600008374, 7);
    expect(interval?.high).toBeCloseTo(0.884778668, 7);
  }
});

test('the sigma level is shifted only when asked', async () => {
  // 3 of 50 opportunities: SciPy 1.17, norm.isf(0.06) = 1.554773594596853.
  expect((await yieldOf(plant(), {})).sigmaLevel).toBeCloseTo(1.554773594596853, 9);
  expect((await yieldOf(plant(), {sigmaShift: 1.5})).sigmaLevel).toBeCloseTo(3.054773594596853, 9);
});

/** Pyzdek (2003), The Six Sigma Project Planner, table 24: four steps; 1,000 units started give 979. */
test('rolled throughput yield of a textbook', () => {
  const steps = ['1', '2', '3', '4'];
  const lot = {
    product: 'A',
    opportunities: null,
    times: 10,
    inspected: 20_000,
    passed: 19_900,
    passed_every: 19_580,
    good: 20_000,
    recovered: 420,
    defects: 0,
    steps,
    step_inspected: steps.map(() => 20_000),
    step_passed: [19_900, 19_700, 19_980, 19_999],
    step_good: steps.map(() => 20_000),
  };
  expect(yieldFigures([lot], {route: steps}).rty).toBeCloseTo(0.979, 3);
  expect(routeFigures([lot], {route: steps, rework: []}).map(r => r.fpy)).toEqual([0.995, 0.985, 0.999, 0.99995]);
});

test('steps in the order in which parts come to them, whatever their names, and where products disagree', () => {
  const pair = (earlier: string, later: string, parts: number) => ({earlier, later, parts});
  const pairs = [pair('z', 'a', 9), pair('a', 'z', 1), pair('a', 'm', 5), pair('z', 'm', 5)];
  expect(inOrder(['a', 'm', 'z'], pairs)).toEqual(['z', 'a', 'm']);
  expect(inOrder(['b', 'a'], [])).toEqual(['a', 'b']);
  // A circle: each comes once, somehow.
  expect(inOrder(['a', 'b', 'c'], [pair('a', 'b', 1), pair('b', 'c', 1), pair('c', 'a', 1)])).toHaveLength(3);
});

test('a question that lets nobody through says which part of it does', async () => {
  const {inspected, fpy, notes} = await yieldOf(plant(), {product: 'nope'});
  expect([inspected, fpy]).toEqual([0, null]);
  expect(notes.join()).toMatch(/no inspected part is of product nope: \d+ parts are inspected/);
});
