/**
 * How soon a hold is at the receiver once somebody approves it, while inspections come in and people look at their pages, and
 * whether that depends on how many holds there were before:
 * npx tsx test/bench/deliveries.ts [--lots N] [--pause MS] [SECONDS] [HOLDS BEFORE...]
 * Counted from when the approval is sent, by the receiver's own journal, so it is what a person at a button waits. The
 * receiver, Fishbone and those who ask are processes of their own on this machine, so they share its cores.
 */
import {spawn} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {loadavg} from 'node:os';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {openApp} from '../../api/app.ts';
import {contained} from '../../warehouse/contain.ts';
import type {Hold} from '../../warehouse/hold-answers.ts';
import {makePlant, type StormPlant} from '../faults/mes/plant.ts';
import {type Mes, Served, startMes} from '../faults/mes/processes.ts';
import {drawsFrom} from '../faults/random.ts';
import type {LoadOrder} from './load-client.ts';
import {inFolder, print, quantile, round} from './measure.ts';

const APPROVERS = 4;
const PAGES = 8;
const PAGE_PAUSE_MS = 500;
const SENDS = {perSecond: 30, inspections: 10, run: 'usual'};
const LOTS = 100;
const SECRET = `whsec_${Buffer.from('what only the MES and Fishbone know').toString('base64')}`;
const GOAL_MS = 1_000;
/** What has not arrived by then after the last approval is told as missing. */
const LATEST_MS = 60_000;

const {values: said, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    /** Of each hold; without it most have one, others up to four. */
    lots: {type: 'string'},
    /** Between an approval of a person and his next, in ms. */
    pause: {type: 'string', default: '400'},
  },
});
const PAUSE_MS = Number(said.pause);
const lotsEach = said.lots === undefined ? undefined : Number(said.lots);
const [seconds = 20, ...sizes] = positionals.map(Number);
if (!(seconds > 0 && PAUSE_MS >= 0 && (lotsEach ?? 1) > 0)) {
  console.error('usage: npx tsx test/bench/deliveries.ts [--lots N] [--pause MS] [SECONDS] [HOLDS BEFORE...]');
  process.exit(2);
}

interface Approval {
  hold: string;
  /** When it was sent, in ms since 1970, and how long its answer took. */
  sentMs: number;
  tookMs: number;
}

const rows: (string | number)[][] = [];
for (const before of sizes.length > 0 ? sizes : [0, 1_000, 10_000]) {
  rows.push(...(await measure(before)));
}
print({
  title: `From an approval to the MES: ${APPROVERS} people approve every ${PAUSE_MS} ms for ${seconds} s, ${lotsEach ?? '1 to 4'} lots each; loaded: ${SENDS.perSecond} x ${SENDS.inspections} inspections a second, ${PAGES} pages; goal: p99 at the receiver < ${GOAL_MS} ms`,
  head: [
    'holds before',
    'load',
    'approvals',
    'answered p50 ms',
    'p95',
    'p99',
    'at the receiver p50 ms',
    'p95',
    'p99',
    'acknowledged p50 ms',
    'p95',
    'p99',
    'inspections a second',
    'machine load',
    'start s',
  ],
  rows,
});

async function measure(before: number): Promise<(string | number)[][]> {
  return inFolder(async folder => {
    const journal = join(folder, 'mes.ndjson');
    const mes = await startMes({journal, secret: SECRET, seed: 1, faulty: false, keyed: true, timeoutMs: 10_000});
    const W = join(folder, 'warehouse');
    const settings = {lots: LOTS, populations: LOTS + 20, receivers: {mes: mes.port}, secret: SECRET, lotsEach};
    const plant = await makePlant(W, {...settings, timeoutMs: 10_000, random: drawsFrom(1), host: '127.0.0.1'});
    await decideBefore(W, plant, before);
    const measured = [];
    try {
      for (const isLoaded of [false, true]) {
        const server = new Served(W);
        const address = await server.address;
        const stopLoad = isLoaded ? load(address, plant.keys) : () => Promise.resolve();
        await wait(isLoaded ? 3_000 : 200);
        const approvals = await approveFor(seconds, address, plant);
        await arrived(mes, approvals);
        await stopLoad();
        await server.stop();
        measured.push([...row(before, isLoaded, approvals, mes, W), round(server.startsMs[0] / 1000, 1)]);
      }
      return measured;
    } finally {
      await mes.stop();
    }
  });
}

/** Holds of earlier days: decided, delivered, and a third of them released. */
async function decideBefore(W: string, {populations}: StormPlant, holds: number): Promise<void> {
  const app = await openApp(W);
  try {
    const evidence = await Promise.all(populations.map(({id}) => contained(app.warehouse, id)));
    const one = async (k: number) => {
      const population = evidence[k % evidence.length];
      const words = {reason: 'SCRATCH', text: 'of an earlier day', by: 'Anna', permalink: population.permalink};
      const {id} = await app.holds.propose({contained: population, ...words});
      await app.holds.approve(id, 'Ben');
      if (k % 3 === 0) await app.holds.release(id, {reason: 'SORTED', by: 'Ben'});
    };
    for (let k = 0; k < holds; k += 50) {
      await Promise.all(Array.from({length: Math.min(50, holds - k)}, (_, n) => one(k + n)));
    }
    const {waiting} = await app.deliver(3_600);
    if (waiting > 0) throw new Error(`${waiting} deliveries of earlier days still wait`);
  } finally {
    await app.close();
  }
}

/** People at their pages and gauges on the line, until told to stop. */
function load(address: string, keys: StormPlant['keys']): () => Promise<void> {
  const part = (k: number) => `P${(k * 7919) % (LOTS * 2)}`;
  const order: LoadOrder = {
    address,
    clients: PAGES,
    // Longer than is measured: it is stopped.
    seconds: seconds * 2 + 60,
    pauseMs: PAGE_PAUSE_MS,
    mix: {
      plant: ['/v1/plant'],
      holds: ['/v1/holds?limit=200'],
      pareto: ['product', 'part.lot'].map(by => `/v1/pareto?by=${by}`),
      yield: ['/v1/yield'],
      trace: Array.from({length: 50}, (_, k) => `/v1/trace/part/${part(k)}`),
      table: ['/v1/tables/inspections.json?limit=100'],
    },
    sends: SENDS,
    keys: {read: keys.ben, append: keys.gauge},
  };
  const client = fileURLToPath(new URL('load-client.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', client, JSON.stringify(order)], {stdio: 'ignore'});
  const gone = new Promise<void>(resolve => child.once('exit', () => resolve()));
  return () => {
    child.kill('SIGKILL');
    return gone;
  };
}

async function approveFor(forSeconds: number, address: string, plant: StormPlant): Promise<Approval[]> {
  const approvals: Approval[] = [];
  const untilMs = performance.now() + forSeconds * 1000;
  const approver = async (person: number) => {
    await wait((person / APPROVERS) * PAUSE_MS);
    for (let k = person; performance.now() < untilMs; k += APPROVERS) {
      const {id: population} = plant.populations[(k * 7) % plant.populations.length];
      const body = {contained: population, reason: 'SCRATCH', text: 'scratched by tool T7'};
      const {id} = await post<Hold>(`${address}/v1/holds`, plant.keys.anna, body);
      const sentMs = Date.now();
      await post(`${address}/v1/holds/${id}/approve`, plant.keys.ben, {});
      approvals.push({hold: id, sentMs, tookMs: Date.now() - sentMs});
      await wait(PAUSE_MS);
    }
  };
  await Promise.all(Array.from({length: APPROVERS}, (_, k) => approver(k)));
  return approvals;
}

async function post<T>(url: string, key: string, body: object): Promise<T> {
  const headers = {authorization: `Bearer ${key}`, 'content-type': 'application/json'};
  const response = await fetch(url, {method: 'POST', headers, body: JSON.stringify(body)});
  if (!response.ok) throw new Error(`${url}: ${await response.text()}`);
  return (await response.json()) as T;
}

/** Waits, under the same load, for the messages of the last approvals. */
async function arrived(mes: Mes, approvals: readonly Approval[]): Promise<void> {
  const untilMs = performance.now() + LATEST_MS;
  for (;;) {
    const there = new Set(mes.journal().flatMap(line => (line.is === 'effect' ? [line.hold] : [])));
    const missing = approvals.filter(({hold}) => !there.has(hold)).length;
    if (missing === 0) break;
    if (performance.now() > untilMs) throw new Error(`${missing} of ${approvals.length} approvals have not arrived`);
    await wait(200);
  }
  // The last are acknowledged after they have arrived.
  await wait(1_000);
}

/** By the receiver's journal and the ledger. */
function row(before: number, isLoaded: boolean, approvals: Approval[], mes: Mes, W: string): (string | number)[] {
  const approvedMs = new Map(approvals.map(({hold, sentMs}) => [hold, sentMs]));
  const since = (hold: string, atMs: number) => atMs - (approvedMs.get(hold) ?? Number.NaN);
  const effects = mes.journal().filter(line => line.is === 'effect');
  const holdOf = new Map(effects.map(({id, hold}) => [id, hold]));
  const mine = effects.filter(({hold}) => approvedMs.has(hold));
  const arrivedMs = mine.map(({hold, atMs}) => since(hold, atMs));
  const acknowledgedMs = readFileSync(join(W, 'ledger', 'ledger.ndjson'), 'utf8')
    .split('\n')
    .filter(line => line.includes('"did":"acknowledged"'))
    .map(line => JSON.parse(line) as {at: string; body: {delivery: string}})
    .map(({at, body}) => ({hold: holdOf.get(body.delivery) ?? '', atMs: Date.parse(at)}))
    .filter(({hold}) => approvedMs.has(hold))
    .map(({hold, atMs}) => since(hold, atMs));
  const told = (times: readonly number[]) => [0.5, 0.95, 0.99].map(share => round(quantile(times, share)));
  return [
    before,
    isLoaded ? 'loaded' : 'idle',
    approvals.length,
    ...told(approvals.map(({tookMs}) => tookMs)),
    ...told(arrivedMs),
    ...told(acknowledgedMs),
    inspectionsPerSecond(W),
    round(loadavg()[0], 1),
  ];
}

/** What the gauges had acknowledged, by the ledger. */
function inspectionsPerSecond(W: string): number {
  const batches = readFileSync(join(W, 'ledger', 'ledger.ndjson'), 'utf8')
    .split('\n')
    .filter(line => line.includes('"kind":"batch"') && line.includes('"table":"inspections"'))
    .map(line => JSON.parse(line) as {at: string; body: {tables: {table: string; accepted: number}[]}});
  if (batches.length < 2) return 0;
  const accepted = batches.flatMap(({body}) => body.tables).filter(({table}) => table === 'inspections');
  const sum = accepted.reduce((total, table) => total + table.accepted, 0);
  return round(sum / ((Date.parse(batches.at(-1)!.at) - Date.parse(batches[0].at)) / 1000));
}
