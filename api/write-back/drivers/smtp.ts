import {readFile} from 'node:fs/promises';
import {resolve} from 'node:path';
import {Readable} from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import {FishboneError} from '../../errors.ts';
import {redacted} from '../../redact.ts';
import {readSecret} from '../../secret-file.ts';
import {allowedUrl, isLoopback, resolveOnce} from './address.ts';
import {type AnyMessage, type Driver, isResponse, type Outcome, type ResponseMessage} from './driver.ts';
import type {SmtpConfig} from './smtp-settings.ts';

const SUBJECT_CHARACTERS = 200;

/** A mail server as it is configured: how to connect to it, and as whom. */
interface MailServer {
  connect(timeoutMs?: number): Promise<SMTPConnection>;
  user?: string;
  pass: string | null;
}

/**
 * Tells people by mail. A mail server has no look-up: what may have arrived is sent again with the same Message-ID, by which
 * mail programs tell repetitions.
 * @throws FishboneError RECEIVER_INVALID for a host that is not allowed or a secret that cannot be read
 */
export async function smtpDriver(
  name: string,
  config: SmtpConfig,
  allowHosts: readonly string[],
  folder: string,
): Promise<Driver> {
  const server = await openServer(name, config, allowHosts, folder);
  return {
    isRepeatable: true,
    send: async (message: AnyMessage): Promise<Outcome> => {
      if (!isResponse(message) || message.action !== 'notify')
        return {is: 'rejected', why: `${name} takes no ${message.action}: a mail server only notifies`};
      const mail = await mailOf(config, message);
      const post = new Post(await server.connect().catch((error: Error) => error), server);
      return post.send([config.to].flat(), config.from, mail);
    },
    lookUp: () => Promise.resolve({is: 'impossible', why: 'a mail server has no look-up'}),
  };
}

/**
 * Connects, encrypts and signs in as for a mail, and leaves again without one.
 * @throws what the connection throws
 */
export async function greetMailServer(
  name: string,
  config: SmtpConfig,
  allowHosts: readonly string[],
  folder: string,
  timeoutMs: number,
): Promise<{isEncrypted: boolean}> {
  const server = await openServer(name, config, allowHosts, folder);
  const connection = await server.connect(timeoutMs);
  try {
    await signIn(connection, server);
    return {isEncrypted: connection.secure};
  } finally {
    connection.quit();
    connection.close();
  }
}

/** Where a mail server listens, as a URL: the rules for hosts are those for all receivers. */
export function mailUrl(name: string, {host, port, tls}: SmtpConfig, allowHosts: readonly string[]): URL {
  return allowedUrl(name, `http://${host.includes(':') ? `[${host}]` : host}:${port ?? (tls ? 465 : 587)}`, allowHosts);
}

async function openServer(
  name: string,
  config: SmtpConfig,
  allowHosts: readonly string[],
  folder: string,
): Promise<MailServer> {
  const url = mailUrl(name, config, allowHosts);
  const read = async (path: string, what: string, how: (path: string) => Promise<string>) => {
    const file = resolve(folder, path);
    return how(file).catch((cause: Error) => {
      const message = `receiver ${name}: its ${what} cannot be read: ${cause.message}`;
      throw new FishboneError('RECEIVER_INVALID', message, {hint: `write it into ${file}`, cause});
    });
  };
  const pass = config.passwordFile === undefined ? null : await read(config.passwordFile, 'password', readSecret);
  const ca =
    config.caFile === undefined ? undefined : await read(config.caFile, 'caFile', path => readFile(path, 'utf8'));

  const connect = async (timeoutMs = config.timeoutMs ?? 30_000): Promise<SMTPConnection> => {
    const [{address}] = await resolveOnce(url);
    const isHere = isLoopback(address);
    return new SMTPConnection({
      host: address,
      port: Number(url.port || 80),
      servername: config.host,
      secure: config.tls,
      requireTLS: !config.tls && !config.insecure && (!isHere || ca !== undefined),
      ignoreTLS: !config.tls && isHere && ca === undefined,
      opportunisticTLS: config.insecure,
      tls: {servername: config.host, rejectUnauthorized: !config.insecure, ...(ca !== undefined && {ca})},
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
    });
  };
  return {connect, user: config.user, pass};
}

/** @returns `broken` rejects when an error comes between two steps, which is told as an event */
async function signIn(connection: SMTPConnection, {user, pass}: MailServer): Promise<{broken: Promise<never>}> {
  const broken = new Promise<never>((_resolve, reject) => connection.on('error', reject));
  broken.catch(() => undefined);
  await Promise.race([broken, step(done => connection.connect(done))]);
  if (user !== undefined) await Promise.race([broken, step(done => connection.login({user, pass: pass ?? ''}, done))]);
  return {broken};
}

async function mailOf({from, to}: SmtpConfig, {id, plant, rule, decidedAt, content}: ResponseMessage): Promise<Buffer> {
  const {subject, text, note, permalink, ...known} = content as Record<string, unknown> &
    Partial<Record<string, string>>;
  const facts = Object.entries(known).filter(([name, value]) => value !== null && !['kind', 'defects'].includes(name));
  const lines = facts.map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const body = [
    note,
    text,
    '',
    ...lines,
    '',
    permalink && `Fishbone: ${permalink}`,
    `plant ${plant}, rule ${rule}, ${id}`,
  ];
  return new MailComposer({
    from,
    to,
    subject: `[${plant}] ${subject ?? text}`.replace(/\s+/g, ' ').slice(0, SUBJECT_CHARACTERS),
    text: body.filter(line => typeof line === 'string').join('\n'),
    // Half of it, so that the header fits on a line.
    messageId: `<${id.slice(0, 32)}@${from.split('@')[1]}>`,
    date: new Date(decidedAt),
    headers: {'auto-submitted': 'auto-generated', 'x-fishbone-rule': rule},
  })
    .compile()
    .build();
}

/** One mail on its way to one server. */
class Post {
  readonly #connection: SMTPConnection | Error;
  readonly #server: MailServer;
  /** The server has asked for the mail itself, so it may have it. */
  #isUnderWay = false;

  constructor(connection: SMTPConnection | Error, server: MailServer) {
    this.#connection = connection;
    this.#server = server;
  }

  async send(to: string[], from: string, mail: Buffer): Promise<Outcome> {
    const connection = this.#connection;
    if (connection instanceof Error) return {is: 'not-delivered', why: connection.message};
    try {
      const {broken} = await signIn(connection, this.#server);
      const body = Readable.from(this.#pieces(mail));
      const rejected = await Promise.race([
        broken,
        new Promise<string[]>((resolve, reject) => {
          connection.send({from, to, size: mail.length}, body, (error, info) =>
            error ? reject(error) : resolve(info.rejected),
          );
        }),
      ]);
      if (rejected.length === 0) return {is: 'acknowledged'};
      return {is: 'rejected', why: `the mail server does not take ${rejected.join(', ')}; the others were sent it`};
    } catch (error) {
      return this.#failed(error as Error & {responseCode?: number; code?: string});
    } finally {
      connection.close();
    }
  }

  async *#pieces(mail: Buffer): AsyncGenerator<Buffer> {
    this.#isUnderWay = true;
    yield mail;
  }

  #failed({message, responseCode, code}: Error & {responseCode?: number; code?: string}): Outcome {
    const why = redacted(`mail: ${message.slice(0, 300)}`);
    // What the server says of the mail itself is its last word on it.
    if (responseCode !== undefined && (code === 'EENVELOPE' || code === 'EMESSAGE'))
      return {is: responseCode >= 500 ? 'rejected' : 'not-delivered', why};
    return {is: this.#isUnderWay ? 'unknown' : 'not-delivered', why};
  }
}

const step = (start: (done: (error?: Error | null) => void) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    start(error => (error ? reject(error) : resolve()));
  });
