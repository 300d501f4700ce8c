import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {createServer} from 'node:http';
import {setTimeout as wait} from 'node:timers/promises';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {type DemoMes, type Fault, startDemoMes} from '../../../api/write-back/demo-mes.ts';
import {LedgerWriteFailed} from '../../../warehouse/ledger.ts';
import {SECRET, suspect, type TestPlant, testPlant} from './plant.ts';

let plant: TestPlant;
let mes: DemoMes | undefined;
beforeEach(async () => {
  plant = await testPlant();
});
afterEach(async () => {
  await mes?.stop();
  await plant.remove();
});

/** A receiver that treats the n-th POST as told, and all others well. */
async function receiver(...faults: (Fault | null)[]): Promise<DemoMes> {
  mes = await startDemoMes({secret: SECRET, faults: ({n}) => faults[n - 1] ?? null});
  return mes;
}
/** Longer than any delivery takes, on the quick clock too, however slow the machine: what is waited for ends the wait. */
const LONG = 30_000;
const states = (id: string) => plant.holds.show(id).lots.map(({delivery}) => delivery);
const steps = () =>
  plant.ledger
    .entries()
    .filter(({kind}) => kind === 'delivery')
    .map(({body}) => (body as {did: string}).did);

test('a hold reaches the receiver, once, is read back there, and its release follows', async () => {
  const {url, held, effects} = await receiver();
  const outbox = await plant.outbox(url);
  const id = await plant.held('L1', 'L2');
  expect(await outbox.deliver()).toMatchObject({acknowledged: 2, rejected: 0, waiting: 0});
  expect(held).toEqual(new Map([['L1', id], ['L2', id]])); // biome-ignore format: a table
  expect(plant.holds.show(id).lots[0]).toMatchObject({delivery: 'acknowledged', seenAtMes: true});
  await plant.holds.release(id, {reason: 'SORTED', by: 'Ben'});
  expect(await outbox.deliver()).toMatchObject({acknowledged: 2, waiting: 0});
  expect(held.size).toBe(0);
  expect(effects.map(({type, sequence}) => `${type} ${sequence}`).sort()).toEqual([
    'lot.hold 1',
    'lot.hold 1',
    'lot.release 2',
    'lot.release 2',
  ]);
  expect(await outbox.deliver()).toMatchObject({acknowledged: 0, waiting: 0});
  expect(mes).toMatchObject({repeats: 0, forged: 0, overtaken: 0});
});

test('that it is being sent is on the disk before the request leaves', async () => {
  let onDisk: string[] = [];
  mes = await startDemoMes({
    secret: SECRET,
    faults: () => {
      onDisk = steps();
      return null;
    },
  });
  await plant.held('L1');
  await (await plant.outbox(mes.url)).deliver();
  expect(onDisk).toEqual(['lease', 'sending']);
  expect(steps()).toEqual(['lease', 'sending', 'acknowledged']);
});

test('a receiver that is down for a while: nothing is lost, and it is told when it is back', async () => {
  const down = await receiver();
  const port = Number(new URL(down.url).port);
  await down.stop();
  const log: string[] = [];
  const id = await plant.held('L1', 'L2', 'L3', 'L4', 'L5');
  expect(await (await plant.outbox(down.url, {times: 1})).deliver()).toMatchObject({
    acknowledged: 0,
    waiting: 5,
    why: expect.stringContaining('ECONNREFUSED'),
  });
  expect(new Set(states(id))).toEqual(new Set(['queued']));
  const delivered = (await plant.outbox(down.url, {log})).deliver({waitSeconds: LONG});
  await wait(200);
  mes = await startDemoMes({secret: SECRET, port});
  expect(await delivered).toMatchObject({acknowledged: 5, waiting: 0});
  expect(mes.effects).toHaveLength(5);
  expect(log).toEqual([expect.stringContaining('mes does not answer'), 'mes answers again']);
});

describe('what may have arrived is looked up before it is sent again', () => {
  test.each<[string, Fault, number]>([
    ['the connection drops after it was done', 'drop-after-commit', 1],
    ['500 although it was done', 'error-after-commit', 1],
    ['an answer that comes too late', {delayMs: 2_000}, 1],
    ['the connection drops before it was done', 'drop', 2],
    ['500 and nothing was done', 'error', 2],
    ['a redirect, which is not followed', 'redirect', 2],
    ['200 about another lot', 'other-lot', 2],
  ])('%s', async (_name, fault, posts) => {
    const {url} = await receiver(fault);
    const id = await plant.held('L1');
    await (await plant.outbox(url, {timeoutMs: 300, times: 1})).deliver();
    expect(states(id)).toEqual(['unknown']);
    const outbox = await plant.outbox(url, {timeoutMs: 300});
    expect(await outbox.deliver({waitSeconds: LONG})).toMatchObject({acknowledged: 1, waiting: 0});
    expect(states(id)).toEqual(['acknowledged']);
    expect(mes?.effects).toHaveLength(1);
    expect(mes?.repeats).toBe(0);
    expect(steps().filter(did => did === 'sending')).toHaveLength(posts);
  });
});

describe('what the receiver will not do', () => {
  test.each<[string, Fault, string]>([
    ['422 with a reason', 'refuse', 'lot L1 is not known'],
    ['200 with a body that says no', 'contradict', 'the body says status: rejected'],
  ])('%s is rejected, told in the events, and not sent again by itself', async (_name, fault, why) => {
    const {url, held} = await receiver(fault);
    const outbox = await plant.outbox(url);
    const id = await plant.held('L1');
    expect(await outbox.deliver({waitSeconds: 5})).toMatchObject({acknowledged: 0, rejected: 1, waiting: 0});
    expect(states(id)).toEqual(['rejected']);
    expect(plant.holds.show(id).events.at(-1)).toMatchObject({
      by: 'mes',
      what: 'rejected',
      why: expect.stringContaining(why),
    });
    expect(held.size).toBe(0);
    const again = {
      hold: id,
      lot: 'L1',
      action: 'hold' as const,
      receiver: 'mes',
      by: 'Cem',
      why: 'master data repaired',
    };
    await outbox.decide({...again, as: 'send-again'});
    expect(await outbox.deliver()).toMatchObject({acknowledged: 1});
    expect(held.get('L1')).toBe(id);
    await expect(outbox.decide({...again, as: 'send-again'})).rejects.toThrow('there is nothing to decide');
  });
});

test('what was overtaken by a later action is never sent again', async () => {
  const {url, held} = await receiver('refuse');
  const outbox = await plant.outbox(url);
  const id = await plant.held('L1');
  await plant.holds.release(id, {reason: 'SORTED', by: 'Ben'});
  expect(await outbox.deliver({waitSeconds: LONG})).toMatchObject({acknowledged: 1, rejected: 1});
  const late = {hold: id, lot: 'L1', action: 'hold' as const, receiver: 'mes', as: 'send-again' as const};
  await expect(outbox.decide({...late, by: 'Cem', why: 'repaired'})).rejects.toThrow(
    'a later action on the lot was sent',
  );
  await expect(outbox.decide({...late, lot: 'L9', by: 'Cem', why: ''})).rejects.toMatchObject({
    code: 'DELIVERY_NOT_FOUND',
  });
  expect(held.size).toBe(0);
});

test('while the disk refuses nothing leaves, and delivery goes on by itself when it has recovered', async () => {
  const {url} = await receiver();
  const id = await plant.held('L1', 'L2');
  const full = {is: true};
  // The real ledger on a disk that is full for a while.
  const append = plant.ledger.append.bind(plant.ledger);
  plant.ledger.append = (...entry) =>
    full.is ? Promise.reject(new LedgerWriteFailed('no space left')) : append(...entry);
  const log: string[] = [];
  const outbox = await plant.outbox(url, {log});
  outbox.start();
  await wait(120);
  expect(mes?.effects).toEqual([]);
  const refused = 'nothing can be delivered for now: no space left; it is tried again by itself';
  expect(log).toEqual([refused]);
  full.is = false;
  await outbox.deliver({waitSeconds: LONG});
  await outbox.stop();
  expect(states(id)).toEqual(['acknowledged', 'acknowledged']);
  expect(log).toEqual([refused, 'it can be delivered again']);
});

test('429 is waited out as long as the receiver says', async () => {
  const {url} = await receiver('busy');
  const outbox = await plant.outbox(url);
  await plant.held('L1');
  const began = performance.now();
  expect(await outbox.deliver({waitSeconds: 0.9})).toMatchObject({acknowledged: 0, waiting: 1});
  expect(await outbox.deliver({waitSeconds: 60})).toMatchObject({acknowledged: 1});
  // Retry-After: 1 s is 10 ms on the quick clock; its own back-off would have been half of that.
  expect(performance.now() - began).toBeGreaterThan(9);
});

test('a later action on a lot waits for the earlier one, another lot does not', async () => {
  const {url} = await receiver('drop', 'drop-after-commit', null);
  const id = await plant.held('L1');
  await plant.holds.release(id, {reason: 'SORTED', by: 'Ben'});
  await plant.held('L1');
  const other = await plant.held('L2');
  await (await plant.outbox(url, {concurrency: 1, times: 1})).deliver();
  expect(states(id)).toEqual(['unknown', 'queued']);
  expect(states(other)).toEqual(['unknown']);
  const outbox = await plant.outbox(url, {concurrency: 1});
  expect(await outbox.deliver({waitSeconds: LONG})).toMatchObject({waiting: 0});
  expect(mes?.effects.filter(({lot}) => lot === 'L1').map(({sequence}) => sequence)).toEqual([1, 2, 3]);
  expect(mes).toMatchObject({overtaken: 0, repeats: 0});
});

test('where no look-up exists a person decides', async () => {
  let posts = 0;
  const server = createServer((request, response) => {
    if (request.method === 'GET') return response.writeHead(405).end();
    posts++;
    request.socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const outbox = await plant.outbox(`http://127.0.0.1:${(server.address() as {port: number}).port}/`);
  const id = await plant.held('L1');
  expect(await outbox.deliver({waitSeconds: LONG})).toMatchObject({waiting: 1, askPerson: 1});
  expect(states(id)).toEqual(['unknown']);
  expect(posts).toBe(1);
  const lot = {hold: id, lot: 'L1', action: 'hold' as const, receiver: 'mes', by: 'Cem', why: 'seen on the screen'};
  await outbox.decide({...lot, as: 'acknowledged'});
  expect(plant.holds.show(id).lots[0]).toMatchObject({delivery: 'acknowledged', seenAtMes: null});
  expect(plant.holds.show(id).events.at(-1)).toMatchObject({by: 'Cem', what: 'acknowledged'});
  server.close();
  server.closeAllConnections();
});

test('in the background a hold arrives as soon as it is approved, not when something looks next', async () => {
  const {url} = await receiver();
  const outbox = await plant.outbox(url, {times: 1});
  outbox.start();
  const latenciesMs: number[] = [];
  const decisionsMs: number[] = [];
  for (let n = 0; n < 50; n++) {
    const deciding = performance.now();
    const {id} = await plant.holds.propose(suspect([`L${n}`]));
    await plant.holds.approve(id, 'Ben');
    const began = performance.now();
    decisionsMs.push(began - deciding);
    while (!mes!.held.has(`L${n}`)) await wait(1);
    latenciesMs.push(performance.now() - began);
  }
  await outbox.deliver({waitSeconds: LONG});
  await outbox.stop();
  // One line on the disk and one request to this machine, beside two lines on the disk.
  expect(median(latenciesMs)).toBeLessThan(20 * median(decisionsMs) + 20);
  expect(mes).toMatchObject({repeats: 0});
});

test('a second sender takes over: the first one stops, and nothing is done twice', async () => {
  const {url} = await receiver({delayMs: 2_000});
  const log: string[] = [];
  const first = await plant.outbox(url, {log});
  const second = await plant.outbox(url);
  const id = await plant.held('L1');
  first.start();
  while (mes!.effects.length === 0) await wait(5);
  expect(await second.deliver({waitSeconds: LONG})).toMatchObject({acknowledged: 1, waiting: 0});
  while (!log.includes('another sender took over')) await wait(5);
  expect(states(id)).toEqual(['acknowledged']);
  expect(steps().filter(did => did === 'acknowledged')).toHaveLength(1);
  expect(mes?.effects).toHaveLength(1);
  await first.stop();
});

test('what a sender writes after another took over has no effect, even once it stands in the ledger', async () => {
  const {url, effects} = await receiver();
  const id = await plant.held('L1');
  const {actions} = plant.ledger.entries()[1].body as {actions: {id: string}[]};
  await plant.ledger.append('delivery', {did: 'lease', fence: 7});
  const late = {
    did: 'acknowledged',
    fence: 6,
    delivery: actions[0].id,
    receiver: 'mes',
    how: 'answer',
    seenAtMes: true,
  };
  await plant.ledger.append('delivery', late);
  expect(await (await plant.outbox(url)).deliver()).toMatchObject({acknowledged: 1});
  expect(states(id)).toEqual(['acknowledged']);
  expect(effects).toHaveLength(1);
});

test('1,000 holds through every fault: none lost, none done twice, none overtaken', async () => {
  const random = seeded(20);
  const kinds: Fault[] = ['error', 'error-after-commit', 'drop', 'drop-after-commit', {delayMs: 15}, {delayMs: 4}];
  mes = await startDemoMes({secret: SECRET, faults: () => (random() < 0.3 ? kinds[Math.floor(random() * 6)] : null)});
  // 1,000 holds on 250 lots, every fourth released again: much to overtake.
  const ids = await Promise.all(
    Array.from({length: 1000}, async (_, n) => {
      const id = await plant.held(`L${n % 250}`);
      if (n % 4 === 0) await plant.holds.release(id, {reason: 'SORTED', by: 'Ben'});
      return id;
    }),
  );
  const outbox = await plant.outbox(mes.url, {concurrency: 16});
  const summary = await outbox.deliver({waitSeconds: LONG});
  const lots = ids.flatMap(id => plant.holds.show(id).lots);
  expect(summary).toMatchObject({waiting: 0, rejected: 0, acknowledged: lots.length});
  expect(lots.filter(({delivery}) => delivery !== 'acknowledged')).toEqual([]);
  expect(mes.effects).toHaveLength(lots.length);
  expect(new Set(mes.effects.map(({id}) => id)).size).toBe(lots.length);
  expect(mes).toMatchObject({repeats: 0, overtaken: 0, forged: 0});
  expect([...mes.held.keys()].sort()).toEqual([...new Set(lots.map(({lot}) => lot))].filter(isHeld).sort());

  function isHeld(lot: string): boolean {
    const actions = ids.flatMap(id => plant.holds.show(id)).filter(({decision}) => decision === 'approved');
    return actions.some(hold => hold.lots.some(other => other.lot === lot));
  }
});

test('killed again and again while sending: what was in flight is looked up, each is done once', async () => {
  const {url} = await receiver();
  const hold = await plant.held(...Array.from({length: 300}, (_, n) => `L${n}`));
  await plant.ledger.close();
  const kills = 3;
  for (let kill = 1; kill <= kills; kill++) {
    const child = sender(url);
    while (mes!.effects.length < kill * 40) await wait(2);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  const after = await testPlant(['mes'], plant.folder);
  const doneBefore = mes!.effects.length;
  expect(doneBefore).toBeLessThan(300);
  const inFlight = after.holds.show(hold).lots.filter(({delivery}) => delivery === 'sending' || delivery === 'unknown');
  expect(inFlight.length).toBeGreaterThan(0);
  expect(await (await after.outbox(url)).deliver({waitSeconds: LONG})).toMatchObject({waiting: 0, rejected: 0});
  expect(new Set(after.holds.show(hold).lots.map(({delivery}) => delivery))).toEqual(new Set(['acknowledged']));
  expect(mes?.effects).toHaveLength(300);
  expect(mes?.repeats).toBe(0);
  await after.ledger.close();
});

/** Another process that delivers from the plant's ledger until it is killed. */
function sender(url: string): ChildProcess {
  const script = new URL('sender.ts', import.meta.url).pathname;
  return spawn(process.execPath, ['--import', 'tsx', script, plant.folder, url], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Park & Miller (1988), Commun. ACM 31:1192: the minimal standard generator. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
