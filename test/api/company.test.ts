// All plants of a company from the command line and over HTTP: one question, one shape, wherever it is asked.
import {writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import type {CompanyAnswer} from '../../warehouse/engines/answers.ts';
import {publish} from '../../warehouse/publish/publish.ts';
import {fishboneHere, servedPlant, temporaryFolder} from './plant.ts';

test('a plant publishes into the place; whoever asks all plants there is answered the same at both doors', async () => {
  const place = temporaryFolder();
  const {app, http, folder} = await servedPlant({company: {place, engines: {}, brought: ''}});
  await publish(app.warehouse, place, {company: true, parquetOnly: true});
  const told = await fishboneHere([
    'company',
    'pareto',
    '--place',
    place,
    '--warehouse',
    folder,
    '--json',
    '--by',
    'product',
  ]);
  expect(told.err).toBe('');
  const {answer, plants, engine} = told.json<Extract<CompanyAnswer, {question: 'pareto'}>>();
  // By hand: 12 parts inspected, the four of lot L1 are of product A and failed with one scratch each.
  expect(answer).toMatchObject({
    basis: {parts: 12, defectiveParts: 4, defects: 4},
    bars: [{key: 'A', count: 4, parts: 4, ppm: 500_000}],
  });
  expect([engine, plants.map(({plant, position}) => [plant, position])]).toEqual(['DuckDB', [['plant-1', 7]]]);
  const over = await http.inject({method: 'POST', url: '/v1/company', payload: {question: 'pareto', by: 'product'}});
  expect(over.json<CompanyAnswer>().answer).toEqual(answer);
  const text = await fishboneHere(['company', 'contain', "bore.tool = 'T7'", '--place', place, '--warehouse', folder]);
  expect(text.out).toContain('4 parts in 1 lot');
  expect(text.out).toMatch(/plant-1 +L1 +4 +4 +production/);
});

test('without a place, with an engine that nobody configured or that cannot be reached, it says what to do', async () => {
  const place = temporaryFolder();
  const {app, http, folder} = await servedPlant();
  await publish(app.warehouse, place, {company: true, parquetOnly: true});
  const ask = (payload: object) => http.inject({method: 'POST', url: '/v1/company', payload});
  expect((await ask({question: 'plants'})).json()).toMatchObject({
    status: 400,
    detail: expect.stringContaining('no place is configured'),
  });
  expect((await ask({question: 'pareto', against: "part.product = 'A'"})).statusCode).toBe(400);
  const other = await fishboneHere(['company', 'plants', '--place', place, '--warehouse', folder, '--engine', 'hive']);
  expect([other.code, other.err]).toEqual([2, 'fishbone: no engine "hive" is configured\n  there are duckdb\n']);

  const port = await portOf((_request, response) => {
    response
      .writeHead(200, {'content-type': 'application/json'})
      .end('{"meta":[{"name":"version","type":"String"}],"data":[["18.16.1"]]}');
  });
  const engines = {
    old: {kind: 'clickhouse', url: `http://127.0.0.1:${port}`, place: 'company'},
    gone: {kind: 'clickhouse', url: 'http://127.0.0.1:9', place: 'company'},
    trino: {kind: 'trino', url: 'http://127.0.0.1:9', catalog: 'hive', schema: 'plants'},
  };
  const settings = temporaryFolder();
  writeFileSync(join(settings, 'fishbone.json'), JSON.stringify({company: {place, engine: 'gone', engines}}));
  const run = (...more: string[]) => fishboneHere(['company', 'plants', '--warehouse', settings, ...more]);
  const [gone, old, trino] = [await run(), await run('--engine', 'old'), await run('--engine', 'trino')];
  expect([gone.code, old.code, trino.code]).toEqual([1, 1, 1]);
  expect(gone.err).toContain('ClickHouse cannot be reached');
  expect(old.err).toContain('ClickHouse 18.16.1 is too old: 24.3 is the oldest that can be asked');
  expect(trino.err).toContain('Trino cannot be reached at http://127.0.0.1:9');
  writeFileSync(join(settings, 'fishbone.json'), JSON.stringify({company: {place, engines: {x: {kind: 'spark'}}}}));
  expect((await run()).err).toContain('company.engines.x');
});

async function portOf(answer: Parameters<typeof createServer>[1]): Promise<number> {
  const server = createServer(answer);
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}
