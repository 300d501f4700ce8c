/** What happens, told as it happens: nothing is missed, and nobody who is slow costs memory or holds up others. */
import type {Readable} from 'node:stream';
import {expect, onTestFinished, test} from 'vitest';
import {Live} from '../../api/live/live.ts';
import type {ContainAnswer} from '../../warehouse/answers.ts';
import type {Hold} from '../../warehouse/hold-answers.ts';
import {LIVE, type LiveData, type LiveName} from '../../warehouse/live-answers.ts';
import {servedPlant} from './plant.ts';

interface Told {
  id: number | null;
  event: LiveName;
  data: Record<string, unknown>;
}

/** As the standard for server-sent events says it: fields by line, an event by empty line, comments by a colon. */
function eventsIn(text: string): Told[] {
  return text
    .split('\n\n')
    .filter(block => block !== '' && !block.startsWith(':'))
    .map(block => {
      const fields = Object.fromEntries(
        block.split('\n').map(line => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
      );
      const event = fields.event as LiveName;
      const data: unknown = JSON.parse(fields.data);
      LIVE[event].parse(data);
      return {id: fields.id === undefined ? null : Number(fields.id), event, data: data as Record<string, unknown>};
    });
}

const fails = (id: string) => ({
  inspection: id,
  part: 'P9',
  inspected_at: '2024-03-02T08:00:00Z',
  result: 'fail',
  defects: [{defect: 'dent'}],
});

async function listening(options: Parameters<typeof servedPlant>[0] = {}) {
  const plant = await servedPlant(options);
  const address = await plant.http.listen({host: '127.0.0.1', port: 0});
  return {...plant, address};
}

/** Watches until `enough`. @returns what was told, and how to leave */
async function watch(address: string, headers: Record<string, string> = {}) {
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const response = await fetch(`${address}/v1/events`, {headers, signal: leaving.signal});
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const until = async (enough: (told: Told[]) => boolean) => {
    for (;;) {
      const told = eventsIn(text.slice(0, text.lastIndexOf('\n\n') + 2));
      if (enough(told)) return told;
      const {value, done} = await reader.read();
      if (done) throw new Error(`the stream ended after ${text}`);
      text += value;
    }
  };
  return {
    response,
    until,
    ended: async () => {
      for (;;) {
        const {value, done} = await reader.read();
        if (done) return eventsIn(text);
        text += value;
      }
    },
    leave: () => leaving.abort(),
  };
}

const has = (event: LiveName) => (told: Told[]) => told.some(one => one.event === event);

test('a batch is told with its results; who comes back misses nothing', async () => {
  const {app, address} = await listening();
  const first = await watch(address);
  expect(first.response.headers.get('content-type')).toContain('text/event-stream');
  const [hello] = await first.until(has('hello'));
  expect(hello).toMatchObject({
    id: app.warehouse.ledger.head.seq,
    data: {position: app.warehouse.position, resumed: false},
  });

  await app.recorder.record([
    fails('X1'),
    {...fails('X2'), part: 'P10'},
    {...fails('X3'), result: 'pass', defects: []},
  ] as never);
  const told = await first.until(has('batch'));
  expect(told[1]).toMatchObject({
    event: 'batch',
    data: {
      batch: app.warehouse.position,
      tables: expect.arrayContaining([{table: 'inspections', accepted: 3, rejected: 0}]),
      inspections: {
        inspections: 3,
        pass: 1,
        fail: 2,
        error: 0,
        failingParts: 2,
        failing: ['P10', 'P9'],
        newest: '2024-03-02T08:00:00.000Z',
      },
    },
  });
  // Told when it can be asked about, not before.
  expect((told[1].data as LiveData<'batch'>).batch).toBeLessThanOrEqual(app.warehouse.position);
  first.leave();
  await expect.poll(() => app.live.watchers).toBe(0);

  for (const id of ['Y1', 'Y2', 'Y3']) await app.recorder.record([fails(id)] as never);
  const again = await watch(address, {'last-event-id': String(told[1].id)});
  const missed = await again.until(all => all.length === 4);
  expect(missed[0]).toMatchObject({event: 'hello', data: {resumed: true}});
  const batches = missed.slice(1).map(({data}) => (data as LiveData<'batch'>).batch);
  expect(batches).toEqual([1, 2, 3].map(k => (told[1].data as LiveData<'batch'>).batch + k));
});

test('holds, their deliveries and alerts are told, and how a question goes', async () => {
  const {app, http, address} = await listening();
  const live = await watch(address);
  await live.until(has('hello'));
  const post = (url: string, payload: object, headers = {}) => http.inject({method: 'POST', url, payload, headers});
  await post('/v1/screen', {anyFail: true}, {'x-request-id': 'mine-1'});
  const progress = (await live.until(told => told.some(({data}) => data.state === 'done'))).filter(
    one => one.event === 'progress',
  );
  expect(progress.map(({data}) => [data.request, data.what])).toEqual(progress.map(() => ['mine-1', 'screen']));
  expect(progress.map(({data}) => data.stage)).toContain('indexing factors');
  expect(progress.every(({id}) => id === null)).toBe(true);

  const {id: contained} = (await post('/v1/contain', {target: 'L1'})).json<ContainAnswer>();
  const {id} = (await post('/v1/holds', {contained, reason: 'X', text: '', by: 'Anna'})).json<Hold>();
  await post(`/v1/holds/${id}/approve`, {by: 'Ben'});
  await app.alerts.raise({name: 'feed.gap', source: 'press', text: 'silent', figures: {}, batch: null});
  await app.alerts.over('feed.gap', 'press', 'it is back');
  const told = await live.until(all => all.filter(one => one.event === 'alert').length === 2);
  expect(told.filter(one => one.event === 'hold').map(({data}) => [data.hold, data.did, data.by])).toEqual([
    [id, 'propose', 'Anna'],
    [id, 'approve', 'Ben'],
  ]);
  expect(
    told.filter(one => one.event === 'alert').map(({data}) => [data.name, data.source, data.state, data.text]),
  ).toEqual([
    ['feed.gap', 'press', 'open', 'silent'],
    ['feed.gap', 'press', 'closed', 'it is back'],
  ]);
});

test('who takes nothing is let go with the reason, and finds the rest when he comes back', async () => {
  const {app} = await servedPlant({empty: true});
  const live = new Live(app.warehouse, {slowMs: 100, graceMs: 600_000});
  const slow = live.watch(0);
  const quick = live.watch(0);
  const soFar: string[] = [];
  quick.setEncoding('utf8').on('data', (text: string) => soFar.push(text));
  slow.read(0);
  const text = 'x'.repeat(4_000);
  for (let k = 0; k < 60; k++)
    await app.warehouse.append('alert', {
      did: 'raise',
      times: 1,
      name: `n${k}`,
      source: 's',
      text,
      figures: {},
      batch: null,
    });
  await expect.poll(() => live.dropped).toBe(1);
  // What is kept ready for him is bounded: 64 KiB, and the piece that did not fit.
  expect(slow.readableLength).toBeLessThan(80_000);
  const before = eventsIn(await textOf(slow));
  expect(before.at(-1)).toEqual({id: null, event: 'end', data: {reason: 'slow'}});
  const last = before.findLast(({id}) => id !== null)!.id;
  expect(last).toBeLessThan(app.warehouse.ledger.head.seq);

  const rest = live.watch(last);
  setTimeout(() => live.end('closing'), 50);
  const after = eventsIn(await textOf(rest));
  const names = [...before, ...after].filter(one => one.event === 'alert').map(({data}) => data.name);
  expect(names).toEqual(Array.from({length: 60}, (_, k) => `n${k}`));
  // Nobody else was held up.
  expect(eventsIn(soFar.join('')).filter(one => one.event === 'alert')).toHaveLength(60);
});

test('one who never takes anything again is cut off', async () => {
  const {app} = await servedPlant({empty: true});
  const live = new Live(app.warehouse, {slowMs: 50, graceMs: 50});
  const gone = live.watch(0);
  gone.read(0);
  for (let k = 0; k < 30; k++)
    await app.warehouse.append('alert', {
      did: 'raise',
      times: 1,
      name: `n${k}`,
      source: 's',
      text: 'x'.repeat(4_000),
      figures: {},
      batch: null,
    });
  await expect.poll(() => gone.destroyed).toBe(true);
  await expect.poll(() => live.watchers).toBe(0);
});

test('something is said now and then; too many are refused; an id of no event too', async () => {
  const {app, http} = await servedPlant({empty: true});
  const live = new Live(app.warehouse, {heartbeatMs: 20, watchersMax: 1});
  const stream = live.watch(null);
  expect(() => live.watch(null)).toThrow('1 are watching already');
  let text = '';
  stream.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  await expect.poll(() => text).toContain(': nothing new\n\n');
  stream.destroy();
  await expect.poll(() => live.watchers).toBe(0);
  const wrong = await http.inject({url: '/v1/events', headers: {'last-event-id': 'x'}});
  expect(wrong.json()).toMatchObject({status: 400, code: 'USAGE'});
});

test('a place beyond the ledger is of another warehouse: it is told from now on', async () => {
  const {app} = await servedPlant({empty: true});
  const stream = app.live.watch(1_000_000);
  setTimeout(() => app.live.end('closing'), 20);
  expect(eventsIn(await textOf(stream))[0]).toMatchObject({id: app.warehouse.ledger.head.seq, data: {resumed: false}});
});

test('streams end when keys change or the server closes', async () => {
  const {app, http, address} = await listening({empty: true});
  const open = await watch(address);
  await open.until(has('hello'));
  const {key} = await app.keys.create({name: 'Vera', role: 'viewer', by: 'test'});
  expect((await open.ended()).at(-1)).toMatchObject({event: 'end', data: {reason: 'access-changed'}});
  expect((await fetch(`${address}/v1/events`)).status).toBe(401);
  const keyed = await watch(address, {authorization: `Bearer ${key}`});
  await keyed.until(has('hello'));
  const ended = keyed.ended();
  await http.close();
  expect((await ended).at(-1)).toMatchObject({event: 'end', data: {reason: 'closing'}});
});

async function textOf(stream: Readable): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(Buffer.from(piece as string));
  return Buffer.concat(pieces).toString();
}
