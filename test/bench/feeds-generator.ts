/** Sends inspections at a steady pace, in a process of its own, each until it is acknowledged. They say when they were due. */
import {Agent, request} from 'node:http';
import {setTimeout as wait} from 'node:timers/promises';
import mqtt from 'mqtt';
import type {Generated, Load} from './feeds.ts';

const {via, ratePerSecond, seconds, batch, clients, target} = JSON.parse(process.argv[2]) as Load & {target: string};
const total = ratePerSecond * seconds;
const AGAIN_MS = 250;
const send = via === 'http' ? byHttp() : await byMqtt();
const beganMs = Date.now();
let [refused, repeated, next] = [0, 0, 0];

await Promise.all(Array.from({length: clients}, station));
const generated: Generated = {sent: total, refused, repeated, seconds: (Date.now() - beganMs) / 1000};
process.stdout.write(`${JSON.stringify(generated)}\n`);
process.exit(0);

/** One client: takes the next that is due, sends it until it is acknowledged.  */
async function station(): Promise<void> {
  while (next < total) {
    const first = next;
    next += batch;
    const dueMs = beganMs + (first / ratePerSecond) * 1000;
    if (dueMs > Date.now()) await wait(dueMs - Date.now());
    const body = JSON.stringify(
      Array.from({length: Math.min(batch, total - first)}, (_, k) => inspection(first + k, dueMs)),
    );
    for (;;) {
      const answer = await send(body);
      if (answer === 'done') break;
      if (answer === 'refused') {
        refused++;
        break;
      }
      repeated++;
      await wait(AGAIN_MS);
    }
  }
}

function inspection(k: number, dueMs: number): object {
  return {
    inspection: `I-${k}`,
    part: `P-${Math.floor(k / 2)}`,
    inspected_at: new Date(dueMs).toISOString(),
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

type Answer = 'done' | 'refused' | 'again';

function byHttp(): (body: string) => Promise<Answer> {
  const agent = new Agent({keepAlive: true, maxSockets: clients});
  const url = new URL('/v1/inspections', target);
  return body =>
    new Promise(resolve => {
      const headers = {'content-type': 'application/json', 'content-length': Buffer.byteLength(body)};
      const asked = request(url, {method: 'POST', agent, headers}, response => {
        response.resume();
        response.on('error', () => resolve('again'));
        response.on('end', () => {
          const {statusCode = 0} = response;
          resolve(statusCode === 200 ? 'done' : statusCode === 429 || statusCode >= 500 ? 'again' : 'refused');
        });
      });
      asked.on('error', () => resolve('again'));
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
