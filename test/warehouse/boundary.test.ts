import {describe, expect, test} from 'vitest';
import type {BoundaryName} from '../../warehouse/boundary-answers.ts';
import {contain, contained} from '../../warehouse/contain.ts';
import {plantOf, sharedPlant, type Table} from './plant-in-a-folder.ts';

/**
 * Press T7 made q1 to q9 one after the other, ten minutes apart, T1 made r1 and r2 meanwhile. Lots: A has q1, q2, q3, r1;
 * B has q4, q5, q6; C has q7, q8, q9, r2. Bad were q3 and q5 of T7, and r2 of T1; q2, q6 and q9 were never inspected.
 */
const LOTS = {q1: 'A', q2: 'A', q3: 'A', q4: 'B', q5: 'B', q6: 'B', q7: 'C', q8: 'C', q9: 'C', r1: 'A', r2: 'C'};
const STARTS = {q: Date.parse('2024-05-02T01:00:00Z'), r: Date.parse('2024-05-02T03:00:00Z')};
const at = (part: string) => new Date(STARTS[part[0] as 'q' | 'r'] + (Number(part[1]) - 1) * 600_000).toISOString();
const VERDICTS = {q1: 'pass', q3: 'fail', q4: 'pass', q5: 'fail', q7: 'pass', q8: 'pass', r1: 'pass', r2: 'fail'};
const parts = Object.keys(LOTS) as (keyof typeof LOTS)[];

const table = (name: string, head: string, rows: string[]): Table => [name, [head, ...rows].join('\n')];
const OPERATIONS = table(
  'operations',
  'part,step,run,tool,station,started_at',
  parts.map(p => `${p},press,1,${p[0] === 'q' ? 'T7' : 'T1'},P1,${at(p)}`),
);
const PLANT: Table[] = [
  table(
    'parts',
    'part,product,lot,made_at',
    parts.map(p => `${p},H,${LOTS[p]},${at(p)}`),
  ),
  OPERATIONS,
  table(
    'inspections',
    'inspection,part,inspected_at,result',
    Object.entries(VERDICTS).map(([p, result]) => `i-${p},${p},2024-05-03T00:00:00Z,${result}`),
  ),
];
const T7 = "press.tool = 'T7'";
const plant = sharedPlant(PLANT);
const boundary = async (target: string, of = plant()) => (await contain(of, {target})).boundary!;

describe('the line around what a tool exposed', () => {
  test('each candidate: parts, lots, truly bad, what it covers, counted by hand', async () => {
    const {candidates, affected, knownBad, smallest, smallestInLots, order} = await boundary(T7);
    expect({affected, knownBad, order}).toEqual({
      affected: 2, // q3 and q5
      knownBad: 3, // and r2
      order: 'in the order of processing at press, by tool',
    });
    const shortly = candidates.map(c => [c.name, c.parts, c.lots, c.inspected, c.bad, c.affected, c.coversAll]);
    expect(shortly).toEqual([
      ['exposed', 9, 3, 6, 2, 2, true], // q1 … q9
      ['exposed-lots', 11, 3, 8, 3, 2, true], // and r1, r2, which share lots A and C
      ['window', 3, 2, 3, 2, 2, true], // q3, q4, q5
      ['window-lots', 7, 2, 5, 2, 2, true], // A: q1, q2, q3, r1; B: q4, q5, q6
      ['between-good', 5, 2, 3, 2, 2, true], // after q1, before q7
      ['between-good-lots', 7, 2, 5, 2, 2, true],
    ]);
    expect([smallest, smallestInLots]).toEqual(['window', 'window-lots']);
    const window = candidates[2];
    expect(window.share!.value).toBeCloseTo(2 / 3, 12);
    expect([window.share!.low! < 2 / 3, window.share!.high! > 2 / 3]).toEqual([true, true]);
    expect(window.covered).toBeCloseTo(2 / 3, 12);
  });

  test('good parts before and after close the window', async () => {
    const {windows, open} = await boundary(T7);
    expect(open).toBe(false);
    expect(windows).toMatchObject([
      {
        line: 'T7',
        affected: 2,
        first: {part: 'q3', at: '2024-05-02T01:20:00.000Z'},
        last: {part: 'q5', at: '2024-05-02T01:40:00.000Z'},
        goodBefore: {part: 'q1'},
        goodAfter: {part: 'q7', at: '2024-05-02T02:00:00.000Z'},
        goodInARowBefore: 1,
        goodInARowAfter: 2, // q7 and q8
        open: false,
        sentence:
          'T7: q3 to q5; the last good part before is q1 (1 good in a row, by chance 33 %); closed, but weakly: the first good part after is q7 (2 good in a row, by chance 11 %)',
      },
    ]);
    // While two of three are bad, two good ones in a row come one time in nine.
    expect(windows[0].share).toBeCloseTo(2 / 3, 12);
    expect(windows[0].chanceAfter).toBeCloseTo(1 / 9, 12);
  });

  test('without a good part after, it may still be going on: all since the last good part is in', async () => {
    const without = PLANT.map(([name, csv]): Table => [name, csv.replace(/\ni-(q1|q7|q8),.*/g, '')]);
    const {windows, open, candidates} = await boundary(T7, await plantOf(without));
    expect(open).toBe(true);
    expect(windows[0]).toMatchObject({goodBefore: null, goodAfter: null, goodInARowAfter: 0, open: true});
    expect(windows[0].sentence).toBe(
      'T7: q3 to q5; no good part is known before: it may have begun earlier; open: it may still be going on, no good part is known after',
    );
    // q1 … q9: nothing says where it began or ended.
    expect(candidates.find(c => c.name === 'between-good')).toMatchObject({parts: 9, coversAll: true});
  });

  test('where no exposed part is known to be bad, all exposed parts are affected', async () => {
    const without = PLANT.map(([name, csv]): Table => [name, csv.replaceAll(/(i-q[35].*),fail/g, '$1,pass')]);
    const {affected, affectedAre, smallest} = await boundary(T7, await plantOf(without));
    expect({affected, affectedAre, smallest}).toEqual({
      affected: 9,
      affectedAre: 'all exposed parts, because none of them is known to be bad (1 part elsewhere)',
      smallest: 'exposed',
    });
  });

  test('an affected part without a time is in no window, and the window does not claim to hold it', async () => {
    const untimed: Table = [OPERATIONS[0], OPERATIONS[1].replace(/(q5,press,1,T7,P1),.*/, '$1,')];
    const {unplaced, candidates, smallest} = await boundary(T7, await plantOf([PLANT[0], untimed, PLANT[2]]));
    expect(unplaced).toBe(1);
    expect(candidates.filter(c => !c.coversAll).map(c => c.name)).toEqual([
      'window',
      'window-lots',
      'between-good',
      'between-good-lots',
    ]);
    expect(smallest).toBe('exposed');
  });
});

test('a filter without a step goes by when parts were made; a lot as a whole has no such line', async () => {
  const {order, windows} = await boundary("part.lot = 'B'");
  expect(order).toBe('in the order in which they were made, by product');
  // q5 is the only bad part of B.
  expect(windows[0]).toMatchObject({line: 'H', first: {part: 'q5'}, last: {part: 'q5'}, goodBefore: {part: 'q4'}});
  expect((await contain(plant(), {target: 'A'})).boundary).toBeNull();
  expect((await contain(plant(), {target: "press.tool = 'T9'"})).boundary).toBeNull();
});

test('a boundary may be chosen: its parts are contained in the place of the exposed ones, and a hold can name it', async () => {
  const chosen = async (name: BoundaryName) => contain(plant(), {target: T7, boundary: name});
  const answer = await chosen('between-good-lots');
  expect(answer.lots.map(l => `${l.lot} ${l.parts}/${l.of}`)).toEqual(['A 4/4', 'B 3/3']);
  expect(answer.permalink).toContain('boundary=between-good-lots');
  expect(answer.basis).toMatch(/^the whole lots of: every part of the tool after the last good one before/);
  expect(await contained(plant(), answer.id)).toEqual(answer);
  expect((await chosen('window')).parts).toBe(3);
  await expect(contain(plant(), {target: 'A', boundary: 'window'})).rejects.toThrow('no boundary to choose');
});

describe('what may be suspected besides', () => {
  test('a window in time of processing, with a tool or alone, has the parts that were never inspected', async () => {
    // q2 (10 past one) to q4 (half past one).
    const window = {processedFrom: '2024-05-02T01:10:00Z', processedTo: '2024-05-02T01:40:00Z'};
    const {parts: n, lots, basis} = await contain(plant(), {target: T7, ...window});
    expect([n, lots.map(l => `${l.lot} ${l.parts}`)]).toEqual([3, ['A 2', 'B 1']]);
    expect(basis).toContain('processed from 2024-05-02T01:10:00Z before 2024-05-02T01:40:00Z');
    // From three o'clock on: r1 and r2.
    expect((await contain(plant(), {processedFrom: '2024-05-02T03:00:00Z'})).parts).toBe(2);
    const untimed: Table = [OPERATIONS[0], OPERATIONS[1].replace(/(q5,press,1,T7,P1),.*/, '$1,')];
    const answer = await contain(await plantOf([PLANT[0], untimed, PLANT[2]]), {target: T7, ...window});
    expect(answer.parts).toBe(4);
    expect(answer.notes).toEqual([
      '1 part without a time of processing: nothing says that they lie outside the window, so they are in',
    ]);
  });

  test('a window of inspection says how many matching parts it leaves out because nobody inspected them', async () => {
    const answer = await contain(plant(), {target: T7, from: '2024-05-03T00:00:00Z'});
    expect(answer.parts).toBe(6);
    // q2, q6 and q9.
    expect(answer.notes?.[0]).toMatch(/^3 more parts that match were never inspected/);
  });

  test('a list of parts and lots, whole or not at all', async () => {
    const answer = await contain(plant(), {parts: ['q1', 'q4', 'q4'], lots: ['C']});
    expect(answer.lots.map(l => `${l.lot} ${l.parts}/${l.of} ${l.role}`)).toEqual([
      'C 4/4 asked',
      'A 1/4 production',
      'B 1/3 production',
    ]);
    expect(answer.basis).toBe('2 parts and 1 lot of a list, and what they went into');
    expect(answer.permalink).toBe(`/contain?contained=${answer.id}&asOf=3`);
    expect(answer.listed).toEqual({parts: ['q1', 'q4', 'q4'], lots: ['C'], sql: null});
    await expect(contain(plant(), {parts: ['q1', 'nobody']})).rejects.toThrow(
      '1 of 2 listed parts no row up to position 3 names: nobody',
    );
    await expect(contain(plant(), {target: T7, parts: ['q1']})).rejects.toThrow('one of them is meant');
    await expect(contain(plant(), {})).rejects.toThrow('nothing is suspected');
  });
});

test('neither the 60,000 parts of a tool nor the 30,000 of a lot are paired with each other: that grew with the square', async () => {
  const ids = Array.from({length: 60_000}, (_, k) => `p${100_000 + k}`);
  const when = (k: number) => new Date(STARTS.q + k * 1000).toISOString();
  const many = await plantOf([
    table(
      'parts',
      'part,product,lot',
      // Half of them of one lot.
      ids.map((p, k) => `${p},H,L${k < 30_000 ? 0 : Math.floor(k / 100)}`),
    ),
    table(
      'operations',
      'part,step,tool,started_at',
      ids.map((p, k) => `${p},press,T7,${when(k)}`),
    ),
    table(
      'inspections',
      'inspection,part,inspected_at,result',
      ids.map((p, k) => `i-${p},${p},2024-05-09T00:00:00Z,${k === 20_000 || k === 40_000 ? 'fail' : 'pass'}`),
    ),
  ]);
  const began = performance.now();
  const {windows} = await boundary(T7, many);
  expect(windows).toMatchObject([
    {
      first: {part: 'p120000'},
      last: {part: 'p140000'},
      goodBefore: {part: 'p119999'},
      goodAfter: {part: 'p140001'},
    },
  ]);
  // Seconds, on two busy cores; with all pairs of the line it was 94 s there.
  expect(performance.now() - began).toBeLessThan(60_000);
});
