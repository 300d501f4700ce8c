import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import type {ContainAnswer} from '../../warehouse/answers.ts';
import {contain, contained} from '../../warehouse/contain.ts';
import {feed, orders, plantOf, sharedPlant, type Table} from './plant-in-a-folder.ts';

/**
 * Resin lot R1 went into F1 (p1, p2, p3) and F2 (p4, p5), R2 into F3 (p6); F4 (p7) names no resin. F1 went into kit K1.
 * p8 belongs to no lot. Tool T7 met p1, p2, p4 and p8 (not inspected); T1 met p5, p6, p7 last, and p6 met T7 in its first
 * run; of p3 no bore was recorded.
 */
const PLANT: Table[] = [
  [
    'lots',
    `lot,material,made_at
     R1, resin,   2024-05-01T00:00:00Z
     R2, resin,   2024-05-01T00:00:00Z
     F1, housing, 2024-05-02T00:00:00Z
     F2, housing, 2024-05-02T06:00:00Z
     F3, housing, 2024-05-02T12:00:00Z
     F4, housing, 2024-05-02T03:00:00Z
     K1, kit,     2024-05-05T00:00:00Z`,
  ],
  ['genealogy', 'parent,parent_kind,child,child_kind\nR1,lot,F1,lot\nR1,lot,F2,lot\nR2,lot,F3,lot\nF1,lot,K1,lot'],
  [
    'parts',
    `part,product,lot,made_at
     p1,  H,      F1, 2024-05-02T00:10:00Z
     p2,  H,      F1, 2024-05-02T00:20:00Z
     p3,  H,      F1, 2024-05-02T00:30:00Z
     p4,  H,      F2, 2024-05-02T06:10:00Z
     p5,  H,      F2, 2024-05-02T06:20:00Z
     p6,  H,      F3, 2024-05-02T12:10:00Z
     p7,  G,      F4, 2024-05-02T03:10:00Z
     p8,  H,      ,   2024-05-02T13:00:00Z`,
  ],
  [
    'operations',
    `part,step,run,tool,started_at
     p1,  bore,1,  T7,  2024-05-02T01:00:00Z
     p2,  bore,1,  T7,  2024-05-02T01:10:00Z
     p4,  bore,1,  T7,  2024-05-02T07:00:00Z
     p5,  bore,1,  T1,  2024-05-02T07:10:00Z
     p6,  bore,1,  T7,  2024-05-02T12:30:00Z
     p6,  bore,2,  T1,  2024-05-02T12:40:00Z
     p7,  bore,1,  T1,  2024-05-02T04:00:00Z
     p8,  bore,1,  T7,  2024-05-02T13:10:00Z`,
  ],
  [
    'inspections',
    `inspection,part,inspected_at,        result
     i1,        p1,  2024-05-03T00:00:00Z,fail
     i2,        p2,  2024-05-03T00:10:00Z,pass
     i4,        p4,  2024-05-04T00:00:00Z,fail
     i6,        p6,  2024-05-04T01:00:00Z,pass`,
  ],
  [
    'movements',
    `kind,id,at,                  location,status
     lot, F1,2024-05-04T00:00:00Z,FG-1,    stock
     lot, F1,2024-05-06T00:00:00Z,C-7,     shipped
     lot, R1,2024-05-01T00:00:00Z,RAW,     stock
     lot, K1,2024-05-05T00:00:00Z,FG-2,    stock
     part,p4,2024-05-04T06:00:00Z,CAGE,    quarantine
     part,p5,2024-05-04T06:00:00Z,C-9,     shipped`,
  ],
];

const T7 = "bore.tool = 'T7'";
const plant = sharedPlant(PLANT);
const shortly = ({lots}: ContainAnswer) => lots.map(l => `${l.lot} ${l.parts}/${l.of} ${l.where}`);

describe('a filter', () => {
  test('exposed parts, inspected or not; their lots and what these went into; where everything is', async () => {
    const answer = await contain(plant(), {target: T7});
    expect(answer.parts).toBe(4);
    expect(answer.looseParts).toEqual(['p8']);
    // F2 was never scanned as a whole: its only suspect part, p4, is in quarantine.
    expect(shortly(answer)).toEqual(['F1 2/3 shipped', 'F2 1/2 quarantine', 'K1 0/0 stock']);
    expect(answer).toMatchObject({inHouse: 2, partlyInHouse: 0, gone: 1, unknown: 0});
    expect(answer.whereabouts).toBe('2 lots still in house, 1 gone');
    // p8 is in no lot, and was not seen since it was bored.
    expect(answer.places).toEqual([
      {where: 'shipped', parts: 2},
      {where: 'in-process', parts: 1},
      {where: 'quarantine', parts: 1},
    ]);
    expect(answer.lots[0].location).toBe('C-7');
  });

  test('says what a hold would stop, how many are truly bad, and how much of the trouble that is', async () => {
    // p8 and p4 are in the plant's hands. p1 and p4 failed, p2 passed, p8 was never inspected; no other part failed.
    const {blast} = await contain(plant(), {target: T7});
    expect(blast?.stops).toEqual({parts: 2, cost: null, workOrders: []});
    expect(blast?.evidence).toMatchObject({inspected: 3, failed: 2, unit: 'lot', allFailed: 2, covered: 1});
    const {value, low, high} = blast!.evidence.share!;
    expect(value).toBeCloseTo(2 / 3, 12);
    expect([low! > 0 && low! < value, high! > value && high! < 1]).toEqual([true, true]);
    const w = await plantOf([
      ['products', 'product,cost\nA,12.5\nB,'],
      ['work_orders', 'work_order,product,status\nW1,A,open\nW2,B,'],
      ['parts', 'part,product,work_order,lot\na1,A,W1,L1\na2,A,W1,L1\nb1,B,W2,L1\nb2,B,W2,L1'],
      ['movements', 'kind,id,at,status\nlot,L1,2024-05-04T00:00:00Z,stock\npart,b2,2024-05-05T00:00:00Z,shipped'],
    ]);
    const all = await contain(w, {target: 'L1'});
    expect(all.blast).toEqual({
      stops: {
        parts: 3,
        cost: {value: 25, ofParts: 2, unknown: 1},
        workOrders: [
          {workOrder: 'W1', parts: 2, status: 'open'},
          {workOrder: 'W2', parts: 1, status: null},
        ],
      },
      evidence: {inspected: 0, failed: 0, share: null, unit: 'part', allFailed: 0, covered: null},
    });
    await w.close();
  });

  test('says what cannot be ruled out: p3 of lot F1 has no bore recorded, p6 was reworked', async () => {
    const {widenedBy} = await contain(plant(), {target: T7});
    expect(widenedBy).toEqual([
      '1 more part of the suspect lots: no bore.tool recorded, so exposure cannot be ruled out',
      // p6 was bored with T7 and then again with T1.
      '1 more part met bore.tool T7 in another run through bore than the one that counts',
    ]);
  });

  test('narrowed by time (of the first inspection) and by product', async () => {
    // From 4 May: p4 alone; p8 was never inspected.
    expect(shortly(await contain(plant(), {target: T7, from: '2024-05-04T00:00:00Z'}))).toEqual(['F2 1/2 quarantine']);
    // So do the parts that cannot be ruled out: p6 was inspected at one o'clock.
    const [p6] = (await contain(plant(), {target: T7})).widenedBy.slice(1);
    const since = {target: T7, from: '2024-05-04T00:00:00Z'};
    expect((await contain(plant(), since)).widenedBy).toEqual([p6]);
    expect((await contain(plant(), {...since, to: '2024-05-04T00:30:00Z'})).widenedBy).toEqual([]);
    await expect(contain(plant(), {...since, to: since.from})).rejects.toThrow('ends before it begins');
    expect(await contain(plant(), {target: T7, product: 'G'})).toMatchObject({parts: 0, lots: [], widenedBy: []});
  });
});

test('a lot that says nothing of the factor, and one whose recorded parts were not exposed', async () => {
  // p9 is alone in F5 without a bore; F3 has p6 (last bored with T1) and p10 without a bore. Both in the time of p8.
  const warehouse = await plantOf([
    ...PLANT,
    ['parts', 'part,product,lot,made_at\np9,H,F5,2024-05-02T10:00:00Z\np10,H,F3,2024-05-02T12:20:00Z'],
  ]);
  const {widenedBy, parts} = await contain(warehouse, {target: T7});
  expect(parts).toBe(4);
  expect(widenedBy.slice(0, 3)).toEqual([
    '1 more part of the suspect lots: no bore.tool recorded, so exposure cannot be ruled out',
    '1 part of 1 other lot, made in the same time: no bore.tool recorded of any part of it, so exposure cannot be ruled out',
    '1 part of 1 other lot, made in the same time: no bore.tool recorded; no recorded part of these lots was exposed, so exposure is unlikely, not ruled out',
  ]);
});

describe('a lot', () => {
  test('all that it went into at any depth, itself included; lots that name no resin could have consumed it', async () => {
    const answer = await contain(plant(), {target: 'R1'});
    expect(shortly(answer)).toEqual(['F1 3/3 shipped', 'F2 2/2 quarantine', 'K1 0/0 stock', 'R1 0/0 stock']);
    expect(answer).toMatchObject({parts: 5, inHouse: 2, partlyInHouse: 1, gone: 1, unknown: 0, looseParts: []});
    expect(answer.whereabouts).toBe('2 lots still in house, 1 in part, 1 gone');
    // Three of four housings name a resin; F4 was made between R1 and the last lot that R1 went into.
    expect(answer.widenedBy).toEqual([
      '1 lot of housing with 1 part, made in the same time: no lot of resin named as consumed, so it may have been a suspect one',
    ]);
    expect(answer.completeness.missing.map(m => m.id)).toEqual([]);
  });

  test('narrowed to the parts of a product', async () => {
    expect(await contain(plant(), {target: 'R1', product: 'G'})).toMatchObject({parts: 0, lots: []});
  });
});

describe('each lot', () => {
  test('says what it is: of suspect parts, of what consumed them, or the one asked for', async () => {
    const {lots} = await contain(plant(), {target: 'R1'});
    expect(lots.map(l => `${l.lot} ${l.material} ${l.role}`)).toEqual([
      'F1 housing production',
      'F2 housing production',
      'K1 kit consumer',
      'R1 resin asked',
    ]);
  });

  test('is told by parts: those that were reworked are in process again, the lot is where most of it is', async () => {
    const rework: Table = ['operations', 'part,step,run,station,started_at\np1,bore,2,B9,2024-05-07T00:00:00Z'];
    const [f1, f2] = (await contain(plant(), {target: 'R1'})).lots;
    expect(f1.places).toEqual([
      {where: 'shipped', location: 'C-7', parts: 3, seenBy: 'movement', seenAt: '2024-05-06T00:00:00.000Z'},
    ]);
    // Its parts were moved apart, to two places, after they were worked on.
    const apart = {seenBy: 'movement', seenAt: '2024-05-04T06:00:00.000Z', parts: 1};
    expect(f2.places).toEqual([
      {where: 'quarantine', location: 'CAGE', ...apart},
      {where: 'shipped', location: 'C-9', ...apart},
    ]);
    const [reworked] = (await contain(await plantOf([...PLANT, rework]), {target: 'R1'})).lots;
    expect(reworked).toMatchObject({where: 'shipped', location: 'C-7', seenAt: '2024-05-06T00:00:00.000Z'});
    expect(reworked.places.map(p => `${p.parts} ${p.where} ${p.location} ${p.seenBy}`)).toEqual([
      '2 shipped C-7 movement',
      '1 in-process B9 operation',
    ]);
  });

  test('takes its parts along, but not those that had been taken out of it', async () => {
    const moved: Table = [
      'movements',
      `kind,id,at,                  location,status
       part,p1,2024-05-04T12:00:00Z,BIN,     scrapped
       part,p2,2024-05-04T12:00:00Z,FG-3,    stock`,
    ];
    const answer = await contain(await plantOf([...PLANT, moved]), {target: 'F1'});
    // F1 was shipped on 6 May, with p2, which only stood elsewhere before.
    expect(answer.lots[0].places.map(p => `${p.parts} ${p.where} ${p.location}`)).toEqual([
      '2 shipped C-7',
      '1 scrapped BIN',
    ]);
    expect(answer.lots[0]).toMatchObject({lot: 'F1', where: 'shipped'});
  });

  test('is in the place where most parts are, whatever the locations', async () => {
    const moved: Table = [
      'movements',
      `kind,id,at,                  location,status
       part,p1,2024-05-08T00:00:00Z,A,       stock
       part,p2,2024-05-08T01:00:00Z,B,       stock`,
    ];
    const [f1] = (await contain(await plantOf([...PLANT, moved]), {target: 'F1'})).lots;
    expect(f1.places.map(p => `${p.parts} ${p.where} ${p.location}`)).toEqual([
      '1 stock B',
      '1 stock A',
      '1 shipped C-7',
    ]);
  });

  test('of which no row says where it is, is not said to have left', async () => {
    // F3 and F4 were never moved, and their parts have no time of work here.
    const warehouse = await plantOf(PLANT.filter(([table]) => !['operations', 'movements'].includes(table)));
    expect(await contain(warehouse, {target: 'R2'})).toMatchObject({
      inHouse: 0,
      gone: 0,
      unknown: 2,
      places: [{where: 'unknown', parts: 1}],
      whereabouts: 'where the lots are, no row says',
    });
  });
});

test('a population that was contained before places were told is brought back with one place a lot', async () => {
  const warehouse = await plantOf(PLANT);
  const answer = await contain(warehouse, {target: T7});
  const {places: _, partlyInHouse: __, gone: ___, unknown: ____, whereabouts: _____, ...before} = answer;
  const lots = before.lots.map(({places: ______, ...lot}) => lot);
  await writeFile(join(warehouse.folder, 'answers', `${answer.id}.json`), JSON.stringify({...before, lots}));
  const back = await contained(warehouse, answer.id);
  expect(back.lots).toEqual(answer.lots);
  expect(back.whereabouts).toBe('2 lots still in house, 1 gone');
});

test('parts without a lot: where they are is told of the parts', async () => {
  const warehouse = await plantOf([
    ['parts', 'part,product\nq1,H\nq2,H\nq3,H'],
    ['operations', 'part,step,tool,started_at\nq1,bore,T7,\nq2,bore,T7,2024-05-02T01:00:00Z\nq3,bore,T7,'],
    ['movements', 'kind,id,at,status\npart,q1,2024-05-04T00:00:00Z,shipped'],
  ]);
  expect(await contain(warehouse, {target: T7})).toMatchObject({
    parts: 3,
    lots: [],
    looseParts: ['q1', 'q2', 'q3'],
    whereabouts: '1 part in-process, 1 part shipped, 1 part at an unknown place',
  });
});

describe('a finding', () => {
  test("its level within its question's scope", async () => {
    const warehouse = await plantOf(PLANT);
    const id = await findingOf(warehouse.folder, {product: 'H'});
    const answer = await contain(warehouse, {target: id});
    expect(shortly(answer)).toEqual(['F1 2/3 shipped', 'F2 1/2 quarantine', 'K1 0/0 stock']);
    expect(answer.basis).toContain("bore.tool = 'T7', within H");
    expect(answer.widenedBy).toContain(
      '1 more part met bore.tool T7 in another run through bore than the one that counts',
    );
    await expect(contain(warehouse, {target: 'f000000000000-00000000'})).rejects.toThrow('there is no finding');
  });
});

describe('the id', () => {
  test('is the same for the same question at the same position, and brings the answer back', async () => {
    const warehouse = await plantOf(PLANT);
    const answer = await contain(warehouse, {target: T7});
    expect((await contain(warehouse, {target: T7, asOf: answer.asOf})).id).toBe(answer.id);
    expect((await contain(warehouse, {target: T7, product: 'H'})).id).not.toBe(answer.id);
    await feed(warehouse, ['operations', 'part,step,tool,run,started_at\np5,bore,T7,2,2024-05-02T08:00:00Z']);
    const later = await contain(warehouse, {target: T7});
    expect(later).toMatchObject({parts: 5, asOf: answer.asOf + 1});
    expect(later.id).not.toBe(answer.id);
    expect(await contained(warehouse, answer.id)).toEqual(answer);
    expect(await contain(warehouse, {target: T7, asOf: answer.asOf})).toEqual(answer);
  });

  test('that nothing has, or that is none', async () => {
    await expect(contained(plant(), 'c0123456789abcdef')).rejects.toMatchObject({code: 'NOT_FOUND'});
    await expect(contained(plant(), '../../secret')).rejects.toMatchObject({code: 'NOT_FOUND'});
    await expect(contain(plant(), {target: 'R77'})).rejects.toThrow('neither a finding, nor a lot');
  });
});

test('any order of the batches contains the same', async () => {
  const [lots, genealogy, parts, operations] = PLANT;
  const all: string[] = [];
  for (const order of orders([lots, genealogy, parts, operations])) {
    const {id: _, permalink: __, ...answer} = await contain(await plantOf(order), {target: 'R1'});
    all.push(JSON.stringify(answer));
  }
  expect(new Set(all).size).toBe(1);
  expect(JSON.parse(all[0])).toMatchObject({parts: 5});
});

/** Keeps a finding in the form in which screening keeps its answers. @returns its id */
async function findingOf(folder: string, question: object): Promise<string> {
  const id = 'f0123456789ab-01234567';
  const finding = {
    id,
    rank: 1,
    factor: 'bore.tool',
    step: 'bore',
    branch: 'machine',
    kind: 'category',
    level: 'T7',
    threshold: null,
    where: "bore.tool = 'T7'",
    sentence: 'fails more with T7',
  };
  await mkdir(join(folder, 'answers'), {recursive: true});
  await writeFile(
    join(folder, 'answers', 'screen-0123456789ab.json'),
    JSON.stringify({question, asOf: 6, findings: [finding]}),
  );
  return id;
}

test('a lot that went into itself by way of others: the circle is named, and all on it is suspect', async () => {
  const circle: Table = ['genealogy', 'parent,parent_kind,child,child_kind\nK1,lot,R1,lot'];
  const question = {target: 'F1'};
  expect((await contain(await plantOf(PLANT), question)).notes).toEqual([]);
  const {lots, notes, completeness} = await contain(await plantOf([...PLANT, circle]), question);
  // F1 went into K1, K1 into R1, and R1 into F1 and F2.
  expect(lots.map(({lot}) => lot).sort()).toEqual(['F1', 'F2', 'K1', 'R1']);
  expect(notes).toEqual([
    'the genealogy has a circle: lot F1, lot K1, lot R1 went into themselves by way of one another; one of these links is wrong, and until it is known which, all of them are suspect',
  ]);
  const circular = completeness.missing.filter(({what}) => what.startsWith('a circle'));
  expect(circular.map(({id}) => id)).toEqual(['F1', 'K1', 'R1']);
});
