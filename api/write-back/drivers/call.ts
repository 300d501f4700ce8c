import {request as httpRequest, type IncomingHttpHeaders, type IncomingMessage} from 'node:http';
import {request as httpsRequest} from 'node:https';
import type {LookupFunction} from 'node:net';
import {type Address, resolveOnce} from './address.ts';
import {type HttpAnswer, retryAfterMs} from './answer.ts';

export interface Asked {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  headers?: Record<string, string>;
  body?: string;
  timeoutMs: number;
  /** What is longer is not read; 64 KiB when absent. */
  longestAnswerBytes?: number;
}

/** `sent`: the connection stood, so the receiver may have read the request. */
export type Trouble = {trouble: string; sent: boolean};

export type Answer = HttpAnswer & {headers: IncomingHttpHeaders};

/** One request on a connection of its own, to an address that was checked, without following redirects. */
export async function call(url: URL, asked: Asked): Promise<Answer | Trouble> {
  const {method, body = '', timeoutMs, longestAnswerBytes = 64 * 1024} = asked;
  let sent = false;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const addresses = await resolveOnce(url);
    return await new Promise<Answer>((resolve, reject) => {
      const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
      const headers = {'user-agent': 'fishbone', ...asked.headers, 'content-length': Buffer.byteLength(body)};
      const request = start(url, {method, headers, agent: false, lookup: pinned(addresses), signal});
      request.on('socket', socket => {
        socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
          sent = true;
        });
      });
      request.on('error', reject);
      request.on('response', response => void readAnswer(response, longestAnswerBytes).then(resolve, reject));
      request.end(body);
    });
  } catch (error) {
    const why = signal.aborted ? `no answer within ${timeoutMs / 1000} s` : messageOf(error);
    return {trouble: `${url.host}: ${why}`, sent};
  }
}

/** A look-up of names for a connection that finds these addresses and asks nobody. */
export function pinned(addresses: Address[]): LookupFunction {
  return (_host, options, done) => {
    if (options.all) done(null, addresses);
    else done(null, addresses[0].address, addresses[0].family);
  };
}

async function readAnswer(response: IncomingMessage, longestBytes: number): Promise<Answer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longestBytes) break;
    chunks.push(chunk);
  }
  const whole = length <= longestBytes;
  return {
    status: response.statusCode ?? 0,
    body: whole ? Buffer.concat(chunks).toString('utf8') : null,
    headers: response.headers,
    retryAfterMs: retryAfterMs(response.headers['retry-after'], Date.now()),
  };
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
