/** Messages by a plan over HTTP: what is sent, looked up and refused. The shapes of presets are tested beside their fixtures. */
import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import {checkRules} from '../../../api/responses/check-rules.ts';
import type {ResponseMessage} from '../../../api/write-back/drivers/driver.ts';
import {openDrivers, type ReceiverConfig, ReceiverSettings} from '../../../api/write-back/drivers/drivers.ts';
import {temporaryFolder} from '../plant.ts';
import {rulesOf} from './plant.ts';

const MESSAGE: ResponseMessage = {
  id: 'ab12',
  plant: 'Graz',
  response: 'r1',
  rule: 'scratches',
  action: 'nonconformance',
  lane: 'P1',
  sequence: 1,
  notAfter: null,
  decidedAt: '2026-03-01T06:00:00.000Z',
  content: {text: 'part "P1" failed', part: 'P1', lot: null, station: 'CAM1', code: 'SCR'},
};

interface Seen {
  method: string;
  path: string;
  body: unknown;
}

/** A server that answers the n-th request as told. */
async function peer(...answers: {status?: number; body?: unknown}[]) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      seen.push({method: request.method!, path: request.url!, body: text === '' ? null : JSON.parse(text)});
      const {status = 200, body = {}} = answers[seen.length - 1] ?? {};
      response.writeHead(status, {'content-type': 'application/json'}).end(JSON.stringify(body));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return {seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`};
}

const opened = async (receiver: ReceiverConfig) =>
  (await openDrivers({receivers: {qms: receiver}, folder: temporaryFolder()})).qms;
const http = (url: string, more: object): ReceiverConfig => ReceiverSettings.parse({driver: 'http', url, ...more});

test("ERPNext's nonconformance, and how it is found again", async () => {
  const {seen, url} = await peer(
    {body: {data: {subject: 'Fishbone ab12'}}},
    {body: {data: [{name: 'QA-NC-00001'}]}},
    {body: {data: []}},
  );
  const driver = await opened(http(url, {preset: 'erpnext', values: {procedure: 'PRC-1'}}));
  expect(await driver.send(MESSAGE)).toEqual({is: 'acknowledged'});
  expect(await driver.lookUp(MESSAGE)).toEqual({is: 'known'});
  expect(await driver.lookUp(MESSAGE)).toEqual({is: 'unknown'});
  expect(seen.slice(0, 2)).toEqual([
    {
      method: 'POST',
      path: '/api/resource/Non%20Conformance',
      body: {
        subject: 'Fishbone ab12',
        procedure: 'PRC-1',
        status: 'Open',
        details: 'scratches: part "P1" failed (SCR)',
      },
    },
    {
      method: 'GET',
      path: '/api/resource/Non%20Conformance?filters=[[%22subject%22,%22=%22,%22Fishbone%20ab12%22]]',
      body: null,
    },
  ]);
});

test('a plan of your own: what is not known is null where it stands alone; no is no; holds are not its business', async () => {
  const {seen, url} = await peer({}, {body: {status: 'rejected'}});
  const rework = {
    send: [
      {
        method: 'POST',
        path: '/rework/{part}',
        json: {lot: '{lot}', note: 'lot {lot}', verdict: '{verdict}', route: '{route}'},
      },
    ],
  };
  const receiver = http(url, {messages: {rework}});
  const driver = await opened(receiver);
  const message = {...MESSAGE, action: 'rework' as const, content: {...MESSAGE.content, part: 'P/1', route: 'R9'}};
  expect(await driver.send(message)).toEqual({is: 'acknowledged'});
  expect(seen).toEqual([
    {method: 'POST', path: '/rework/P%2F1', body: {lot: null, note: 'lot ', verdict: null, route: 'R9'}},
  ]);
  expect(await driver.send(message)).toMatchObject({is: 'rejected', why: expect.stringContaining('status: rejected')});
  expect(await driver.send(MESSAGE)).toMatchObject({
    is: 'rejected',
    why: expect.stringContaining('takes no nonconformance'),
  });
});

test('a placeholder that nothing fills is found in the configuration', () => {
  const rules = rulesOf({r: {when: {fail: {}}, then: [{do: 'nonconformance', to: 'qms'}]}});
  const receivers = {qms: http('http://127.0.0.1:1', {preset: 'erpnext'})};
  expect(() => checkRules(rules, receivers, 'fishbone.json')).toThrow(
    'fishbone.json: responses.r.then.0: receiver qms: no value for procedure',
  );
});
