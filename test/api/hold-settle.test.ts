/** A delivery that nobody can tell of: the person's word settles it, under a name and with a reason; evidence is frozen in. */
import {writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import type {ScreenAnswer} from '../../warehouse/answers.ts';
import type {Hold, HoldEvidence} from '../../warehouse/hold-answers.ts';
import {fishboneHere, servedPlant, temporaryFolder} from './plant.ts';

/** Takes what is sent, loses the connection, and knows no look-up. */
async function lossyReceiver(): Promise<string> {
  const server = createServer((request, response) => {
    if (request.method === 'POST') request.resume().on('end', () => request.socket.destroy());
    else response.writeHead(405).end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/holds`;
}

test('what a person settles', async () => {
  const secretFile = join(temporaryFolder(), 'secret');
  writeFileSync(secretFile, `whsec_${Buffer.alloc(32, 7).toString('base64')}`, {mode: 0o600});
  const {app, http, folder} = await servedPlant({
    receivers: {mes: {driver: 'webhook', url: await lossyReceiver(), secretFile}},
  });
  const post = async <T>(url: string, payload: object) => (await http.inject({method: 'POST', url, payload})).json<T>();
  const {findings} = await post<ScreenAnswer>('/v1/screen', {defect: 'scratch'});
  const {id: contained} = await post<{id: string}>('/v1/contain', {target: findings[0].id});
  const {id, evidence} = await post<Hold>('/v1/holds', {contained, reason: 'SCRATCH', text: '', by: 'Ada'});
  // The finding is frozen in as it was told, with its question.
  expect(evidence).toMatchObject({
    blast: {evidence: {failed: 4, allFailed: 4}},
    finding: {id: findings[0].id, effect: findings[0].effect, question: {defect: 'scratch'}},
  });
  await post(`/v1/holds/${id}/approve`, {by: 'Bo'});
  expect(await app.deliver(20)).toMatchObject({acknowledged: 0, askPerson: 1});
  const waiting = app.holds.show(id).lots[0];
  expect(waiting).toMatchObject({lot: 'L1', delivery: 'unknown', askPerson: true, why: expect.any(String)});
  const payload = {lot: 'L1', receiver: 'mes', as: 'acknowledged', reason: 'seen on the screen of the MES', by: 'Cy'};
  const refused = await http.inject({method: 'POST', url: `/v1/holds/${id}/settle`, payload: {...payload, reason: ''}});
  expect([refused.statusCode, refused.json()]).toMatchObject([400, {errors: [{pointer: '/reason'}]}]);
  expect((await post<Hold>(`/v1/holds/${id}/settle`, payload)).lots).toMatchObject([
    {lot: 'L1', delivery: 'acknowledged', seenAtMes: null, askPerson: false, why: null},
  ]);
  const entry = app.warehouse.entries().at(-1);
  expect(entry).toMatchObject({
    kind: 'delivery',
    body: {did: 'acknowledged', how: 'person', by: 'Cy', why: payload.reason},
  });
  const proof = (await http.inject(`/v1/holds/${id}/evidence`)).json<HoldEvidence>();
  expect(proof).toMatchObject({hold: {id}, finding: {id: findings[0].id}, plant: 'plant-1', head: {seq: entry!.seq}});
  // Unknown, and unknown still when it was looked up.
  expect(proof.ledger.map(({what}) => what)).toEqual([
    'propose',
    'approve',
    'sending',
    'unknown',
    'unknown',
    'acknowledged',
  ]);
  const known = new Map(app.warehouse.entries().map(({seq, hash}) => [seq, hash]));
  expect(proof.ledger.every(({seq, hash}) => known.get(seq) === hash)).toBe(true);
  // Once.
  expect((await http.inject({method: 'POST', url: `/v1/holds/${id}/settle`, payload})).statusCode).toBe(409);
  await app.close();
  const shown = await fishboneHere([
    'hold',
    'settle',
    id,
    '--lot',
    'L1',
    '--receiver',
    'mes',
    '--as',
    'send-again',
    '--reason',
    'x',
    '--by',
    'Cy',
    '--warehouse',
    folder,
  ]);
  expect(shown).toMatchObject({code: 1, err: expect.stringContaining('nothing to decide')});
});
