import {readFile} from 'node:fs/promises';
import {request as httpRequest, type IncomingMessage} from 'node:http';
import {request as httpsRequest} from 'node:https';
import type {LookupFunction} from 'node:net';
import {Webhook} from 'standardwebhooks';
import {FishboneError} from '../../errors.ts';
import {type Address, allowedUrl, resolveOnce} from './address.ts';
import {contradiction, type HttpAnswer, judge, retryAfterMs} from './answer.ts';
import type {Driver, LookUp, Message, Outcome} from './driver.ts';

export interface WebhookConfig {
  url: string;
  /** A Standard Webhooks secret: `whsec_` and base64. */
  secretFile: string;
  timeoutMs?: number;
}

/**
 * Tells a receiver by a signed POST.
 * @see https://www.standardwebhooks.com for the signature
 * @throws FishboneError RECEIVER_INVALID for a host that is not allowed or a secret that cannot be read
 */
export async function webhookDriver(
  name: string,
  config: WebhookConfig,
  allowHosts: readonly string[],
): Promise<Driver> {
  const url = allowedUrl(name, config.url, allowHosts);
  const webhook = await signer(name, config.secretFile);
  const timeoutMs = config.timeoutMs ?? 10_000;

  return {
    send: async (message: Message): Promise<Outcome> => {
      const body = JSON.stringify(bodyOf(message));
      const now = new Date();
      const headers = {
        'content-type': 'application/json',
        'webhook-id': message.id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': webhook.sign(message.id, now, body),
      };
      const answer = await call(url, {method: 'POST', headers}, body, timeoutMs);
      if ('status' in answer) return judge(answer, message);
      return {is: answer.sent ? 'unknown' : 'not-delivered', why: answer.trouble};
    },

    lookUp: async (message: Message): Promise<LookUp> => {
      const answer = await call(under(url, message.id), {method: 'GET'}, '', timeoutMs);
      if ('trouble' in answer) return {is: 'unreachable', why: answer.trouble};
      const {status, body, retryAfterMs: wait} = answer;
      if (status === 404) return {is: 'unknown'};
      if (status === 405 || status === 501)
        return {is: 'impossible', why: `the receiver has no look-up: HTTP ${status}`};
      if (status !== 200) return {is: 'unreachable', why: `look-up: HTTP ${status}`, retryAfterMs: wait};
      const contradicted = contradiction(body ?? '', message);
      return contradicted ? {is: 'impossible', why: `look-up: ${contradicted}`} : {is: 'known'};
    },
  };
}

/** @returns the secret of a file: `whsec_` or bare base64, as the standard has it, else the bytes of the text */
async function signer(receiver: string, secretFile: string): Promise<Webhook> {
  try {
    const secret = (await readFile(secretFile, 'utf8')).trim();
    const isBase64 =
      secret.startsWith('whsec_') || /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(secret);
    return isBase64 ? new Webhook(secret) : new Webhook(new TextEncoder().encode(secret), {format: 'raw'});
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FishboneError('RECEIVER_INVALID', `receiver ${receiver}: its secret cannot be used: ${why}`, {
      hint: `write a Standard Webhooks secret (whsec_...) into ${secretFile}`,
      cause,
    });
  }
}

function bodyOf({action, plant, hold, lot, reason, text, parts, sequence, decidedAt, permalink}: Message) {
  return {type: `lot.${action}`, plant, hold, lot, reason, text, parts, sequence, decidedAt, permalink};
}

function under(url: URL, id: string): URL {
  const below = new URL(url);
  below.pathname = `${url.pathname.replace(/\/$/, '')}/${id}`;
  return below;
}

/** `sent`: the connection stood, so the receiver may have read the request. */
type Trouble = {trouble: string; sent: boolean};

const LONGEST_ANSWER_BYTES = 64 * 1024;

/** One request on a connection of its own, to an address that was checked, without following redirects. */
async function call(
  url: URL,
  asked: {method: 'GET' | 'POST'; headers?: Record<string, string>},
  body: string,
  timeoutMs: number,
): Promise<HttpAnswer | Trouble> {
  let sent = false;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const addresses = await resolveOnce(url);
    return await new Promise<HttpAnswer>((resolve, reject) => {
      const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
      const headers = {...asked.headers, 'user-agent': 'fishbone', 'content-length': Buffer.byteLength(body)};
      const request = start(url, {method: asked.method, headers, agent: false, lookup: pinned(addresses), signal});
      request.on('socket', socket => {
        socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
          sent = true;
        });
      });
      request.on('error', reject);
      request.on('response', response => void readAnswer(response).then(resolve, reject));
      request.end(body);
    });
  } catch (error) {
    const why = signal.aborted ? `no answer within ${timeoutMs / 1000} s` : messageOf(error);
    return {trouble: `${url.host}: ${why}`, sent};
  }
}

function pinned(addresses: Address[]): LookupFunction {
  return (_host, options, done) => {
    if (options.all) done(null, addresses);
    else done(null, addresses[0].address, addresses[0].family);
  };
}

async function readAnswer(response: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LONGEST_ANSWER_BYTES) break;
    chunks.push(chunk);
  }
  const whole = length <= LONGEST_ANSWER_BYTES;
  return {
    status: response.statusCode ?? 0,
    body: whole ? Buffer.concat(chunks).toString('utf8') : null,
    retryAfterMs: retryAfterMs(response.headers['retry-after'], Date.now()),
  };
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
