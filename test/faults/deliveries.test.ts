import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {expect, test} from 'vitest';
import type {Hold} from '../../warehouse/hold-answers.ts';
import {folder} from '../warehouse/plant-in-a-folder.ts';
import {makePlant} from './mes/plant.ts';
import {Served, startMes} from './mes/processes.ts';
import {NOTHING_WRONG, storm} from './mes/storm.ts';
import {drawsFrom} from './random.ts';

const SEED = 20261122;
const SECRET = `whsec_${Buffer.from('what only the MES and Fishbone know').toString('base64')}`;

test('200 holds through all that a MES does wrong, Fishbone killed in between: none lost, none twice, in order', async () => {
  const report = await storm({
    folder: folder(),
    holds: 200,
    lots: 50,
    populations: 80,
    seed: SEED,
    killAfterMs: [1_500, 4_000],
  });
  expect(report).toMatchObject({...NOTHING_WRONG, holds: 200});
  expect(report.kills).toBeGreaterThan(0);
  // As many messages as lots times receivers at the least, and the faults of the script among their answers.
  expect(report.messages).toBeGreaterThan(400);
  expect(report.effects).toBeGreaterThanOrEqual(report.messages - report.overtakenRefusals);
  expect(Object.keys(report.met).length).toBeGreaterThan(15);
});

test('a receiver whose name leads to a link-local address is told nothing, and the others are', async () => {
  const place = folder();
  const W = join(place, 'warehouse');
  const journal = join(place, 'mes.ndjson');
  const mes = await startMes({journal, secret: SECRET, seed: SEED, faulty: false, keyed: false, timeoutMs: 5_000});
  const settings = {lots: 2, populations: 2, receivers: {mes: mes.port}, secret: SECRET, timeoutMs: 5_000};
  const plant = await makePlant(W, {...settings, random: drawsFrom(SEED)});
  const webhook = (host: string) => {
    return {driver: 'webhook', url: `http://${host}:${mes.port}/holds`, secretFile: 'mes.secret', timeoutMs: 5_000};
  };
  const receivers = {mes: webhook('127.0.0.1'), elsewhere: webhook('link-local.plant')};
  const config = {plant: 'storm', log: 'silent', receivers, allowHosts: ['link-local.plant']};
  writeFileSync(join(W, 'fishbone.json'), JSON.stringify(config));
  const server = new Served(W);
  try {
    const address = await server.address;
    const ask = async (key: string, path: string, body?: object) => {
      const headers = {authorization: `Bearer ${key}`, 'content-type': 'application/json'};
      const method = body ? 'POST' : 'GET';
      const response = await fetch(`${address}${path}`, {method, headers, body: body && JSON.stringify(body)});
      return (await response.json()) as Hold;
    };
    const [{id: contained}] = plant.populations;
    const {id} = await ask(plant.keys.anna, '/v1/holds', {contained, reason: 'SCRATCH', text: ''});
    await ask(plant.keys.ben, `/v1/holds/${id}/approve`, {});
    const told = async () => (await ask(plant.keys.ben, `/v1/holds/${id}`)).lots;
    // Once and again: it is tried, and refused each time.
    await expect.poll(told, {timeout: 120_000}).toMatchObject([
      {receiver: 'mes', delivery: 'acknowledged', seenAtMes: true},
      {
        receiver: 'elsewhere',
        delivery: 'queued',
        why: expect.stringContaining('link-local.plant resolves to 169.254.169.254, a link-local or reserved address'),
      },
    ]);
    await wait(500);
    expect(mes.journal().filter(({is}) => is === 'post')).toHaveLength(1);
  } finally {
    await server.stop();
    await mes.stop();
  }
});
