/** What is drawn for review, and what reviews of a sample say of all: by hand. */
import {createHash} from 'node:crypto';
import {expect, test} from 'vitest';
import {reviewQueue} from '../../../warehouse/inspectors/queue.ts';
import {thresholds} from '../../../warehouse/inspectors/thresholds.ts';
import {agreement} from '../../../warehouse/measurement-systems/agreement.ts';
import {feed, plantOf, sharedPlant, type Table} from '../plant-in-a-folder.ts';

interface Group {
  name: string;
  result: 'pass' | 'fail';
  confidence: number;
  n: number;
}

const GROUPS: Group[] = [
  {name: 'uf', result: 'fail', confidence: 0.6, n: 4},
  {name: 'sf', result: 'fail', confidence: 0.95, n: 8},
  {name: 'up', result: 'pass', confidence: 0.8, n: 20},
  {name: 'sp', result: 'pass', confidence: 0.99, n: 80},
];

const made = (groups: readonly Group[]): Table => [
  'inspections',
  `inspection, part, inspector, result, confidence\n${groups
    .flatMap(({name, result, confidence, n}) =>
      Array.from({length: n}, (_, k) => `${name}${k}, part-${name}${k}, m@1, ${result}, ${confidence}`),
    )
    .join('\n')}`,
];

/** All unsure fails, two of eight sure ones, two of twenty unsure passes, four of eighty sure ones; one that somebody chose. */
const SAMPLE: Table = [
  'reviews',
  `inspection, reviewer, verdict, sampled, defect
   uf0, Ada, disagree, 1,
   uf1, Ada, agree, 1,
   uf2, Ada, agree, 1,
   uf3, Ada, agree, 1,
   sf0, Ada, agree, 0.25,
   sf1, Ada, agree, 0.25,
   sf2, Ada, disagree,,
   up0, Ada, disagree, 0.1, void
   up1, Ada, agree, 0.1,
   sp0, Ada, agree, 0.05,
   sp1, Ada, agree, 0.05,
   sp2, Ada, agree, 0.05,
   sp3, Ada, agree, 0.05,`,
];

const plant = sharedPlant([made(GROUPS), SAMPLE]);

test('each that was drawn speaks for its stratum, what was chosen for itself', async () => {
  const {inspectors, notes} = await agreement(plant(), {});
  const [m] = inspectors;
  expect(m.reviews).toMatchObject({fail: {reviewed: 7, good: 2, bad: 5}, pass: {reviewed: 6, bad: 1, good: 5}});
  // Unsure fails 1 good of 4; of 8 sure ones the chosen one is good, the two drawn speak for 7: 2 good of 12, not 2 of 7.
  expect(m.overkill!.value).toBeCloseTo(2 / 12, 12);
  // One of two unsure passes is bad and speaks for 10 of 100, not for 1 of 6.
  expect(m.escape!.value).toBeCloseTo(10 / 100, 12);
  // 10 of 12 fails and 10 of 100 passes are bad.
  expect(m.trueRate!.value).toBeCloseTo(20 / 112, 12);
  expect(m.missRate!.value).toBeCloseTo(10 / 20, 12);
  expect(notes.join(' ')).toContain('12 reviews were drawn at random, and speak for others; 1 were chosen');
  for (const rate of [m.overkill!, m.escape!]) {
    expect(rate.low).toBeLessThan(rate.value);
    expect(rate.high).toBeGreaterThan(rate.value);
  }
});

test('which defects pass, as far as reviewers named them', async () => {
  const {missed} = await agreement(plant(), {by: 'defect'});
  // The void speaks for 10 of 100 passes.
  expect(missed).toMatchObject([{inspector: 'm@1', defect: 'void', reviewed: 6, bad: 1}]);
  expect(missed[0].escape.value).toBeCloseTo(0.1, 12);
  expect((await agreement(plant(), {})).missed).toEqual([]);
});

test('thresholds: what would fail, and how much of it is good, by weight', async () => {
  const found = await thresholds(plant(), {inspector: 'm@1', at: [0.1, 0.5, 0.7]});
  const at = (k: number) => {
    const {failShare, overkill, escape: escapes, missRate, falseAlarmRate} = found.curve[k];
    return [failShare, overkill, escapes, missRate, falseAlarmRate].map(rate => rate!.value);
  };
  const close = (values: number[], expected: number[]) => {
    for (const [k, value] of values.entries()) expect(value).toBeCloseTo(expected[k], 12);
  };
  // Suspicion 0.95, 0.6, 0.2 and 0.01. Bad: 3 unsure fails, 7 sure ones, 10 unsure passes; good: 1, 1, 10 and 80.
  close(at(0), [32 / 112, 12 / 32, 0, 0, 12 / 92]);
  close(at(1), [12 / 112, 2 / 12, 10 / 100, 10 / 20, 2 / 92]);
  close(at(2), [8 / 112, 1 / 8, 13 / 104, 13 / 20, 1 / 92]);
  expect(found.curve[1].yield.value).toBeCloseTo(100 / 112, 12);
  expect(found.now.failShare.value).toBeCloseTo(12 / 112, 12);
  expect(found.now.between!.highestPass).toBeCloseTo(0.2, 12);
  expect(found.now.between!.lowestFail).toBeCloseTo(0.6, 12);
  expect(found.now.against).toBe(0);
  // At its own threshold it is what agreement tells of it.
  const {inspectors} = await agreement(plant(), {});
  for (const rate of ['overkill', 'escape', 'missRate'] as const)
    expect(found.curve[1][rate]!.value).toBeCloseTo(inspectors[0][rate]!.value, 12);
  for (const rate of ['overkill', 'escape'] as const)
    expect(found.curve[1][rate]!.high).toBeCloseTo(inspectors[0][rate]!.high, 10);
});

test('fails of now do not speak for passes of now: where these were not reviewed a rate is not told', async () => {
  const words = Array.from({length: 8}, (_, k) => `sf${k}, Ada, agree`).join('\n');
  const w = await plantOf([made(GROUPS), ['reviews', `inspection, reviewer, verdict\n${words}\nuf0, Ada, agree`]]);
  const {curve} = await thresholds(w, {inspector: 'm@1', at: [0.1, 0.5, 0.7]});
  // At 0.1 unsure passes would fail, at 0.7 unsure fails would pass together with all passes.
  expect(curve.map(({overkill, escape: escapes}) => [overkill?.value ?? null, escapes?.value ?? null])).toEqual([
    [null, null],
    [0, null],
    [0, null],
  ]);
});

test('a threshold on a score counts the score itself: 1 - 0.8 is 0.2', async () => {
  const {curve} = await thresholds(plant(), {inspector: 'm@1', at: [0.2, 0.95]});
  expect(curve.map(({failShare}) => Math.round(112 * failShare.value))).toEqual([32, 8]);
});

test('what cannot be known is said: no reviews, no scores, two thresholds in one inspector, nobody of that name', async () => {
  const w = await plantOf([
    [
      'inspections',
      'inspection, part, inspector, result, confidence\n1, A, m@1, fail, 0.6\n2, B, m@1, pass, 0.3\n3, C, m@1, pass, \n4, D, k@1, fail,',
    ],
  ]);
  const found = await thresholds(w, {inspector: 'm@1', at: [0.5]});
  expect(found).toMatchObject({
    inspections: 3,
    withScore: 2,
    now: {against: 1},
    curve: [{overkill: null, escape: null}],
  });
  const text = found.cannotKnow.join('\n');
  for (const what of [
    'no fail was reviewed',
    'no pass was reviewed',
    '1 of 3 inspections have no confidence',
    '1 passes are more suspect',
  ])
    expect(text).toContain(what);
  await expect(thresholds(w, {inspector: 'k@1'})).rejects.toThrow('never says how sure');
  await expect(thresholds(w, {inspector: 'm@2'})).rejects.toThrow('"m@2" inspected nothing');
});

test('where nobody was drawn, reviewed ones are taken to be like the others of their result', async () => {
  const w = await plantOf([
    made(GROUPS),
    ['reviews', 'inspection, reviewer, verdict\nuf0, Ada, disagree\nsf0, Ada, agree'],
  ]);
  const [m] = (await agreement(w, {})).inspectors;
  expect(m.overkill!.value).toBeCloseTo(1 / 2, 12);
});

/** As md5 and its upper half have it, without the database. */
function placeOf(inspection: string): number {
  const digest = createHash('md5').update(`review ${inspection}`).digest();
  return Number(digest.readBigUInt64LE(8)) / 2 ** 64;
}

test('the queue: a random order that stays, the same whatever else arrives, and what is reviewed is out of it', async () => {
  const groups = [
    {name: 'uf', result: 'fail', confidence: 0.6, n: 5},
    {name: 'sp', result: 'pass', confidence: 0.99, n: 400},
  ] as const;
  const w = await plantOf([made(groups)]);
  const ids = Array.from({length: 400}, (_, k) => `sp${k}`);
  const drawn = ids.filter(id => placeOf(id) < 0.05);
  expect(drawn.length).toBeGreaterThan(8);
  const queue = await reviewQueue(w, {passes: 0.05, limit: 500});
  expect(queue.strata).toEqual([
    {result: 'fail', sure: false, probability: 1, inspections: 5, drawn: 5, reviewed: 0},
    {result: 'pass', sure: true, probability: 0.05, inspections: 400, drawn: drawn.length, reviewed: 0},
  ]);
  const order = [
    ...drawn.map(id => ({id, at: placeOf(id) / 0.05})),
    ...[0, 1, 2, 3, 4].map(k => ({id: `uf${k}`, at: placeOf(`uf${k}`)})),
  ];
  order.sort((a, b) => a.at - b.at);
  expect(queue.items.map(({inspection}) => inspection)).toEqual(order.map(({id}) => id));
  expect(queue.items.every(({sampled, result}) => sampled === (result === 'fail' ? 1 : 0.05))).toBe(true);
  const fewer = await reviewQueue(w, {passes: 0.02, limit: 500});
  expect(order.map(({id}) => id)).toEqual(expect.arrayContaining(fewer.items.map(({inspection}) => inspection)));
  await feed(w, made([{name: 'more', result: 'pass', confidence: 0.99, n: 50}]));
  await feed(w, ['reviews', `inspection, reviewer, verdict, sampled\n${order[0].id}, Ada, agree, 0.05`]);
  const after = await reviewQueue(w, {passes: 0.05, limit: 500});
  expect(after.items.map(({inspection}) => inspection).filter(id => !id.startsWith('more'))).toEqual(
    order.slice(1).map(({id}) => id),
  );
  // A second opinion is asked of others.
  expect((await reviewQueue(w, {passes: 0.05, second: true, reviewer: 'Ada'})).waiting).toBe(0);
  const second = await reviewQueue(w, {passes: 0.05, second: true, reviewer: 'Bo'});
  expect(second.items).toMatchObject([{inspection: order[0].id, verification: 'unverified'}]);
});
