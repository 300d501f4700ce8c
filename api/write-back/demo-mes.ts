import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {setTimeout as wait} from 'node:timers/promises';
import {Webhook} from 'standardwebhooks';

/** What the demo MES may be made to do wrong with a request. */
export type Fault =
  | 'error' // 500, nothing done
  | 'error-after-commit' // 500, yet done
  | 'drop' // closes the connection, nothing done
  | 'drop-after-commit'
  | 'busy' // 429 with Retry-After: 1
  | 'refuse' // 422 with a reason
  | 'contradict' // 200 with {"status": "rejected"}, nothing done
  | 'other-lot' // 200 about another lot, nothing done
  | 'redirect' // 302 to an internal address
  | {delayMs: number}; // done, and answered late

/** What was asked for and done, once an action. */
interface Effect {
  id: string;
  type: 'lot.hold' | 'lot.release' | 'lot.scrap';
  lot: string;
  hold: string;
  sequence: number;
}

/** What a response rule said, once a message. */
interface Said {
  id: string;
  type: string;
  rule: string;
  body: Record<string, unknown>;
}

export interface DemoMes {
  /** The receiver's URL. */
  url: string;
  /** What was done, in the order in which it was done. */
  effects: Effect[];
  /** What response rules said, in the order in which it came. */
  said: Said[];
  /** Held lots and the hold that did it. */
  held: Map<string, string>;
  /** Lots that are gone for good. */
  scrapped: Set<string>;
  /** POSTs of an action that was already done: answered, not done again. */
  repeats: number;
  /** Actions that came after a later one on the same lot. */
  overtaken: number;
  /** POSTs whose signature is not right. */
  forged: number;
  stop(): Promise<void>;
}

/**
 * A plant's MES as far as holds go, over real HTTP on this machine: it verifies the signature, does each action once,
 * remembers which lots are held and answers look-ups. It forgets everything when it stops.
 * @param options.faults asked for each POST, counted from 1
 */
export async function startDemoMes(options: {
  secret: string;
  port?: number;
  faults?: (post: {n: number; id: string}) => Fault | null;
}): Promise<DemoMes> {
  const webhook = new Webhook(options.secret);
  const done = new Map<string, Effect>();
  const latest = new Map<string, number>();
  let posts = 0;
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  const address = await listen(options.port ?? 0);
  const mes: DemoMes = {
    url: `http://127.0.0.1:${address.port}/holds`,
    effects: [],
    said: [],
    held: new Map(),
    scrapped: new Set(),
    repeats: 0,
    overtaken: 0,
    forged: 0,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return mes;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://mes').pathname;
    if (request.method === 'GET' && path === '/holds') return json(response, 200, {held: Object.fromEntries(mes.held)});
    if (request.method === 'GET' && path.startsWith('/holds/')) {
      const effect = done.get(path.slice('/holds/'.length));
      const said = mes.said.find(({id}) => id === path.slice('/holds/'.length));
      if (said) return json(response, 200, {type: said.type, rule: said.rule});
      return effect
        ? json(response, 200, {...effect, status: mes.held.has(effect.lot) ? 'held' : 'free'})
        : json(response, 404, {error: 'not known here'});
    }
    if (request.method === 'POST' && path === '/holds') return take(request, response, await bodyOf(request));
    json(response, 404, {error: `no ${request.method} ${path}`});
  }

  async function take(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
    const id = String(request.headers['webhook-id']);
    const fault = options.faults?.({n: ++posts, id}) ?? null;
    if (!isSigned(request, body)) return json(response, 401, {error: 'the signature is not right'});
    const effect = {id, ...(JSON.parse(body) as Omit<Effect, 'id'>)};
    if (fault === 'error') return json(response, 500, {error: 'out of order'});
    if (fault === 'drop') return void request.socket.destroy();
    if (fault === 'busy') return json(response.setHeader('retry-after', '1'), 429, {error: 'busy'});
    if (fault === 'refuse') return json(response, 422, {error: `lot ${effect.lot} is not known`});
    if (fault === 'contradict') return json(response, 200, {status: 'rejected'});
    if (fault === 'other-lot') return json(response, 200, {lot: `${effect.lot}-other`, status: 'held'});
    if (fault === 'redirect') return json(response.setHeader('location', 'http://169.254.169.254/'), 302, {});
    commit(effect, body);
    if (fault === 'error-after-commit') return json(response, 500, {error: 'out of order'});
    if (fault === 'drop-after-commit') return void request.socket.destroy();
    if (fault) await wait(fault.delayMs);
    if (!isHold(effect)) return json(response, 200, {type: effect.type, status: 'taken'});
    json(response, 200, {
      lot: effect.lot,
      hold: effect.hold,
      status: mes.scrapped.has(effect.lot) ? 'scrapped' : mes.held.has(effect.lot) ? 'held' : 'free',
    });
  }

  function isHold({type}: Effect): boolean {
    return type === 'lot.hold' || type === 'lot.release' || type === 'lot.scrap';
  }

  function commit(effect: Effect, body: string): void {
    const {id, type, lot, hold, sequence} = effect;
    if (done.has(id) || mes.said.some(said => said.id === id)) {
      mes.repeats++;
      return;
    }
    if (!isHold(effect)) {
      const said = JSON.parse(body) as Record<string, unknown>;
      mes.said.push({id, type, rule: String(said.rule), body: said});
      return;
    }
    if (sequence < (latest.get(lot) ?? 0)) mes.overtaken++;
    latest.set(lot, Math.max(sequence, latest.get(lot) ?? 0));
    const held = {id, type, lot, hold, sequence};
    done.set(id, held);
    mes.effects.push(held);
    if (type === 'lot.hold') mes.held.set(lot, hold);
    else mes.held.delete(lot);
    if (type === 'lot.scrap') mes.scrapped.add(lot);
  }

  function isSigned(request: IncomingMessage, body: string): boolean {
    try {
      webhook.verify(body, request.headers as Record<string, string>);
      return true;
    } catch {
      mes.forged++;
      return false;
    }
  }

  function listen(port: number): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => resolve(server.address() as AddressInfo));
    });
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {'content-type': 'application/json'}).end(JSON.stringify(body));
}
