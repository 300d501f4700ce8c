/**
 * What people wait for at their dashboards while inspections come in, and what happens when five times as many come. The
 * askers allow what the dashboards allow: an answer that is up to ten minutes old while a newer one is made.
 * npx tsx test/bench/load.ts [INSPECTIONS] [SECONDS] [WAREHOUSE]
 * A warehouse that is not there is made and kept; without one it is made for this run.
 * Server and askers are processes of their own on this machine, so they share its cores. Needs some gigabytes in
 * `$FISHBONE_BENCH` for ten million inspections.
 */
import {execFile} from 'node:child_process';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {LoadOrder, LoadSeen} from './load-client.ts';
import {inFolder, print, quantile, round, type Table} from './measure.ts';
import {makePlant, startServer} from './served-plant.ts';

const CLIENTS = 32;
const PAUSE_MS = 500;
const TIMES_MORE = 5;
const SENDS = {perSecond: 10, inspections: 10};

const [inspections = 1_000_000, seconds = 20] = process.argv.slice(2, 4).map(Number);
const kept = process.argv[4];
if (!(inspections >= 1000) || !(seconds > 0)) {
  console.error('usage: npx tsx test/bench/load.ts [INSPECTIONS] [SECONDS] [WAREHOUSE]');
  process.exit(2);
}

await inFolder(async folder => {
  const W = kept ?? join(folder, 'warehouse');
  if (!existsSync(W)) await makePlant(folder, W, inspections);
  const server = await startServer(W);
  try {
    const mix = await mixOf(server.address);
    print(await firstAnswers(server.address, mix));
    const order = {address: server.address, seconds, pauseMs: PAUSE_MS, mix};
    for (const [run, times] of [
      ['usual', 1],
      ['overload', TIMES_MORE],
    ] as const) {
      // In a warehouse that is kept, those of an earlier run are there already.
      const sends = {...SENDS, perSecond: SENDS.perSecond * times, run: `${run}-${Date.now().toString(36)}`};
      const seen = await ask({...order, clients: CLIENTS * times, sends});
      print(
        timesOf(
          seen,
          `${CLIENTS * times} clients, ${PAUSE_MS} ms between answer and question, ${sends.perSecond} x ${sends.inspections} inspections a second, ${inspections} inspections stored`,
        ),
      );
      print(await accountOf(server.address, seen, sends));
    }
  } finally {
    await server.stop();
  }
});

/** What the pages ask when somebody walks through them. */
async function mixOf(address: string): Promise<Record<string, string[]>> {
  const screened = await fetch(`${address}/v1/screen`, {
    method: 'POST',
    headers: {'content-type': 'application/json'},
    body: JSON.stringify({anyFail: true}),
  });
  if (!screened.ok) throw new Error(await screened.text());
  const {findings} = (await screened.json()) as {findings: {id: string}[]};
  const part = (k: number) => `P${String((k * 7919) % inspections).padStart(9, '0')}`;
  return {
    plant: ['/v1/plant'],
    pareto: ['station', 'product', 'part.lot'].map(by => `/v1/pareto?by=${by}&top=10`),
    yield: ['/v1/yield', '/v1/yield?by=station'],
    chart: ['/v1/charts/any-fail?kind=p&subgroup=lot', '/v1/charts/bore.p1?kind=xbar&subgroup=lot'],
    trace: Array.from({length: 50}, (_, k) => `/v1/trace/part/${part(k)}`),
    finding: findings.slice(0, 5).map(({id}) => `/v1/findings/${id}`),
    table: ['/v1/tables/inspections.json?limit=100', '/v1/tables/parts.json?limit=100'],
  };
}

/** Each question once, one after the other: what nobody has asked since the server started. */
async function firstAnswers(address: string, mix: Record<string, string[]>): Promise<Table> {
  const rows: Table['rows'] = [];
  for (const [name, paths] of Object.entries(mix)) {
    const times: number[] = [];
    for (const path of paths) {
      const since = performance.now();
      const response = await fetch(`${address}${path}`);
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`${path}: ${response.status}`);
      times.push(performance.now() - since);
    }
    rows.push([name, times.length, round(times[0]), round(Math.max(...times))]);
  }
  // What is known is read into memory when small batches keep coming.
  const sent: number[] = [];
  for (let n = 0; n < 5; n++) {
    const since = performance.now();
    const body = JSON.stringify([
      {
        inspection: `first-${Date.now().toString(36)}-${n}`,
        part: 'P000000000',
        inspected_at: '2026-02-01T00:00:00Z',
        result: 'pass',
      },
    ]);
    const response = await fetch(`${address}/v1/inspections`, {
      method: 'POST',
      headers: {'content-type': 'application/json'},
      body,
    });
    if (!response.ok) throw new Error(await response.text());
    sent.push(performance.now() - since);
  }
  rows.push(['inspections', sent.length, round(sent[0]), round(Math.max(...sent))]);
  return {title: 'The first time that each is asked', head: ['route', 'questions', 'first ms', 'longest ms'], rows};
}

function ask(order: LoadOrder): Promise<LoadSeen> {
  const client = fileURLToPath(new URL('load-client.ts', import.meta.url));
  return new Promise((resolve, reject) => {
    const args = ['--import', 'tsx', client, JSON.stringify(order)];
    execFile(process.execPath, args, {maxBuffer: 1e9}, (error, out) => {
      if (error) reject(error);
      else resolve(JSON.parse(out) as LoadSeen);
    });
  });
}

function timesOf({ms, statuses}: LoadSeen, title: string): Table {
  const refused = (name: string) =>
    Object.entries(statuses)
      .filter(([key]) => key.startsWith(`${name} `) && !key.endsWith(' 200'))
      .map(([key, times]) => `${times} x ${key.split(' ')[1]}`)
      .join(', ');
  return {
    title,
    head: ['route', 'answers', 'p50 ms', 'p95 ms', 'p99 ms', 'not answered'],
    rows: Object.entries(ms).map(([name, times]) => [
      name,
      times.length,
      ...[0.5, 0.95, 0.99].map(share => round(quantile(times, share), 1)),
      refused(name) || '0',
    ]),
  };
}

/** Whether all that was acknowledged is there: the warehouse counts what it has of this run. */
async function accountOf(
  address: string,
  {acknowledged, errors, withoutRetryAfter, rssMax}: LoadSeen,
  {run, inspections: each}: LoadOrder['sends'],
): Promise<Table> {
  // What is in the journal still is waited for.
  const headers = {'cache-control': 'no-cache'};
  const csv = await (await fetch(`${address}/v1/tables/inspections.csv?columns=inspection`, {headers})).text();
  const stored = new Set(csv.split(/\r?\n/).filter(id => id.startsWith(`${run}-`)));
  const ids = acknowledged.flatMap(n => Array.from({length: each}, (_, k) => `${run}-${n}-${k}`));
  return {
    title: `${run}: what became of it`,
    head: ['acknowledged', 'lost of them', 'connection errors', 'refusals without Retry-After', 'most memory MB'],
    rows: [
      [ids.length, ids.filter(id => !stored.has(id)).length, errors.length, withoutRetryAfter, round(rssMax / 1e6)],
    ],
  };
}
