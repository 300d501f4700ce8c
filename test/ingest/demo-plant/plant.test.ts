import {describe, expect, test} from 'vitest';
import {lotFactors} from '../../../ingest/demo-plant/factors.ts';
import {defectBit, makePlant, type Plant} from '../../../ingest/demo-plant/plant.ts';
import {startOf} from '../../../ingest/demo-plant/routing.ts';
import {SCENARIOS} from '../../../ingest/demo-plant/scenarios.ts';

/** Counted by hand: lots by name from the truth, parts one by one. */
function ratio(
  plants: Plant[],
  only: (plant: Plant, part: number) => boolean,
  seen: 'defects' | 'observed' = 'defects',
) {
  const count = {exposed: 0, exposedBad: 0, rest: 0, restBad: 0};
  for (const plant of plants) {
    const bit = defectBit(plant.truth.cause!.defect);
    const affected = new Set(plant.truth.affectedParts);
    for (let part = 0; part < plant.partLot.length; part++) {
      if (!only(plant, part)) continue;
      const bad = plant[seen][part] & bit ? 1 : 0;
      if (affected.has(`S${String(part + 1).padStart(6, '0')}`)) {
        count.exposed++;
        count.exposedBad += bad;
      } else {
        count.rest++;
        count.restBad += bad;
      }
    }
  }
  return count.exposedBad / count.exposed / (count.restBad / count.rest);
}

const seeds = (scenario: string, n: number, more = {}) =>
  Array.from({length: n}, (_, seed) => makePlant({scenario, seed: seed + 100, parameters: 16, ...more}));
const productOf = ({lots, partLot, products}: Plant, part: number) => products[lots[partLot[part]].product].product;

test('the same options give the same plant, another seed another', () => {
  const small = {lots: 40, partsPerLot: 50};
  expect(makePlant({...small, seed: 4})).toEqual(makePlant({...small, seed: 4}));
  expect(makePlant({...small, seed: 4}).defects).not.toEqual(makePlant({...small, seed: 5}).defects);
  expect(makePlant({...small, seed: 4}).values[0]).not.toEqual(makePlant({...small, seed: 5}).values[0]);
});

test('the default plant is of the size and kind that it says', () => {
  const plant = makePlant();
  const sizes = plant.lots.map(({size}) => size);
  expect(plant.lots).toHaveLength(200);
  expect(plant.partLot.length).toBe(sizes.reduce((a, b) => a + b));
  expect(plant.partLot.length).toBeGreaterThan(20_000);
  expect(new Set(sizes).size).toBeGreaterThan(40);
  expect(plant.parameters).toHaveLength(152);
  expect(plant.truth.cause).toMatchObject({factor: 'bore.tool', level: 'T7', product: 'HX-200', defect: 'scratch'});
  expect(plant.truth.affectedLots).toHaveLength(20);
  expect(plant.truth.through).toEqual(['bore.roughness', 'bore.diameter']);
  // The tool was moved between stations, so that it is not one with either.
  const boring = lotFactors(plant).find(({factor}) => factor === 'bore.station')!;
  const affected = new Set(plant.truth.affectedLots);
  expect(new Set(plant.lots.flatMap(({lot}, k) => (affected.has(lot) ? boring.level[k] : []))).size).toBe(2);
});

describe('the planted effect is in the parts', () => {
  test('bad-tool: threefold on HX-200, and its messenger shifted', () => {
    const plants = seeds('bad-tool', 20);
    const found = ratio(plants, (plant, part) => productOf(plant, part) === 'HX-200');
    expect(found).toBeGreaterThan(2.55);
    expect(found).toBeLessThan(3.5);
    const {parameters, values, exposed} = plants[0];
    const k = parameters.findIndex(({parameter}) => parameter === 'roughness');
    const mean = (wanted: number) => {
      const own = values[k].filter((x, part) => exposed[part] === wanted && !Number.isNaN(x));
      return own.reduce((a, b) => a + b, 0) / own.length;
    };
    expect((mean(1) - mean(0)) / parameters[k].spread).toBeGreaterThan(0.8);
  });

  test.each([
    ['bad-material-lot', 5],
    ['supplier', 2],
    ['parameter-threshold', 3],
    ['two-sided-optimum', 3],
    ['interaction', 4],
    ['time-change', 2],
    ['missing-genealogy', 5],
  ])('%s: %f-fold', (scenario, effect) => {
    // Without the confounder, so that the crude ratio is the planted one; independent parts, so that it is precise.
    const found = ratio(seeds(scenario, 8, {confounding: 0, withinLotCorrelation: 0, exposedLots: 20}), () => true);
    expect(found).toBeGreaterThan(effect * 0.83);
    expect(found).toBeLessThan(effect * 1.2);
  });

  test('inspector-change: twice in the reports, not in the parts', () => {
    const plants = seeds('inspector-change', 10, {confounding: 0, withinLotCorrelation: 0});
    expect(ratio(plants, () => true, 'observed')).toBeGreaterThan(1.7);
    expect(ratio(plants, () => true, 'defects')).toBeLessThan(1.15);
  });
});

test('nothing is planted where the scenario says so', () => {
  for (const scenario of ['null', 'confounded-null', 'day-effect', 'drift', 'rare-bad-lots']) {
    const {truth, exposed} = makePlant({scenario, lots: 50, parameters: 8});
    expect([truth.cause, truth.affectedLots, truth.affectedParts]).toEqual([null, [], []]);
    expect(exposed.every(x => x === 0)).toBe(true);
  }
  const badTool = makePlant({scenario: 'null'});
  const tools = lotFactors(badTool).find(({factor}) => factor === 'bore.tool')!;
  expect(tools.level.filter(level => tools.levels[level] === 'T7').length).toBeGreaterThan(5);
});

test('the confounder misleads: HX-300 scratches more and runs mostly on MILL-3', () => {
  const plant = makePlant({scenario: 'confounded-null', seed: 9, parameters: 0});
  const mill = lotFactors(plant).find(({factor}) => factor === 'mill.station')!;
  const on = (product: string) =>
    plant.lots.flatMap((lot, k) => (plant.products[lot.product].product === product ? mill.levels[mill.level[k]] : []));
  const share = (product: string) => on(product).filter(station => station === 'MILL-3').length / on(product).length;
  expect(share('HX-300')).toBeGreaterThan(0.7);
  expect(share('HX-200')).toBeLessThan(0.2);
  expect(plant.truth.confounder).toMatchObject({factor: 'part.product', level: 'HX-300'});
});

test('lanes make aliases', () => {
  const {truth} = makePlant({scenario: 'lanes', parameters: 8});
  const tools = truth.aliases.filter(({factor}) => factor.endsWith('.tool')).map(({level}) => level);
  expect(tools.filter(level => level.endsWith('7')).length).toBeGreaterThanOrEqual(3);
});

test.each([
  [0, 0.004],
  [0.01, 0.005],
  [0.05, 0.015],
])('within-lot correlation %f is what a lot shows', (rho, tolerance) => {
  const plant = makePlant({scenario: 'null', seed: 21, lots: 900, withinLotCorrelation: rho, rate: 5, parameters: 0});
  expect(Math.abs(intraclassCorrelation(plant, defectBit('scratch')) - rho)).toBeLessThan(tolerance);
});

/** Analysis-of-variance estimator for unequal groups: Donner (1986), Int. Stat. Rev. 54:67. */
function intraclassCorrelation({lots, defects}: Plant, bit: number): number {
  const bad = lots.map(({first, size}) => defects.subarray(first, first + size).filter(x => x & bit).length);
  const n = defects.length;
  const p = bad.reduce((a, b) => a + b, 0) / n;
  const between = lots.reduce((sum, {size}, k) => sum + size * (bad[k] / size - p) ** 2, 0) / (lots.length - 1);
  const within = lots.reduce((sum, {size}, k) => sum + bad[k] * (1 - bad[k] / size), 0) / (n - lots.length);
  const n0 = (n - lots.reduce((sum, {size}) => sum + size ** 2, 0) / n) / (lots.length - 1);
  return (between - within) / (between + (n0 - 1) * within);
}

test('along the route every step starts after the one before has ended, and no station works on two parts at once', () => {
  const plant = makePlant({lots: 60, parameters: 0});
  const {steps, lots, route, partLot, partPosition} = plant;
  const early: number[][] = [];
  for (let part = 0; part < partLot.length; part++) {
    for (let s = 1; s < steps.length; s++) {
      const before = startOf(steps, route, s - 1, partLot[part], partPosition[part]) + steps[s - 1].durationSeconds;
      if (startOf(steps, route, s, partLot[part], partPosition[part]) <= before) early.push([part, s]);
    }
  }
  expect(early).toEqual([]);
  steps.forEach(({stations, cycleSeconds}, s) => {
    const ends = stations.map(() => 0);
    lots.forEach(({size}, lot) => {
      expect(route.begin[s][lot]).toBeGreaterThanOrEqual(ends[route.station[s][lot]]);
      ends[route.station[s][lot]] = route.begin[s][lot] + size * cycleSeconds;
    });
  });
});

test('every scenario makes a plant of any structure, fast enough for a benchmark', () => {
  const structure = {lots: 60, partsPerLot: 100, steps: 100, toolsPerStep: 4, parameters: 150};
  makePlant(structure);
  const started = process.cpuUsage();
  for (const scenario of Object.keys(SCENARIOS)) expect(makePlant({...structure, scenario}).steps).toHaveLength(101);
  // About 40 ms each on a quiet machine. Processor time, since the clock's time is that of whatever else runs here.
  const {user} = process.cpuUsage(started);
  expect(user / 1000 / Object.keys(SCENARIOS).length).toBeLessThan(250);
});

test('what cannot be made is refused with its name', () => {
  expect(() => makePlant({scenario: 'nul'})).toThrow("no scenario 'nul': choose one of null, confounded-null");
  expect(() => makePlant({steps: 3})).toThrow('invalid steps: 3');
  expect(() => makePlant({effect: Number.NaN})).toThrow('invalid effect: NaN');
  expect(() => makePlant({lots: 0})).toThrow('invalid lots: 0');
});
