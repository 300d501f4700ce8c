/** A server that is killed between the ledger and the receiver: what fired is sent once. */
import {writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {startDemoMes} from '../../../api/write-back/demo-mes.ts';
import {fishboneHere, startServer, temporaryFolder} from '../plant.ts';
import {SECRET, soon} from './plant.ts';

/** A port that is free, and stays ours to give. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => probe.once('listening', resolve));
  const {port} = probe.address() as AddressInfo;
  await new Promise(resolve => probe.close(resolve));
  return port;
}

async function served(port: number) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'mes.secret'), SECRET);
  const responses = {r: {when: {fail: {}}, then: [{do: 'rework', to: 'mes'}]}};
  const receivers = {mes: {driver: 'webhook', url: `http://127.0.0.1:${port}/holds`, secretFile: 'mes.secret'}};
  writeFileSync(join(folder, 'fishbone.json'), JSON.stringify({receivers, responses}));
  return folder;
}

async function fail(address: string, part: string): Promise<void> {
  const body = JSON.stringify({inspection: `I-${part}`, part, result: 'fail'});
  const answer = await fetch(`${address}/v1/inspections`, {
    method: 'POST',
    body,
    headers: {'content-type': 'application/json'},
  });
  expect(answer.status).toBe(200);
}

interface Log {
  responses: {part: string; deliveries: {state: string}[]}[];
}
const log = async (address: string) => (await (await fetch(`${address}/v1/responses/log`)).json()) as Log;

test('killed while the receiver is down: it stands in the ledger, and leaves with the next server, once', async () => {
  const port = await freePort();
  const folder = await served(port);
  const first = await startServer(folder);
  await fail(first.address, 'P1');
  await soon(async () => expect((await log(first.address)).responses).toMatchObject([{part: 'P1'}]));
  process.kill(first.pid, 'SIGKILL');
  const mes = await startDemoMes({secret: SECRET, port});
  const second = await startServer(folder);
  await soon(() => expect(mes.said.map(({body}) => body.part)).toEqual(['P1']));
  await fail(second.address, 'P2');
  await soon(() => expect(mes.said.map(({body}) => body.part)).toEqual(['P1', 'P2']));
  expect(mes.repeats).toBe(0);
  await second.stop();
  await mes.stop();
});

test('killed while it sends, before or after the receiver has done it: looked up, done once', async () => {
  const port = await freePort();
  const folder = await served(port);
  let kill: (() => void) | null = null;
  // Late enough that the sender dies with the request under way; the first is done there, the second is not.
  const mes = await startDemoMes({
    secret: SECRET,
    port,
    faults: ({n}) => {
      if (n > 2) return null;
      kill?.();
      return n === 1 ? {delayMs: 500} : 'drop';
    },
  });
  for (const part of ['P1', 'P2']) {
    const server = await startServer(folder);
    kill = () => process.kill(server.pid, 'SIGKILL');
    await fail(server.address, part).catch(() => undefined);
    await soon(() => expect(() => process.kill(server.pid, 0)).toThrow());
  }
  kill = null;
  const last = await startServer(folder);
  await soon(async () => {
    const {responses} = await log(last.address);
    expect(responses.map(({part, deliveries}) => `${part} ${deliveries[0].state}`).sort()).toEqual([
      'P1 acknowledged',
      'P2 acknowledged',
    ]);
  });
  expect(mes.said.map(({body}) => String(body.part)).sort()).toEqual(['P1', 'P2']);
  await last.stop();
  expect(await fishboneHere(['verify', '--warehouse', folder])).toMatchObject({code: 0});
  await mes.stop();
});
