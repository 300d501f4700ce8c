// Two plants in one place: published late, twice and half; ids that both have; what is refused, and in which words.
import {chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, onTestFinished, test} from 'vitest';
import {companyText} from '../../../api/command-line/print/company.ts';
import {capability} from '../../../warehouse/charts/capability.ts';
import {chart} from '../../../warehouse/charts/chart.ts';
import {pointName} from '../../../warehouse/charts/values.ts';
import {contain} from '../../../warehouse/contain.ts';
import {companyCapability} from '../../../warehouse/engines/capability.ts';
import {companyChart} from '../../../warehouse/engines/chart.ts';
import {Company} from '../../../warehouse/engines/company.ts';
import {duckdbEngine} from '../../../warehouse/engines/duckdb-engine.ts';
import {companyFactors} from '../../../warehouse/engines/factors.ts';
import {companyPareto} from '../../../warehouse/engines/pareto.ts';
import {folderPlace} from '../../../warehouse/engines/place.ts';
import {companyScreen} from '../../../warehouse/engines/screen.ts';
import {screenedParts} from '../../../warehouse/engines/screened-parts.ts';
import {sufficientTests} from '../../../warehouse/engines/sufficient.ts';
import {companyContain, companyTrace} from '../../../warehouse/engines/trace.ts';
import {companyYield} from '../../../warehouse/engines/yield.ts';
import {pareto} from '../../../warehouse/pareto.ts';
import {publish} from '../../../warehouse/publish/publish.ts';
import {screen} from '../../../warehouse/screening/screen.ts';
import {trace} from '../../../warehouse/trace.ts';
import {yieldOf} from '../../../warehouse/yield.ts';
import {feed} from '../plant-in-a-folder.ts';
import {differences} from './alike.ts';
import {type PublishedPlants, publishedPlants} from './published-plants.ts';

let plants: PublishedPlants;
beforeAll(async () => {
  // Without sensors and shifts an engine is asked for everything that a plant is: words, ranks and q are the same too.
  plants = await publishedPlants({without: ['readings', 'shifts']});
});
afterAll(() => plants.close());

async function open(place = plants.place, choice: {plants?: string[]; before?: string} = {}): Promise<Company> {
  const engine = await duckdbEngine(place);
  const company = await Company.open(folderPlace(place), engine, choice).catch(async (error: unknown) => {
    await engine.close();
    throw error;
  });
  onTestFinished(() => company.close());
  return company;
}

/** The place as it is now, to be spoilt. */
function copied(name: string): string {
  const into = `${plants.place}-${name}`;
  cpSync(plants.place, into, {recursive: true});
  onTestFinished(() => rmSync(into, {recursive: true, force: true}));
  return into;
}

const snapshotOf = (place: string, plant: string) => {
  const names = readdirSync(join(place, `plant=${plant}`)).filter(name => name.startsWith('position-'));
  return join(place, `plant=${plant}`, names.sort().at(-1)!);
};

async function oslo() {
  return {company: await open(plants.place, {plants: ['oslo']}), warehouse: plants.plants[0].warehouse};
}

test('one plant as its warehouse has it, to 1e-9: Pareto: counts, rates, severity, cost, what is cut off, a factor of a step, a filter', async () => {
  const {company, warehouse} = await oslo();
  for (const question of [
    {by: 'product', weight: 'cost'},
    {by: 'station', top: 1, weight: 'ppm'},
    {weight: 'severity', top: 2},
    {by: 'bore.tool', where: "bore.diameter > 40 and not cure.station is missing or part.product = 'P-EXTRA'"},
    {defect: 'oddities', from: '2026-03-02T10:00:00Z', to: '2026-03-02T10:00:00.001Z'},
  ] as const) {
    const {asOf: _, ...own} = await pareto(warehouse, question);
    const bars = [...own.bars, ...(own.other === null ? [] : [own.other])];
    for (const bar of bars as Partial<(typeof bars)[number]>[]) {
      delete bar.where;
      delete bar.next;
    }
    expect(differences(own, await companyPareto(company, question)), JSON.stringify(question)).toEqual([]);
  }
});

test('the same: yield, rework apart, lots as the unit, steps, groups', async () => {
  const {company, warehouse} = await oslo();
  for (const question of [{by: 'step'}, {step: 'aoi'}, {by: 'bore.station', product: 'HX-100'}]) {
    const {asOf: _, ...own} = await yieldOf(warehouse, question);
    expect(differences(own, await companyYield(company, question)), JSON.stringify(question)).toEqual([]);
  }
});

test('the same: charts of means, deviations, ranges, single values and counts; capability with all its distributions', async () => {
  const {company, warehouse} = await oslo();
  for (const question of [
    {parameter: 'bore.roughness', kind: 's', subgroup: 'hour'},
    {parameter: 'torque_1', kind: 'r', subgroup: 7, where: "assemble.station != 'ASM-1'"},
    {parameter: 'bore.diameter', kind: 'imr', product: 'HX-100'},
    {parameter: 'scratch', kind: 'laney-u', subgroup: 20},
  ] as const) {
    const {asOf: _, family: __, timedBy: ___, ...own} = await chart(warehouse, question);
    expect(differences(own, await companyChart(company, question)), JSON.stringify(question)).toEqual([]);
  }
  const question = {parameter: 'assemble.torque_1', sixPack: true};
  const {asOf: _, ...own} = await capability(warehouse, question);
  expect(differences(own, await companyCapability(company, question))).toEqual([]);
});

test('the same: screen, the same findings in the same words, ranks and verdicts', async () => {
  const {company, warehouse} = await oslo();
  for (const question of [{defect: 'scratch'}]) {
    const {asOf: _, permalink: __, ...own} = await screen(warehouse, question);
    const told = await companyScreen(company, question, {limits: {factors: 1000}});
    const findings = own.findings.map(({id: _id, ...finding}) => finding);
    expect(differences(findings, told.findings)).toEqual([]);
    expect([told.tests, told.population]).toEqual([own.tests, own.population]);
    expect(told.notTested.map(({factor}) => factor)).toEqual(
      expect.arrayContaining(own.notTested.map(({factor}) => factor)),
    );
  }
});

test('the same: trace and contain: the same relatives at the same depth, the same lots', async () => {
  const {company, warehouse} = await oslo();
  const asking = company.asking();
  const parents = await asking.rows<{id: string; kind: 'lot' | 'part'}>(
    `select distinct parent as id, parent_kind as kind from ${asking.table('genealogy', 'parent', 'parent_kind')} g order by id`,
  );
  expect(parents.length).toBeGreaterThan(20);
  const plain = (some: readonly {kind: string; id: string; depth: number}[]) =>
    some.map(({kind, id, depth}) => [kind, id, depth]);
  for (const item of parents.filter((_, k) => k % 9 === 0)) {
    const own = await trace(warehouse, item);
    const told = await companyTrace(company, item);
    expect([plain(told.backward), plain(told.forward)], item.id).toEqual([plain(own.backward), plain(own.forward)]);
  }
  for (const target of ["bore.tool = 'T2'", parents[3].id, "part.product = 'P-EXTRA'"]) {
    const own = await contain(warehouse, {target});
    const told = await companyContain(company, {target});
    expect([told.parts, told.looseParts.map(({part}) => part)], target).toEqual([own.parts, own.looseParts]);
    const lots = own.lots.map(({lot, role, parts, of}) => ({plant: 'oslo', lot, role, parts, of}));
    expect(told.lots, target).toEqual(lots);
  }
});

test('counts of all plants are the sums of what each of their warehouses counts, though parts have the same ids', async () => {
  const company = await open();
  const own = await Promise.all(plants.plants.map(({warehouse}) => pareto(warehouse, {by: 'product'})));
  const all = await companyPareto(company, {by: 'product'});
  for (const field of ['parts', 'defectiveParts', 'defects'] as const)
    expect(all.basis[field]).toBe(own[0].basis[field] + own[1].basis[field]);
  for (const bar of all.bars) {
    const bars = own.map(({bars: some}) => some.find(({key}) => key === bar.key));
    expect(bar.count).toBe(bars.reduce((sum, one) => sum + (one?.count ?? 0), 0));
    expect(bar.weight).toBeCloseTo(
      bars.reduce((sum, one) => sum + (one?.weight ?? 0), 0),
      9,
    );
  }
  // The station of one plant is not that of the other.
  const stations = await companyPareto(company, {by: 'station'});
  expect(stations.bars.every(({key}) => /^(oslo|turin)\//.test(key))).toBe(true);
  const yields = await companyYield(company, {by: 'plant'});
  for (const {key, warehouse} of plants.plants) {
    const {asOf: _, unit: __, sigmaShift: ___, route: ____, notes: _____, ...figures} = await yieldOf(warehouse, {});
    expect(yields.groups!.find(group => group.key === key)).toEqual({key, ...roundedLike(figures)});
  }
});

test('points whose names only count are known by their parts, those of several plants by their plants too', async () => {
  const {company, warehouse} = await oslo();
  const question = {parameter: 'scratch', kind: 'p', subgroup: 50} as const;
  const own = await chart(warehouse, question);
  const labels = own.points.map(pointName);
  expect(new Set(labels).size).toBe(labels.length);
  expect(labels[0]).toMatch(/^\S+ to \S+$/);
  const all = await companyChart(await open(), question);
  for (const point of all.points)
    expect(pointName(point)).toMatch(
      point.x.startsWith('oslo/') ? /^oslo\/\S+ to oslo\/\S+$/ : /^turin\/\S+ to turin\/\S+$/,
    );
  const points = all.points.map(point => ({...point, violations: ['1']}));
  const counters = {queries: 1, bytesRead: null, rowsRead: null, bytesShuffled: null, bytesReturned: null};
  const text = companyText({question: 'chart', answer: {...all, points}, engine: 'duckdb', plants: [], counters});
  expect(text).toContain(pointName(all.points[0]));
  expect(text).not.toContain('00000000');
  const single = {parameter: 'bore.diameter', kind: 'imr', last: 3} as const;
  const singles = await companyChart(company, single);
  expect(singles.points.map(pointName)).toEqual((await chart(warehouse, single)).points.map(pointName));
});

/** Sums in another order may differ in the last digit. */
const roundedLike = (of: unknown): Record<string, unknown> =>
  JSON.parse(JSON.stringify(of), (_, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? expect.closeTo(value, 9) : value,
  ) as Record<string, unknown>;

test('an id that two plants have is asked for by plant; what it went into stays at that plant', async () => {
  const company = await open();
  const asking = company.asking();
  const [lot] = await asking.rows<{id: string}>(
    `select parent as id from (select distinct plant, parent from ${asking.table('genealogy', 'parent', 'parent_kind')} g
       where parent_kind = 'lot') d group by parent having count(*) = 2 order by parent`,
  );
  await expect(companyTrace(company, lot)).rejects.toThrow(
    `2 plants have "${lot.id}": ask for oslo/${lot.id} or turin/${lot.id}`,
  );
  const there = await companyTrace(company, {id: `turin/${lot.id}`});
  expect(new Set(there.forward.map(({plant}) => plant))).toEqual(new Set(['turin']));
  // By hand: at each of them, of no lot.
  const {parts, looseParts} = await companyContain(company, {target: "part.product = 'P-EXTRA'"});
  expect([parts, looseParts]).toEqual([
    4,
    ['X-1', 'X-2'].flatMap(part => ['oslo', 'turin'].map(plant => ({plant, part}))),
  ]);
});

test('sums by lot give the p that the warehouse finds part by part, for a factor of each kind and its missing values', async () => {
  const company = await open(plants.place, {plants: ['oslo']});
  const question = {defect: 'scratch', where: "not wash.station is missing and part.product != 'P-EXTRA'"};
  const whole = await screen(plants.plants[0].warehouse, question);
  const asking = company.asking();
  const people = await screenedParts(asking, question);
  const known = await companyFactors(asking);
  // One of each kind: each costs queries of its own.
  const some = ['bore.diameter', 'bore.tool', 'inspection.inspector', 'material.alloy.lot', 'mill.queue'];
  const candidates = known.filter(({name}) => some.includes(name));
  const strata = known.filter(({name}) => name === 'part.product');
  const told = await sufficientTests(asking, question, {people, strata, candidates});
  const compared: string[] = [];
  for (const {name, isMissing, candidates: tests, p} of told) {
    const finding = whole.findings.find(({factor, kind}) => factor === name && (kind === 'missing') === isMissing);
    if (finding === undefined || tests === 0) continue;
    compared.push(name);
    expect(Math.abs(p - finding.p), name).toBeLessThanOrEqual(1e-9 * finding.p);
  }
  expect(compared).toEqual(expect.arrayContaining(['bore.diameter', 'bore.tool', 'mill.queue']));
});

test('a plant that publishes late, twice or half changes nothing but its own newest snapshot', async () => {
  const place = copied('late');
  const [{warehouse: oslo}] = plants.plants;
  const before = await companyPareto(await open(place), {});
  expect(await publish(oslo, place, {company: true, parquetOnly: true, names: true})).toMatchObject({already: true});
  expect((await companyPareto(await open(place), {})).basis).toEqual(before.basis);
  // Half: everything but the manifest, as a store has it that takes file by file; and a plant that has only begun.
  const half = join(place, 'plant=turin', 'position-00009999');
  cpSync(snapshotOf(place, 'turin'), half, {recursive: true});
  rmSync(join(half, 'manifest.json'), {force: true});
  mkdirSync(join(place, 'plant=quito', '.position-00000001-unfinished'), {recursive: true});
  const company = await open(place);
  expect((await companyPareto(company, {})).basis).toEqual(before.basis);
  expect(company.notes).toEqual(['plant quito has published nothing yet']);
  // Late: one more part failed at Oslo, and until then it had not.
  const late = new Date().toISOString();
  await feed(oslo, ['parts', 'part,product\nLATE-1,P-EXTRA']);
  await feed(oslo, ['inspections', 'inspection,part,inspected_at,result\nLATE-I1,LATE-1,2026-03-09T08:00:00Z,fail']);
  await publish(oslo, place, {company: true, parquetOnly: true, names: true});
  const after = await companyPareto(await open(place), {});
  expect(after.basis.defectiveParts).toBe(before.basis.defectiveParts + 1);
  expect((await companyPareto(await open(place, {before: late}), {})).basis).toEqual(before.basis);
  await expect(publish(plants.plants[1].warehouse, join(place, 'plant=oslo'), {})).rejects.toThrow(
    'has snapshots of another warehouse (plant oslo)',
  );
});

test('a place, a plant or a snapshot that cannot be read is refused by name', async () => {
  const {place} = plants;
  await expect(open(`${place}-nowhere`)).rejects.toThrow(`no plant has published into ${place}-nowhere`);
  await expect(open(place, {plants: ['bergen']})).rejects.toThrow(`no plant "bergen" has published into ${place}`);
  await expect(open(place, {before: 'yesterday'})).rejects.toThrow('before is not a time');
  const spoilt = copied('spoilt');
  const snapshot = snapshotOf(spoilt, 'oslo');
  const said = readFileSync(join(snapshot, 'manifest.json'), 'utf8');
  const say = (text: string) => {
    chmodSync(join(snapshot, 'manifest.json'), 0o644);
    writeFileSync(join(snapshot, 'manifest.json'), text);
  };
  say(said.replace('"plant": "oslo"', '"plant": "osla"'));
  await expect(open(spoilt)).rejects.toThrow('is not what was published');
  say(said.replace('"format": 1', '"format": 2'));
  await expect(open(spoilt)).rejects.toThrow('is of format 2, and this version reads 1');
  say('{');
  await expect(open(spoilt)).rejects.toThrow('is damaged: it is no JSON');
  say(said);
  writeFileSync(join(snapshot, 'parts', 'more.parquet'), 'whoever reads the folder would take it in');
  await expect(open(spoilt)).rejects.toThrow('more.parquet was not published by plant oslo');
  renameSync(join(snapshot, 'parts', 'more.parquet'), join(snapshot, 'parts', 'more.txt'));
  await open(spoilt);
  const [file] = readdirSync(join(snapshot, 'lots'));
  chmodSync(join(snapshot, 'lots', file), 0o644);
  writeFileSync(join(snapshot, 'lots', file), 'half');
  await expect(open(spoilt)).rejects.toThrow(
    /lots\/data\.parquet has 4 bytes, and the manifest of plant oslo says \d+/,
  );
  rmSync(join(snapshot, 'lots', file));
  await expect(open(spoilt)).rejects.toThrow(/names .*lots\/data\.parquet, which is missing/);
});

test('plants of several clocks share no hour; an absolute window means the same at each', async () => {
  const company = await open();
  expect((await companyFactors(company.asking())).map(({name}) => name)).toContain('time.hour');
  // As the manifest of a plant says that keeps another clock.
  const [first] = company.snapshots;
  first.manifest.timeZone = 'Europe/Oslo';
  expect((await companyFactors(company.asking())).map(({name}) => name)).not.toContain('time.hour');
  const window = {from: '2026-03-02T11:00:00+01:00', to: '2026-03-02T10:30:00Z'};
  // By hand: of both plants were first inspected at 10:00 UTC; X-1 failed, the fail of X-2 was rejected.
  const {basis} = await companyPareto(company, {...window, product: 'P-EXTRA'});
  expect(basis).toEqual({parts: 4, defectiveParts: 2, defects: 6});
});

test('what an engine is not asked for is refused by name; a question that is taken back ends', async () => {
  const company = await open();
  await expect(companyPareto(company, {by: 'bore.diameter'})).rejects.toThrow('bore.diameter is a number');
  await expect(companyPareto(company, {where: 'wash.pump_current > 1'})).rejects.toThrow(
    'there is no factor "wash.pump_current" that an engine can be asked for',
  );
  await expect(companyPareto(company, {defect: 'nothing'})).rejects.toThrow(
    'no defect "nothing" is known at these plants',
  );
  await expect(companyScreen(company, {defect: 'scratch', given: "bore.tool = 'T2'"})).rejects.toThrow(
    '"given" is not asked of an engine',
  );
  await expect(companyScreen(company, {measurement: 'bore.diameter'}, {limits: {factors: 5}})).rejects.toThrow(
    'sums by lot are asked of defects only',
  );
  await expect(companyScreen(company, {defect: 'scratch'}, {limits: {factors: 500, values: 100}})).rejects.toThrow(
    'too many to be judged one by one',
  );
  await expect(companyTrace(company, {id: 'NOBODY'})).rejects.toThrow('no row of these plants names "NOBODY"');
  const stopping = new AbortController();
  const asked = companyYield(company, {}, stopping.signal);
  stopping.abort();
  await expect(asked).rejects.toThrow(/abort/i);
  // It goes on answering.
  expect((await companyPareto(company, {product: 'P-EXTRA'})).basis.parts).toBeGreaterThan(0);
});
