import {once} from 'node:events';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {createServer, type IncomingMessage, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {Driver, Message} from '../../../../api/write-back/drivers/driver.ts';
import {openDrivers, type ReceiverConfig} from '../../../../api/write-back/drivers/drivers.ts';
import {Outbox} from '../../../../api/write-back/outbox.ts';
import {testPlant} from '../plant.ts';

const message: Message = {
  id: 'a1',
  plant: 'P1',
  hold: 'H-20260102-0a1b2c3d',
  lot: 'L1',
  action: 'hold',
  sequence: 3,
  parts: 10,
  reason: 'SCRATCH',
  text: 'by tool T7',
  decidedAt: '2026-01-02T03:04:05.000Z',
  permalink: '/findings/f1?asOf=17',
};

type Answer = {status?: number; headers?: Record<string, string>; body?: unknown} | 'drop';
interface Seen {
  method?: string;
  url?: string;
  headers: IncomingMessage['headers'];
  body: string;
}

let folder: string;
let server: Server;
let seen: Seen[];
let answer: (request: Seen, n: number) => Answer;
let url: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fishbone-http-'));
  await writeFile(join(folder, 'secret'), 's3cret\n');
  seen = [];
  answer = () => ({body: {}});
  server = createServer((request, response) => {
    let body = '';
    request.on('data', chunk => {
      body += chunk;
    });
    request.on('end', () => {
      const asked = {method: request.method, url: request.url, headers: request.headers, body};
      seen.push(asked);
      const told = answer(asked, seen.length);
      if (told === 'drop') return void response.destroy();
      const text = typeof told.body === 'string' ? told.body : JSON.stringify(told.body ?? '');
      response.writeHead(told.status ?? 200, told.headers).end(text);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/base`;
});
afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await rm(folder, {recursive: true, force: true});
});

/** A receiver whose lots have a state, and which is told to set it. */
const plan = {
  state: {method: 'GET', path: '/lots/{lot}', held: [{at: 'state', is: 'held'}], free: [{at: 'state', is: 'free'}]},
  hold: [{method: 'POST', path: '/lots/{lot}/hold', json: {because: '{reason}'}}],
  release: [{method: 'POST', path: '/lots/{lot}/release', json: {}}],
};

async function driver(config: object = plan, allowHosts: string[] = []): Promise<Driver> {
  const receiver = {driver: 'http', url, timeoutMs: 2_000, ...config} as unknown as ReceiverConfig;
  return (await openDrivers({receivers: {mes: receiver}, allowHosts, folder})).mes;
}

/** Behaves as the plan expects; `faults` are answers to the n-th write. */
function wellBehaved(...faults: (Answer | null)[]): void {
  let state = 'free';
  let writes = 0;
  answer = ({method, url: path}) => {
    if (method === 'GET') return {body: {state}};
    const fault = faults[writes++];
    if (fault) return fault;
    state = path?.endsWith('hold') ? 'held' : 'free';
    return {body: {}};
  };
}
const asked = () => seen.map(({method, url: path}) => `${method} ${path}`);

test('look up, write, read back; what is done already is not done again', async () => {
  wellBehaved();
  const mes = await driver();
  expect(await mes.lookUp(message)).toEqual({is: 'unknown'});
  seen = [];
  expect(await mes.send(message)).toEqual({is: 'acknowledged'});
  expect(asked()).toEqual(['GET /base/lots/L1', 'POST /base/lots/L1/hold', 'GET /base/lots/L1']);
  expect(seen[1].body).toBe('{"because":"SCRATCH"}');
  seen = [];
  expect(await mes.send(message)).toEqual({is: 'acknowledged'});
  expect(asked()).toEqual(['GET /base/lots/L1']);
  expect(await mes.lookUp(message)).toEqual({is: 'known'});
  expect(await mes.send({...message, action: 'release'})).toEqual({is: 'acknowledged'});
  expect(await mes.lookUp(message)).toEqual({is: 'unknown'});
});

test('scrapping: as the plan says, read back where the plan can tell; without a plan a person has to', async () => {
  const scrap = {...message, action: 'scrap' as const};
  const without = await (await driver()).send(scrap);
  expect(without).toEqual({is: 'rejected', why: 'a person has to scrap it at the receiver'});
  let state = 'held';
  answer = ({method, url: path}) => {
    if (path?.endsWith('scrap')) state = 'gone';
    return method === 'GET' ? {body: {state}} : {body: {}};
  };
  const how = [{method: 'POST', path: '/lots/{lot}/scrap', json: {}}];
  const believed = await driver({...plan, scrap: how});
  expect(await believed.send(scrap)).toEqual({is: 'acknowledged'});
  expect(await believed.lookUp(scrap)).toMatchObject({is: 'impossible'});
  const asksBack = await driver({...plan, scrap: how, state: {...plan.state, scrapped: [{at: 'state', is: 'gone'}]}});
  expect(await asksBack.lookUp(scrap)).toEqual({is: 'known'});
  answer = ({method}) => (method === 'GET' ? {body: {state: 'held'}} : {body: {}});
  expect(await asksBack.send(scrap)).toMatchObject({
    is: 'rejected',
    why: expect.stringContaining('lot L1 is held there'),
  });
});

test.each<[string, unknown, string]>([
  ['free', {state: 'free'}, 'lot L1 is free there'],
  ['no JSON', 'all right', 'lot L1 is neither held nor free there'],
])('200 that did nothing is noticed by reading back: %s', async (_name, body, why) => {
  answer = ({method}) => (method === 'GET' ? {body} : {body: {ok: true}});
  expect(await (await driver()).send(message)).toMatchObject({is: 'rejected', why: expect.stringContaining(why)});
});

describe('what an answer to a write means', () => {
  test.each<[Answer, string]>([
    [{status: 200, body: {ok: false}}, 'rejected'],
    [{status: 422, body: 'no'}, 'rejected'],
    [{status: 403, body: {error: 'no right'}}, 'rejected'],
    [{status: 401}, 'not-delivered'],
    [{status: 412, body: {error: 'changed'}}, 'not-delivered'],
    [{status: 429, headers: {'retry-after': '7'}}, 'not-delivered'],
    [{status: 302, headers: {location: '/elsewhere'}}, 'unknown'],
    [{status: 500, body: {}}, 'unknown'],
    ['drop', 'unknown'],
  ])('%j is %s', async (told, is) => {
    answer = ({method}) => (method === 'GET' ? {body: {state: 'free'}} : told);
    expect((await (await driver()).send(message)).is).toBe(is);
    expect(asked()).not.toContain('GET /elsewhere');
  });

  test('words of our webhook mean nothing in the mouth of others', async () => {
    wellBehaved();
    const behaved = answer;
    answer = (request, n) => {
      const told = behaved(request, n);
      return request.method === 'GET' ? told : {body: {type: 'ir.actions.client', plant: 'other', lot: 17}};
    };
    expect(await (await driver()).send(message)).toEqual({is: 'acknowledged'});
  });

  test('a look-up that fails: certainly not delivered', async () => {
    answer = () => ({status: 503});
    expect(await (await driver()).send(message)).toMatchObject({is: 'not-delivered', why: 'look-up: HTTP 503'});
    expect(await (await driver()).lookUp(message)).toMatchObject({is: 'unreachable'});
    expect(seen.filter(({method}) => method === 'POST')).toEqual([]);
  });

  test('a lot that is not known there', async () => {
    answer = () => ({status: 404, body: {}});
    const why = 'the receiver does not know lot L1: HTTP 404';
    expect(await (await driver()).send(message)).toEqual({is: 'rejected', why});
    expect(await (await driver()).lookUp(message)).toEqual({is: 'unknown'});
  });

  test('of two writes the first is done: it is unknown, even if the second was never heard', async () => {
    const hold = [...plan.hold, {method: 'POST', path: '/note', json: {}}];
    wellBehaved(null, {status: 429});
    expect(await (await driver({...plan, hold})).send(message)).toMatchObject({is: 'unknown'});
  });

  test('what the answer has to say', async () => {
    const hold = [{...plan.hold[0], expect: [{at: 'done.0.lot', is: '{lot}'}]}];
    answer = ({method}) => (method === 'GET' ? {body: {state: 'free'}} : {body: {done: [{lot: 'L2'}]}});
    const why = expect.stringContaining('the body says: {"done":[{"lot":"L2"}]}');
    expect(await (await driver({...plan, hold})).send(message)).toMatchObject({is: 'rejected', why});
  });
});

describe('from the decision to the receiver, through the outbox', () => {
  test.each<[string, boolean, Answer]>([
    ['dropped after it was done', true, 'drop'],
    ['500 after it was done', true, {status: 500}],
    ['dropped before', false, 'drop'],
    ['told to come later', false, {status: 429}],
  ])('%s: done once, and seen there', async (_name, isDone, fault) => {
    const states = new Map([['L1', 'free'], ['L2', 'free']]); // biome-ignore format: a table
    const effects: string[] = [];
    let faults = 2;
    answer = ({method, url: path = ''}) => {
      const [, , , lot, action] = path.split('/');
      if (method === 'GET') return {body: {state: states.get(lot)}};
      const isFault = faults-- > 0;
      if (!isFault || isDone) {
        effects.push(`${action} ${lot}`);
        states.set(lot, action === 'hold' ? 'held' : 'free');
      }
      return isFault ? fault : {body: {}};
    };
    const plant = await testPlant(['mes'], folder);
    const outbox = new Outbox(plant.ledger, {drivers: {mes: await driver()}});
    const id = await plant.held('L1', 'L2');
    expect(await outbox.deliver({waitSeconds: 600})).toMatchObject({acknowledged: 2, waiting: 0});
    expect(plant.holds.show(id).lots).toMatchObject([{seenAtMes: true}, {seenAtMes: true}]);
    await plant.holds.release(id, {reason: 'SORTED', by: 'Ben'});
    expect(await outbox.deliver({waitSeconds: 600})).toMatchObject({acknowledged: 2, waiting: 0});
    expect(effects.sort()).toEqual(['hold L1', 'hold L2', 'release L1', 'release L2']);
    await plant.ledger.close();
  });
});

describe('a receiver without a look-up', () => {
  test('its 2xx is believed, and a time-out waits for a person', async () => {
    const mes = await driver({hold: plan.hold, release: plan.release});
    expect(await mes.send(message)).toEqual({is: 'acknowledged'});
    expect(await mes.lookUp(message)).toEqual({is: 'impossible', why: 'mes has no look-up configured'});
  });

  test('CFX: partial success that names the lot is none', async () => {
    const body = {MessageBody: {Result: {Result: 'Success'}, MaterialsPackagesNotBlocked: ['L1']}};
    answer = () => ({body});
    const values = {source: 'a', target: 'b'};
    const mes = await driver({preset: 'cfx-block-materials', values});
    expect(await mes.send(message)).toMatchObject({is: 'rejected'});
  });
});

describe('values cannot leave their place', () => {
  const lot = `Ü/b?c#d&e='f"<g>{h}\n`;

  test('in a path, in JSON, in OData, in a header, in XML', async () => {
    const hold = [
      {method: 'POST', path: '/x/{lot}/y', json: {text: 'lot {lot}', filter: "Id eq '{lot|odata}'", n: '{parts}'}},
      {
        method: 'PUT',
        path: "/x?$filter=Id eq '{lot|odata}'",
        headers: {'x-lot': '{lot}'},
        xml: '<l a="{lot}">{lot}</l>',
      },
    ];
    expect(await (await driver({hold, release: []})).send({...message, lot})).toEqual({is: 'acknowledged'});
    const encoded = '%C3%9C%2Fb%3Fc%23d%26e%3D%27f%22%3Cg%3E%7Bh%7D%0A';
    expect(seen[0].url).toBe(`/base/x/${encoded}/y`);
    expect(JSON.parse(seen[0].body)).toEqual({text: `lot ${lot}`, filter: `Id eq '${lot.replace("'", "''")}'`, n: 10});
    expect(seen[1].url).toBe(`/base/x?$filter=Id%20eq%20%27${encoded.replace('%27', '%27%27')}%27`);
    expect(seen[1].headers['x-lot']).toBe(`%C3%9C/b?c#d&e='f"<g>{h}%0A`);
    const escaped = 'Ü/b?c#d&#38;e=&#39;f&#34;&#60;g&#62;{h}\n';
    expect(seen[1].body).toBe(`<l a="${escaped}">${escaped}</l>`);
  });

  test('no longer than the receiver takes: whole characters, quotes doubled after cutting', async () => {
    const hold = [
      {
        method: 'POST',
        path: "/x?$filter=a eq '{lot|4|odata}'",
        json: {four: '{lot|4}', five: '{lot|5}', all: '{lot|99}'},
      },
    ];
    const mes = await driver({hold, release: []});
    expect(await mes.send({...message, lot: "a''\u{1f600}b"})).toEqual({is: 'acknowledged'});
    expect(JSON.parse(seen[0].body)).toEqual({four: "a''", five: "a''\u{1f600}", all: "a''\u{1f600}b"});
    expect(seen[0].url).toBe('/base/x?$filter=a%20eq%20%27a%27%27%27%27%27');
  });

  test.each(['..', '.', '', '\ud800'])("a lot named '%s' is not put into a path", async name => {
    wellBehaved();
    const outcome = await (await driver()).send({...message, lot: name});
    expect(outcome).toMatchObject({is: 'rejected', why: expect.stringContaining('cannot be')});
    expect(seen).toEqual([]);
  });
});

describe('who asks', () => {
  test('OAuth: one token for many calls, a new one when it is not accepted', async () => {
    let tokens = 0;
    wellBehaved();
    const behaved = answer;
    answer = (request, n) => {
      if (request.url === '/token') return {body: {access_token: `t${++tokens}`, expires_in: 3600}};
      return request.headers.authorization === 'Bearer t1' && n > 4 ? {status: 401} : behaved(request, n);
    };
    const tokenUrl = `${new URL(url).origin}/token`;
    const auth = {kind: 'oauth2', tokenUrl, clientId: 'fishbone', clientSecretFile: 'secret', scope: 'mes'};
    const mes = await driver({...plan, auth});
    expect(await mes.send(message)).toEqual({is: 'acknowledged'});
    expect(tokens).toBe(1);
    expect(seen[0].body).toBe('grant_type=client_credentials&scope=mes');
    expect(await mes.lookUp(message)).toEqual({is: 'known'});
    expect(tokens).toBe(2);
  });

  test('no token: not delivered', async () => {
    answer = ({url: path}) => (path === '/token' ? {status: 401, body: {error: 'invalid_client'}} : {});
    const tokenUrl = `${new URL(url).origin}/token`;
    const mes = await driver({...plan, auth: {kind: 'oauth2', tokenUrl, clientId: 'x', clientSecretFile: 'secret'}});
    expect(await mes.send(message)).toMatchObject({
      is: 'not-delivered',
      why: expect.stringContaining('no token: HTTP 401'),
    });
  });

  test('a CSRF token that is no longer good is fetched again', async () => {
    wellBehaved();
    const behaved = answer;
    let tokens = 0;
    answer = (request, n) => {
      if (request.url === '/base/csrf')
        return {headers: {'x-csrf-token': `c${++tokens}`, 'set-cookie': `s=${tokens}; secure`}};
      if (request.method !== 'POST' || request.headers['x-csrf-token'] === 'c2') return behaved(request, n);
      return {status: 403, headers: {'x-csrf-token': 'Required'}};
    };
    expect(await (await driver({...plan, csrfPath: '/csrf'})).send(message)).toEqual({is: 'acknowledged'});
    expect(seen.filter(({method}) => method === 'POST').map(({headers}) => headers.cookie)).toEqual(['s=1', 's=2']);
  });
});

describe('what is refused when the driver is opened', () => {
  test.each<[object, string]>([
    [{...plan, hold: undefined}, 'says not how to hold and release'],
    [{...plan, hold: [{method: 'POST', path: '/{material}'}]}, 'no value for material'],
    [{preset: 'odoo-19'}, 'no value for database, quarantine, stock'],
    [{...plan, url: 'http://169.254.169.254/'}, 'never called'],
    [{...plan, url: 'http://mes.example/'}, 'host mes.example is not allowed'],
    [
      {...plan, auth: {kind: 'oauth2', tokenUrl: 'http://id.example/', clientId: 'x', clientSecretFile: 'secret'}},
      'host id.example is not allowed',
    ],
    [{...plan, auth: {kind: 'bearer', tokenFile: 'missing'}}, 'its secret cannot be read'],
  ])('%j', async (config, why) => {
    await expect(driver(config)).rejects.toThrow(why);
    await expect(driver(config)).rejects.toMatchObject({code: 'RECEIVER_INVALID'});
  });
});

describe('answers in XML', () => {
  const held = (body: string) => async () => {
    answer = () => ({body});
    const state = {
      ...plan.state,
      held: [{at: 'Show.Lot.*.State', is: 'R'}],
      free: [{at: 'Show.Lot.*.State', isNot: 'R'}],
    };
    return (await driver({...plan, state})).lookUp(message);
  };

  test.each([
    ['<a:Show><Lot><State>R</State></Lot><Lot><State>R</State></Lot></a:Show>', 'known'],
    ['<Show><Lot><State>R</State></Lot><Lot><State>U</State></Lot></Show>', 'unknown'],
    ['<!DOCTYPE Show [<!ENTITY e "R">]><Show><Lot><State>R</State></Lot><Lot><State>R</State></Lot></Show>', 'unknown'],
    ['<Show><Lot>', 'unknown'],
  ])('%s', async (body, is) => {
    expect(await held(body)()).toEqual({is});
  });
});
