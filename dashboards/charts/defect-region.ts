/** Regions of the map of defects: in cells, in the address, and as a filter. */
import type {DefectMapAnswer} from '../../api/schemas.ts';

export interface Cell {
  column: number;
  row: number;
}

/** In cells, bounds included. */
export interface Region {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

type Map = DefectMapAnswer['maps'][number];

export const regionOf = (a: Cell, b: Cell): Region => ({
  left: Math.min(a.column, b.column),
  right: Math.max(a.column, b.column),
  top: Math.min(a.row, b.row),
  bottom: Math.max(a.row, b.row),
});

/** How dark a cell is, 0 (empty) to 5: the root, so that a few beside many are still seen. */
export const shadeOf = (parts: number, most: number): number =>
  parts === 0 ? 0 : Math.ceil(5 * Math.sqrt(parts / most));

/** "x0,y0,x1,y1" in the units of the boxes: what it means stays, whatever the grid. */
export function writeRegion({left, right, top, bottom}: Region, {cell}: Pick<Map, 'cell'>): string {
  return [left * cell, top * cell, (right + 1) * cell, (bottom + 1) * cell].map(bound).join(',');
}

/** @returns null where it is none, or lies beyond the map */
export function readRegion(
  text: string | null,
  {cell, columns, rows}: Pick<Map, 'cell' | 'columns' | 'rows'>,
): Region | null {
  const bounds = (text ?? '').split(',').map(Number);
  if (bounds.length !== 4 || bounds.some(Number.isNaN)) return null;
  const [x0, y0, x1, y1] = bounds.map(value => Math.round(value / cell));
  const region = {left: x0, top: y0, right: Math.min(x1, columns) - 1, bottom: Math.min(y1, rows) - 1};
  return region.left < 0 || region.top < 0 || region.right < region.left || region.bottom < region.top ? null : region;
}

/** Parts in it, by the counts of the cells. */
export function partsIn(region: Region, {cells}: Pick<Map, 'cells'>): number {
  return cells
    .filter(c => c.column >= region.left && c.column <= region.right && c.row >= region.top && c.row <= region.bottom)
    .reduce((sum, {parts}) => sum + parts, 0);
}

/** The region in the language of filters. */
export function regionFilter(region: Region, {view, cell}: Pick<Map, 'view' | 'cell'>): string {
  const [x0, y0, x1, y1] = writeRegion(region, {cell}).split(',');
  const of = view === null ? 'defect.view is missing' : `defect.view = '${view.replaceAll("'", "''")}'`;
  return `${of} and defect.x >= ${x0} and defect.x < ${x1} and defect.y >= ${y0} and defect.y < ${y1}`;
}

/** "these" and "the others": parts whose defect lies in the region, and those whose defect lies elsewhere in the same view. */
export function regionQuestion(
  region: Region,
  map: Pick<Map, 'view' | 'cell'>,
  {where, defect}: {where?: string; defect?: string},
): {where: string; against: string} {
  const inside = regionFilter(region, map);
  const view = map.view === null ? 'defect.view is missing' : `defect.view = '${map.view.replaceAll("'", "''")}'`;
  const kept = [
    ...(where === undefined ? [] : [`(${where})`]),
    ...(defect === undefined ? [] : [`inspection.defect = '${defect.replaceAll("'", "''")}'`]),
  ];
  return {
    where: [...kept, inside].join(' and '),
    against: [...kept, view, 'defect.x is not missing', `not (${inside})`].join(' and '),
  };
}

/** All its digits, but not those that are there because a third has no end. */
const bound = (value: number): string => String(Number(value.toFixed(9)));
