import {timingSafeEqual} from 'node:crypto';
import type {FastifyInstance, FastifyRequest} from 'fastify';
import type {Plant} from '../../warehouse/answers.ts';
import type {App} from '../app.ts';
import {FishboneError} from '../errors.ts';
import type {Caller} from '../operation.ts';
import {digestOf} from './keys.ts';
import {type Access, mayUse} from './roles.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    caller: Caller;
    seenAs: Plant['access'];
  }
}

/**
 * Decides on every request before anything else does. Without keys, whoever is on this machine may do everything, under
 * a name that is only declared; once there is a key, every request needs one, and its role has to allow the route.
 * @param localToken what the command line on this machine shows; its requests are as good as running without a server
 * @throws when a route says nothing about access
 */
export function guard(http: FastifyInstance, app: App, localToken: string | null): void {
  const tokenDigest = localToken === null ? null : digestOf(localToken);
  http.decorateRequest('caller');
  http.decorateRequest('seenAs');

  http.addHook('onRoute', ({url, config}) => {
    if (url.startsWith('/v1') && !config?.access) throw new Error(`route ${url} does not say who may use it`);
  });

  http.addHook('onRequest', async request => {
    request.caller = {authenticated: null};
    request.seenAs = {mode: app.keys.required ? 'keys' : 'single-user', name: null, role: null};
    if (!app.keys.required) refuseForeignHost(request);
    refuseForeignOrigin(request);
    const access = request.routeOptions.config.access ?? 'open';
    if (access === 'open') return;

    const shown = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? null;
    if (shown !== null && tokenDigest !== null && timingSafeEqual(digestOf(shown), tokenDigest)) return;
    if (access === 'local') throw new FishboneError('FORBIDDEN', 'this is for the command line on the same machine');
    if (!app.keys.required) return;

    const key = shown === null ? null : app.keys.find(shown);
    if (!key) {
      const message = shown === null ? 'a key is needed' : 'this key is not known here, or it was revoked';
      throw new FishboneError('UNAUTHENTICATED', message, {
        hint: 'send "Authorization: Bearer fb_..."; "fishbone key create" makes a key',
      });
    }
    if (!mayUse(key.role, access)) {
      const message = `${key.name} has the role ${key.role}, which may not ${WORDS[access]}`;
      throw new FishboneError('FORBIDDEN', message, {hint: 'ask for a key with another role'});
    }
    request.caller = {authenticated: key.name};
    request.seenAs = {mode: 'keys', name: key.name, role: key.role};
  });
}

const WORDS: Readonly<Record<Exclude<Access, 'open' | 'local'>, string>> = {
  read: 'read',
  query: 'ask SQL',
  append: 'add data',
  replay: 'replay rejected rows',
  propose: 'propose a hold',
  decide: 'decide on a hold',
  administer: 'see or erase who persons are',
};

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** A page from elsewhere whose name is made to point at this machine (DNS rebinding) still bears its own name. */
function refuseForeignHost(request: FastifyRequest): void {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  if (LOOPBACK.test(host)) return;
  throw new FishboneError('FORBIDDEN', `without keys only this machine is served, not "${host}"`, {
    hint: 'open http://127.0.0.1 with the port, or create keys: "fishbone key create --role admin --name NAME"',
  });
}

/** A page from elsewhere may not make a browser on this machine change anything. */
function refuseForeignOrigin({method, headers}: FastifyRequest): void {
  if (method === 'GET' || method === 'HEAD' || headers.origin === undefined) return;
  const origin = URL.canParse(headers.origin) ? new URL(headers.origin).host : null;
  if (origin !== headers.host) throw new FishboneError('FORBIDDEN', `a page of ${headers.origin} may not do this`);
}
