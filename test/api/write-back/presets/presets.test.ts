// Each preset against requests typed by hand from the product's public documentation (the fixtures beside this file name
// it). This shows the shape of what is sent. None of the products was there to answer.
import {once} from 'node:events';
import {mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Driver, Message, ResponseMessage} from '../../../../api/write-back/drivers/driver.ts';
import {openDrivers, type ReceiverConfig, takenBy} from '../../../../api/write-back/drivers/drivers.ts';
import {presetNames} from '../../../../api/write-back/drivers/http/presets.ts';

interface Exchange {
  request: {method: string; path: string; headers?: Record<string, string>; body?: unknown};
  answer: {status?: number; headers?: Record<string, string>; body?: unknown};
}

interface Fixture {
  source: string;
  receiver: object;
  hold: Exchange[];
  /** "rejected" where a person has to do it. */
  release: Exchange[] | 'rejected';
  /** Of presets that can open one; "impossible" where nobody can ask for it by our id. */
  nonconformance?: {send: Exchange[]; lookUp: Exchange[] | 'impossible'};
}

const here = new URL('.', import.meta.url).pathname;
const message: Message = {
  id: 'a1',
  plant: 'P1',
  hold: 'H-20260102-0a1b2c3d',
  lot: "O'Neil/7",
  action: 'hold',
  sequence: 1,
  parts: 10,
  reason: 'SCRATCH',
  text: 'Kratzer "ü"',
  decidedAt: '2026-01-02T03:04:05.000Z',
  permalink: '/findings/f1?asOf=17',
};

const report: ResponseMessage = {
  id: '5d41402abc4b2a76b9719d911017c592ae8b0e0d4a2c2b7d0f0a1e5b9c3d7e6f',
  plant: 'P1',
  response: 'r1',
  rule: 'scratches',
  action: 'nonconformance',
  lane: "O'Neil/S-0012345678-9",
  sequence: 1,
  notAfter: null,
  decidedAt: '2026-01-02T03:04:05.000Z',
  content: {
    text: 'part "ü" failed',
    part: "O'Neil/S-0012345678-9",
    product: 'TG11',
    lot: null,
    station: 'CAM1',
    code: '0010',
  },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fishbone-presets-'));
  await writeFile(join(folder, 'secret'), 's3cret\n');
});
afterAll(() => rm(folder, {recursive: true, force: true}));

test('every preset has its fixture', async () => {
  const fixtures = (await readdir(here)).filter(name => name.endsWith('.json')).map(name => name.slice(0, -5));
  expect(fixtures.sort()).toEqual([...presetNames].sort());
});

describe.each(presetNames)('%s', preset => {
  test.each(['hold', 'release'] as const)('%s', async action => {
    const {receiver, [action]: expected} = await fixtureOf(preset);
    const exchanges = expected === 'rejected' ? [] : expected;
    const {seen, outcome} = await play(exchanges, receiver, mes => mes.send({...message, action}));
    expect(outcome).toMatchObject(expected === 'rejected' ? {is: 'rejected'} : {is: 'acknowledged'});
    expectAsked(seen, exchanges);
  });

  test('nonconformance, where it takes one: told, and found again', async () => {
    const {receiver, nonconformance} = await fixtureOf(preset);
    const taken = takenBy({driver: 'http', url: 'http://x', ...receiver} as ReceiverConfig);
    expect(taken.includes('nonconformance')).toBe(nonconformance !== undefined);
    if (!nonconformance) return;
    const {send, lookUp} = nonconformance;
    const told = await play(send, receiver, mes => mes.send(report));
    expect(told.outcome).toEqual({is: 'acknowledged'});
    expectAsked(told.seen, send);
    const exchanges = lookUp === 'impossible' ? [] : lookUp;
    const found = await play(exchanges, receiver, mes => mes.lookUp(report));
    expect(found.outcome).toMatchObject({is: lookUp === 'impossible' ? 'impossible' : 'known'});
    expectAsked(found.seen, exchanges);
  });
});

test('S/4HANA: no defect of our id is none; one with another code is not ours; a token that ended is fetched anew', async () => {
  const {receiver, nonconformance} = await fixtureOf('sap-s4hana-batch');
  const [token, post] = nonconformance!.send;
  const none = [{request: {method: 'GET', path: ''}, answer: {body: {d: {results: []}}}}];
  expect((await play(none, receiver, mes => mes.lookUp(report))).outcome).toEqual({is: 'unknown'});
  const other = {...post, answer: {status: 201, body: {d: {DefectInternalID: '$1', DefectCode: '9999'}}}};
  expect((await play([token, other], receiver, mes => mes.send(report))).outcome).toMatchObject({is: 'rejected'});
  const ended = {...post, answer: {status: 403, headers: {'x-csrf-token': 'Required'}, body: {}}};
  const renewed = await play([token, ended, token, post], receiver, mes => mes.send(report));
  expect(renewed.outcome).toEqual({is: 'acknowledged'});
  expect(renewed.seen.map(({method, path}) => `${method} ${path?.split('/').at(-1)}`)).toEqual([
    'GET ',
    'POST A_Defect',
    'GET ',
    'POST A_Defect',
  ]);
});

async function fixtureOf(preset: string): Promise<Fixture> {
  return JSON.parse(await readFile(join(here, `${preset}.json`), 'utf8')) as Fixture;
}

interface Seen {
  method?: string;
  path?: string;
  headers: object;
  body: string;
}

function expectAsked(seen: Seen[], exchanges: Exchange[]): void {
  expect(seen).toHaveLength(exchanges.length);
  exchanges.forEach(({request: {method, path, headers = {}, body}}, k) => {
    expect(seen[k]).toMatchObject({method, path, headers});
    if (body === undefined) return;
    expect(typeof body === 'string' ? seen[k].body : JSON.parse(seen[k].body)).toEqual(body);
  });
}

/** Answers one request after the other as the fixture says, and keeps what was asked. */
async function play<T>(exchanges: Exchange[], receiver: object, tell: (mes: Driver) => Promise<T>) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', chunk => {
      body += chunk;
    });
    request.on('end', () => {
      const {answer} = exchanges[seen.length] ?? {answer: {status: 500}};
      seen.push({method: request.method, path: request.url, headers: request.headers, body});
      const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
      response.writeHead(answer.status ?? 200, answer.headers).end(answer.body === undefined ? '' : text);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const config = JSON.parse(
      JSON.stringify({driver: 'http', url, ...receiver}).replace('SERVER', url),
    ) as ReceiverConfig;
    const {mes} = await openDrivers({receivers: {mes: config}, folder});
    return {outcome: await tell(mes), seen};
  } finally {
    server.close();
  }
}
