import {describe, expect, test} from 'vitest';
import type {Related} from '../../warehouse/answers.ts';
import {trace} from '../../warehouse/trace.ts';
import {feed, orders, plantOf, sharedPlant, type Table} from './plant-in-a-folder.ts';

/**
 *   R1 ──► C1 ──► F1 = {p1, p2} ──► K1        p2 ──► a1        F2 = {p3}, p4 has no lot
 *   R2 ──► C2 ──► F2     N1 ──► p1             (pins N1 are consumed by part p1 alone)
 */
const PLANT: Table[] = [
  [
    'lots',
    'lot,material,supplier\nR1,resin,S1\nR2,resin,S2\nC1,compound,\nC2,compound,\nF1,housing,\nF2,housing,\nF3,housing,\nN1,pin,S3',
  ],
  [
    'genealogy',
    `parent,parent_kind,child,child_kind,consumed_at
     R1,    lot,        C1,   lot,      2024-05-01T01:00:00Z
     R2,    lot,        C2,   lot,      2024-05-01T02:00:00Z
     C1,    lot,        F1,   lot,      2024-05-02T01:00:00Z
     C2,    lot,        F2,   lot,      2024-05-02T01:00:00Z
     N1,    lot,        p1,   part,     2024-05-03T06:30:00Z
     F1,    lot,        K1,   lot,      2024-05-04T01:00:00Z
     p2,    part,       a1,   part,     2024-05-05T01:00:00Z`,
  ],
  [
    'parts',
    `part,product,work_order,lot,made_at
     p1,  H,      W1,        F1, 2024-05-03T05:00:00Z
     p2,  H,      W1,        F1, 2024-05-03T05:01:00Z
     p3,  H,      W1,        F2, 2024-05-03T05:02:00Z
     p4,  H,      W1,        ,   2024-05-03T05:03:00Z
     a1,  ASSY,   ,          ,`,
  ],
  ['work_orders', 'work_order,product,quantity,status\nW1,H,4,running\nF1,H,1,odd'],
];

const STORY: Table[] = [
  [
    'operations',
    `part,lot,work_order,step,station,tool,run,started_at,          report_kind,quantity_good
     p1,  ,   ,          bore,B3,     T7,  ,   2024-05-03T06:00:00Z,,
     p1,  ,   ,          bore,B4,     T1,  2,  2024-05-03T08:00:00Z,,
     ,    F1, ,          wash,Q1,     ,    ,   2024-05-03T04:00:00Z,,
     ,    ,   W1,        bore,B3,     ,    ,   2024-05-03T09:00:00Z,output,     3`,
  ],
  [
    'parameters',
    'parameter,step,product,unit,lsl,usl,valid_from\ntorque,bore,,Nm,,5,\ntorque,bore,,Nm,,4,2024-05-04T00:00:00Z',
  ],
  [
    'measurements',
    `part,parameter,step,run,value,measured_at
     p1,  torque,   bore,1,  5.5,  2024-05-03T06:10:00Z
     p1,  torque,   bore,2,  4.5,  2024-05-03T08:10:00Z`,
  ],
  ['inspections', 'inspection,part,inspected_at,station,result\ni1,p1,2024-05-03T10:00:00Z,X1,fail'],
  ['defects', 'inspection,defect\ni1,void\ni1,scratch'],
  ['movements', 'kind,id,at,location,status\nlot,F1,2024-05-06T00:00:00Z,dock 4,shipped'],
];

const plant = sharedPlant([...PLANT, ...STORY]);
const shortly = (related: readonly Related[]) => related.map(r => `${r.id}:${r.depth}`).join(' ');

describe('genealogy', () => {
  test('backward from a part: what it and its lot consumed, not what its neighbours consumed', async () => {
    expect(shortly((await trace(plant(), {id: 'p1'})).backward)).toBe('F1:1 N1:1 C1:2 R1:3');
    expect(shortly((await trace(plant(), {id: 'p2'})).backward)).toBe('F1:1 C1:2 R1:3');
    expect(shortly((await trace(plant(), {id: 'a1'})).backward)).toBe('p2:1 F1:2 C1:3 R1:4');
  });

  test('forward from a lot: lots, the parts that belong to them, and on', async () => {
    const {forward} = await trace(plant(), {id: 'R1'});
    expect(shortly(forward)).toBe('C1:1 F1:2 K1:3 p1:3 p2:3 a1:4');
    expect(forward[1]).toEqual({kind: 'lot', id: 'F1', depth: 2, detail: 'housing'});
    expect(forward.at(-1)).toEqual({kind: 'part', id: 'a1', depth: 4, detail: 'ASSY'});
  });

  test('a part goes where its lot goes, without its neighbours; and back again', async () => {
    expect(shortly((await trace(plant(), {id: 'N1'})).forward)).toBe('p1:1 K1:2');
    // K1 took lot F1 as a whole, and with it the pins in p1.
    expect(shortly((await trace(plant(), {id: 'K1'})).backward)).toBe('F1:1 C1:2 N1:2 R1:3');
  });

  test('a work order stands for its parts', async () => {
    const answer = await trace(plant(), {id: 'W1'});
    expect(answer.kind).toBe('work_order');
    expect(shortly(answer.forward)).toBe('p1:1 p2:1 p3:1 p4:1 K1:2 a1:2');
    expect(shortly(answer.backward)).toBe('F1:1 F2:1 N1:1 C1:2 C2:2 R1:3 R2:3');
  });

  test('one direction only', async () => {
    const answer = await trace(plant(), {id: 'C1', backward: true});
    expect([shortly(answer.backward), shortly(answer.forward)]).toEqual(['R1:1', '']);
  });

  test('a circle ends, and is named', async () => {
    const circle: Table = ['genealogy', 'parent,parent_kind,child,child_kind\nF1,lot,R1,lot'];
    const answer = await trace(await plantOf([PLANT[0], PLANT[1], circle]), {id: 'C1'});
    // Without the parts there is only the ring R1 -> C1 -> F1 -> R1 and what leaves it.
    expect(shortly(answer.backward)).toBe('R1:1 F1:2');
    expect(shortly(answer.forward)).toBe('F1:1 K1:2 R1:2');
    expect(answer.completeness.missing.filter(m => m.what.startsWith('a circle')).map(m => m.id)).toEqual([
      'C1',
      'F1',
      'R1',
    ]);
  });
});

describe('how it hangs together', () => {
  const links = async (id: string, kind?: 'lot') =>
    (await trace(plant(), {id, kind})).links.map(({from, into, how}) => `${from.id} ${how} ${into.id}`).sort();

  test('direct links between it and its relatives, each once, of neighbours none', async () => {
    expect(await links('p1')).toEqual(
      ['C1 consumed F1', 'F1 belongs p1', 'F1 consumed K1', 'N1 consumed p1', 'R1 consumed C1'].sort(),
    );
    expect(await links('R2')).toEqual(['C2 consumed F2', 'F2 belongs p3', 'R2 consumed C2']);
  });

  test('a work order leads to its parts', async () => {
    const of = await links('W1');
    expect(of.filter(link => link.startsWith('W1'))).toEqual(['p1', 'p2', 'p3', 'p4'].map(p => `W1 belongs ${p}`));
    expect(of).toContain('F1 belongs p1');
  });
});

describe('what was measured and seen on it', () => {
  test('every value against the limits of its time, the run that was repeated too', async () => {
    const {measured} = await trace(plant(), {id: 'p1'});
    expect(
      measured.map(({run, parameter, value, lsl, usl, unit, against}) => [
        run,
        parameter,
        value,
        lsl,
        usl,
        unit,
        against,
      ]),
    ).toEqual([
      [1, 'torque', 5.5, null, 5, 'Nm', 'above'],
      // The limit of 4 came a day later.
      [2, 'torque', 4.5, null, 5, 'Nm', 'inside'],
    ]);
    expect((await trace(plant(), {id: 'p2'})).measured).toEqual([]);
  });

  test('where on the image each defect lies; what has no place is told, too', async () => {
    const warehouse = await plantOf([
      ['inspections', 'inspection,part,inspected_at,result,image,inspector\ni1,p1,2024-05-03T10:00:00Z,fail,abc,m@1'],
      ['defects', 'inspection,defect,x,y,width,height,view,confidence\ni1,scratch,10,20,30,5,top,0.9\ni1,void,,,,,,'],
    ]);
    const {inspections} = await trace(warehouse, {id: 'p1'});
    const nothing = {severity: null, confidence: null, x: null, y: null, width: null, height: null, view: null};
    expect(inspections).toEqual([
      {
        inspection: 'i1',
        at: '2024-05-03T10:00:00.000Z',
        step: null,
        station: null,
        inspector: 'm@1',
        result: 'fail',
        image: 'abc',
        kept: null,
        defects: [
          {...nothing, defect: 'scratch', x: 10, y: 20, width: 30, height: 5, view: 'top', confidence: 0.9},
          {...nothing, defect: 'void'},
        ],
      },
    ]);
  });
});

describe('siblings', () => {
  const beside = async (id: string, kind?: 'lot') =>
    (await trace(plant(), {id, kind})).siblings.map(s => `${s.id} by ${s.through.id}`);

  test('of a part: its lot, then what consumed the same inputs; of a lot: what consumed its inputs', async () => {
    // p1 shares lot F1 with p2; the pins N1 and the compound C1 went nowhere else but into p1 and its own lot.
    expect(await beside('p1')).toEqual(['p2 by F1']);
    expect(await beside('p4')).toEqual([]);
    expect(await beside('W1')).toEqual([]);
    const more: Table = [
      'genealogy',
      'parent,parent_kind,child,child_kind\nN1,lot,p3,part\nC1,lot,F2,lot\nR1,lot,C2,lot',
    ];
    const warehouse = await plantOf([...PLANT, more]);
    const {siblings} = await trace(warehouse, {id: 'p1'});
    expect(siblings.map(s => `${s.kind} ${s.id} by ${s.through.id}`)).toEqual([
      'part p2 by F1',
      'lot F2 by C1',
      'part p3 by N1',
    ]);
    const {siblings: ofLot, truncated} = await trace(warehouse, {id: 'F1', kind: 'lot'});
    expect(ofLot).toEqual([{kind: 'lot', id: 'F2', through: {kind: 'lot', id: 'C1'}, detail: 'housing'}]);
    expect(truncated.siblings).toBe(0);
  });

  test('more than are listed are counted, the first by id are told', async () => {
    const ids = Array.from({length: 150}, (_, k) => `s${String(149 - k).padStart(3, '0')}`);
    const warehouse = await plantOf([['parts', `part,product,lot\n${ids.map(id => `${id},X,L`).join('\n')}`]]);
    const {siblings, truncated} = await trace(warehouse, {id: 's007'});
    expect([siblings[0].id, siblings[7].id, siblings.length, truncated.siblings]).toEqual(['s000', 's008', 100, 49]);
  });
});

describe('widened by', () => {
  test('a lot that names no input though its like do, made when the lot was in use', async () => {
    // Two of three housings name a compound. F3, without a time, cannot be ruled out; nor p4, of the same order as p1 to p3.
    const {widenedBy} = await trace(plant(), {id: 'C1'});
    expect(widenedBy).toEqual([
      '1 lot of housing with 0 parts, made in the same time: no lot of compound named as consumed, so it may have been a suspect one',
      '1 part of work order W1 with no production lot recorded, though others of it are in suspect lots: they may belong to those',
    ]);
    expect((await trace(plant(), {id: 'a1'})).widenedBy).toEqual([]);
  });

  test('parts that name nothing though nine of ten do, made in the same time', async () => {
    const at = (k: number) => `2024-05-01T00:${String(k).padStart(2, '0')}:00Z`;
    const parts = Array.from({length: 20}, (_, k) => `q${k},Q,${at(k)}`);
    // q5 and q19 name no pin; N1 went into q2 to q8, so that only q5 can have had one of it.
    const links = Array.from({length: 20}, (_, k) => `${k >= 2 && k <= 8 ? 'N1' : 'N2'},lot,q${k},part`);
    const warehouse = await plantOf([
      ['parts', `part,product,made_at\n${parts.join('\n')}`],
      ['genealogy', `parent,parent_kind,child,child_kind\n${links.filter((_, k) => k !== 5 && k !== 19).join('\n')}`],
    ]);
    expect((await trace(warehouse, {id: 'N1'})).widenedBy).toEqual([
      '1 part of Q, made in the same time: nothing named as consumed, so it may have been a suspect one',
    ]);
    expect((await trace(warehouse, {id: 'q5'})).completeness.missing.map(m => m.what)).toEqual([
      'nothing is known to have gone into it, though at least 90 % of Q name their inputs',
    ]);
  });
});

describe('habits', () => {
  test('of a later position are what they are counted afresh: a part moved, a step came, a link came late', async () => {
    const late: Table[] = [
      ['operations', 'part,lot,work_order,step\np3,,,bore\n,F2,,wash\n,,W1,pack'],
      ['parts', 'part,product,work_order,lot,recorded_at\np2,G,W2,F2,2024-06-01T00:00:00Z'],
      ['genealogy', 'parent,parent_kind,child,child_kind\nN1,lot,p2,part\nN1,lot,p4,part'],
      ['parts', 'part,product,work_order,lot\np5,H,W1,F3'],
    ];
    const grown = await plantOf([...PLANT, ...STORY]);
    const answers = async (warehouse: typeof grown) =>
      Promise.all(
        ['p1', 'p2', 'p3', 'p4', 'C1'].map(async id => {
          const {completeness, widenedBy} = await trace(warehouse, {id});
          return {completeness, widenedBy};
        }),
      );
    for (const table of late) {
      await answers(grown);
      await feed(grown, table);
    }
    expect(await answers(grown)).toEqual(await answers(await plantOf([...PLANT, ...STORY, ...late])));
  });
});

describe('history', () => {
  test('of a part: its own, its lot and its work order, by time', async () => {
    const {history} = await trace(plant(), {id: 'p1'});
    expect(history.map(e => `${e.at ?? '-'} ${e.what}: ${e.text}`)).toEqual([
      '2024-05-02T01:00:00.000Z consumed: lot C1 of compound went into lot F1',
      '2024-05-03T04:00:00.000Z operation: wash at Q1',
      '2024-05-03T05:00:00.000Z made: part p1 of H in lot F1 under work order W1',
      '2024-05-03T06:00:00.000Z operation: bore at B3 with tool T7',
      '2024-05-03T06:10:00.000Z measurement: 1 measured, 1 out of spec',
      // The limit of 5 was valid then; that of 4 came on 4 May.
      '2024-05-03T06:10:00.000Z measurement: torque 5.5 Nm is above 5',
      '2024-05-03T06:30:00.000Z consumed: lot N1 of pin went into part p1',
      '2024-05-03T08:00:00.000Z operation: bore run 2 at B4 with tool T1',
      '2024-05-03T08:10:00.000Z measurement: 1 measured, 0 out of spec',
      '2024-05-03T09:00:00.000Z report: output at B3 3 good',
      '2024-05-03T10:00:00.000Z inspection: fail: scratch, void at X1',
      '2024-05-04T01:00:00.000Z consumed: lot F1 of housing went into lot K1',
      '2024-05-06T00:00:00.000Z movement: lot F1 shipped at dock 4',
      '- made: lot F1 of housing',
      '- report: work order W1 for 4 H (running)',
    ]);
    expect(history[3]).toMatchObject({step: 'bore', station: 'B3', details: {run: 1, tool: 'T7', of: 'p1'}});
  });
});

describe('completeness', () => {
  test('names a part without a lot, a lot without inputs, a step that was not recorded', async () => {
    const missing = async (id: string) =>
      (await trace(plant(), {id, kind: id === 'F1' ? 'lot' : undefined})).completeness.missing.map(
        m => `${m.id}: ${m.what}`,
      );
    expect(await missing('p4')).toEqual(['p4: no production lot, though other parts of work order W1 have one']);
    expect(await missing('F3')).toEqual([
      'F3: nothing is known to have gone into it, though other lots of housing name their inputs',
    ]);
    expect(await missing('K1')).toEqual(['K1: no row of lots says what it is']);
    expect(await missing('F1')).toEqual([]);
  });

  test('a step that 9 of 10 parts of the product have', async () => {
    const parts = Array.from({length: 10}, (_, k) => `q${k}`);
    const warehouse = await plantOf([
      ['parts', `part,product\n${parts.map(p => `${p},Q`).join('\n')}`],
      [
        'operations',
        `part,step\n${parts
          .slice(1)
          .map(p => `${p},weld`)
          .join('\n')}\nq1,paint`,
      ],
    ]);
    const {completeness} = await trace(warehouse, {id: 'q0'});
    // Expected of q0: a row that says what it is, and a run at weld; paint (1 of 10) is no habit.
    expect(completeness).toEqual({
      expected: 2,
      found: 1,
      missing: [{kind: 'part', id: 'q0', what: 'no run at step weld, though at least 90 % of Q have one'}],
    });
  });
});

describe('asking', () => {
  test('an unknown id, and one that is two things', async () => {
    await expect(trace(plant(), {id: 'nobody'})).rejects.toThrow('names a part, lot or work order "nobody"');
    await expect(trace(plant(), {id: 'P1 '})).rejects.toThrow('near it: p1');
    await expect(trace(plant(), {id: 'p1\r'})).rejects.toThrow('names a part, lot or work order "p1\\r"; near it: p1');
    const padded = await plantOf([['parts', 'part,product\n"p9 ",A']]);
    await expect(trace(padded, {id: 'p9'})).rejects.toThrow('names a part, lot or work order "p9"; near it: "p9 "');
    await expect(trace(plant(), {id: 'p1', kind: 'lot'})).rejects.toThrow('names a lot "p1"');
    await expect(trace(plant(), {id: 'F1'})).rejects.toThrow('"F1" is a lot and a work_order: say which kind is meant');
    expect((await trace(plant(), {id: 'F1', kind: 'lot'})).kind).toBe('lot');
  });

  test('as of a position: a late link, and an id that nobody had named yet', async () => {
    const warehouse = await plantOf(PLANT.slice(0, 2));
    const before = await trace(warehouse, {id: 'C1'});
    await feed(warehouse, ['genealogy', 'parent,parent_kind,child,child_kind\nZ9,lot,C1,lot']);
    expect(await trace(warehouse, {id: 'C1', asOf: 2})).toEqual(before);
    expect(shortly((await trace(warehouse, {id: 'C1'})).backward)).toBe('R1:1 Z9:1');
    await expect(trace(warehouse, {id: 'Z9', asOf: 2})).rejects.toThrow('Z9');
  });

  test('any order of the batches, a correction of the lot of p1 among them', async () => {
    const moved: Table = ['parts', 'part,product,work_order,lot,recorded_at\np1,H,W1,F2,2024-05-09T00:00:00Z'];
    for (const order of orders([...PLANT.slice(0, 3), moved])) {
      const answer = await trace(await plantOf(order), {id: 'p1'});
      expect(shortly(answer.backward), order.map(([table]) => table).join()).toBe('F2:1 N1:1 C2:2 R2:3');
    }
  });
});
