/** What whoever runs a server relies on: figures, readiness, logs, and a stop that cuts nobody off. */
import {appendFileSync} from 'node:fs';
import {Agent, request} from 'node:http';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {exposition} from '../../api/metrics/exposition.ts';
import {notReady} from '../../api/readiness.ts';
import {readExposition} from './exposition.ts';
import {fishboneHere, plantFiles, servedPlant, startServer, temporaryFolder} from './plant.ts';

test('figures are what Prometheus reads, and count what happened', async () => {
  const {app, http} = await servedPlant();
  for (const url of ['/v1/pareto', '/v1/pareto?x=1', '/v1/trace/any/P1', '/v1/trace/any/nobody', '/nowhere/"quoted"'])
    await http.inject({url});
  const passed = {inspection: 'M1', part: 'P1', inspected_at: '2024-03-02T08:00:00Z', result: 'pass', defects: []};
  await app.recorder.record([passed]);
  const answer = await http.inject({url: '/metrics'});
  expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  const {samples, types} = readExposition(answer.body);
  const value = (name: string, labels: Record<string, string> = {}) =>
    samples.find(s => s.name === name && Object.entries(labels).every(([label, text]) => s.labels[label] === text))
      ?.value;
  expect(value('fishbone_http_requests_total', {route: '/v1/pareto', status: '200'})).toBe(1);
  expect(value('fishbone_http_requests_total', {route: '/v1/pareto', status: '400'})).toBe(1);
  expect(value('fishbone_http_requests_total', {route: '/v1/trace/:kind/:id', status: '404'})).toBe(1);
  expect(value('fishbone_http_request_duration_seconds_count', {route: '/v1/trace/:kind/:id'})).toBe(2);
  expect(value('fishbone_http_in_flight')).toBe(1);
  // 12 inspections of the plant's file, and one in real time.
  expect(value('fishbone_rows_accepted_total', {table: 'inspections'})).toBe(13);
  expect(value('fishbone_rows_rejected_total', {table: 'inspections'})).toBe(0);
  expect(value('fishbone_position')).toBe(app.warehouse.position);
  expect(value('fishbone_last_batch_age_seconds')).toBeLessThan(600);
  expect(value('fishbone_deliveries', {state: 'queued'})).toBe(0);
  expect(value('fishbone_waiting', {queue: 'inspections'})).toBe(0);
  for (const name of [
    'fishbone_disk_free_bytes',
    'fishbone_database_memory_bytes',
    'process_resident_memory_bytes',
    'nodejs_eventloop_lag_p99_seconds',
  ])
    expect([name, (value(name) ?? 0) > 0]).toEqual([name, true]);
  expect(types.get('fishbone_http_requests_total')).toBe('counter');
});

test('a label may say anything', () => {
  const value = 'a"b\\c\nd,e="f"}';
  const text = exposition([
    {name: 'x_total', type: 'counter', help: 'h\\\n', samples: [{labels: {value}, value: 1e21}]},
  ]);
  expect(readExposition(text).samples).toEqual([{name: 'x_total', labels: {value}, value: 1e21}]);
  expect(() => readExposition('x{a="1"} 1\nx{a="1"} 2\n')).toThrow();
});

test('readiness says why not: starting, closing, a full disk, a ledger that takes nothing', async () => {
  const {app, http, folder} = await servedPlant();
  const calm = {isStarting: false, isClosing: false};
  expect(await notReady(app, calm)).toEqual([]);
  expect(await notReady(app, {...calm, isStarting: true})).toEqual([expect.stringMatching(/^STARTING/)]);
  expect(await notReady(app, {...calm, isClosing: true})).toEqual([expect.stringMatching(/^CLOSING/)]);
  expect(await notReady(app, calm, async () => 7e6)).toEqual(['DISK 7 MB are free: make room']);
  // Another process writes to the ledger: nothing more may be recorded.
  appendFileSync(join(folder, 'ledger', 'ledger.ndjson'), 'x');
  await expect(app.warehouse.append('test', {})).rejects.toThrow('another process writes to it');
  const answer = await http.inject({url: '/readyz'});
  expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '5']);
  expect(answer.body).toMatch(/^not ready\nLEDGER .*another process writes to it/);
  expect((await http.inject({url: '/livez'})).statusCode).toBe(200);
});

test('a request has an id: its own if it is sane, and the answer bears it', async () => {
  const {http} = await servedPlant({empty: true});
  const idOf = async (given?: string) =>
    (await http.inject({url: '/livez', headers: given === undefined ? {} : {'x-request-id': given}})).headers[
      'x-request-id'
    ];
  expect(await idOf('line-4:17.a')).toBe('line-4:17.a');
  const UUID = /^[0-9a-f-]{36}$/;
  expect(await idOf()).toMatch(UUID);
  for (const insane of ['a b', '<script>', 'x'.repeat(65), '"']) expect(await idOf(insane)).toMatch(UUID);
});

test('told to stop, it answers what was asked and refuses the rest; a line of the log a request, and no secret in it', async () => {
  const folder = join(temporaryFolder(), 'W');
  await fishboneHere(['ingest', plantFiles(), '--warehouse', folder]);
  const server = await startServer(folder, [], {FISHBONE_LOG: 'info'});
  const {hostname, port} = new URL(server.address);
  const kept = new Agent({keepAlive: true});
  const get = (path: string, headers: Record<string, string> = {}) =>
    new Promise<{status: number; connection?: string; code?: string}>((resolve, reject) => {
      const asked = request({hostname, port, path, headers, agent: kept}, response => {
        let text = '';
        response.on('data', piece => (text += String(piece)));
        response.on('end', () =>
          resolve({
            status: response.statusCode!,
            connection: response.headers.connection,
            code: text.startsWith('{') ? (JSON.parse(text) as {code?: string}).code : undefined,
          }),
        );
      });
      asked.on('error', reject);
      asked.end();
    });
  expect((await get('/v1/yield', {'x-request-id': 'seen-1', authorization: 'Bearer fb_very_secret'})).status).toBe(200);

  // A file that is still being sent when the server is told to stop.
  const slow = request({
    hostname,
    port,
    path: '/v1/ingest/parts',
    method: 'POST',
    headers: {'content-type': 'text/csv'},
  });
  const answered = new Promise<{status: number; text: string}>((resolve, reject) => {
    slow.on('error', reject);
    slow.on('response', response => {
      let text = '';
      response.on('data', piece => (text += String(piece)));
      response.on('end', () => resolve({status: response.statusCode!, text}));
    });
  });
  slow.write('part,product\n');
  const inFlight = async () =>
    /^fishbone_http_in_flight (\d+)$/m.exec(await (await fetch(`${server.address}/metrics`)).text())?.[1];
  await expect.poll(inFlight).toBe('2');
  const stopped = server.stop();
  await expect.poll(async () => (await fetch(`${server.address}/readyz`)).status).toBe(503);
  expect(await get('/v1/yield')).toEqual({status: 503, connection: 'close', code: 'CLOSING'});
  expect((await get('/livez')).status).toBe(200);
  slow.end('late-1,A\n');
  const {status, text} = await answered;
  expect([status, text]).toEqual([200, expect.stringContaining('"accepted":1')]);
  expect(await stopped).toBe(0);
  kept.destroy();

  const lines = server
    .err()
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as Record<string, unknown>);
  expect(lines.filter(line => line.request === 'seen-1')).toEqual([
    expect.objectContaining({
      level: 30,
      method: 'GET',
      route: '/v1/yield',
      path: '/v1/yield',
      status: 200,
      msg: 'answered',
    }),
  ]);
  expect(lines.map(({msg}) => msg)).toEqual(expect.arrayContaining(['serving', 'stopped']));
  expect(server.err()).not.toContain('very_secret');
  // What was acknowledged while it was stopping is there.
  const trace = await fishboneHere(['trace', 'late-1', '--warehouse', folder, '--json']);
  expect(trace.code).toBe(0);
});
