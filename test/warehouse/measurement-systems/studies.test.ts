/** Which studies a warehouse holds: those that were loaded as studies, and nothing that was merely made a second time. */
import {expect, test} from 'vitest';
import {studiesText} from '../../../api/command-line/print/msa.ts';
import {gage} from '../../../warehouse/measurement-systems/gage.ts';
import {linearity} from '../../../warehouse/measurement-systems/linearity.ts';
import {studies} from '../../../warehouse/measurement-systems/studies.ts';
import {feed, plantOf, type Table} from '../plant-in-a-folder.ts';
import {gaskets, nested, sizes} from '../statistics/gage-data.ts';

interface Reading {
  part: string;
  run: number;
  operator?: string;
  station?: string;
  value: number;
}

const tablesOf = (readings: readonly Reading[], {step = 'lab', parameter = 'thickness'} = {}): Table[] => [
  [
    'operations',
    `part,step,run,operator,station\n${readings.map(r => `${r.part},${step},${r.run},${r.operator ?? ''},${r.station ?? ''}`).join('\n')}`,
  ],
  [
    'measurements',
    `part,step,run,parameter,value\n${readings.map(r => `${r.part},${step},${r.run},${parameter},${r.value}`).join('\n')}`,
  ],
];

const crossed = gaskets.flatMap((row, i) =>
  row.flatMap((cell, j) =>
    cell.map((value, k): Reading => ({part: `G${i + 1}`, run: 3 * k + j + 1, operator: 'ABC'[j], value})),
  ),
);
const bench: Table = [
  'measurements',
  `part,step,run,parameter,value\n${Object.entries(sizes)
    .flatMap(([size, values], i) => [
      `R${i + 1},metrology,1,width,${size}`,
      ...values.map((value, k) => `R${i + 1},bench,${k + 1},width,${value}`),
    ])
    .join('\n')}`,
];

test('nothing was loaded', async () => {
  const warehouse = await plantOf([]);
  expect(await studies(warehouse, {})).toEqual({asOf: 0, gage: [], linearity: [], agreement: []});
  expect(studiesText(await studies(warehouse, {}))).toContain('No study was loaded');
});

test('a crossed study, a study of reference parts and an inspector, each as its question takes it', async () => {
  const warehouse = await plantOf([
    ...tablesOf(crossed),
    bench,
    [
      'inspections',
      'inspection,part,step,inspector,result,verification\ni1,G1,visual,m@1,fail,confirmed\ni2,G2,visual,,pass,',
    ],
  ]);
  const found = await studies(warehouse, {});
  expect(found.gage).toEqual([
    {
      parameter: 'lab.thickness',
      appraiser: 'operator',
      parts: 10,
      appraisers: 3,
      trials: 3,
      values: 90,
      balanced: true,
      where: null,
    },
  ]);
  expect(found.linearity).toEqual([
    {parameter: 'bench.width', reference: 'metrology', parts: 5, values: 60, smallest: 2, largest: 10, where: null},
  ]);
  expect(found.agreement).toEqual([{step: 'visual', inspectors: 1, decisions: 2, reviewed: 1}]);
  const [{parameter, appraiser}] = found.gage;
  expect((await gage(warehouse, {parameter, appraiser})).n).toBe(90);
  const [{reference, ...of}] = found.linearity;
  expect((await linearity(warehouse, {parameter: of.parameter, reference})).n).toBe(60);
  const text = studiesText(found);
  expect(text).toMatch(/lab\.thickness +10 +operator +3 +3 +90 +yes/);
  expect(text).toMatch(/bench\.width +metrology +5 +60 +2 +10/);
  expect(text).toMatch(/visual +1 +2 +1/);
  // Before the first batch there was none.
  expect((await studies(warehouse, {asOf: 1})).gage).toEqual([]);
});

test('among ordinary production a study comes with the filter that picks it; rework is none', async () => {
  // Parts of order WO-1 are measured once, every fourth a second time by whoever is there.
  const made = Array.from({length: 40}, (_, k) =>
    Array.from(
      {length: k % 4 === 0 ? 2 : 1},
      (_, run): Reading => ({
        part: `P${k}`,
        run: run + 1,
        operator: k % 8 === 0 ? 'A' : 'B',
        station: 'S1',
        value: k / 10,
      }),
    ),
  ).flat();
  const warehouse = await plantOf([
    [
      'parts',
      `part,product,work_order\n${[...new Set(made.map(({part}) => part))].map(part => `${part},HX,WO-1`).join('\n')}\n${gaskets.map((_, i) => `G${i + 1},HX,GRR-7`).join('\n')}`,
    ],
    ...tablesOf(made),
  ]);
  expect((await studies(warehouse, {})).gage).toEqual([]);
  for (const table of tablesOf(crossed)) await feed(warehouse, table);
  const [study, ...others] = (await studies(warehouse, {})).gage;
  expect(others).toEqual([]);
  expect(study).toMatchObject({parts: 10, values: 90, balanced: true, where: "part.work_order = 'GRR-7'"});
  expect((await gage(warehouse, {parameter: study.parameter, where: study.where!})).n).toBe(90);
});

test('gages that are compared, parts of an appraiser each, and a value that lacks', async () => {
  const compared = crossed.map(({operator, ...reading}): Reading => ({...reading, station: operator}));
  const each = nested.flatMap((batches, a) =>
    batches.flatMap((values, b) =>
      values.map((value, k): Reading => ({part: `${'ABC'[a]}${b}`, run: k + 1, operator: 'ABC'[a], value})),
    ),
  );
  const warehouse = await plantOf([
    ...tablesOf(compared),
    ...tablesOf(each, {step: 'pull', parameter: 'force'}),
    ...tablesOf(crossed.slice(1), {step: 'gate', parameter: 'gap'}),
  ]);
  const {gage: found} = await studies(warehouse, {});
  expect(
    found.map(({parameter, appraiser, parts, trials, balanced}) => [parameter, appraiser, parts, trials, balanced]),
  ).toEqual([
    ['gate.gap', 'operator', 10, 3, false],
    ['lab.thickness', 'station', 10, 3, true],
    ['pull.force', 'operator', 15, 2, true],
  ]);
  expect((await gage(warehouse, {parameter: 'lab.thickness', appraiser: 'station'})).design).toBe('crossed');
  expect((await gage(warehouse, {parameter: 'pull.force'})).design).toBe('nested');
});
