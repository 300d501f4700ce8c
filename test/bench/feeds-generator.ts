/** Sends inspections at a steady pace, in a process of its own; says at the end how long each waited to be acknowledged. */
import {Agent, request} from 'node:http';
import {setTimeout as wait} from 'node:timers/promises';
import mqtt from 'mqtt';
import type {Generated, Load} from './feeds.ts';
import {quantile} from './measure.ts';

const {via, ratePerSecond, seconds, batch, clients, target} = JSON.parse(process.argv[2]) as Load & {target: string};
const total = ratePerSecond * seconds;
const AGAIN_MS = 250;
const began = performance.now();
/** By MQTT the broker's acknowledgement is what a station sees; how long the broker itself waited stands in the feed's state. */
const send = via === 'http' ? byHttp() : await byMqtt();
const waited: {dueMs: number; ms: number}[] = [];
let [refused, repeated, next] = [0, 0, 0];
let away: {from: number; until: number} | null = null;

await Promise.all(Array.from({length: clients}, station));
const lasted = (performance.now() - began) / 1000;
const times = waited.map(({ms}) => ms);
const calm = waited
  .filter(({dueMs, ms}) => away === null || dueMs + ms < away.from || dueMs > away.until)
  .map(({ms}) => ms);
const generated: Generated = {
  sent: total,
  acknowledged: waited.length * batch,
  refused,
  repeated,
  seconds: lasted,
  p50Ms: quantile(times, 0.5),
  p99Ms: quantile(times, 0.99),
  maxMs: Math.max(...times),
  calmP50Ms: quantile(calm, 0.5),
  calmP99Ms: quantile(calm, 0.99),
};
process.stdout.write(`${JSON.stringify(generated)}\n`);
process.exit(0);

/** One client: takes the next that is due, sends it until it is acknowledged. Waiting counts from when it was due. */
async function station(): Promise<void> {
  while (next < total) {
    const first = next;
    next += batch;
    const dueMs = began + (first / ratePerSecond) * 1000;
    if (dueMs > performance.now()) await wait(dueMs - performance.now());
    const body = JSON.stringify(Array.from({length: Math.min(batch, total - first)}, (_, k) => inspection(first + k)));
    for (;;) {
      const answer = await send(body);
      if (answer === 'done') break;
      if (answer === 'refused') {
        refused++;
        break;
      }
      repeated++;
      if (answer === 'away') {
        const now = performance.now();
        // Until the queue that built up is worked off, what comes waits for the kill as well.
        away = {from: away?.from ?? now - AGAIN_MS, until: now + 5_000};
      }
      await wait(AGAIN_MS);
    }
    waited.push({dueMs, ms: performance.now() - dueMs});
  }
}

function inspection(k: number): object {
  const at = new Date(Date.UTC(2026, 0, 5) + k * 10).toISOString();
  return {
    inspection: `I-${k}`,
    part: `P-${Math.floor(k / 2)}`,
    inspected_at: at,
    station: `AOI-${k % 8}`,
    step: 'aoi',
    inspector: 'cnn@3.1',
    result: k % 10 === 0 ? 'fail' : 'pass',
    confidence: 0.97,
    ...(k % 10 === 0 && {
      defects: [{defect: `D${k % 7}`, severity: 2, confidence: 0.9, x: 10, y: 20, width: 5, height: 6}],
    }),
  };
}

type Answer = 'done' | 'refused' | 'busy' | 'away';

function byHttp(): (body: string) => Promise<Answer> {
  const agent = new Agent({keepAlive: true, maxSockets: clients});
  const url = new URL('/v1/inspections', target);
  return body =>
    new Promise(resolve => {
      const headers = {'content-type': 'application/json', 'content-length': Buffer.byteLength(body)};
      const asked = request(url, {method: 'POST', agent, headers}, response => {
        response.resume();
        response.on('error', () => resolve('away'));
        response.on('end', () => {
          const {statusCode = 0} = response;
          resolve(statusCode === 200 ? 'done' : statusCode === 429 || statusCode >= 500 ? 'busy' : 'refused');
        });
      });
      asked.on('error', () => resolve('away'));
      asked.end(body);
    });
}

async function byMqtt(): Promise<(body: string) => Promise<Answer>> {
  const client = await mqtt.connectAsync(target, {protocolVersion: 5});
  return async body => {
    await client.publishAsync('line/4/inspections', body, {qos: 1});
    return 'done';
  };
}
