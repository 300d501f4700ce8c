/** Regions of the map of defects: cells, address and filter say the same. */
import {expect, test} from 'vitest';
import {
  partsIn,
  readRegion,
  regionFilter,
  regionOf,
  regionQuestion,
  shadeOf,
  writeRegion,
} from '../../dashboards/charts/defect-region.ts';

const map = {view: 'top', cell: 11, columns: 12, rows: 10};
const region = regionOf({column: 5, row: 1}, {column: 2, row: 4});

test('from any corner to any other', () => {
  expect(region).toEqual({left: 2, right: 5, top: 1, bottom: 4});
});

test('the address holds bounds in the units of the boxes, and gives the same region back', () => {
  expect(writeRegion(region, map)).toBe('22,11,66,55');
  expect(readRegion('22,11,66,55', map)).toEqual(region);
  // Of a coarser grid, what comes nearest.
  expect(readRegion('22,11,66,55', {cell: 22, columns: 6, rows: 5})).toEqual({left: 1, right: 2, top: 1, bottom: 2});
  for (const text of [null, '', '1,2,3', 'a,b,c,d', '-11,0,11,11', '22,11,22,55'])
    expect(readRegion(text, map)).toBeNull();
});

test('shares of the image have bounds of as many digits as they need', () => {
  const shares = {view: null, cell: 1 / 12, columns: 12, rows: 12};
  const text = writeRegion(regionOf({column: 1, row: 1}, {column: 2, row: 2}), shares);
  expect(text).toBe('0.083333333,0.083333333,0.25,0.25');
  expect(readRegion(text, shares)).toEqual({left: 1, right: 2, top: 1, bottom: 2});
});

test('as a filter, and against what lies elsewhere', () => {
  expect(regionFilter(region, map)).toBe(
    "defect.view = 'top' and defect.x >= 22 and defect.x < 66 and defect.y >= 11 and defect.y < 55",
  );
  expect(regionFilter(region, {...map, view: null})).toMatch(/^defect\.view is missing and /);
  expect(regionFilter(region, {...map, view: "o'clock"})).toMatch(/^defect\.view = 'o''clock' and /);
  const {where, against} = regionQuestion(region, map, {
    where: "bore.tool = 'T7' or bore.tool = 'T8'",
    defect: 'scratch',
  });
  const inside = regionFilter(region, map);
  expect(where).toBe(`(bore.tool = 'T7' or bore.tool = 'T8') and inspection.defect = 'scratch' and ${inside}`);
  expect(against).toBe(
    `(bore.tool = 'T7' or bore.tool = 'T8') and inspection.defect = 'scratch' and defect.view = 'top' and defect.x is not missing and not (${inside})`,
  );
});

test('counts of a region, and how dark a cell is', () => {
  const cells = [
    {column: 2, row: 1, parts: 3},
    {column: 5, row: 4, parts: 4},
    {column: 6, row: 4, parts: 100},
  ];
  expect(partsIn(region, {cells})).toBe(7);
  expect([0, 1, 25, 99, 100].map(n => shadeOf(n, 100))).toEqual([0, 1, 3, 5, 5]);
});
