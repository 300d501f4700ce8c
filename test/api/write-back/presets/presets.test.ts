// Each preset against requests typed by hand from the product's public documentation (the fixtures beside this file name
// it). This shows the shape of what is sent. None of the products was there to answer.
import {once} from 'node:events';
import {mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Message} from '../../../../api/write-back/drivers/driver.ts';
import {openDrivers, type ReceiverConfig} from '../../../../api/write-back/drivers/drivers.ts';
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
    const fixture = JSON.parse(await readFile(join(here, `${preset}.json`), 'utf8')) as Fixture;
    const expected = fixture[action];
    const exchanges = expected === 'rejected' ? [] : expected;
    const {seen, outcome} = await play(exchanges, fixture.receiver, {...message, action});
    expect(outcome).toMatchObject(expected === 'rejected' ? {is: 'rejected'} : {is: 'acknowledged'});
    expect(seen).toHaveLength(exchanges.length);
    exchanges.forEach(({request: {method, path, headers = {}, body}}, k) => {
      expect(seen[k]).toMatchObject({method, path, headers});
      if (body === undefined) return;
      expect(typeof body === 'string' ? seen[k].body : JSON.parse(seen[k].body)).toEqual(body);
    });
  });
});

/** Answers one request after the other as the fixture says, and keeps what was asked. */
async function play(exchanges: Exchange[], receiver: object, told: Message) {
  const seen: {method?: string; path?: string; headers: object; body: string}[] = [];
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
    return {outcome: await mes.send(told), seen};
  } finally {
    server.close();
  }
}
