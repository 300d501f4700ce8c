import {createHmac} from 'node:crypto';
import {once} from 'node:events';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {createServer, type IncomingMessage, type RequestListener, type Server} from 'node:http';
import {type AddressInfo, createServer as createTcpServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {Driver, Message} from '../../../../api/write-back/drivers/driver.ts';
import {openDrivers} from '../../../../api/write-back/drivers/drivers.ts';

const message: Message = {
  id: 'a1',
  plant: 'P1',
  hold: 'H-1',
  lot: 'L1',
  action: 'hold',
  sequence: 3,
  parts: 10,
  reason: 'SCRATCH',
  text: 'Kratzer ü',
  decidedAt: '2026-01-02T03:04:05.000Z',
  permalink: '/findings/f1?asOf=17',
};

let folder: string;
let servers: {close(): unknown}[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fishbone-webhook-'));
  await writeFile(join(folder, 'secret'), 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLw==\n');
});
afterEach(async () => {
  for (const server of servers) server.close();
  servers = [];
  await rm(folder, {recursive: true, force: true});
});

async function driver(url: string, allowHosts: string[] = [], timeoutMs = 1_000): Promise<Driver> {
  const receiver = {driver: 'webhook' as const, url, secretFile: 'secret', timeoutMs};
  return (await openDrivers({receivers: {mes: receiver}, allowHosts, folder})).mes;
}

async function serve(answer: RequestListener): Promise<string> {
  const server: Server = createServer(answer).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/in?x=1`;
}

test('the request is signed as Standard Webhooks says and its body is the contract', async () => {
  const seen: {request: IncomingMessage; body: string}[] = [];
  const url = await serve((request, response) => {
    let body = '';
    request.on('data', chunk => {
      body += chunk;
    });
    request.on('end', () => {
      seen.push({request, body});
      response.end();
    });
  });
  const mes = await driver(url);
  expect(await mes.send(message)).toEqual({is: 'acknowledged'});
  const [{request, body}] = seen;
  // The formula of the specification: HMAC-SHA256 over id.timestamp.body, keyed with the base64-decoded secret.
  const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLw==', 'base64');
  const signed = `a1.${String(request.headers['webhook-timestamp'])}.${body}`;
  expect(request.headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  expect(request.headers).toMatchObject({'webhook-id': 'a1', 'content-type': 'application/json'});
  expect(JSON.parse(body)).toEqual({
    type: 'lot.hold',
    plant: 'P1',
    hold: 'H-1',
    lot: 'L1',
    reason: 'SCRATCH',
    text: 'Kratzer ü',
    parts: 10,
    sequence: 3,
    decidedAt: '2026-01-02T03:04:05.000Z',
    permalink: '/findings/f1?asOf=17',
  });
  await mes.lookUp(message);
  expect(`${seen[1].request.method} ${seen[1].request.url}`).toBe('GET /in/a1?x=1');
});

describe('what an answer means', () => {
  test.each<[number, string, string]>([
    [200, '', 'acknowledged'],
    [204, '', 'acknowledged'],
    [200, 'OK', 'acknowledged'],
    [200, '<html>fine</html>', 'acknowledged'],
    [202, '{"status":"accepted","lot":"L1","hold":"H-1","sequence":3}', 'acknowledged'],
    [200, '{"id":4711,"status":"blocked"}', 'acknowledged'],
    [200, '{"error":null,"errors":[]}', 'acknowledged'],
    [200, '{"ok":false}', 'rejected'],
    [200, '{"success":false}', 'rejected'],
    [200, '{"status":"Rejected"}', 'rejected'],
    [200, '{"error":{"code":17}}', 'rejected'],
    [200, '{"errors":["no such lot"]}', 'rejected'],
    [200, '{"lot":"L2"}', 'unknown'],
    [200, '{"hold":"H-2"}', 'unknown'],
    [200, '{"action":"release"}', 'unknown'],
    [200, '{"type":"lot.release"}', 'unknown'],
    [200, '{"webhook-id":"a2"}', 'unknown'],
    [422, '{"error":"no such lot"}', 'rejected'],
    [409, '', 'rejected'],
    [403, '{"error":"no right"}', 'rejected'],
    [404, '<html>nginx</html>', 'not-delivered'],
    [401, '', 'not-delivered'],
    [408, '{}', 'not-delivered'],
    [425, '{}', 'not-delivered'],
    [429, '{"error":"slow down"}', 'not-delivered'],
    [302, '', 'unknown'],
    [500, '{"error":"oops"}', 'unknown'],
    [503, '', 'unknown'],
    [200, 'x'.repeat(70_000), 'unknown'],
    // Its end may have said no.
    [200, '{"lot":"L1","sta', 'unknown'],
    [200, ' [{"lot":"L1"},', 'unknown'],
  ])('%i %.40s is %s', async (status, body, is) => {
    const url = await serve((_request, response) => response.writeHead(status, {location: '/elsewhere'}).end(body));
    expect((await (await driver(url)).send(message)).is).toBe(is);
  });

  test.each<[number, string, string]>([
    [200, '{"lot":"L1"}', 'known'],
    [200, '', 'known'],
    [404, '{"error":"not known"}', 'unknown'],
    [405, '', 'impossible'],
    [501, '', 'impossible'],
    [200, '{"lot":"L2"}', 'impossible'],
    [200, '{"error":"locked"}', 'impossible'],
    [200, '{"lot":"L1","sta', 'unreachable'],
    [500, '', 'unreachable'],
    [302, '', 'unreachable'],
    [401, '', 'unreachable'],
  ])('look-up: %i %s is %s', async (status, body, is) => {
    const url = await serve((_request, response) => response.writeHead(status).end(body));
    expect((await (await driver(url)).lookUp(message)).is).toBe(is);
  });

  test.each([
    ['7', 7_000],
    ['Fri, 31 Dec 1999 23:59:59 GMT', 0],
    ['soon', undefined],
    ['999999', 3_600_000],
  ])('Retry-After: %s', async (header, retryAfterMs) => {
    const url = await serve((_request, response) => response.writeHead(429, {'retry-after': header}).end());
    expect(await (await driver(url)).send(message)).toMatchObject({is: 'not-delivered', retryAfterMs});
  });
});

describe('when no answer comes', () => {
  test('nobody listens: certainly not delivered', async () => {
    const url = await serve(() => undefined);
    servers.pop()?.close();
    expect(await (await driver(url)).send(message)).toMatchObject({is: 'not-delivered'});
  });

  test('silence, a dropped connection, half an answer: unknown', async () => {
    const silent = await driver(await serve(() => undefined), [], 200);
    expect(await silent.send(message)).toMatchObject({
      is: 'unknown',
      why: expect.stringContaining('no answer within 0.2 s'),
    });
    const dropping = await driver(await serve(request => request.socket.destroy()));
    expect(await dropping.send(message)).toMatchObject({is: 'unknown'});
    const half = await driver(
      await serve((_request, response) => {
        response.writeHead(200, {'content-length': 100});
        response.write('{"status":', () => response.destroy());
      }),
    );
    expect(await half.send(message)).toMatchObject({is: 'unknown'});
    const dripping = await driver(
      await serve((_request, response) => {
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(timer));
      }),
      [],
      200,
    );
    expect(await dripping.send(message)).toMatchObject({
      is: 'unknown',
      why: expect.stringContaining('no answer within'),
    });
  });

  test('noise that is not HTTP: unknown', async () => {
    const noise = createTcpServer(socket => socket.end('garbage\r\n\r\n')).listen(0, '127.0.0.1');
    servers.push(noise);
    await once(noise, 'listening');
    const mes = await driver(`http://127.0.0.1:${(noise.address() as AddressInfo).port}/`);
    expect(await mes.send(message)).toMatchObject({is: 'unknown'});
  });
});

describe('where a request may go', () => {
  test('a redirect to an internal address is not followed', async () => {
    let internal = 0;
    const target = await serve((_request, response) => {
      internal++;
      response.end();
    });
    const mes = await driver(await serve((_request, response) => response.writeHead(302, {location: target}).end()));
    await mes.send(message);
    await mes.lookUp(message);
    expect(internal).toBe(0);
  });

  test.each([
    ['http://169.254.169.254/latest', ['169.254.169.254'], 'never called'],
    ['http://[fe80::1]/', ['fe80::1'], 'never called'],
    ['http://[::ffff:169.254.169.254]/', ['::ffff:a9fe:a9fe'], 'never called'],
    ['http://0.0.0.0/', ['0.0.0.0'], 'never called'],
    ['http://2852039166/', ['169.254.169.254'], 'never called'], // 169.254.169.254 as one number
    ['http://mes.example/', [], 'host mes.example is not allowed'],
    ['http://mes.example:8080/', ['mes.example:9090'], 'host mes.example is not allowed'],
    ['http://127.0.0.1.example/', [], 'not allowed'],
    ['http://user:pw@127.0.0.1/', [], 'password'],
    ['file:///etc/passwd', [], 'neither http nor https'],
    ['mes', [], 'not a URL'],
  ])('%s is refused when the driver is opened', async (url, allowHosts, why) => {
    await expect(driver(url, allowHosts)).rejects.toThrow(why);
    await expect(driver(url, allowHosts)).rejects.toMatchObject({code: 'RECEIVER_INVALID'});
  });

  test.each([
    'http://MES.example/x',
    'https://mes.example:8443/x',
    'http://10.1.2.3/',
    'http://127.0.0.2/',
    'http://[::1]/',
  ])('%s is accepted', async url => {
    await expect(driver(url, ['mes.example', '10.1.2.3'])).resolves.toBeDefined();
  });

  test('a secret that is missing or empty, a driver that does not exist', async () => {
    await writeFile(join(folder, 'secret'), '\n');
    await expect(driver('http://127.0.0.1/')).rejects.toThrow('its secret cannot be used');
    await rm(join(folder, 'secret'));
    await expect(driver('http://127.0.0.1/')).rejects.toThrow('ENOENT');
    const receivers = JSON.parse('{"mes": {"driver": "fax", "url": "http://127.0.0.1/", "secretFile": "secret"}}');
    await expect(openDrivers({receivers, folder})).rejects.toThrow("there is no driver 'fax'");
  });
});
