import {expect, test} from 'vitest';
import {orders, plantOf, type Table} from './plant-in-a-folder.ts';

/** By the rule: the earliest with a result of pass or fail; without a time last; of equals the smaller id. */
const INSPECTIONS: Table[] = [
  [
    'inspections',
    `inspection,part,inspected_at,        result,verification
     z1,        p1,  2024-05-01T10:00:00Z,pass,
     a1,        p1,  2024-05-01T10:00:00Z,fail,
     b1,        p2,  ,                    fail,
     b2,        p2,  2024-06-01T00:00:00Z,pass,
     c1,        p3,  2024-05-01T10:00:00Z,error,
     c2,        p3,  2024-05-01T11:00:00Z,fail,  rejected`,
  ],
  [
    'inspections',
    `inspection,part,inspected_at,        result,verification
     c3,        p3,  2024-05-01T12:00:00Z,fail,  confirmed
     d1,        p4,  2024-05-01T10:00:00Z,error,
     e2,        p5,  ,                    pass,
     e1,        p5,  ,                    fail,  confirmed`,
  ],
  ['parts', 'part,product\np1,A\np6,A'],
];

test('one inspection judges a part, whatever came first', async () => {
  for (const order of orders(INSPECTIONS)) {
    const warehouse = await plantOf(order);
    const judged = await warehouse.read(undefined, session =>
      session.rows(`select i.id as part, f.inspection, f.failed
        from now.first_inspections f join fact.items i on i.item = f.part order by 1`),
    );
    // p4 has only an error and p6 nothing: neither was inspected.
    expect(judged).toEqual([
      {part: 'p1', inspection: 'a1', failed: true},
      {part: 'p2', inspection: 'b2', failed: false},
      {part: 'p3', inspection: 'c2', failed: false},
      {part: 'p5', inspection: 'e1', failed: true},
    ]);
  }
});
