import {describe, expect, test} from 'vitest';
import {pareto} from '../../warehouse/pareto.ts';
import {feed, orders, plantOf, sharedPlant, type Table} from './plant-in-a-folder.ts';

/**
 * Seven parts. Counted by hand:
 *   p1 fails with a scratch and a void · p2 fails with two scratches (n = 1, 2) · p3 fails, no defect named
 *   p4 passes first, fails later (the re-test does not count) · p5 fails first, but the review rejected it
 *   p6's first inspection is an error (none), then it fails with a void · p7 is never inspected
 * So 6 parts inspected, 4 defective (p1, p2, p3, p6), 6 defects: scratch 3 on 2 parts, void 2 on 2, one not named.
 */
const PLANT: Table[] = [
  ['products', 'product,cost\nA,10\nB,40'],
  ['parts', 'part,product\np1,A\np2,A\np3,A\np4,B\np5,B\np6,B\np7,B'],
  [
    'inspections',
    `inspection,part,inspected_at,        station,result,verification
     i1,        p1,  2024-05-01T10:00:00Z,X1,    fail,
     i2,        p2,  2024-05-01T11:00:00Z,X1,    fail,  confirmed
     i3,        p3,  2024-05-01T12:00:00Z,X2,    fail,
     i4,        p4,  2024-05-02T10:00:00Z,X2,    pass,
     i5,        p4,  2024-05-02T11:00:00Z,X1,    fail,
     i6,        p5,  2024-05-02T12:00:00Z,X2,    fail,  rejected
     i7,        p6,  2024-05-02T13:00:00Z,X1,    error,
     i8,        p6,  2024-05-02T14:00:00Z,X2,    fail,`,
  ],
  ['defects', 'inspection,defect,n\ni1,scratch,\ni1,void,\ni2,scratch,1\ni2,scratch,2\ni5,stain,\ni6,stain,\ni8,void,'],
  ['defect_codes', 'defect,severity_weight,cost\nscratch,1,\nvoid,5,7'],
];

const plant = sharedPlant(PLANT);

describe('by defect', () => {
  test('parts and defects are counted apart, and shares add up', async () => {
    const answer = await pareto(plant(), {});
    expect(answer.basis).toEqual({parts: 6, defectiveParts: 4, defects: 6});
    expect(answer.bars.map(b => [b.key, b.count, b.parts, Math.round(b.ppm)])).toEqual([
      ['scratch', 3, 2, 333333],
      ['void', 2, 2, 333333],
      ['(not named)', 1, 1, 166667],
    ]);
    expect(answer.bars.map(b => b.share)).toEqual([3 / 6, 2 / 6, 1 / 6]);
    expect(answer.bars.at(-1)?.cumulative).toBe(1);
    expect(answer.other).toBeNull();
    expect(answer.notes).toContain('2 parts have several defects: bars count defects, not parts');
  });

  test('severity: scratch 3 x 1, void 2 x 5, not named 1 x 1, and the answer says what has no weight', async () => {
    const answer = await pareto(plant(), {weight: 'severity'});
    expect(answer.bars.map(b => [b.key, b.weight])).toEqual([
      ['void', 10],
      ['scratch', 3],
      ['(not named)', 1],
    ]);
    expect(answer.notes).toContain('1 defect code has no severity_weight: each of its defects weighs 1');
    expect(answer.notes).toContain('1 failing inspection names no defect');
  });

  test("cost: a code's own, else the product's once a part", async () => {
    // p1: void 7, scratch takes the part's 10. p2: two scratches share the part's 10. p3: 10. p6: void 7.
    const answer = await pareto(plant(), {weight: 'cost'});
    expect(answer.bars.map(b => [b.key, b.weight])).toEqual([
      ['scratch', 20],
      ['void', 14],
      ['(not named)', 10],
    ]);
  });

  test('Other comes only with top, last, and counts a part once', async () => {
    // void (p1, p6) and not named (p3): 3 parts, 3 defects.
    const {bars, other} = await pareto(plant(), {top: 1});
    expect(bars.map(b => b.key)).toEqual(['scratch']);
    expect(other).toMatchObject({key: 'Other', count: 3, parts: 3, weight: 3, share: 0.5, cumulative: 1, keys: 2});
  });
});

describe('by a level', () => {
  test('ppm is out of the parts inspected at that level', async () => {
    // A: 3 of 3 defective, 5 defects; B: 1 of 3, 1 defect.
    const answer = await pareto(plant(), {by: 'product', weight: 'ppm'});
    expect(answer.bars.map(b => [b.key, b.count, b.parts, Math.round(b.weight)])).toEqual([
      ['A', 5, 3, 1000000],
      ['B', 1, 1, 333333],
    ]);
  });

  test('the station is that of the first valid inspection; a factor says the same', async () => {
    // X1: p1, p2 (4 defects). X2: p3, p4, p5, p6 (2 defects).
    const warehouse = plant();
    const answer = await pareto(warehouse, {by: 'station'});
    expect(answer.bars.map(b => [b.key, b.count, b.ppm])).toEqual([
      ['X1', 4, 1e6],
      ['X2', 2, 5e5],
    ]);
    expect((await pareto(warehouse, {by: 'inspection.station'})).bars).toEqual(answer.bars);
    await expect(pareto(warehouse, {by: 'bore.tool'})).rejects.toThrow('there is no factor "bore.tool"');
  });

  test('numbers as people write them, and each bar leads to its own parts', async () => {
    const w = await plantOf([
      ['parts', 'part,product,made_at\np1,A,2024-05-01T18:10:00Z\np2,A,2024-05-01T18:50:00Z\np3,A,'],
      ['inspections', 'inspection,part,result\ni1,p1,fail\ni2,p2,fail\ni3,p3,fail'],
    ]);
    const {bars} = await pareto(w, {by: 'time.hour'});
    expect(bars.map(({key, parts}) => [key, parts])).toEqual([
      ['18', 2],
      ['(missing)', 1],
    ]);
    expect(bars[0].where).toMatch(/^time.hour = 18 and /);
    expect((await pareto(w, {where: bars[0].where!})).basis.parts).toBe(2);
  });
});

describe('scope', () => {
  test('product, from (included), to (excluded) and where', async () => {
    const warehouse = plant();
    const basis = async (scope: object) => (await pareto(warehouse, scope)).basis;
    expect(await basis({product: 'B'})).toEqual({parts: 3, defectiveParts: 1, defects: 1});
    expect(await basis({from: '2024-05-01T11:00:00Z', to: '2024-05-02T12:00:00Z'})).toEqual({
      parts: 3,
      defectiveParts: 2,
      defects: 3,
    });
    expect(await basis({where: "inspection.station = 'X1'"})).toEqual({parts: 2, defectiveParts: 2, defects: 4});
    await expect(basis({from: 'yesterday'})).rejects.toThrow('from is not a time in ISO 8601: "yesterday"');
  });

  test('nothing in scope: no bars, no NaN', async () => {
    const answer = await pareto(plant(), {product: 'none'});
    expect(answer).toMatchObject({basis: {parts: 0, defectiveParts: 0, defects: 0}, bars: [], other: null});
  });
});

describe('time', () => {
  const CORRECTION: Table = [
    'inspections',
    `inspection,part,inspected_at,        station,result,verification,recorded_at
     i1,        p1,  2024-05-01T10:00:00Z,X1,    fail,  rejected,    2024-05-03T00:00:00Z`,
  ];

  test('any order of the batches gives the same answer, the correction among them', async () => {
    const [products, parts, inspections, defects, codes] = PLANT;
    const expected = {parts: 6, defectiveParts: 3, defects: 4};
    for (const order of orders([parts, inspections, defects, CORRECTION])) {
      const {basis} = await pareto(await plantOf([products, codes, ...order]), {});
      expect(basis, order.map(([table]) => table).join()).toEqual(expected);
    }
  });

  test('an answer as of a position stays as it was', async () => {
    const warehouse = await plantOf(PLANT);
    const asOf = warehouse.position;
    const before = await pareto(warehouse, {});
    await feed(warehouse, CORRECTION);
    expect(await pareto(warehouse, {asOf})).toEqual(before);
    expect((await pareto(warehouse, {})).basis.defectiveParts).toBe(3);
  });
});

test('a question that lets nobody through says which part of it does', async () => {
  const {basis, notes} = await pareto(plant(), {product: 'nope'});
  expect(basis.parts).toBe(0);
  expect(notes.join()).toMatch(/^no inspected part is of product nope: 6 parts are inspected, .*; products: /);
  expect((await pareto(plant(), {from: '2099-01-01'})).notes.join()).toMatch(/inspected from 2099-01-01/);
  expect((await pareto(plant(), {})).notes.join()).not.toContain('no inspected part');
});
