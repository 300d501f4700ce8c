/**
 * A scriptable MES in a process of its own, which knows nothing of Fishbone's code: node mes.ts '{settings}'. It writes
 * what it received and what it did into a journal before it answers, so that the journal is what really happened.
 */
import {once} from 'node:events';
import {openSync, writeSync} from 'node:fs';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {setTimeout as wait} from 'node:timers/promises';
import {Webhook} from 'standardwebhooks';
import {drawsFrom} from '../random.ts';
import {faultOfLookUp, faultOfPost, type Manner} from './faults.ts';

export interface MesSettings {
  journal: string;
  secret: string;
  seed: number;
  /** Whether it does anything wrong, and is out of reach now and then. */
  faulty: boolean;
  /** Whether it tells repetitions by their webhook-id. Else it carries out blindly whatever comes. */
  keyed: boolean;
  /** After so long the sender has given up. */
  timeoutMs: number;
}

/** A line of the journal. Times in ms since 1970, of the machine's clock. */
export type Line =
  | {is: 'post'; atMs: number; id: string; lot: string; type: string; fault: string | null}
  | {is: 'effect'; atMs: number; id: string; lot: string; type: string; hold: string; sequence: number}
  /** Known already, so not carried out again: only of a receiver that tells repetitions. */
  | {is: 'repetition'; atMs: number; id: string}
  | {is: 'look-up'; atMs: number; id: string; known: boolean; fault: string | null}
  | {is: 'forged'; atMs: number; why: string}
  /** Somebody followed the redirect. */
  | {is: 'trapped'; atMs: number; what: string}
  | {is: 'down' | 'up'; atMs: number};

type LineOf<L> = L extends unknown ? Omit<L, 'atMs'> : never;

interface Told {
  type: string;
  lot: string;
  hold: string;
  sequence: number;
}

const settings = JSON.parse(process.argv[2]) as MesSettings;
const journal = openSync(settings.journal, 'a');
const webhook = new Webhook(settings.secret);
const draw = drawsFrom(settings.seed);
const done = new Map<string, Told>();
const held = new Map<string, boolean>();

const trap = createServer((request, response) => {
  write({is: 'trapped', what: `${request.method} ${request.url}`});
  response.end();
});
const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
});
await listen(trap, 0);
const port = await listen(server, 0);
process.stdout.write(`${JSON.stringify({port})}\n`);
if (settings.faulty) void goDownNowAndThen();

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://mes').pathname;
  if (path === '/lots') return send(response, 200, {held: [...held].filter(([, is]) => is).map(([lot]) => lot)});
  const id = path.slice('/holds/'.length);
  if (request.method === 'GET' && path.startsWith('/holds/')) return lookUp(id, response);
  if (request.method === 'POST' && path === '/holds') return take(request, response, await textOf(request));
  send(response, 404, {error: `no ${request.method} ${path}`});
}

async function take(request: IncomingMessage, response: ServerResponse, text: string): Promise<void> {
  try {
    webhook.verify(text, request.headers as Record<string, string>);
  } catch (error) {
    write({is: 'forged', why: String(error)});
    return send(response, 401, {error: 'the signature is not right'});
  }
  const id = String(request.headers['webhook-id']);
  const told = JSON.parse(text) as Told;
  const fault = settings.faulty ? faultOfPost(draw(), settings.keyed) : null;
  write({is: 'post', id, lot: told.lot, type: told.type, fault: fault && `${fault.manner}, done ${fault.done}`});
  if (fault?.done !== 'not' && fault?.done !== 'late') carryOut(id, told);
  if (fault?.done === 'late') setTimeout(() => carryOut(id, told), settings.timeoutMs * 1.5);
  const right = {'webhook-id': id, lot: told.lot, hold: told.hold, status: held.get(told.lot) ? 'held' : 'free'};
  await goWrong(response, fault?.manner ?? null, 200, right);
}

async function lookUp(id: string, response: ServerResponse): Promise<void> {
  const fault = settings.faulty ? faultOfLookUp(draw()) : null;
  const told = done.get(id);
  write({is: 'look-up', id, known: told !== undefined, fault});
  if (told) await goWrong(response, fault, 200, {'webhook-id': id, lot: told.lot, hold: told.hold, type: told.type});
  else await goWrong(response, fault, 404, {error: 'not known here'});
}

function carryOut(id: string, told: Told): void {
  if (settings.keyed && done.has(id)) {
    write({is: 'repetition', id});
    return;
  }
  const {type, lot, hold, sequence} = told;
  write({is: 'effect', id, lot, type, hold, sequence});
  done.set(id, told);
  held.set(lot, type === 'lot.hold');
}

async function goWrong(response: ServerResponse, manner: Manner | null, status: number, right: object): Promise<void> {
  const {socket} = response;
  const text = JSON.stringify(right);
  switch (manner) {
    case 'drop':
      return void socket?.destroy();
    case '500':
      return send(response, 500, {error: 'out of order'});
    case 'says-no':
      return send(response, 200, {error: 'the lot is locked by another user'});
    case 'other-key':
      return send(response, 200, {...right, 'webhook-id': 'a'.repeat(64), lot: 'of-somebody-else'});
    case 'redirect':
      response.setHeader('location', `http://127.0.0.1:${(trap.address() as AddressInfo).port}/inside`);
      return send(response, 302, {});
    case '429':
      return send(response.setHeader('retry-after', '1'), 429, {error: 'too many'});
    case 'never':
      return;
    case 'slow':
      await wait(settings.timeoutMs * 1.3);
      return send(response, status, right);
    case 'delayed':
      await wait(draw() * settings.timeoutMs * 0.4);
      return send(response, status, right);
    case 'twice': {
      const whole = `HTTP/1.1 ${status} OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
      return void socket?.end(whole + whole);
    }
    case 'cut-text':
      return void response.writeHead(status, {'content-type': 'application/json'}).end(text.slice(0, text.length / 2));
    case 'cut-connection':
      response.writeHead(status, {'content-type': 'application/json', 'content-length': Buffer.byteLength(text)});
      response.write(text.slice(0, text.length / 2), () => socket?.destroy());
      return;
    default:
      return send(response, status, right);
  }
}

/** Out of reach for a second or two, connections that stand included. */
async function goDownNowAndThen(): Promise<void> {
  for (;;) {
    await wait(8_000 + draw() * 12_000);
    const closed = new Promise(resolve => server.close(resolve));
    server.closeAllConnections();
    await closed;
    write({is: 'down'});
    await wait(500 + draw() * 2_000);
    await listen(server, port);
    write({is: 'up'});
  }
}

function write(line: LineOf<Line>): void {
  writeSync(journal, `${JSON.stringify({...line, atMs: performance.timeOrigin + performance.now()})}\n`);
}

async function listen(on: ReturnType<typeof createServer>, at: number): Promise<number> {
  on.listen(at, '127.0.0.1');
  await once(on, 'listening');
  return (on.address() as AddressInfo).port;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {'content-type': 'application/json'}).end(JSON.stringify(body));
}
