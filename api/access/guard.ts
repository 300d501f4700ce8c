import {timingSafeEqual} from 'node:crypto';
import type {FastifyInstance, FastifyReply, FastifyRequest} from 'fastify';
import type {Plant} from '../../warehouse/answers.ts';
import type {App} from '../app.ts';
import {FishboneError} from '../errors.ts';
import type {Caller} from '../operation.ts';
import {cookieOf, SESSION, setCookie} from './cookies.ts';
import {digestOf, type KeyRow} from './keys.ts';
import {Limit} from './limits.ts';
import {refuseForeignHost, refuseForeignOrigin, refuseForged} from './origin.ts';
import {refuseOtherTables} from './own-tables.ts';
import {type Access, mayUse, type Role} from './roles.ts';
import type {Sessions} from './sessions.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
    /** Requests that have a limit of their own. */
    limit?: 'inspections';
    /** false: asked all the time by machines and open pages, and tells nothing about parts. */
    audit?: false;
    /** What it records is held against the station of a key that has one; elsewhere such a key is refused. */
    ofStation?: true;
    /** Which tables a request reads or adds to, as far as that is known before it is looked into; a key of tables opens nothing else. */
    ofTables?: (request: FastifyRequest) => readonly string[];
  }
  interface FastifyRequest {
    caller: Caller;
    seenAs: Plant['access'];
    via: 'key' | 'session' | 'command line' | null;
  }
}

interface Identity {
  id: string;
  name: string;
  role: Role;
  station: string | null;
  tables: readonly string[] | null;
  via: 'key' | 'session';
}

/** Credentials that were right once are looked up even where many others from the same address were wrong. */
const MOST_REMEMBERED = 10_000;

export interface Guard {
  /** Whether somebody has to say who they are. */
  isClosed(): boolean;
  /** The key row of a key that somebody shows. @throws FishboneError UNAUTHENTICATED, OVERLOADED */
  keyOf(key: string, request: FastifyRequest, reply: FastifyReply): KeyRow;
}

/**
 * Decides on every request before anything else does. Without keys and without an issuer, whoever is on this machine may
 * do everything, under a name that is only declared; otherwise every request needs a key or a session, and its role has
 * to allow the route.
 * @param localToken what the command line on this machine shows; its requests are as good as running without a server
 * @throws when a route says nothing about access
 */
export function guard(http: FastifyInstance, app: App, sessions: Sessions, localToken: string | null): Guard {
  const tokenDigest = localToken === null ? null : digestOf(localToken);
  const {requestsPerMinute, inspectionRequestsPerMinute, failedSignInsPerMinute} = app.config.limits;
  const limits = {requests: new Limit(requestsPerMinute), inspections: new Limit(inspectionRequestsPerMinute)};
  const failures = new Limit(failedSignInsPerMinute);
  const remembered = new Set<string>();
  const isClosed = () => app.keys.required || app.config.oidc !== undefined;
  http.decorateRequest('caller');
  http.decorateRequest('seenAs');
  http.decorateRequest('via', null);

  http.addHook('onRoute', ({url, config}) => {
    if (url.startsWith('/v1') && !config?.access) throw new Error(`route ${url} does not say who may use it`);
  });

  http.addHook('onRequest', async (request, reply) => {
    const {config} = request.routeOptions;
    request.caller = {authenticated: null};
    request.seenAs = {mode: isClosed() ? 'keys' : 'single-user', name: null, role: null};
    if (!isClosed()) refuseForeignHost(request);
    refuseForeignOrigin(request);
    const access = config.access ?? 'open';
    if (access === 'open') {
      if (isClosed() && request.url.startsWith('/v1')) spend(limits.requests, `address ${request.ip}`, reply);
      return;
    }

    const shown = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? null;
    if (shown !== null && tokenDigest !== null && timingSafeEqual(digestOf(shown), tokenDigest)) {
      request.via = 'command line';
      return;
    }
    if (access === 'local') throw new FishboneError('FORBIDDEN', 'this is for the command line on the same machine');
    if (!isClosed()) return;

    const who = shown === null ? bySession(request, reply) : byKey(shown, request, reply);
    request.via = who.via;
    request.seenAs = {mode: 'keys', name: who.name, role: who.role};
    spend(limits[config.limit ?? 'requests'], `${who.via} ${who.id}`, reply);
    if (!mayUse(who.role, access)) {
      const message = `${who.name} has the role ${who.role}, which may not ${WORDS[access]}`;
      throw new FishboneError('FORBIDDEN', message, {hint: 'ask for another role'});
    }
    if (who.station !== null && !config.ofStation) {
      throw new FishboneError('FORBIDDEN', `${who.name} records inspections and images of ${who.station} only`, {
        hint: 'use a key that is not bound to a station',
      });
    }
    if (who.tables !== null) {
      if (!config.ofTables) {
        throw new FishboneError('FORBIDDEN', `${who.name} is for rows of ${who.tables.join(', ')} only`, {
          hint: 'use a key that is not bound to tables',
        });
      }
      refuseOtherTables(who.tables, config.ofTables(request));
    }
    request.caller = {
      authenticated: who.name,
      ...(who.station !== null && {station: who.station}),
      ...(who.tables !== null && {tables: who.tables}),
    };
  });

  function byKey(shown: string, request: FastifyRequest, reply: FastifyReply): Identity {
    return {...keyOf(shown, request, reply), via: 'key'};
  }

  function keyOf(shown: string, request: FastifyRequest, reply: FastifyReply) {
    const digest = digestOf(shown).toString('hex');
    // Before it is looked up: whether a guess was right is not told either.
    if (!remembered.has(digest)) refuseFlood(failures.wait(request.ip), reply);
    const key = app.keys.find(shown);
    if (!key) {
      remembered.delete(digest);
      failures.take(request.ip);
      const expiredAt = app.keys.expiredAt(shown);
      throw unknown(
        expiredAt === null
          ? 'this key is not known here, or it was revoked'
          : `this key ended at ${expiredAt}: "fishbone key create" or "key rotate" makes another`,
      );
    }
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.add(digest);
    return key;
  }

  function bySession(request: FastifyRequest, reply: FastifyReply): Identity {
    const token = cookieOf(request, SESSION);
    const session = token === null ? null : sessions.find(token);
    if (!token || !session) {
      spend(limits.requests, `address ${request.ip}`, reply);
      // So that it is not sent again and again.
      if (token !== null) setCookie(reply, SESSION, null);
      throw unknown(token === null ? 'a key is needed' : 'this session has ended: sign in again');
    }
    refuseForged(request, session.csrf);
    const {name, role} = session;
    return {id: digestOf(token).toString('hex'), name, role, station: null, tables: null, via: 'session'};
  }

  return {isClosed, keyOf};
}

function unknown(message: string): FishboneError {
  return new FishboneError('UNAUTHENTICATED', message, {
    hint: 'send "Authorization: Bearer fb_..."; "fishbone key create" makes a key',
  });
}

function spend(limit: Limit, caller: string, reply: FastifyReply): void {
  refuseFlood(limit.take(caller), reply);
}

function refuseFlood(waitSeconds: number, reply: FastifyReply): void {
  if (waitSeconds === 0) return;
  reply.header('retry-after', String(waitSeconds));
  throw new FishboneError('OVERLOADED', `too many requests from here: the next one in ${waitSeconds} s`, {
    hint: 'ask less often; whoever runs the warehouse can raise "limits" in fishbone.json',
  });
}

const WORDS: Readonly<Record<Exclude<Access, 'open' | 'local'>, string>> = {
  'any-role': 'be here',
  read: 'read',
  query: 'ask SQL',
  append: 'add data',
  replay: 'replay rejected rows',
  propose: 'propose a hold',
  decide: 'decide on a hold',
  administer: 'see or erase who persons are, or read the audit',
};
