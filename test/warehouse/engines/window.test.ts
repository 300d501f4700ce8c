// A question about a window reads only the months that concern its parts, and answers as if it had read all of them.
import {readdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, onTestFinished, test} from 'vitest';
import {companyChart} from '../../../warehouse/engines/chart.ts';
import {Company} from '../../../warehouse/engines/company.ts';
import {duckdbEngine} from '../../../warehouse/engines/duckdb-engine.ts';
import {companyFactors} from '../../../warehouse/engines/factors.ts';
import {companyPareto} from '../../../warehouse/engines/pareto.ts';
import {folderPlace} from '../../../warehouse/engines/place.ts';
import {screenedParts} from '../../../warehouse/engines/screened-parts.ts';
import {slicesWithin, type Window} from '../../../warehouse/engines/slices.ts';
import {sufficientTests} from '../../../warehouse/engines/sufficient.ts';
import {companyContain} from '../../../warehouse/engines/trace.ts';
import {companyYield} from '../../../warehouse/engines/yield.ts';
import {publish} from '../../../warehouse/publish/publish.ts';
import type {Warehouse} from '../../../warehouse/store.ts';
import {plantOf} from '../plant-in-a-folder.ts';
import {differences} from './alike.ts';
import {type PublishedPlants, publishedPlants} from './published-plants.ts';

async function open(place: string): Promise<Company> {
  const company = await Company.open(folderPlace(place), await duckdbEngine(place));
  onTestFinished(() => company.close());
  return company;
}

/** The same position, split by month and in one piece. */
async function bothWays(warehouse: Warehouse, largeRows = 1): Promise<{split: string; whole: string}> {
  const split = `${warehouse.folder}-split`;
  const whole = `${warehouse.folder}-whole`;
  await publish(warehouse, split, {company: true, parquetOnly: true, largeRows});
  await publish(warehouse, whole, {company: true, parquetOnly: true, largeRows: 1e9});
  return {split, whole};
}

const WINDOWS = 6;

const monthsRead = (company: Company, table: string, window: Window) =>
  slicesWithin(table, company.tables.get(table)!.slices, window).map(({month}) => month);

test('by hand: which months are read; their files are the only ones that have to be there', async () => {
  const warehouse = await plantOf([
    [
      'operations',
      `part, step, station, started_at
       A,    mill, M1,      2026-01-10T08:00:00Z
       B,    mill, M1,      2026-02-10T08:00:00Z
       C,    mill, M2,      2026-01-11T08:00:00Z
       D,    mill, M2,      2026-04-02T08:00:00Z
       E,    mill, M2,      2026-04-03T08:00:00Z`,
    ],
    [
      'inspections',
      `inspection, part, inspected_at,         result
       a1,         A,    2026-03-05T08:00:00Z, fail
       a2,         A,    2026-04-06T08:00:00Z, pass
       b1,         B,    2026-02-28T23:59:59Z, pass
       b2,         B,    2026-03-01T08:00:00Z, fail
       c1,         C,    2026-01-12T08:00:00Z, fail
       d1,         D,    2026-04-03T08:00:00Z, fail
       e1,         E,    ,                     fail`,
    ],
  ]);
  const {split} = await bothWays(warehouse);
  const company = await open(split);
  const march = {from: '2026-03-01', to: '2026-04-01'};
  // A was made in January; B was inspected in March, and February says that it had been before; A again in April.
  expect(monthsRead(company, 'operations', march)).toEqual(['2026-01']);
  expect(monthsRead(company, 'inspections', march)).toEqual(['2026-02', '2026-03', '2026-04']);
  expect(monthsRead(company, 'operations', {from: '2026-04-01'})).toEqual(['2026-04']);
  // A is known in April, and was first inspected in March; so is B in March, and in February: nobody of April needs that.
  expect(monthsRead(company, 'inspections', {from: '2026-04-01'})).toEqual(['2026-03', '2026-04']);
  expect(monthsRead(company, 'inspections', {to: '2026-02-01T00:00:00Z'})).toEqual(['2026-01']);
  // Nobody: one file that says what columns there are.
  expect(monthsRead(company, 'operations', {from: '2027-01-01'})).toHaveLength(1);
  expect(monthsRead(company, 'operations', {})).toHaveLength(3);

  const asked = {...march, where: "mill.station = 'M1'"};
  const snapshot = join(
    split,
    'plant=plant-1',
    readdirSync(join(split, 'plant=plant-1')).find(name => name.startsWith('position-'))!,
  );
  rmSync(join(snapshot, 'inspections', 'month=2026-01'), {recursive: true});
  const {basis} = await companyPareto(company, asked);
  expect(basis).toEqual({parts: 1, defectiveParts: 1, defects: 1});
  await expect(companyPareto(company, {...asked, from: '2026-01-01'})).rejects.toThrow('month=2026-01');
});

test('parts inspected again and again over a year, made long before or never timed: any window answers as in one piece', async () => {
  const seed = 7;
  let state = seed;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const at = (day: number) => new Date(Date.UTC(2026, 0, 1) + Math.floor(day * 86_400_000)).toISOString();
  const parts: string[] = [];
  const operations: string[] = [];
  const inspections: string[] = [];
  const measurements: string[] = [];
  for (let k = 0; k < 150; k++) {
    const made = random() * 330;
    parts.push(`P${k},X,L${Math.floor(made / 30)}`);
    if (k % 3 > 0) operations.push(`P${k},,mill,M${k % 4},${k % 7 ? at(made) : ''}`);
    measurements.push(`P${k},mill,1,${k % 5 ? at(made) : ''},d,${random()}`);
    let day = made + random() * 30 * random();
    for (let n = 0; n < 1 + 4 * random() ** 2; n++) {
      const [result] = ['fail', 'pass', 'pass', 'error'].slice(Math.floor(4 * random()));
      inspections.push(`I${k}-${n},P${k},${random() < 0.05 ? '' : at(day)},${n % 2 ? 'final' : 'aoi'},${result}`);
      day += 40 * random() ** 2;
    }
  }
  for (let lot = 0; lot < 11; lot++) operations.push(`,L${lot},wash,W${lot % 3},${at(30 * lot)}`);
  const warehouse = await plantOf([
    ['parts', ['part,product,lot', ...parts].join('\n')],
    ['operations', ['part,lot,step,station,started_at', ...operations].join('\n')],
    ['measurements', ['part,step,run,measured_at,parameter,value', ...measurements].join('\n')],
    ['inspections', ['inspection,part,inspected_at,step,result', ...inspections].join('\n')],
  ]);
  const {split, whole} = await bothWays(warehouse);
  const [some, all] = [await open(split), await open(whole)];
  let read = 0;
  for (let k = 0; k < WINDOWS; k++) {
    const [from, to] = [random(), random()].map(x => 390 * x).sort((a, b) => a - b);
    const window = {...(k % 4 === 1 ? {} : {from: at(from)}), ...(k % 4 === 2 ? {} : {to: at(to)})};
    const ask = async (company: Company) => [
      await companyPareto(company, {...window, by: 'wash.station', where: 'not mill.station is missing'}),
      await companyYield(company, {...window, ...(k % 4 === 3 ? {step: 'final'} : {})}),
      await companyChart(company, {...window, parameter: 'mill.d', kind: 'xbar', subgroup: 3}),
    ];
    expect(differences(await ask(all), await ask(some)), `seed ${seed}: ${JSON.stringify(window)}`).toEqual([]);
    read += monthsRead(some, 'operations', window).length;
  }
  const months = some.tables.get('operations')!.slices.length;
  expect(months).toBeGreaterThan(10);
  expect(read).toBeLessThan(0.8 * WINDOWS * months);
});

let plants: PublishedPlants;
beforeAll(async () => {
  plants = await publishedPlants({keys: ['oslo'], weeks: 10});
});
afterAll(() => plants.close());

test('a plant of eight steps: places in lots, shifts, lots that go through steps, sums of screening', async () => {
  const {split, whole} = await bothWays(plants.plants[0].warehouse, 100);
  const [some, all] = [await open(split), await open(whole)];
  const window = {from: '2026-03-01', to: '2026-04-01'};
  expect(monthsRead(some, 'step_bore', window).length).toBeLessThan(some.tables.get('step_bore')!.slices.length);
  const ask = async (company: Company) => [
    await companyPareto(company, {...window, by: 'cast.shift', where: 'time.position_in_lot > 0.4', weight: 'cost'}),
    await companyChart(company, {...window, parameter: 'scratch', kind: 'laney-p', subgroup: 10}),
    await companyContain(company, {...window, target: "bore.station = 'BOR-1'"}),
    await sums(company, {...window, defect: 'scratch'}),
  ];
  expect(differences(await ask(all), await ask(some))).toEqual([]);
});

async function sums(company: Company, question: {defect: string; from: string}) {
  const asking = company.asking();
  const people = await screenedParts(asking, question);
  const known = await companyFactors(asking);
  const of = (...names: string[]) => known.filter(({name}) => names.includes(name));
  const candidates = of('bore.diameter', 'bore.tool', 'material.alloy.lot');
  return sufficientTests(asking, question, {people, strata: of('part.product'), candidates});
}
