/** Tables as files: one set of rows in five forms, by name or by what is accepted, and nothing of it stays behind. */
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {type IncomingMessage, request} from 'node:http';
import {join} from 'node:path';
import {tableFromIPC} from 'apache-arrow';
import {expect, test, vi} from 'vitest';
import type {App} from '../../api/app.ts';
import {serve} from '../../api/server.ts';
import {quoteText} from '../../warehouse/duckdb.ts';
import {fishbone, servedPlant} from './plant.ts';

const leftovers = (app: App) => readdirSync(join(app.config.folder, 'tmp')).filter(name => name.startsWith('export-'));

/** Of the plant in `plant.ts`, typed by hand. */
const LOT_1 = ['P1', 'P2', 'P3', 'P4'];

test('one table in five forms', async () => {
  const {app, http, folder} = await servedPlant();
  const get = (url: string) => http.inject({url: `/v1/tables/${url}`});
  const json = (await get('parts.json?columns=part,lot')).json<{rows: {part: string; lot: string}[]}>().rows;
  expect(json.filter(({lot}) => lot === 'L1').map(({part}) => part)).toEqual(LOT_1);
  expect(json).toHaveLength(12);
  const csv = (await get('parts.csv?columns=part,lot')).body.trim().split('\r\n');
  expect(csv).toEqual(['part,lot', ...json.map(({part, lot}) => `${part},${lot}`)]);
  for (const form of ['arrow', 'arrows']) {
    const table = tableFromIPC((await get(`parts.${form}?columns=part,lot`)).rawPayload);
    expect(table.toArray().map(row => (row as {toJSON(): unknown}).toJSON())).toEqual(json);
  }
  const parquet = await get('parts.parquet?columns=part,lot');
  writeFileSync(join(folder, 'p.parquet'), parquet.rawPayload);
  const session = await app.warehouse.aside();
  expect(await session.rows(`from read_parquet(${quoteText(join(folder, 'p.parquet'))})`)).toEqual(json);
  session.connection.closeSync();
  expect(leftovers(app)).toEqual([]);
});

test('by what is accepted, in the order of its weights; the wide view of a step; a position; a limit', async () => {
  const {http} = await servedPlant();
  const accepting = (accept: string, url = 'parts') => http.inject({url: `/v1/tables/${url}`, headers: {accept}});
  expect((await accepting('text/html, text/*;q=0.5, application/json;q=0.4')).headers['content-type']).toContain(
    'text/csv',
  );
  expect((await accepting('*/*')).headers['content-type']).toBe('application/json');
  expect((await accepting('application/vnd.apache.arrow.stream')).headers).toMatchObject({
    vary: expect.stringContaining('accept'),
    'fishbone-rows': '12',
    'content-disposition': "attachment; filename*=UTF-8''parts.arrows",
  });
  const refused = await accepting('image/png');
  expect([refused.statusCode, refused.json()]).toMatchObject([406, {code: 'NOT_ACCEPTABLE', hint: /parts\.parquet/}]);

  const payload = 'step,part,parameter,value\nbore.a,P1,torque,4.5\nbore.a,P2,torque,5\n';
  await http.inject({method: 'POST', url: '/v1/ingest/measurements', headers: {'content-type': 'text/csv'}, payload});
  expect((await http.inject('/v1/tables/step_bore.a.csv?columns=part,torque')).body).toBe(
    'part,torque\r\nP1,4.5\r\nP2,5.0\r\n',
  );
  expect((await http.inject('/v1/tables/measurements.json?asOf=1')).json()).toMatchObject({asOf: 1, rows: []});
  const cut = await http.inject('/v1/tables/parts.csv?limit=11');
  expect([cut.headers['fishbone-truncated'], cut.body.trim().split('\r\n')]).toMatchObject(['true', {length: 12}]);
  expect((await http.inject('/v1/tables/parts.csv?limit=12')).headers['fishbone-truncated']).toBe('false');
});

test('what is not there is refused, with what was meant', async () => {
  const {app, http} = await servedPlant();
  const told = async (url: string) => {
    const answer = await http.inject(`/v1/tables/${url}`);
    return [answer.statusCode, `${answer.json().detail} ${answer.json().hint ?? ''}`];
  };
  expect(await told('prats.csv')).toEqual([404, expect.stringContaining('did you mean parts')]);
  expect(await told('parts.csv?columns=lott')).toEqual([400, expect.stringContaining('did you mean lot')]);
  expect(await told('parts.csv?asOf=99')).toEqual([400, expect.stringContaining('99 is not reached')]);
  expect(await told('parts.csv?columns=part%22%3B--')).toEqual([400, expect.stringContaining('no column')]);
  expect(leftovers(app)).toEqual([]);
});

test('whoever leaves in the middle leaves nothing behind; whoever reads slowly does not fill the memory', async () => {
  const {app, folder} = await servedPlant();
  const rows = Array.from({length: 60_000}, (_, k) => `Q${k},a product with a rather long name ${k}`);
  const server = await serve(app, {host: '127.0.0.1', port: 0, dashboards: null});
  try {
    const body = ['part,product', ...rows].join('\n');
    await new Promise<void>((resolve, reject) => {
      const asked = request(
        `${server.address}/v1/ingest/parts`,
        {method: 'POST', headers: {'content-type': 'text/csv'}},
        r => r.resume().on('end', resolve),
      );
      asked.on('error', reject).end(body);
    });
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(`${server.address}/v1/tables/parts.csv`, {agent: false}, resolve).on('error', reject).end();
    });
    // Nothing is read: the server has filled the buffers between and waits, its file still there.
    await vi.waitFor(() => expect(leftovers(app)).toHaveLength(1), {timeout: 120_000});
    response.destroy();
    await vi.waitFor(() => expect(leftovers(app)).toEqual([]), {timeout: 120_000});
  } finally {
    await server.close();
  }
  // Nothing of the broken download keeps the database open either.
  expect(await fishbone(['quarantine', 'list', '--warehouse', folder])).toMatchObject({code: 0});
});

test('the command line: a file that is whole, through a server or without one', async () => {
  const {app, folder} = await servedPlant();
  const out = join(folder, 'parts.arrow');
  const server = await serve(app, {host: '127.0.0.1', port: 0, dashboards: null});
  const through = await fishbone(['export', 'parts', '--warehouse', folder, '--out', out]);
  expect(through).toMatchObject({code: 0, out: '', err: expect.stringContaining(`12 rows as of 7 in ${out}`)});
  expect(tableFromIPC(readFileSync(out)).numRows).toBe(12);
  const refused = await fishbone(['export', 'prats', '--warehouse', folder, '--out', out]);
  expect(refused).toMatchObject({code: 1, err: expect.stringContaining('did you mean parts')});
  await server.close();
  const alone = await fishbone(['export', 'lots', '--warehouse', folder, '--columns', 'lot', '--limit', '2']);
  expect(alone).toMatchObject({code: 0, out: 'lot\r\nL1\r\nL2\r\n', err: expect.stringContaining('there are more')});
  expect(readdirSync(folder).filter(name => name.endsWith('.part'))).toEqual([]);
});
