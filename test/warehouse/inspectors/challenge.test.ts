/** Champion and challenger on the same images and parts, counted by hand. */
import {expect, test} from 'vitest';
import {challenge} from '../../../warehouse/inspectors/challenge.ts';
import {plantOf, type Table} from '../plant-in-a-folder.ts';

const parts: Table = [
  'parts',
  `part, product, lot\n${Array.from({length: 12}, (_, k) => `P${k}, HX, L${Math.floor(k / 4)}`).join('\n')}`,
];

/** Of twelve parts in three lots: f both fail, p both pass, c only the champion fails, n only the challenger. */
const SAID = 'fpcc ccpp ncpf';
const said = Array.from(SAID.replaceAll(' ', ''), (what, k) => ({
  k,
  champion: what === 'f' || what === 'c' ? 'fail' : 'pass',
  challenger: what === 'f' || what === 'n' ? 'fail' : 'pass',
}));

test('the table, McNemar, lots as the unit, and who was right where reviewers said', async () => {
  const w = await plantOf([
    parts,
    [
      'inspections',
      `inspection, part, step, inspector, result, confidence, image, verification\n${said
        .flatMap(({k, champion, challenger}) => [
          // Part 2 is good: the champion's fail was rejected. Part 3 is bad: the challenger's pass was. Of part 4 they contradict.
          `a${k}, P${k}, end, m@1, ${champion}, 0.9, i${k}, ${k === 2 ? 'rejected' : k === 4 ? 'confirmed' : ''}`,
          `b${k}, P${k}, end, m@2, ${challenger}, 0.8, i${k}, ${k === 3 ? 'rejected' : k === 4 ? 'confirmed' : ''}`,
        ])
        .join('\n')}`,
    ],
  ]);
  const found = await challenge(w, {champion: 'm@1', challenger: 'm@2'});
  expect(found.pairs).toEqual({all: 12, byImage: 12, byPart: 0, championOnly: 0, challengerOnly: 0});
  expect(found.compared!.table).toEqual({failFail: 2, failPass: 5, passFail: 1, passPass: 4});
  // 2 (C(6,0) + C(6,1)) / 2^6
  expect(found.mcNemar).toMatchObject({championOnlyFails: 5, challengerOnlyFails: 1});
  expect(found.mcNemar.p).toBeCloseTo(14 / 64, 12);
  // Lots differ by 2, 2, 0 of 4: 1/3; influences 1/18, 1/18, -1/9: variance 3/2 * 6/324 = 1/36, t = 2 with two degrees of freedom.
  expect(found.byLot).toMatchObject({lots: 3});
  expect(found.byLot!.value).toBeCloseTo(1 / 3, 12);
  expect(found.byLot!.p).toBeCloseTo(1 - 2 / Math.sqrt(6), 8);
  expect(found.reviewed).toEqual({differing: 2, championRight: 1, challengerRight: 1, p: 1});
  expect(found.differing.total).toBe(6);
  expect(found.differing.cases.map(({part, right}) => [part, right])).toEqual([
    ['P2', 'challenger'],
    ['P3', 'champion'],
    ['P4', null],
    ['P5', null],
    ['P8', null],
    ['P9', null],
  ]);
  expect(found.differing.cases[0]).toMatchObject({
    lot: 'L0',
    image: 'i2',
    champion: {result: 'fail'},
    challenger: {result: 'pass'},
  });
});

test('the same image before the same part; another image is no comparison; without images as often as the part came', async () => {
  const w = await plantOf([
    [
      'inspections',
      `inspection, part, inspected_at, step, inspector, result, image
       a1, A, 2026-01-05T07:00:00Z, end, m@1, fail, x
       a2, A, 2026-01-05T08:00:00Z, end, m@1, pass, y
       b1, A, 2026-01-05T09:00:00Z, end, m@2, pass, y
       b2, A, 2026-01-05T10:00:00Z, end, m@2, fail, z
       c1, B, 2026-01-05T07:00:00Z, end, m@1, fail,
       c2, B, 2026-01-05T08:00:00Z, end, m@1, pass,
       d1, B, 2026-01-05T09:00:00Z, end, m@2, fail, w
       e1, C, 2026-01-05T07:00:00Z, end, m@1, fail,
       e2, C, 2026-01-05T07:00:00Z, start, m@2, fail,`,
    ],
  ]);
  const found = await challenge(w, {champion: 'm@1', challenger: 'm@2'});
  expect(found.pairs).toEqual({all: 2, byImage: 1, byPart: 1, championOnly: 3, challengerOnly: 2});
  expect(found.compared!.table).toEqual({failFail: 1, failPass: 0, passFail: 0, passPass: 1});
  expect(found.mcNemar.p).toBe(1);
  expect(found.byLot).toBeNull();
  await expect(challenge(w, {champion: 'm@1', challenger: 'm@1'})).rejects.toThrow('with itself');
  await expect(challenge(w, {champion: 'm@1', challenger: 'm@3'})).rejects.toThrow('"m@3" inspected nothing');
  await expect(challenge(w, {champion: 'm@1', challenger: 'm@2', step: 'start'})).rejects.toThrow('inspected nothing');
});
