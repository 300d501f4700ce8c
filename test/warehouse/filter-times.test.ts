/** Moments in filters: what was inspected, made or at a step within a stretch of time, counted by hand. */
import {expect, test} from 'vitest';
import {chart} from '../../warehouse/charts/chart.ts';
import {pareto} from '../../warehouse/pareto.ts';
import {sharedPlant} from './plant-in-a-folder.ts';

const plant = sharedPlant([
  [
    'parts',
    'part, product, lot, made_at\nA, HX, L1, 2026-05-01T06:00:00Z\nB, HX, L1, 2026-05-01T07:00:00Z\nC, HX, L2, 2026-05-02T06:00:00Z\nD, HX, L2, ',
  ],
  [
    'operations',
    'part, step, run, station, started_at\nA, bore, 1, S1, 2026-05-01T06:10:00Z\nB, bore, 1, S1, 2026-05-01T07:10:00Z\nC, bore, 1, S1, 2026-05-02T06:10:00Z\nA, "wash", 1, W1, 2026-05-03T00:00:00Z',
  ],
  // B has a time of its own; the others have that of their run.
  [
    'measurements',
    'part, step, parameter, value, measured_at\nA, bore, torque, 1, \nB, bore, torque, 2, 2026-05-04T00:00:00Z\nC, bore, torque, 3, ',
  ],
  [
    'inspections',
    'inspection, part, result, inspected_at\na, A, pass, 2026-05-05T00:00:00Z\nb, B, fail, 2026-05-06T00:00:00Z\nc, C, pass, 2026-05-07T00:00:00Z\nd, D, pass, 2026-05-08T00:00:00Z',
  ],
]);

/** Parts that a filter gives. */
async function partsWith(where: string): Promise<number> {
  return (await pareto(plant(), {where})).basis.parts;
}

test('the inspection that judges a part: the beginning counts, the end does not', async () => {
  expect(await partsWith("inspection.at >= '2026-05-06T00:00:00Z' and inspection.at < '2026-05-08T00:00:00Z'")).toBe(2);
  // The same moment, told in another time zone.
  expect(await partsWith("inspection.at >= '2026-05-06T02:00:00+02:00'")).toBe(3);
});

test('when it was made, else when its inspection knew it first', async () => {
  expect(await partsWith("part.made_at < '2026-05-02T00:00:00Z'")).toBe(2);
  expect(await partsWith("part.made_at >= '2026-05-08T00:00:00Z'")).toBe(1);
});

test('when it was at a step: measured there, else worked on there; who never was has no such time', async () => {
  expect(await partsWith("bore.at < '2026-05-02T00:00:00Z'")).toBe(1);
  expect(await partsWith("bore.at >= '2026-05-04T00:00:00Z'")).toBe(1);
  expect(await partsWith('bore.at is missing')).toBe(1);
  // A step without measurements.
  expect(await partsWith("wash.at = '2026-05-03T00:00:00Z'")).toBe(1);
  expect(await partsWith("not wash.at = '2026-05-03T00:00:00Z'")).toBe(3);
});

test('what is no time is refused, and so is the time of a step that nobody knows', async () => {
  await expect(partsWith("inspection.at >= 'yesterday'")).rejects.toThrow('inspection.at is a time');
  await expect(partsWith('inspection.at >= 5')).rejects.toThrow('inspection.at is a time');
  await expect(partsWith("drill.at >= '2026-05-04'")).rejects.toThrow('there is no factor "drill.at"');
});

test('a chart says by what name its points are found again', async () => {
  const counted = await chart(plant(), {parameter: 'any-fail', kind: 'p', subgroup: 'lot'});
  expect(counted.timedBy).toBe('inspection.at');
  const measured = await chart(plant(), {parameter: 'bore.torque', kind: 'imr'});
  expect(measured.timedBy).toBe('bore.at');
  expect(measured.points.map(({at}) => at)).toEqual([
    '2026-05-01T06:10:00Z',
    '2026-05-02T06:10:00Z',
    '2026-05-04T00:00:00Z',
  ]);
});
