import {once} from 'node:events';
import {connect as connectPlain, isIP} from 'node:net';
import {setTimeout as wait} from 'node:timers/promises';
import {connect as connectTls} from 'node:tls';
import {sayable} from '../../../ingest/feeds/opcua-errors.ts';
import type {OpcuaServer} from '../../../ingest/feeds/opcua-settings.ts';
import {FishboneError} from '../../errors.ts';
import {redacted} from '../../redact.ts';
import {allowedUrl, resolveOnce} from './address.ts';
import {pinned} from './call.ts';
import {openDrivers, type ReceiverConfig} from './drivers.ts';
import type {SmtpConfig} from './smtp-settings.ts';

export interface Reached {
  ok: boolean;
  /** Without secrets. */
  detail: string;
  hint?: string;
}

interface Around {
  allowHosts: readonly string[];
  /** What relative secret files are relative to. */
  folder: string;
  timeoutMs: number;
}

/** A receiver that is called by HTTP. */
type Web = Extract<ReceiverConfig, {url: string}>;

const OPCUA_PORT = '4840';

/**
 * Whether a receiver can be reached from this machine: connected to, encrypted, a mail server also signed in at, a machine
 * also asked what it offers. No message is sent and nothing is written.
 */
export async function reach(name: string, receiver: ReceiverConfig, around: Around): Promise<Reached> {
  return tried(name, async () => {
    // What cannot be opened cannot be reached either: a host that is not allowed, a secret that is not there.
    await openDrivers({receivers: {[name]: receiver}, ...around});
    if (receiver.driver === 'opcua') return visitMachine(receiver, around.timeoutMs);
    if (receiver.driver === 'smtp') return visitMailServer(name, receiver, around);
    return visitWeb(name, receiver, around);
  });
}

/** The same for a server of machines that is no receiver: a feed reads from it. */
export function reachOpcua(name: string, server: OpcuaServer, timeoutMs: number): Promise<Reached> {
  return tried(name, () => visitMachine(server, timeoutMs));
}

async function visitWeb(name: string, receiver: Web, {allowHosts, timeoutMs}: Around): Promise<string> {
  const tokens = receiver.driver === 'http' && receiver.auth?.kind === 'oauth2' ? [receiver.auth.tokenUrl] : [];
  const told: string[] = [];
  for (const address of [receiver.url, ...tokens]) {
    const url = allowedUrl(name, address, allowHosts);
    const isEncrypted = url.protocol === 'https:';
    url.port ||= isEncrypted ? '443' : '80';
    await knock(url, {isEncrypted, timeoutMs});
    told.push(`${placeOf(url)} answers${isEncrypted ? ', and its certificate is good' : ''}`);
  }
  return told.join('; ');
}

async function visitMailServer(
  name: string,
  config: SmtpConfig,
  {allowHosts, folder, timeoutMs}: Around,
): Promise<string> {
  const {greetMailServer, mailUrl} = await import('./smtp.ts');
  const url = mailUrl(name, config, allowHosts);
  await knock(url, {isEncrypted: false, timeoutMs});
  const greeting = greetMailServer(name, config, allowHosts, folder, timeoutMs);
  const {isEncrypted} = await within(timeoutMs, greeting).catch((error: Error) => {
    throw ofMail(error, placeOf(url), config);
  });
  const who = config.user === undefined ? '' : `, and lets ${config.user} in`;
  return `${placeOf(url)} answers ${isEncrypted ? 'encrypted' : 'without encryption'}${who}`;
}

async function visitMachine(server: OpcuaServer, timeoutMs: number): Promise<string> {
  const url = new URL(server.endpoint.replace(/^opc\.tcp:/, 'http:'));
  url.port ||= OPCUA_PORT;
  await knock(url, {isEncrypted: false, timeoutMs});
  const {askOffers} = await import('../../../ingest/feeds/opcua-offers.ts');
  await within(timeoutMs, askOffers(server, timeoutMs)).catch((error: Error) => {
    if (error instanceof Unreachable) throw error;
    throw new Unreachable(sayable(error, server, 'its certificates').message);
  });
  const kind = server.securityMode === 'None' ? 'no security' : `${server.securityMode} with ${server.securityPolicy}`;
  return `${server.endpoint} answers, and offers ${kind}`;
}

/** Connects to where a URL leads, and leaves again. @throws Unreachable */
async function knock(url: URL, {isEncrypted, timeoutMs}: {isEncrypted: boolean; timeoutMs: number}): Promise<void> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port || 80);
  try {
    const addresses = await within(timeoutMs, resolveOnce(url));
    const to = {host, port, lookup: pinned(addresses)};
    const socket = isEncrypted ? connectTls({...to, servername: isIP(host) ? '' : host}) : connectPlain(to);
    // After the end of waiting nobody hears its errors.
    socket.on('error', () => undefined);
    try {
      await within(timeoutMs, once(socket, isEncrypted ? 'secureConnect' : 'connect'));
    } finally {
      socket.destroy();
    }
  } catch (error) {
    throw ofConnection(error as Error, placeOf(url), host);
  }
}

/** A connection that was not to be had, in words. */
class Unreachable extends Error {
  readonly hint?: string;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

class TooLate extends Error {}

async function within<T>(timeoutMs: number, answer: Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = wait(timeoutMs, undefined, {signal: over.signal}).then(() => {
    throw new TooLate(`no answer within ${timeoutMs / 1000} s`);
  });
  late.catch(() => undefined);
  answer.catch(() => undefined);
  return Promise.race([answer, late]).finally(() => over.abort());
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|certificate|altnames/i;

function ofConnection(error: Error, place: string, host: string): Unreachable {
  const {code = ''} = error as NodeJS.ErrnoException;
  if (error instanceof TooLate || code === 'ETIMEDOUT')
    return new Unreachable(
      `${place} does not answer (${error.message})`,
      'look whether that machine is on, and whether a firewall lets this one through',
    );
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new Unreachable(
      `nobody knows where ${host} is (${code})`,
      'correct the host in fishbone.json, or have the name server know it',
    );
  if (code === 'ECONNREFUSED')
    return new Unreachable(
      `nothing listens at ${place} (${code})`,
      'start what should listen there, or correct host and port in fishbone.json',
    );
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH')
    return new Unreachable(`there is no way from this machine to ${place} (${code})`, 'look at network and routes');
  if (CERTIFICATE.test(`${code} ${error.message}`))
    return new Unreachable(
      `the certificate of ${place} is not good: ${error.message}`,
      'have it renewed, or name the authority of your plant: NODE_EXTRA_CA_CERTS=FILE for whatever starts Fishbone',
    );
  return new Unreachable(`${place}: ${error.message}`, 'correct it in fishbone.json');
}

function ofMail(error: Error, place: string, {user, passwordFile, tls}: SmtpConfig): Unreachable {
  if (error instanceof FishboneError) throw error;
  const {code = ''} = error as NodeJS.ErrnoException;
  const [first] = error.message.split('\n');
  if (error instanceof TooLate || code === 'ETIMEDOUT')
    return new Unreachable(
      `${place} takes connections, but does not greet as a mail server (${first})`,
      `look whether it is one${tls ? '; "tls" is for servers that encrypt from the first byte, mostly at port 465' : ''}`,
    );
  if (code === 'EAUTH')
    return new Unreachable(
      `${place} does not let ${user} in: ${first}`,
      `check "user" and the password in ${passwordFile}`,
    );
  if (CERTIFICATE.test(error.message))
    return new Unreachable(
      `the certificate of ${place} is not good: ${first}`,
      'have it renewed, or give the authority of your plant as "caFile"',
    );
  if (code === 'ETLS' || /STARTTLS/i.test(first))
    return new Unreachable(
      `${place} does not encrypt as is configured: ${first}`,
      'set "tls" where it encrypts from the first byte; "insecure" would send mails without',
    );
  return new Unreachable(`${place}: ${first}`, 'ask whoever runs that mail server');
}

async function tried(name: string, visit: () => Promise<string>): Promise<Reached> {
  try {
    return {ok: true, detail: `${name}: ${await visit()}`};
  } catch (error) {
    const {message, hint} = error as Error & {hint?: string};
    const detail = message.replace(`receiver ${name}: `, '');
    return {ok: false, detail: redacted(`${name}: ${detail}`), ...(hint !== undefined && {hint})};
  }
}

const placeOf = (url: URL): string => `${url.hostname}:${url.port || 80}`;
