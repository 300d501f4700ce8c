/** Asks a server as many pages do at once, and sends inspections meanwhile; a process of its own. Prints what it saw as JSON. */
import {Agent, request} from 'node:http';
import {setTimeout as wait} from 'node:timers/promises';

export interface LoadOrder {
  address: string;
  clients: number;
  seconds: number;
  /** Between an answer and the next question of a client. */
  pauseMs: number;
  /** Route's name → addresses that are asked by turns. */
  mix: Record<string, string[]>;
  /** Requests with inspections a second, and how many inspections in each. */
  sends: {perSecond: number; inspections: number; run: string};
  /** Of a server that asks for keys. */
  keys?: {read: string; append: string};
}

export interface LoadSeen {
  ms: Record<string, number[]>;
  statuses: Record<string, number>;
  /** Refusals for too much that did not say when to come again. */
  withoutRetryAfter: number;
  errors: string[];
  /** Inspections that were acknowledged, by the batch number of their request. */
  acknowledged: number[];
  rssMax: number;
}

const order = JSON.parse(process.argv[2]) as LoadOrder;
const agent = new Agent({keepAlive: true, maxSockets: Number.POSITIVE_INFINITY});
const seen: LoadSeen = {ms: {}, statuses: {}, withoutRetryAfter: 0, errors: [], acknowledged: [], rssMax: 0};
const untilMs = Date.now() + order.seconds * 1000;

await Promise.all([...Array.from({length: order.clients}, (_, k) => look(k)), send(), watchMemory()]);
agent.destroy();
process.stdout.write(JSON.stringify(seen));

async function look(client: number): Promise<void> {
  const names = Object.keys(order.mix);
  await wait((client / order.clients) * order.pauseMs);
  for (let turn = client; Date.now() < untilMs; turn++) {
    const name = names[turn % names.length];
    const paths = order.mix[name];
    await ask(name, paths[(turn * 7919) % paths.length]);
    if (order.pauseMs > 0) await wait(order.pauseMs);
  }
}

async function send(): Promise<void> {
  const {perSecond, inspections} = order.sends;
  const under: Promise<void>[] = [];
  for (let n = 0; Date.now() < untilMs; n++) {
    under.push(
      ask('inspections', '/v1/inspections', batchOf(order.sends.run, n, inspections)).then(status => {
        if (status === 200) seen.acknowledged.push(n);
      }),
    );
    await wait(1000 / perSecond);
  }
  await Promise.all(under);
}

async function watchMemory(): Promise<void> {
  while (Date.now() < untilMs) {
    const text = await fetch(`${order.address}/metrics`).then(
      response => response.text(),
      () => '',
    );
    seen.rssMax = Math.max(seen.rssMax, Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1] ?? 0));
    await wait(500);
  }
}

function ask(name: string, path: string, body?: string): Promise<number> {
  const sinceMs = performance.now();
  return new Promise(resolve => {
    const failed = (error: Error) => {
      seen.errors.push(`${name}: ${error.message}`);
      resolve(0);
    };
    const key = body === undefined ? order.keys?.read : order.keys?.append;
    // As the dashboards ask.
    const how: Record<string, string> =
      body === undefined ? {'cache-control': 'max-age=1, max-stale=600'} : {'content-type': 'application/json'};
    const headers = key === undefined ? how : {...how, authorization: `Bearer ${key}`};
    const asked = request(
      `${order.address}${path}`,
      {agent, headers, method: body === undefined ? 'GET' : 'POST'},
      response => {
        response.on('error', failed);
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          const key = `${name} ${status}`;
          seen.statuses[key] = (seen.statuses[key] ?? 0) + 1;
          if ((status === 429 || status === 503) && !response.headers['retry-after']) seen.withoutRetryAfter++;
          if (status < 300) {
            seen.ms[name] ??= [];
            seen.ms[name].push(performance.now() - sinceMs);
          }
          resolve(status);
        });
        response.resume();
      },
    );
    asked.on('error', failed);
    asked.end(body);
  });
}

/** The same batch again for the same numbers, so that it can be asked afterwards whether it is there. */
function batchOf(run: string, n: number, inspections: number): string {
  const rows = Array.from({length: inspections}, (_, k) => ({
    inspection: `${run}-${n}-${k}`,
    part: `P${String((n * inspections + k) % 1000).padStart(9, '0')}`,
    inspected_at: '2026-02-01T00:00:00Z',
    result: k % 10 === 0 ? 'fail' : 'pass',
    defects: k % 10 === 0 ? [{defect: 'scratch'}] : [],
  }));
  return JSON.stringify(rows);
}
