/** A region of the map is a filter: the same parts, counted in the database and by hand. */
import {expect, test} from 'vitest';
import {defectMap} from '../../../warehouse/inspectors/defect-map.ts';
import {pareto} from '../../../warehouse/pareto.ts';
import {screen} from '../../../warehouse/screening/screen.ts';
import {sharedPlant} from '../plant-in-a-folder.ts';

/** On images of 100 x 50: the middle of the box of the defect that the inspector was surest of. */
const FOUND = [
  {part: 'A', x: 0, y: 0, confidence: 0.9}, // middle 5, 5
  {part: 'B', x: 20, y: 0, confidence: 0.9}, // 25, 5
  {part: 'B', x: 90, y: 40, confidence: 0.95}, // 95, 45: surer, so it is this one
  {part: 'C', x: 15, y: 10, confidence: 0.9}, // 20, 15
  {part: 'D', x: 15, y: 10, confidence: 0.9},
];
const plant = sharedPlant([
  ['parts', 'part, product, lot\nA, HX, L1\nB, HX, L1\nC, HX, L2\nD, HY, L2\nE, HX, L3\nF, HX, L3'],
  [
    'inspections',
    'inspection, part, result, station, verification\na, A, fail, S1,\nb, B, fail, S1,\nc, C, fail, S2,\nd, D, fail, S2,\ne, E, fail, S2, rejected\nf, F, fail, S2,',
  ],
  [
    'defects',
    `inspection, defect, confidence, x, y, width, height, view, n\n${FOUND.map(
      ({part, x, y, confidence}, k) => `${part.toLowerCase()}, scratch, ${confidence}, ${x}, ${y}, 10, 10, top, ${k}`,
    ).join('\n')}\ne, scratch, 0.9, 0, 0, 10, 10, top, 9\nf, void, 0.9, , , , , , 9`,
  ],
]);

test('parts by the middle of their main defect; those without a place are counted', async () => {
  const {maps, failing, placed} = await defectMap(plant(), {columns: 4});
  // E was rejected by review: it did not fail.
  expect({failing, placed}).toEqual({failing: 5, placed: 4});
  expect(maps).toHaveLength(1);
  expect(maps[0]).toMatchObject({view: 'top', width: 100, height: 50, cell: 25, columns: 4, rows: 2, parts: 4});
  expect(maps[0].cells).toEqual([
    {column: 0, row: 0, parts: 3},
    {column: 3, row: 1, parts: 1},
  ]);
  const narrower = await defectMap(plant(), {columns: 4, product: 'HX', defect: 'scratch', station: 'S2'});
  expect(narrower).toMatchObject({failing: 1, placed: 1, maps: [{width: 100, cells: [{column: 0, row: 0, parts: 1}]}]});
});

/** Parts that a filter gives. */
async function partsWith(where: string): Promise<number> {
  const {basis} = await pareto(plant(), {where});
  return basis.parts;
}

test('defect.x, defect.y and defect.view as filters: bounds as asked, one defect a part', async () => {
  expect(await partsWith('defect.x >= 0 and defect.x < 25 and defect.y < 25')).toBe(3);
  expect(await partsWith('defect.x >= 20 and defect.x < 25')).toBe(2);
  // The box of B that lies there is not the one that counts.
  expect(await partsWith('defect.x = 25')).toBe(0);
  expect(await partsWith("defect.view = 'top' and defect.x > 90")).toBe(1);
  expect(await partsWith('defect.x is missing')).toBe(2);
  await expect(partsWith("defect.x = 'left'")).rejects.toThrow('defect.x is a number');
});

test('what is different about these: a region against the other failing parts', async () => {
  const {population} = await screen(plant(), {where: 'defect.x < 50', against: 'defect.x >= 50'});
  expect(population).toMatchObject({parts: 4, defective: 3});
});
