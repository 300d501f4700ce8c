// A real OpenID provider on this machine, and a browser that walks through it without being looked at.
import {createServer, type RequestListener} from 'node:http';
import type {AddressInfo} from 'node:net';
import Provider from 'oidc-provider';

export const CLIENT_SECRET = 'canary-client-secret-0123456789';

/** Who can sign in, with any password. */
const PEOPLE: Readonly<Record<string, {groups: string[]; preferred_username: string}>> = {
  anna: {groups: ['everybody', 'quality'], preferred_username: 'Anna Berg'},
  ben: {groups: ['everybody'], preferred_username: 'Ben'},
  // Calls himself as somebody else does.
  mallory: {groups: ['quality'], preferred_username: 'Anna Berg'},
};

export const ROLES = [{claim: 'groups', value: 'quality', role: 'quality-lead' as const}];

/**
 * @param redirectUri what it sends browsers back to
 * @returns its address; `stop` makes it unreachable, `start` reachable again at the same address
 */
export async function startIssuer(
  redirectUri: string,
  clientSecret = CLIENT_SECRET,
): Promise<{
  issuer: string;
  stop: () => Promise<void>;
  start: () => Promise<void>;
  asked: string[];
}> {
  const asked: string[] = [];
  let server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'fishbone',
        client_secret: clientSecret,
        redirect_uris: [redirectUri],
        post_logout_redirect_uris: [new URL('/', redirectUri).href],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    claims: {openid: ['sub'], profile: ['preferred_username', 'groups'], email: ['email']},
    findAccount: (_context: unknown, id: string) => ({accountId: id, claims: () => ({sub: id, ...PEOPLE[id]})}),
    pkce: {required: () => true},
    cookies: {keys: ['only for tests']},
    features: {devInteractions: {enabled: true}, rpInitiatedLogout: {enabled: true}},
    jwks: {keys: [await signingKey()]},
  });
  const answer = provider.callback();
  const listener: RequestListener = (request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  };
  server.on('request', listener);
  const stop = async () => {
    if (!server.listening) return;
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  };
  const start = async () => {
    server = createServer();
    server.on('request', listener);
    await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
  };
  return {issuer, stop, start, asked};
}

async function signingKey(): Promise<object> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  };
  const {privateKey} = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const {key_ops: _operations, ext: _extractable, ...jwk} = await crypto.subtle.exportKey('jwk', privateKey);
  return {...jwk, use: 'sig', alg: 'RS256', kid: 'test'};
}

/** Keeps cookies by host, as a browser does. */
export class Browser {
  readonly #jars = new Map<string, Map<string, string>>();

  /** What it sends to a host, as somebody who looked over its shoulder knows it. */
  cookie(url: string, name: string): string | null {
    return this.#jars.get(new URL(url).host)?.get(name) ?? null;
  }

  async go(url: string, init: RequestInit = {}): Promise<Response> {
    const {host} = new URL(url);
    const jar = this.#jars.get(host) ?? new Map<string, string>();
    this.#jars.set(host, jar);
    const headers = new Headers(init.headers);
    if (jar.size > 0) headers.set('cookie', [...jar].map(pair => pair.join('=')).join('; '));
    const response = await fetch(url, {...init, headers, redirect: 'manual'});
    for (const cookie of response.headers.getSetCookie()) {
      const [name, value] = cookie.split(';')[0].split(/=(.*)/s);
      if (value === '' || /max-age=0|expires=thu, 01 jan 1970/i.test(cookie)) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  /** Follows redirects as long as they lead on. @returns where it ended */
  async follow(url: string, until: (url: string) => boolean = () => false): Promise<{url: string; response: Response}> {
    for (;;) {
      const response = await this.go(url, {headers: {accept: 'text/html'}});
      const to = response.headers.get('location');
      if (to === null) return {url, response};
      url = new URL(to, url).href;
      if (until(url)) return {url, response};
    }
  }

  /** Signs in at the issuer's own page and agrees. @returns where it sends the browser back to, not yet visited */
  async signInAt(url: string, login: string, back: string): Promise<string> {
    let at = await this.follow(url, to => to.startsWith(back));
    for (const fields of [`prompt=login&login=${login}&password=any`, 'prompt=consent']) {
      if (at.url.startsWith(back)) break;
      const page = await at.response.text();
      const action = /action="([^"]+)"/.exec(page)?.[1];
      if (!action) throw new Error(`no form at ${at.url}: ${page}`);
      const sent = await this.go(new URL(action, at.url).href, {method: 'POST', body: new URLSearchParams(fields)});
      const to = new URL(sent.headers.get('location') ?? '', at.url).href;
      at = to.startsWith(back) ? {url: to, response: sent} : await this.follow(to, next => next.startsWith(back));
    }
    return at.url;
  }
}
