import {resolve} from 'node:path';
import {z} from 'zod';
import {FishboneError} from '../../../errors.ts';
import {readSecret} from '../../../secret-file.ts';
import {allowedUrl} from '../address.ts';
import {call} from '../call.ts';
import {Failed} from '../failure.ts';

const file = z.string().min(1);

export const AuthSettings = z.discriminatedUnion('kind', [
  z.strictObject({kind: z.literal('basic'), user: z.string().min(1), passwordFile: file}),
  z.strictObject({kind: z.literal('bearer'), tokenFile: file}),
  /** A key in a header of its own. */
  z.strictObject({kind: z.literal('header'), name: z.string().min(1), valueFile: file}),
  /** OAuth 2 client credentials. @see RFC 6749, 4.4 */
  z.strictObject({
    kind: z.literal('oauth2'),
    tokenUrl: z.string(),
    clientId: z.string().min(1),
    clientSecretFile: file,
    scope: z.string().optional(),
  }),
]);

/** Gives the headers by which a receiver knows who asks. */
export interface Credentials {
  /** @throws Failed when there are none for now */
  headers(): Promise<Record<string, string>>;
  /** They were not accepted: the next ones are new. @returns false when they cannot be */
  renew(): boolean;
}

/** @throws FishboneError RECEIVER_INVALID */
export async function credentialsOf(
  receiver: string,
  auth: z.output<typeof AuthSettings> | undefined,
  {allowHosts, folder, timeoutMs}: {allowHosts: readonly string[]; folder: string; timeoutMs: number},
): Promise<Credentials> {
  const fixed = (headers: Record<string, string>): Credentials => ({
    headers: async () => headers,
    renew: () => false,
  });
  const secret = (path: string) => secretOf(receiver, resolve(folder, path));
  if (auth === undefined) return fixed({});
  if (auth.kind === 'basic') return fixed({authorization: basic(auth.user, await secret(auth.passwordFile))});
  if (auth.kind === 'bearer') return fixed({authorization: `Bearer ${await secret(auth.tokenFile)}`});
  if (auth.kind === 'header') return fixed({[auth.name.toLowerCase()]: await secret(auth.valueFile)});
  const url = allowedUrl(receiver, auth.tokenUrl, allowHosts);
  const {clientId, scope} = auth;
  return new ClientCredentials({
    url,
    authorization: basic(clientId, await secret(auth.clientSecretFile)),
    scope,
    timeoutMs,
  });
}

class ClientCredentials implements Credentials {
  readonly #settings: {url: URL; authorization: string; scope?: string; timeoutMs: number};
  #token: {value: string; untilMs: number} | null = null;

  constructor(settings: {url: URL; authorization: string; scope?: string; timeoutMs: number}) {
    this.#settings = settings;
  }

  async headers(): Promise<Record<string, string>> {
    if (!this.#token || this.#token.untilMs <= performance.now()) this.#token = await this.#fetch();
    return {authorization: `Bearer ${this.#token.value}`};
  }

  renew(): boolean {
    this.#token = null;
    return true;
  }

  async #fetch(): Promise<{value: string; untilMs: number}> {
    const {url, authorization, scope, timeoutMs} = this.#settings;
    const form = new URLSearchParams({grant_type: 'client_credentials', ...(scope !== undefined && {scope})});
    const headers = {authorization, 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json'};
    const answer = await call(url, {method: 'POST', headers, body: form.toString(), timeoutMs});
    if ('trouble' in answer) throw new Failed(`no token: ${answer.trouble}`, false);
    const {access_token: value, expires_in: seconds} = tokenOf(answer.body);
    if (answer.status !== 200 || typeof value !== 'string') {
      throw new Failed(`no token: HTTP ${answer.status} from ${url.host}`, false, answer.retryAfterMs);
    }
    // Half a minute early, so that it does not end on the way.
    const lifeMs = (typeof seconds === 'number' ? seconds : 300) * 1000 - 30_000;
    return {value, untilMs: performance.now() + Math.max(lifeMs, 0)};
  }
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function tokenOf(body: string | null): {access_token?: unknown; expires_in?: unknown} {
  try {
    return (JSON.parse(body ?? '') as object | null) ?? {};
  } catch {
    return {}; // A page of words is no token: the caller says so.
  }
}

async function secretOf(receiver: string, path: string): Promise<string> {
  try {
    return await readSecret(path);
  } catch (cause) {
    const message = `receiver ${receiver}: its secret cannot be read: ${(cause as Error).message}`;
    throw new FishboneError('RECEIVER_INVALID', message, {hint: `write it into ${path}`, cause});
  }
}
