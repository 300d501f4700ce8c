/** Scores of the newest lots against the first ones: what is planted is found, and nothing else. */
import {expect, test} from 'vitest';
import {scoreDrift} from '../../../warehouse/inspectors/score-drift.ts';
import {plantOf, type Table} from '../plant-in-a-folder.ts';

const LOTS = 45;
const OF_LOT = 12;

/** Deterministic scores between 0 and 0.4, from `shifted` lots on 0.15 higher. */
function plantWith(shifted: number, withLots = true): Table[] {
  const rows = Array.from({length: LOTS * OF_LOT}, (_, n) => {
    const lot = Math.floor(n / OF_LOT);
    const suspicion = ((n * 37) % 97) / 97 / 2.5 + (lot >= shifted ? 0.15 : 0);
    const at = new Date(Date.UTC(2026, 0, 1 + lot, 6, n % OF_LOT)).toISOString();
    return {part: `P${n}`, lot: `L${lot}`, row: `i${n}, P${n}, ${at}, m@1, pass, ${(1 - suspicion).toFixed(4)}`};
  });
  return [
    ['parts', `part, product, lot\n${rows.map(({part, lot}) => `${part}, HX, ${withLots ? lot : ''}`).join('\n')}`],
    [
      'inspections',
      `inspection, part, inspected_at, inspector, result, confidence\n${rows.map(({row}) => row).join('\n')}`,
    ],
  ];
}

test('a shift of the newest ten lots is found, with its direction; none where there is none', async () => {
  const {inspectors} = await scoreDrift(await plantOf(plantWith(35)), {});
  expect(inspectors).toHaveLength(1);
  const [{status, p, index, bins, reference, newest, unit, series}] = inspectors;
  expect({status, unit}).toEqual({status: 'drifted', unit: 'lot'});
  expect(p).toBeLessThanOrEqual(0.001);
  expect(index).toBeGreaterThan(0.25);
  expect([reference, newest].map(period => [period!.lots, period!.inspections])).toEqual([
    [30, 360],
    [10, 120],
  ]);
  // 0.15 more, whatever the scores.
  expect(newest!.mean - reference!.mean).toBeCloseTo(0.15, 1);
  expect(bins.reduce((sum, bin) => sum + bin.reference, 0)).toBeCloseTo(1, 12);
  expect(bins.reduce((sum, bin) => sum + bin.newest, 0)).toBeCloseTo(1, 12);
  expect(series).toHaveLength(LOTS);
  const [calm] = (await scoreDrift(await plantOf(plantWith(LOTS)), {})).inspectors;
  expect(calm.status).toBe('no evidence');
  expect(calm.p).toBeGreaterThan(0.001);
});

test('without lots days are the unit; too few of either are told', async () => {
  const [found] = (await scoreDrift(await plantOf(plantWith(35, false)), {})).inspectors;
  expect(found).toMatchObject({unit: 'day', status: 'drifted'});
  const few = await plantOf(plantWith(35));
  const [short] = (await scoreDrift(few, {reference: 40})).inspectors;
  expect(short).toMatchObject({status: 'too little', index: null, reason: expect.stringContaining('45 lots')});
});
