/** The newest lots against the first ones, and against a card: what is planted is found, and nothing else. */
import {expect, test} from 'vitest';
import {inspectorDrift} from '../../../warehouse/inspectors/drift.ts';
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
  const {inspectors} = await inspectorDrift(await plantOf(plantWith(35)), {});
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
  const [calm] = (await inspectorDrift(await plantOf(plantWith(LOTS)), {})).inspectors;
  expect(calm.status).toBe('no evidence');
  expect(calm.p).toBeGreaterThan(0.001);
});

test('without lots days are the unit; too few of either are told', async () => {
  const [found] = (await inspectorDrift(await plantOf(plantWith(35, false)), {})).inspectors;
  expect(found).toMatchObject({unit: 'day', status: 'drifted'});
  const few = await plantOf(plantWith(35));
  const [short] = (await inspectorDrift(few, {reference: 40})).inspectors;
  expect(short).toMatchObject({status: 'too little', index: null, reason: expect.stringContaining('45 lots')});
});

/** As many lots, whose images from `shifted` on are darker by a tenth of full scale; contrast is what it was. */
function imagesOf(lots: number, shifted: number): Table[] {
  const rows = Array.from({length: lots * OF_LOT}, (_, n) => {
    const lot = Math.floor(n / OF_LOT);
    const at = new Date(Date.UTC(2026, 0, 1 + lot, 6, n % OF_LOT)).toISOString();
    const brightness = 0.4 + ((n * 37) % 97) / 97 / 5 - (lot >= shifted ? 0.1 : 0);
    return {
      part: `P${n}`,
      lot: `L${lot}`,
      row: `i${n}, P${n}, ${at}, m@1, pass, ${brightness.toFixed(5)}, ${(0.03 + ((n * 41) % 89) / 8900).toFixed(5)}`,
    };
  });
  return [
    ['parts', `part, product, lot\n${rows.map(({part, lot}) => `${part}, HX, ${lot}`).join('\n')}`],
    [
      'inspections',
      `inspection, part, inspected_at, inspector, result, brightness, contrast\n${rows.map(({row}) => row).join('\n')}`,
    ],
  ];
}

const statuses = (found: {measure: string; status: string}[]) => found.map(({measure, status}) => [measure, status]);

test('images that become darker are found though nobody says how sure the inspector is; the measure that stays is not', async () => {
  const {inspectors} = await inspectorDrift(await plantOf(imagesOf(LOTS, 35)), {});
  expect(statuses(inspectors)).toEqual([
    ['brightness', 'drifted'],
    ['contrast', 'no evidence'],
  ]);
  const [{reference, newest, bins, card, reason}] = inspectors;
  expect(newest!.mean - reference!.mean).toBeCloseTo(-0.1, 2);
  expect([bins[0].from, bins.at(-1)!.to, card]).toEqual([0, 1, null]);
  // What is darker than all that was.
  expect([bins[0].reference, bins[0].newest > 0.3]).toEqual([0, true]);
  expect(reason).toContain('images do not look as they did: mean brightness');
  const calm = await inspectorDrift(await plantOf(imagesOf(LOTS, LOTS)), {});
  expect(statuses(calm.inspectors)).toEqual([
    ['brightness', 'no evidence'],
    ['contrast', 'no evidence'],
  ]);
});

// Evenly spread from 0.4 to 0.6 as the images are: a fifth in each.
const CARD = new Map([
  [
    'm@1',
    {
      on: 'test',
      images: 1000,
      spreads: {brightness: {limits: [0.44, 0.48, 0.52, 0.56], shares: [0.2, 0.2, 0.2, 0.2, 0.2]}},
    },
  ],
]);

test('against its card a plant is told from its tenth lot on, long before it has lots of its own to compare with', async () => {
  const dark = await inspectorDrift(await plantOf(imagesOf(10, 0)), {}, CARD);
  expect(statuses(dark.inspectors)).toEqual([
    ['brightness', 'too little'],
    ['contrast', 'too little'],
  ]);
  const [brightness, contrast] = dark.inspectors;
  expect(contrast.card).toBeNull();
  // 0.3 to 0.5: seven tenths below the first limit, two tenths and one tenth in the next two; (q - p) ln(q / p) by hand.
  const expected = 0.5 * Math.log(3.5) + 0 + -0.1 * Math.log(0.5) + 2 * -(0.2 - 0.5 / 120) * Math.log(0.5 / 120 / 0.2);
  expect(brightness.card).toMatchObject({on: 'test', status: 'drifted'});
  expect(brightness.card!.index).toBeCloseTo(expected, 0);
  expect(brightness.card!.low).toBeGreaterThan(0.25);
  expect(brightness.card!.bins.map(bin => bin.reference)).toEqual([0.2, 0.2, 0.2, 0.2, 0.2]);
  const bright = await inspectorDrift(await plantOf(imagesOf(10, 10)), {}, CARD);
  expect(bright.inspectors[0].card).toMatchObject({status: 'no evidence'});
  const few = await inspectorDrift(await plantOf(imagesOf(9, 0)), {}, CARD);
  expect(few.inspectors[0].card).toMatchObject({status: 'too little', index: null});
});
