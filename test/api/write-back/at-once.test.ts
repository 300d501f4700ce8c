/** How many messages are on their way to a receiver at a time, counted by a receiver that answers only when no more come. */
import {once} from 'node:events';
import {createServer, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import {openDrivers, type ReceiverConfig} from '../../../api/write-back/drivers/drivers.ts';
import {Outbox} from '../../../api/write-back/outbox.ts';
import {testPlant} from './plant.ts';

const LOTS = Array.from({length: 40}, (_, k) => `L${k}`);
const NO_MORE_MS = 500;

/** Holds 40 lots at a receiver. @returns the most messages that were there at the same time */
async function most(receiver: (url: string) => ReceiverConfig): Promise<number> {
  let most = 0;
  const waiting: ServerResponse[] = [];
  let quiet: NodeJS.Timeout | undefined;
  const server = createServer((request, response) => {
    request.resume();
    if (request.method !== 'POST') return void response.end('{}');
    most = Math.max(most, waiting.push(response));
    clearTimeout(quiet);
    quiet = setTimeout(() => {
      for (const one of waiting.splice(0)) one.end('{}');
    }, NO_MORE_MS);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const plant = await testPlant();
  onTestFinished(async () => {
    server.close();
    await plant.remove();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const drivers = await openDrivers({receivers: {mes: receiver(url)}, folder: plant.folder});
  const id = await plant.held(...LOTS);
  const outbox = new Outbox(plant.ledger, {drivers});
  expect(await outbox.deliver({waitSeconds: 30})).toMatchObject({acknowledged: LOTS.length, waiting: 0});
  expect(plant.holds.show(id).lots.every(({delivery}) => delivery === 'acknowledged')).toBe(true);
  return most;
}

const webhook = (more: object) => (url: string) => ({driver: 'webhook' as const, url, secretFile: 'secret', ...more});
const plan = {hold: [{method: 'POST' as const, path: '/'}], release: []};

test('a webhook takes a hold of some dozen lots as a whole, or as many at a time as is configured', async () => {
  expect(await most(webhook({}))).toBe(32);
  expect(await most(webhook({atOnce: 20}))).toBe(20);
});

test('other receivers take eight at a time, or as many as is configured', async () => {
  expect(await most(url => ({driver: 'http', url, ...plan}))).toBe(8);
  expect(await most(url => ({driver: 'http', url, ...plan, atOnce: 13}))).toBe(13);
});
