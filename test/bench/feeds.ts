/**
 * Sustained inspections by HTTP and by MQTT, each answered (or acknowledged) when it is on the disk, with the server killed and
 * started again in the middle. Fails where one is lost or doubled.
 *
 *   npx tsx test/bench/feeds.ts [http|mqtt|both] [--rate 5000] [--seconds 60] [--batch 50] [--clients 32] [--no-kill]
 *
 * Times are from when an inspection was due until it was in the ledger; without "the kill included" those that waited for the
 * restart are left out.
 * --batch: inspections in one request or message. The generator is a process of its own (feeds-generator.ts). MQTT needs mosquitto.
 */
import {type ChildProcess, spawn} from 'node:child_process';
import {mkdirSync, mkdtempSync, writeFileSync} from 'node:fs';
import {type AddressInfo, createServer} from 'node:net';
import {loadavg} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {setTimeout as wait} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {Warehouse} from '../../warehouse/store.ts';
import {inFolder, print, quantile, round, type Table} from './measure.ts';

const BIN = fileURLToPath(new URL('../../api/fishbone.cjs', import.meta.url));
const GENERATOR = fileURLToPath(new URL('feeds-generator.ts', import.meta.url));

export interface Load {
  via: 'http' | 'mqtt';
  ratePerSecond: number;
  seconds: number;
  /** Inspections in one request or message. */
  batch: number;
  clients: number;
}

/** What the generator tells at its end. */
export interface Generated {
  sent: number;
  refused: number;
  repeated: number;
  seconds: number;
}

/** After a start, what waited for it is worked off. */
const CALM_AFTER_MS = 5_000;

async function measure(load: Load, kills: boolean): Promise<Table['rows'][number]> {
  return inFolder(async folder => {
    const home = join(folder, 'W');
    mkdirSync(home);
    const [port, brokerPort] = [await freePort(), await freePort()];
    const broker = load.via === 'mqtt' ? await startBroker(folder, brokerPort) : null;
    const feed = {
      kind: 'mqtt',
      url: `mqtt://127.0.0.1:${brokerPort}`,
      receiveMaximum: Math.max(100, Math.ceil(20_000 / load.batch)),
      subscriptions: [{topic: 'line/+/inspections', takes: 'inspections'}],
    };
    writeFileSync(join(home, 'fishbone.json'), JSON.stringify(broker ? {feeds: {line: feed}} : {}));
    let server = await serve(home, port);
    if (broker) await connected(port);
    const target = broker ? feed.url : `http://127.0.0.1:${port}`;
    const generator = spawn(process.execPath, ['--import', 'tsx', GENERATOR, JSON.stringify({...load, target})], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said = new Promise<string>(resolve => createInterface({input: generator.stdout!}).once('line', resolve));
    let away = {fromMs: 0, untilMs: 0};
    if (kills) {
      await wait(load.seconds * 500);
      const fromMs = Date.now() - 1_000;
      server.kill('SIGKILL');
      await new Promise(resolve => server.once('exit', resolve));
      server = await serve(home, port);
      away = {fromMs, untilMs: Date.now() + CALM_AFTER_MS};
    }
    const generated = JSON.parse(await said) as Generated;
    // What the broker has taken and Fishbone has not yet.
    const since = performance.now();
    if (broker) await caughtUp(port);
    const caughtUpMs = performance.now() - since;
    const ended = new Promise(resolve => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
    broker?.kill('SIGTERM');
    const {inspections, defects, twice, calm, all} = await stored(home, away);
    const lost = generated.sent - inspections;
    // Every tenth inspection has one defect: see the generator.
    const defectsExpected = Math.ceil(generated.sent / 10);
    if (generated.refused > 0) throw new Error(`${generated.refused} were refused`);
    if (lost !== 0 || twice !== 0 || defects !== defectsExpected)
      throw new Error(`lost ${lost}, doubled ${twice}; defects ${defects}, not ${defectsExpected}`);
    const throughput = generated.sent / (generated.seconds + caughtUpMs / 1000);
    return [
      `${load.via}, ${load.batch} in one, ${load.clients} clients${kills ? ', killed once' : ''}`,
      load.ratePerSecond,
      round(throughput),
      generated.sent,
      ...[quantile(calm, 0.5), quantile(calm, 0.99), quantile(all, 0.99), all.at(-1)!].map(ms => round(ms)),
      generated.repeated,
      lost,
      twice,
      loadavg()[0].toFixed(1),
    ];
  });
}

/** What is there, and how long each took from when it was due until the ledger had it. */
async function stored(home: string, away: {fromMs: number; untilMs: number}) {
  const warehouse = await Warehouse.open(home);
  try {
    const at = new Map(
      warehouse.entries().map(({at: time, body}) => [(body as {batch?: number}).batch, Date.parse(time)]),
    );
    return await warehouse.read(undefined, async session => {
      const counts = await session.row<{inspections: number; defects: number; twice: number}>(
        `select (select count(*) from inspections)::integer as inspections, (select count(*) from defects)::integer as defects,
           ((select count(*) from fact.inspections) - (select count(distinct inspection) from fact.inspections))::integer as twice`,
      );
      const rows = await session.rows<{batch: number; due: number}>(
        'select batch, epoch_ms(inspected_at)::double as due from fact.inspections',
      );
      const waited = (some: typeof rows) => some.map(({batch, due}) => at.get(batch)! - due).sort((a, b) => a - b);
      const calm = rows.filter(({batch, due}) => at.get(batch)! < away.fromMs || due > away.untilMs);
      return {...counts, all: waited(rows), calm: waited(calm)};
    });
  } finally {
    await warehouse.close();
  }
}

async function serve(home: string, port: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, [BIN, 'serve', '--warehouse', home, '--port', String(port), '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise(resolve => child.stdout!.once('data', resolve));
  return child;
}

interface Told {
  feeds: {state: string; received: number; behind: number}[];
}
const told = async (port: number) => (await (await fetch(`http://127.0.0.1:${port}/v1/feeds`)).json()) as Told;

async function connected(port: number): Promise<void> {
  while ((await told(port)).feeds[0].state !== 'connected') await wait(50);
}

/** Nothing has come for a while, and all that came is recorded. */
async function caughtUp(port: number): Promise<void> {
  for (let still = 0, before = -1; still < 10; await wait(100)) {
    const [{received, behind}] = (await told(port)).feeds;
    still = behind === 0 && received === before ? still + 1 : 0;
    before = received;
  }
}

async function startBroker(folder: string, port: number): Promise<ChildProcess> {
  const config = join(mkdtempSync(join(folder, 'broker-')), 'mosquitto.conf');
  writeFileSync(
    config,
    `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 0\nuser root\n`,
  );
  const broker = spawn('mosquitto', ['-c', config], {
    stdio: 'ignore',
    env: {...process.env, PATH: `${process.env.PATH}:/usr/sbin`},
  });
  await new Promise((resolve, reject) => {
    broker.once('error', reject);
    setTimeout(resolve, 500);
  });
  return broker;
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const {port} = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    rate: {type: 'string', default: '5000'},
    seconds: {type: 'string', default: '60'},
    batch: {type: 'string', default: '50'},
    clients: {type: 'string', default: '32'},
    'no-kill': {type: 'boolean', default: false},
  },
});
const how = positionals[0] ?? 'both';
const rows: Table['rows'] = [];
for (const via of ['http', 'mqtt'] as const) {
  if (how !== 'both' && how !== via) continue;
  const load = {
    via,
    ratePerSecond: Number(values.rate),
    seconds: Number(values.seconds),
    batch: Number(values.batch),
    clients: Number(values.clients),
  };
  rows.push(await measure(load, !values['no-kill']));
}
print({
  title: `Inspections a second, acknowledged when durable (${values.seconds} s)`,
  head: [
    '',
    'asked for /s',
    'reached /s',
    'sent',
    'p50 ms',
    'p99 ms',
    'p99 ms, the kill included',
    'longest ms',
    'sent again',
    'lost',
    'doubled',
    'load',
  ],
  rows,
});
