import {randomBytes} from 'node:crypto';
import {type AddressInfo, createServer, isIP} from 'node:net';
import {ofDisk} from '../warehouse/disk-refused.ts';
import type {App} from './app.ts';
import {USUAL_PORT} from './config.ts';
import {FishboneError} from './errors.ts';
import {buildHttp, type Http} from './http.ts';
import {watchReadiness} from './readiness.ts';
import {redacting} from './redact.ts';
import {announceServer, withdrawServer} from './running-server.ts';
import {unusedConnections} from './unused-connections.ts';
import {warmUp} from './warm-up.ts';

export interface ServeOptions {
  host: string;
  /** null: 4800, or the next one that is free; 0: any. */
  port: number | null;
  dashboards: string | null;
  /** Tells the person who started it what nobody else may hear. */
  tell?: (line: string) => void;
}

export interface Server {
  /** Where people on this machine find it. */
  address: string;
  /** Writes a line into the log of what it does. */
  log(line: string): void;
  /** Answers what was asked, delivers what is in flight, and lets go of the warehouse. */
  close(): Promise<void>;
}

const PORTS_TRIED = 20;
const ANNOUNCE_AGAIN_MS = 10_000;
/** Less than what a stopping process is given, so that the warehouse is still closed in order. */
const DRAIN_MS = 12_000;
/** What is not written into logs, wherever it should turn up. */
const SECRETS = [
  'authorization',
  'cookie',
  'key',
  'token',
  'secret',
  'headers.authorization',
  'headers.cookie',
  'req.headers.authorization',
  'req.headers.cookie',
];

/**
 * Serves a warehouse: listens, says so in `W/server.json`, and sends what waits in the outbox.
 * @throws FishboneError for a host beyond this machine without a key, or a port in use
 */
export async function serve(app: App, {host, port, dashboards, tell}: ServeOptions): Promise<Server> {
  await firstKey(app, {host, port, tell});
  const token = randomBytes(32).toString('base64url');
  const http = await buildHttp(app, {
    localToken: token,
    dashboards,
    logger: {level: app.config.log, stream: redacting(process.stderr), redact: [...SECRETS]},
  });
  http.traffic.isStarting = true;
  const letGoOfUnused = unusedConnections(http.server);
  const listening = await listen(http, host, port);
  const here = isWildcard(host) ? '127.0.0.1' : host;
  let announcing: NodeJS.Timeout | undefined;
  let stopWatching = () => {};
  const announce = (): Promise<void> =>
    announceServer(app.config.folder, {address, pid: process.pid, token}).catch((error: unknown) => {
      // A full disk keeps nobody from asking: this file is missed by the command line only.
      const refused = ofDisk(error, app.config.folder);
      if (refused === error) throw error;
      http.log.warn(`the command line does not find this server for now: ${(refused as Error).message}`);
      announcing = setTimeout(() => void announce(), ANNOUNCE_AGAIN_MS).unref();
    });
  const address = `http://${isIP(here) === 6 ? `[${here}]` : here}:${listening}`;
  try {
    await app.startDelivery();
    await app.startResponses();
    app.startTending();
    app.startFeeds();
    await announce();
    http.traffic.isStarting = false;
    stopWatching = watchReadiness(app, http.traffic);
    http.log.info({address, folder: app.config.folder, position: app.warehouse.position}, 'serving');
    warmUp(http, app, token).catch((error: unknown) =>
      http.log.warn(error, 'what the overview asks was not answered in advance'),
    );
  } catch (error) {
    await http.close();
    throw error;
  }

  return {
    address,
    // What the application says by itself, an administrator has to see.
    log: line => http.log.warn(line),
    close: async () => {
      clearTimeout(announcing);
      stopWatching();
      await withdrawServer(app.config.folder, token);
      letGoOfUnused();
      app.live.end('closing');
      const cut = await http.traffic.drain(DRAIN_MS);
      if (cut > 0) {
        http.log.warn({requests: cut}, 'cut off: they took too long');
        http.server.closeAllConnections();
      }
      await http.close();
      await app.close();
      http.log.info('stopped');
    },
  };
}

/**
 * Beyond this machine there is no single-user mode, and where all keys were revoked nobody could get in: so that somebody
 * can, a key is made and shown once to the person who starts the server.
 */
async function firstKey(app: App, {host, port, tell}: Omit<ServeOptions, 'dashboards'>): Promise<void> {
  const isLoopback = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  const isOpen = isLoopback && !app.keys.required;
  if (isOpen || app.keys.anyWorks || app.config.oidc) return;
  if (!tell)
    throw new FishboneError('FORBIDDEN', `there is no API key, so ${host} would be open to whoever reaches it`, {
      hint: 'create a key first: "fishbone key create --role admin --name NAME"; or serve this machine only, without --host',
    });
  // Who misspelt the host would have a key, and a warehouse that from then on asks everybody for one.
  await tryListening(host, port ?? 0);
  const {key, name} = await app.keys.create({name: 'first admin', role: 'admin', by: 'the first start'});
  tell(`Nobody could get in, so there is a key now, of the role admin and the name "${name}". It is shown this once:`);
  tell(`  ${key}`);
}

async function tryListening(host: string, port: number): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen({host, port}, resolve)).catch(
    cause => {
      throw cannotListen(host, port, cause as NodeJS.ErrnoException);
    },
  );
  await new Promise(resolve => probe.close(resolve));
}

function cannotListen(host: string, port: number, cause: NodeJS.ErrnoException): FishboneError {
  const {code, message} = cause;
  const isHost = code === 'ENOTFOUND' || code === 'EADDRNOTAVAIL' || code === 'EAI_AGAIN';
  return new FishboneError(
    'CONFLICT',
    `cannot listen on ${host}: ${code === 'EADDRINUSE' ? `port ${port} is in use` : message}`,
    {
      hint: isHost
        ? 'give an address or a name of this machine with --host, or 0.0.0.0 for all of them'
        : 'choose another with --port, or --port 0 for any that is free',
      cause,
    },
  );
}

async function listen(http: Http, host: string, port: number | null): Promise<number> {
  const ports = port === null ? Array.from({length: PORTS_TRIED}, (_, k) => USUAL_PORT + k) : [port];
  for (const candidate of ports) {
    try {
      await http.listen({host, port: candidate});
      return (http.server.address() as AddressInfo).port;
    } catch (cause) {
      const refused = cause as NodeJS.ErrnoException;
      if (refused.code === 'EADDRINUSE' && candidate !== ports.at(-1)) continue;
      await http.close();
      throw cannotListen(host, candidate, refused);
    }
  }
  throw new Error('no port was tried');
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
