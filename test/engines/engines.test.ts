// Every engine that can be had here, over the same two plants: each number is DuckDB's, to 1e-9. They are large, so they run
// where somebody asks for them: FISHBONE_CHDB, FISHBONE_TRINO (see chdb.ts and trino-cluster.ts).
import {dirname} from 'node:path';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {companyCapability} from '../../warehouse/engines/capability.ts';
import {companyChart} from '../../warehouse/engines/chart.ts';
import {clickhouseEngine} from '../../warehouse/engines/clickhouse-engine.ts';
import {clickhouseServer} from '../../warehouse/engines/clickhouse-server.ts';
import {Company} from '../../warehouse/engines/company.ts';
import type {Engine} from '../../warehouse/engines/dialect.ts';
import {duckdbEngine} from '../../warehouse/engines/duckdb-engine.ts';
import {companyPareto} from '../../warehouse/engines/pareto.ts';
import {folderPlace} from '../../warehouse/engines/place.ts';
import {companyScreen} from '../../warehouse/engines/screen.ts';
import {companyContain, companyTrace} from '../../warehouse/engines/trace.ts';
import {TrinoClient} from '../../warehouse/engines/trino-client.ts';
import {trinoEngine} from '../../warehouse/engines/trino-engine.ts';
import {companyYield} from '../../warehouse/engines/yield.ts';
import {differences} from '../warehouse/engines/alike.ts';
import {type PublishedPlants, publishedPlants} from '../warehouse/engines/published-plants.ts';
import {embeddedClickhouse} from './chdb.ts';
import {startOldClickhouse} from './old-clickhouse.ts';
import {type Cluster, startTrino} from './trino-cluster.ts';

const {FISHBONE_CHDB, FISHBONE_OLD_CLICKHOUSE, FISHBONE_TRINO, FISHBONE_TRINO_ALL} = process.env;
if (!FISHBONE_CHDB) console.warn('SKIPPED: no embedded ClickHouse (FISHBONE_CHDB, test/engines/chdb.ts)');
if (!FISHBONE_OLD_CLICKHOUSE)
  console.warn('SKIPPED: no ClickHouse server (FISHBONE_OLD_CLICKHOUSE, test/engines/old-clickhouse.ts)');
if (!FISHBONE_TRINO) console.warn('SKIPPED: no Trino (FISHBONE_TRINO, test/engines/trino-cluster.ts)');

const SLOW_MS = 1_200_000;
const isAsked = Boolean(FISHBONE_CHDB || FISHBONE_TRINO);

let plants: PublishedPlants;
let duckdb: Company;
beforeAll(async () => {
  if (!isAsked) return;
  plants = await publishedPlants();
  duckdb = await Company.open(folderPlace(plants.place), await duckdbEngine(plants.place));
}, SLOW_MS);
afterAll(async () => {
  await duckdb?.close();
  await plants?.close();
});

const QUESTIONS: Record<string, (company: Company) => Promise<unknown>> = {
  pareto: company => companyPareto(company, {}),
  'pareto by station, cost, cut off': company => companyPareto(company, {by: 'station', weight: 'cost', top: 2}),
  'pareto of a shift, filtered': company =>
    companyPareto(company, {
      by: 'bore.shift',
      where: "not bore.tool is missing or cast.queue > 100 or part.plant = 'turin'",
    }),
  yield: company => companyYield(company, {by: 'plant'}),
  'yield by step, a window': company =>
    companyYield(company, {by: 'step', from: '2026-02-20', to: '2026-03-03T00:00:00+01:00'}),
  'means by lot': company => companyChart(company, {parameter: 'bore.diameter', kind: 'xbar'}),
  'deviations by hour': company => companyChart(company, {parameter: 'assemble.torque_1', kind: 's', subgroup: 'hour'}),
  'shares of 20': company => companyChart(company, {parameter: 'scratch', kind: 'laney-p', subgroup: 20}),
  capability: company => companyCapability(company, {parameter: 'assemble.torque_1', subgroup: 5}),
  screen: company => companyScreen(company, {defect: 'scratch'}, {limits: {factors: 1000}}),
  'screen on sums': company =>
    companyScreen(company, {anyFail: true, where: "part.product = 'HX-200'", top: 5}, {limits: {factors: 6}}),
  trace: company => companyTrace(company, {id: 'oslo/S000101', kind: 'part'}),
  contain: company => companyContain(company, {target: "bore.station = 'BOR-1' or part.product = 'P-EXTRA'"}),
};

async function compareAll(company: Company, leftOut: readonly string[] = []): Promise<void> {
  for (const [name, ask] of Object.entries(QUESTIONS)) {
    if (leftOut.includes(name)) continue;
    const began = Date.now();
    const told = await ask(company);
    const tookMs = Date.now() - began;
    expect(differences(await ask(duckdb), told), name).toEqual([]);
    console.warn(`${company.engine.name}: ${name} as DuckDB, ${tookMs} ms`);
  }
  console.warn(`${company.engine.name}: ${JSON.stringify(company.counters)}`);
}

describe.skipIf(!FISHBONE_CHDB)('the embedded ClickHouse', () => {
  test('answers as DuckDB', {timeout: SLOW_MS}, async () => {
    const company = await Company.open(folderPlace(plants.place), (await embeddedClickhouse(plants.place))!);
    await compareAll(company);
  });

  test('what is missing stays missing, integers stay whole, a text that would end a text does not', async () => {
    const engine = (await embeddedClickhouse(plants.place))!;
    await engine.open([]);
    const ask = async (sql: string, values = {}) => (await engine.ask(sql, values)).rows;
    expect(
      await ask(`select cast(null as String) as a, sum(x) as b from (select cast(null as Nullable(Int64)) as x) t`),
    ).toEqual([[null, null]]);
    expect(await ask('select toInt64(9007199254740991) as n')).toEqual([[9007199254740991]]);
    await expect(ask('select toInt64(9007199254740993) as n')).rejects.toThrow('beyond what can be told exactly');
    await theSameTexts(engine);
    await expect(
      ask("select * from file('/nowhere/plant=x/position-1/parts.parquet', 'Parquet', 'part String')"),
    ).rejects.toThrow('does not find a published file');
  });
});

async function theSameTexts(engine: Engine): Promise<void> {
  for (const text of ["O'Brien", "'; drop table parts; --", 'back\\slash', 'ä\n"quoted"', '{v0:String}']) {
    const values = {};
    expect((await engine.ask(`select ${engine.value(values, text)} as told`, values)).rows).toEqual([[text]]);
  }
}

test.skipIf(!FISHBONE_OLD_CLICKHOUSE)(
  'a ClickHouse server of 2018: the client connects, what is taken back ends in the server, and it is refused as too old',
  async () => {
    const old = (await startOldClickhouse())!;
    onTestFinished(() => old.stop());
    const server = clickhouseServer({url: old.url});
    onTestFinished(() => server.close());
    await expect(clickhouseEngine({...server, place: 'company'})).rejects.toThrow(
      'ClickHouse 18.16.1 is too old: 24.3 is the oldest that can be asked',
    );
    const ask = async (sql: string) => JSON.parse(await server.call({sql, values: {}})).data as unknown;
    expect(await ask(`select 'ä' as a, toInt64(9007199254740993) as b, cast(null as Nullable(String)) as c`)).toEqual([
      ['ä', '9007199254740993', null],
    ]);
    const running = `select count() from system.processes where query like '%system.numbers%' and query not like '%processes%'`;
    const stopping = new AbortController();
    const asked = server.call({sql: 'select count() from system.numbers', values: {}, signal: stopping.signal});
    const ended = expect(asked).rejects.toThrow(/abort/i);
    await expect.poll(() => ask(running), {timeout: 5000}).toEqual([['1']]);
    stopping.abort();
    await ended;
    await expect.poll(() => ask(running), {timeout: 5000}).toEqual([['0']]);
    // What it says itself is told, with the name of what it does not know.
    await expect(ask('select nonsense')).rejects.toThrow('Unknown identifier: nonsense');
  },
);

describe.skipIf(!FISHBONE_TRINO)('Trino over the published Parquet, a coordinator and two workers', () => {
  let cluster: Cluster;
  const of = (schema = 'plants') => ({url: cluster.url, catalog: 'lake', schema});
  const lake = async () => trinoEngine({...of(), place: 'local:///place'});
  beforeAll(async () => {
    cluster = (await startTrino(dirname(plants.place)))!;
  }, SLOW_MS);
  afterAll(() => cluster?.stop());

  test('answers as DuckDB, of the files of the manifests alone', {timeout: 3 * SLOW_MS}, async () => {
    await expect(Company.open(folderPlace(plants.place), await trinoEngine(of()))).rejects.toThrow(
      /Trino has no table lake\.plants\./,
    );
    const company = await Company.open(folderPlace(plants.place), await lake());
    await theSameTexts(company.engine);
    // Each of their hundreds of queries is planned by a machine that shares two cores with its workers.
    await compareAll(company, FISHBONE_TRINO_ALL ? [] : ['screen', 'screen on sums']);
  });

  test('what is there already is not made again; a table of another shape is refused', {timeout: SLOW_MS}, async () => {
    const client = new TrinoClient(of());
    await Company.open(folderPlace(plants.place), await lake());
    const partitions = 'select count(*) from lake.plants."parts$partitions"';
    const {rows} = await client.run(partitions);
    expect(Number(rows[0][0])).toBe(duckdb.tables.get('parts')!.slices.length);
    await Company.open(folderPlace(plants.place), await lake());
    expect((await client.run(partitions)).rows).toEqual(rows);
    await client.run('create schema if not exists lake.other');
    await client.run('create table if not exists lake.other.lots (lot bigint, plant varchar)');
    const other = await trinoEngine({...of('other'), place: 'local:///place'});
    await expect(Company.open(folderPlace(plants.place), other)).rejects.toThrow(
      "Trino's table lake.other.lots was not made by this program",
    );
  });

  const PARTS = 'lake.plants.parts';

  test('a question that is taken back ends there', {timeout: SLOW_MS}, async () => {
    await Company.open(folderPlace(plants.place), await lake());
    const client = new TrinoClient(of());
    const long = `select count(*) from ${PARTS} a cross join ${PARTS} b cross join ${PARTS} c cross join ${PARTS} d`;
    const stopping = new AbortController();
    const taken = client.run(long, stopping.signal);
    setTimeout(() => stopping.abort(), 3000);
    await expect(taken).rejects.toThrow(/abort/i);
    const running = `select count(*) from system.runtime.queries where state in ('RUNNING', 'QUEUED') and query like '%cross join%' and query not like '%runtime%'`;
    expect((await client.run(running)).rows).toEqual([[0]]);
  });

  test('a worker that dies leaves no half answer, and an error in good time', {timeout: SLOW_MS}, async () => {
    const asked = new TrinoClient(of())
      .run(
        `select plant, count(*) from (select a.plant from ${PARTS} a cross join ${PARTS} b cross join ${PARTS} c) x group by plant`,
      )
      .then(
        ({rows}) => rows.reduce((sum, row) => sum + Number(row[1]), 0),
        (error: Error) => error,
      );
    await new Promise(resolve => setTimeout(resolve, 1500));
    cluster.killWorker();
    const killed = Date.now();
    const {n} = await duckdb
      .asking()
      .row<{n: number}>(`select count(*) as n from ${duckdb.asking().table('parts', 'part')} p`);
    const told = await asked;
    console.warn(`a worker was killed: an end after ${Date.now() - killed} ms`);
    // An error or all of it.
    if (told instanceof Error) console.warn(`a worker was killed: ${told.message.slice(0, 200)}`);
    else expect(told).toBe(n ** 3);
    expect(Date.now() - killed).toBeLessThan(120_000);
  });

  test('one that is not there is told so', async () => {
    await expect(trinoEngine({...of(), url: 'http://127.0.0.1:9'})).rejects.toThrow(
      'Trino cannot be reached at http://127.0.0.1:9',
    );
  });
});
