/** One real server in a process of its own, and the command line that goes through it. */
import {mkdirSync, statSync, writeFileSync} from 'node:fs';
import {connect, type Socket} from 'node:net';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {startDemoMes} from '../../api/write-back/demo-mes.ts';
import type {ContainAnswer} from '../../warehouse/answers.ts';
import type {Hold} from '../../warehouse/hold-answers.ts';
import type {ParetoAnswer} from '../../warehouse/pareto-answers.ts';
import {Warehouse} from '../../warehouse/store.ts';
import {until} from '../ingest/feeds/broker.ts';
import {fishbone, fishboneHere, plantFiles, startServer, temporaryFolder} from './plant.ts';

const SECRET = `whsec_${Buffer.from('a secret of 24 bytes ...').toString('base64')}`;

test('the command line goes through the server that owns the warehouse, and holds are delivered', async () => {
  const folder = join(temporaryFolder(), 'W');
  mkdirSync(folder);
  const mes = await startDemoMes({secret: SECRET});
  writeFileSync(join(folder, 'secret'), SECRET);
  const receivers = {mes: {driver: 'webhook', url: mes.url, secretFile: 'secret'}};
  writeFileSync(join(folder, 'fishbone.json'), JSON.stringify({plant: 'ulm', receivers}));
  const server = await startServer(folder);
  const at = ['--warehouse', folder, '--json'];
  if (process.platform !== 'win32') expect(statSync(join(folder, 'server.json')).mode & 0o777).toBe(0o600);

  expect((await fishboneHere(['ingest', plantFiles(), ...at])).code).toBe(0);
  const viaCli = (await fishboneHere(['pareto', ...at])).json<ParetoAnswer>();
  const viaHttp = (await (await fetch(`${server.address}/v1/pareto`)).json()) as ParetoAnswer;
  expect(viaCli.basis).toEqual({parts: 12, defectiveParts: 4, defects: 4});
  expect(viaCli).toEqual(viaHttp);
  const failed = await fishbone(['trace', 'nobody', ...at]);
  expect(failed).toMatchObject({code: 1, out: ''});
  expect(failed.err).toContain('nobody');
  expect((await fishboneHere(['rebuild', ...at])).err).toContain('stop it first');
  expect((await fishboneHere(['serve', ...at])).err).toContain(`served already, at ${server.address}`);

  const {id: contained} = (await fishboneHere(['contain', 'L1', ...at])).json<ContainAnswer>();
  const proposal = ['hold', 'propose', contained, '--reason', 'X', '--by', 'Anna'];
  const {id} = (await fishboneHere([...proposal, ...at])).json<Hold>();
  await fishboneHere(['hold', 'approve', id, '--by', 'Ben', ...at]);
  const show = async () => (await fishboneHere(['hold', 'show', id, ...at])).json<Hold>();
  await expect
    .poll(async () => (await show()).lots, {timeout: 300_000})
    .toMatchObject([{lot: 'L1', action: 'hold', delivery: 'acknowledged', receiver: 'mes', seenAtMes: true}]);
  expect(mes.effects).toMatchObject([{type: 'lot.hold', lot: 'L1', hold: id, sequence: 1}]);

  // A stopped server has let go of everything: the same command works without it.
  expect(await server.stop()).toBe(0);
  await mes.stop();
  expect((await fishboneHere(['hold', 'list', ...at])).json<{holds: Hold[]}>().holds).toHaveLength(1);
});

test('what a server that died left behind is ignored; what is no server is named', async () => {
  const folder = join(temporaryFolder(), 'W');
  const at = ['--warehouse', folder, '--json'];
  await fishboneHere(['key', 'create', '--role', 'admin', '--name', 'Ada', ...at]);
  const nobody = {address: 'http://127.0.0.1:9', pid: 2 ** 22 + 1, token: 'x'};
  writeFileSync(join(folder, 'server.json'), JSON.stringify(nobody));
  expect((await fishboneHere(['key', 'list', ...at])).code).toBe(0);
  expect(() => statSync(join(folder, 'server.json'))).toThrow('ENOENT');

  const warehouse = await Warehouse.open(folder);
  const held = await fishbone(['key', 'list', ...at]);
  await warehouse.close();
  expect(held).toMatchObject({code: 1, out: ''});
  expect(held.err).toMatch(/in use by another process.*\n {2}stop that process/);
});

test('told to stop, it does not wait for those who connected and never asked', async () => {
  const path = join(temporaryFolder(), 'W');
  await fishboneHere(['ingest', plantFiles(), '--warehouse', path]);
  const server = await startServer(path);
  const {hostname, port} = new URL(server.address);
  const sockets = await Promise.all(
    Array.from(
      {length: 20},
      () =>
        new Promise<Socket>(resolve => {
          const socket = connect(Number(port), hostname, () => resolve(socket));
          socket.on('error', () => undefined);
        }),
    ),
  );
  const stopping = performance.now();
  expect(await server.stop()).toBe(0);
  // Its patience with them is half a second; what drains is given fifteen.
  expect(performance.now() - stopping).toBeLessThan(10_000);
  for (const socket of sockets) socket.destroy();
});

test('a host that is none of this machine is refused before a key is made for it', async () => {
  const at = ['--warehouse', join(temporaryFolder(), 'W')];
  const refused = await fishboneHere(['serve', '--host', '192.0.2.1', '--port', '0', ...at]);
  expect(refused).toMatchObject({code: 1, err: expect.stringMatching(/cannot listen on 192\.0\.2\.1.*\n {2}.*--host/)});
  expect(refused.err).not.toContain('fb_');
  expect((await fishboneHere(['key', 'list', ...at])).out).toContain('There are no keys');
});

test('a bad night in the default log: each line once with its time, and what it says of to do; with FISHBONE_LOG=warn as JSON', async () => {
  const folder = temporaryFolder();
  const feeds = {
    exports: {kind: 'folder', path: join(folder, 'gone')},
    line4: {kind: 'mqtt', url: 'mqtt://127.0.0.1:1', subscriptions: [{topic: 'a/#', takes: 'inspections'}]},
  };
  writeFileSync(join(folder, 'fishbone.json'), JSON.stringify({timeZone: 'Asia/Tokyo', feeds}));
  const heard = async (level: string) => {
    const server = await startServer(folder, [], {FISHBONE_LOG: level});
    const lines = () => server.err().trim().split('\n').sort();
    await until(() => lines().filter(line => line.includes('it is tried again by itself')).length >= 2);
    // Both are tried again after a second: that is no news.
    await wait(2_500);
    expect(await server.stop()).toBe(0);
    return lines();
  };
  const at = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+09:00`;
  const [exports, line4, ...others] = (await heard('error')).toSorted(
    (a, b) => Number(a.includes('line4')) - Number(b.includes('line4')),
  );
  expect(exports).toMatch(
    new RegExp(
      `^${at}  feed exports: the folder .*gone cannot be watched: ENOENT.*it is tried again by itself: see that `,
    ),
  );
  expect(line4).toMatch(
    new RegExp(`^${at}  feed line4: connect ECONNREFUSED 127.0.0.1:1; it is tried again by itself: `),
  );
  expect(others).toEqual([]);
  const told = (await heard('warn')).map(line => JSON.parse(line) as {level: number; msg: string});
  expect(told.map(({level, msg}) => `${level} ${msg.slice(0, 10)}`).sort()).toEqual(['40 feed expor', '40 feed line4']);
});
