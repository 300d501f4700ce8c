import {once} from 'node:events';
import {createServer} from 'node:http';
import {afterEach, beforeEach, describe, expect, onTestFinished, test} from 'vitest';
import {type TestPlant, testPlant} from './plant.ts';

let plant: TestPlant;
beforeEach(async () => {
  plant = await testPlant();
});
afterEach(() => plant.remove());

/** A receiver of a few lines that says `said` to each POST and `known` to each look-up. @returns how many POSTs came */
async function receiverThat(answers: {
  said: object;
  known: () => boolean;
}): Promise<{url: string; posts: () => number}> {
  let posts = 0;
  const server = createServer((request, response) => {
    if (request.method === 'GET') return response.writeHead(answers.known() ? 200 : 404).end();
    posts++;
    response.writeHead(200).end(JSON.stringify(answers.said));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return {url: `http://127.0.0.1:${(server.address() as {port: number}).port}/`, posts: () => posts};
}

test('what was refused, yet carried out, is found when a person has it sent again, and is not sent', async () => {
  const {url, posts} = await receiverThat({said: {error: 'locked by another user'}, known: () => true});
  const outbox = await plant.outbox(url);
  const id = await plant.held('L1');
  expect(await outbox.deliver()).toMatchObject({rejected: 1, waiting: 0});
  const lot = {hold: id, lot: 'L1', action: 'hold' as const, receiver: 'mes', by: 'Cem', why: 'unlocked'};
  await outbox.decide({...lot, as: 'send-again'});
  expect(await outbox.deliver()).toMatchObject({acknowledged: 1, waiting: 0});
  expect(plant.holds.show(id).lots[0]).toMatchObject({delivery: 'acknowledged', seenAtMes: true});
  expect(posts()).toBe(1);
});

describe('a refusal after an attempt that nobody answered', () => {
  /** Gives no answer to the first POST and says no to the others. @param lateAt with which look-up after a refusal the first turns out to be done */
  async function lateReceiver(lateAt: number) {
    const seen: string[] = [];
    let looksSinceRefusal = 0;
    const server = createServer((request, response) => {
      const isFirst = !seen.includes('POST');
      seen.push(request.method!);
      if (request.method === 'POST' && isFirst) return request.socket.destroy();
      if (request.method === 'POST')
        return response.writeHead(200).end(JSON.stringify({error: 'locked by another user'}));
      if (seen.filter(method => method === 'POST').length > 1) looksSinceRefusal++;
      response.writeHead(looksSinceRefusal >= lateAt ? 200 : 404).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    return {url: `http://127.0.0.1:${(server.address() as {port: number}).port}/`, seen};
  }

  test('is no refusal when that attempt turns out to have been carried out', async () => {
    const {url, seen} = await lateReceiver(2);
    const id = await plant.held('L1');
    expect(await (await plant.outbox(url)).deliver({waitSeconds: 60})).toMatchObject({acknowledged: 1, rejected: 0});
    expect(plant.holds.show(id).lots[0]).toMatchObject({delivery: 'acknowledged', seenAtMes: true});
    expect(seen).toEqual(['POST', 'GET', 'POST', 'GET', 'GET']);
  });

  test('counts when the receiver goes on not knowing it', async () => {
    const {url, seen} = await lateReceiver(9);
    const id = await plant.held('L1');
    expect(await (await plant.outbox(url)).deliver({waitSeconds: 60})).toMatchObject({acknowledged: 0, rejected: 1});
    expect(plant.holds.show(id).lots[0]).toMatchObject({
      delivery: 'rejected',
      why: expect.stringContaining('locked by another user'),
    });
    expect(seen).toEqual(['POST', 'GET', 'POST', 'GET', 'GET', 'GET', 'GET']);
  });
});

describe('what was acknowledged is read back', () => {
  test('a receiver that is slow to show it is asked again', async () => {
    let asked = 0;
    const {url, posts} = await receiverThat({said: {}, known: () => ++asked > 2});
    const id = await plant.held('L1');
    expect(await (await plant.outbox(url)).deliver()).toMatchObject({acknowledged: 1, waiting: 0});
    expect(plant.holds.show(id).lots[0]).toMatchObject({delivery: 'acknowledged', seenAtMes: true});
    expect(posts()).toBe(1);
  });

  test('one that never shows it: a person has to say what became of it, and it is not sent again by itself', async () => {
    const {url, posts} = await receiverThat({said: {}, known: () => false});
    const id = await plant.held('L1');
    const outbox = await plant.outbox(url);
    expect(await outbox.deliver({waitSeconds: 60})).toMatchObject({acknowledged: 0, waiting: 1, askPerson: 1});
    expect(plant.holds.show(id).lots[0]).toMatchObject({
      delivery: 'unknown',
      askPerson: true,
      why: 'the receiver acknowledged it, but does not know it when it is asked',
    });
    expect(posts()).toBe(1);
  });
});
