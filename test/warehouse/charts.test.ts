/** Charts and capability asked of a warehouse: the same textbook figures as the pure functions give, through SQL and subgroups. */
import {describe, expect, onTestFinished, test} from 'vitest';
import {capability} from '../../warehouse/charts/capability.ts';
import {chart} from '../../warehouse/charts/chart.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {feed, folder, plantOf, sharedPlant, type Table} from './plant-in-a-folder.ts';
import {orangeJuice, pistonRings, shared} from './statistics/textbook-data.ts';

const time = (minutes: number) => new Date(Date.UTC(2024, 0, 1) + minutes * 60_000).toISOString();

/** Piston rings as a plant would send them: a sample is a lot, one ring a minute, a sample an hour. */
function ringTables(): Table[] {
  const rings = pistonRings().flatMap(({values}, s) =>
    values.map((diameter, k) => ({part: `r${s + 1}-${k + 1}`, lot: `S${s + 1}`, at: time(60 * s + k), diameter})),
  );
  return [
    ['parts', `part,product,lot,made_at\n${rings.map(r => `${r.part},ring,${r.lot},${r.at}`).join('\n')}`],
    [
      'measurements',
      `part,parameter,value,step,measured_at\n${rings.map(r => `${r.part},diameter,${r.diameter},forge,${r.at}`).join('\n')}`,
    ],
    ['parameters', 'parameter,step,lsl,target,usl\ndiameter,forge,73.95,74,74.05'],
  ];
}

describe.skipIf(!shared.present)('piston rings in a warehouse (Montgomery; figures as R qcc prints them)', () => {
  const rings = sharedPlant(shared.present ? ringTables() : []);
  const baseline = `${time(0)}..${time(25 * 60)}`;

  test('means by lot, limits from the first 25 samples', async () => {
    const answer = await chart(rings(), {parameter: 'forge.diameter', kind: 'xbar', baseline});
    expect(answer.center).toBeCloseTo(74.00118, 5);
    expect(answer.sigma / 0.009785039 - 1).toBeCloseTo(0, 4);
    expect(answer.sigmaBy).toBe('rbar');
    expect(answer.limits).toEqual({lcl: expect.closeTo(73.98805, 4), ucl: expect.closeTo(74.0143, 4)});
    expect(answer.baseline.points).toBe(25);
    expect(answer.n).toBe(200);
    // Montgomery: the process moves after sample 34; samples 37 to 39 lie above the upper limit.
    expect(answer.points.filter(p => p.violations.length > 0).map(p => p.x)).toEqual(['S37', 'S38', 'S39']);
  });

  test('five in a row are the same subgroups as the lots', async () => {
    const byLot = await chart(rings(), {parameter: 'diameter', kind: 'r', baseline});
    const byFive = await chart(rings(), {parameter: 'diameter', kind: 'r', subgroup: 5, baseline});
    expect(byFive.points.map(p => p.value)).toEqual(byLot.points.map(p => p.value));
    expect(byLot.center).toBeCloseTo(0.02276, 5);
  });

  test('capability: Cp, Cpk from the recorded limits', async () => {
    const answer = await capability(rings(), {
      parameter: 'forge.diameter',
      subgroup: 5,
      where:
        "part.lot in ('S1','S2','S3','S4','S5','S6','S7','S8','S9','S10','S11','S12','S13','S14','S15','S16','S17','S18','S19','S20','S21','S22','S23','S24','S25')",
    });
    expect(answer).toMatchObject({n: 125, lsl: 73.95, usl: 74.05, target: 74, ppmObserved: 0, stable: {ok: true}});
    expect(answer.cp!.value).toBeCloseTo(1.703, 3);
    expect(answer.cp!.low).toBeCloseTo(1.455, 2);
    expect(answer.cpk!.value).toBeCloseTo(1.663, 3);
    expect(answer.normal.p).toBeCloseTo(0.8958, 3);
  });
});

test.skipIf(!shared.present)('orange juice: the share defective by lot', async () => {
  const cans = orangeJuice().flatMap(({n, count}, s) =>
    Array.from({length: n}, (_, k) => ({part: `c${s + 1}-${k}`, lot: `H${s + 1}`, at: time(30 * s), fails: k < count})),
  );
  const plant = await plantOf([
    ['parts', `part,product,lot\n${cans.map(c => `${c.part},can,${c.lot}`).join('\n')}`],
    [
      'inspections',
      `inspection,part,inspected_at,result\n${cans.map(c => `i-${c.part},${c.part},${c.at},${c.fails ? 'fail' : 'pass'}`).join('\n')}`,
    ],
  ]);
  const answer = await chart(plant, {parameter: 'any-fail', kind: 'p'});
  expect(answer.center).toBeCloseTo(0.2313333, 7);
  expect(answer.limits).toEqual({lcl: expect.closeTo(0.05242755, 7), ucl: expect.closeTo(0.4102391, 7)});
  // Montgomery: samples 15 and 23 are beyond the upper limit.
  expect(answer.points.filter(p => p.violations.length > 0).map(p => p.x)).toEqual(['H15', 'H23']);
  expect(answer.notes.join()).toContain('ask for laney-p');
  const laney = await chart(plant, {parameter: 'any-fail', kind: 'laney-p'});
  expect((laney.limits as {ucl: number}).ucl).toBeGreaterThan(0.4102391);
  await expect(chart(plant, {parameter: 'scratch', kind: 'p'})).rejects.toThrow('no defect "scratch" is known');
});

test.each([
  ['nothing', 'pass', 0],
  ['everything', 'fail', 1],
])('%s failed: lines without a spread, no point beyond them, and no run length', async (_what, result, share) => {
  const parts = Array.from({length: 40}, (_none, i) => `p${i},P,L${Math.floor(i / 10)}`);
  const plant = await plantOf([
    ['parts', `part,product,lot\n${parts.join('\n')}`],
    ['inspections', `inspection,part,result\n${parts.map((_none, i) => `i${i},p${i},${result}`).join('\n')}`],
  ]);
  const answer = await chart(plant, {parameter: 'any-fail', kind: 'p'});
  expect(answer.points.map(({value, violations}) => [value, violations])).toEqual(new Array(4).fill([share, []]));
  expect(answer).toMatchObject({center: share, limits: {lcl: share, ucl: share}, averageRunLength: null});
});

test('a group of defects counts the parts that have any of its codes', async () => {
  const parts = Array.from({length: 40}, (_, i) => ({part: `p${i}`, lot: `L${Math.floor(i / 10)}`}));
  const faults = parts.flatMap(({part}, i) =>
    i % 4 === 0 ? [[part, 'scratch']] : i % 7 === 0 ? [[part, 'dent']] : [],
  );
  const fails = new Set(faults.map(([part]) => part));
  const plant = await plantOf([
    ['parts', `part,product,lot\n${parts.map(p => `${p.part},H,${p.lot}`).join('\n')}`],
    [
      'inspections',
      `inspection,part,result\n${parts.map(({part}) => `i-${part},${part},${fails.has(part) ? 'fail' : 'pass'}`).join('\n')}`,
    ],
    ['defects', `inspection,defect\n${faults.map(([part, defect]) => `i-${part},${defect}`).join('\n')}`],
    ['defect_codes', 'defect,group\nscratch,surface\ndent,surface'],
  ]);
  const [group, any] = await Promise.all(
    ['surface', 'any-fail'].map(parameter => chart(plant, {parameter, kind: 'np'})),
  );
  expect(group.points.map(p => p.value)).toEqual(any.points.map(p => p.value));
  expect(group.points.map(p => p.value)).toEqual([4, 3, 4, 3]);
});

describe('what cannot be drawn says why', () => {
  const small = sharedPlant([
    ['parts', 'part,product,lot\na,P,L1\nb,P,L1\nc,P,L2\nd,P,L2'],
    ['measurements', 'part,parameter,value,step\na,torque,1,bore\nb,torque,1,bore\nc,torque,1,bore\nd,torque,1,bore'],
  ]);

  test.each([
    ['an unknown parameter', {parameter: 'bore.tork', kind: 'xbar'}, 'no parameter "bore.tork" is measured'],
    ['no spread', {parameter: 'bore.torque', kind: 'xbar'}, 'do not vary'],
    [
      'subgroups of one',
      {parameter: 'bore.torque', kind: 'xbar', subgroup: 1, sigma: 'rbar'},
      'single values have no rbar',
    ],
    ['one parameter for t2', {parameter: 'bore.torque', kind: 't2'}, 'several parameters'],
    [
      'a baseline without points',
      {parameter: 'bore.torque', kind: 'xbar', baseline: '2024-01-01..'},
      'no points within',
    ],
    ['an empty scope', {parameter: 'bore.torque', kind: 'xbar', product: 'Q'}, 'no values in this scope'],
    ['nothing inspected', {parameter: 'any-fail', kind: 'p'}, 'no inspected parts'],
  ] as const)('%s', async (_what, question, message) => {
    await expect(chart(small(), question)).rejects.toThrow(message);
  });

  test('capability without limits, or with limits the wrong way round', async () => {
    const values = Array.from({length: 10}, (_, k) => [`p${k}`, k] as const);
    const plant = await plantOf([
      ['measurements', `part,parameter,value,step\n${values.map(([p, v]) => `${p},gap,${v},weld`).join('\n')}`],
    ]);
    await expect(capability(plant, {parameter: 'weld.gap'})).rejects.toThrow('has no limits');
    await expect(capability(plant, {parameter: 'weld.gap', lsl: 5, usl: 4})).rejects.toThrow('wrong way round');
    const answer = await capability(plant, {parameter: 'weld.gap', usl: 8.5, subgroup: 5});
    expect(answer).toMatchObject({cp: null, pp: null, cpm: null, ppmObserved: 100_000});
  });
});

test('what a chart of this kind has no use for is not passed over in silence', async () => {
  const w = await plantOf([
    ['parts', 'part,product\np1,A\np2,A\np3,A\np4,A'],
    [
      'measurements',
      'part,parameter,value,step\np1,torque,1,bore\np2,torque,3,bore\np3,torque,2,bore\np4,torque,5,bore',
    ],
  ]);
  const notes = async (options: object) =>
    (await chart(w, {parameter: 'bore.torque', kind: 'imr', ...options})).notes.filter(note =>
      note.includes('not used'),
    );
  expect(await notes({lambda: 0.4, subgroup: 'lot', sigma: 'mr'})).toEqual([
    'lambda means nothing on a chart of kind imr, and was not used',
    'subgroup means nothing on a chart of kind imr, and was not used',
  ]);
  expect(await notes({kind: 'ewma', lambda: 0.4, subgroup: 2})).toEqual([]);
  expect(await notes({subgroup: 1})).toEqual([]);
});

test('of the hour that the clock shows twice there are two subgroups, in the order of time', async () => {
  const into = folder();
  const made = await plantOf([], into);
  await made.close();
  const w = await Warehouse.open(into, {timeZone: 'Europe/Berlin'});
  onTestFinished(() => w.close());
  // The European Union's clocks: back on 2025-10-26 at 03:00, which is 01:00 UTC.
  const at = ['2025-10-25T23:10', '2025-10-26T00:10', '2025-10-26T00:50', '2025-10-26T01:10', '2025-10-26T02:10'];
  const rows = at.map((t, k) => `p${k},torque,${k * k},bore,${t}:00Z`).join('\n');
  await feed(w, ['measurements', `part,parameter,value,step,measured_at\n${rows}`]);
  const {points} = await chart(w, {parameter: 'bore.torque', kind: 'xbar', subgroup: 'hour'});
  expect(points.map(({x, value}) => [x, value])).toEqual([
    ['2025-10-26 01:00', 0],
    ['2025-10-26 02:00', 2.5],
    ['2025-10-26 02:00 again', 9],
    ['2025-10-26 03:00', 16],
  ]);
});
