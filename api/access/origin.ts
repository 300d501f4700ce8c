/** What a page from elsewhere may not make a browser do. */

import {timingSafeEqual} from 'node:crypto';
import type {FastifyRequest} from 'fastify';
import {FishboneError} from '../errors.ts';
import {digestOf} from './keys.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

const changesNothing = (method: string): boolean => method === 'GET' || method === 'HEAD';

/** A page from elsewhere whose name is made to point at this machine (DNS rebinding) still bears its own name. */
export function refuseForeignHost(request: FastifyRequest): void {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  if (LOOPBACK.test(host)) return;
  throw new FishboneError('FORBIDDEN', `without keys only this machine is served, not "${host}"`, {
    hint: 'open http://127.0.0.1 with the port, or create keys: "fishbone key create --role admin --name NAME"',
  });
}

/** A page from elsewhere may not make a browser on this machine change anything, whoever is signed in. */
export function refuseForeignOrigin({method, headers, host}: FastifyRequest): void {
  if (changesNothing(method)) return;
  const site = headers['sec-fetch-site'];
  const isElsewhere = site !== undefined && site !== 'same-origin' && site !== 'none';
  const {origin} = headers;
  const originHost = origin !== undefined && URL.canParse(origin) ? new URL(origin).host : null;
  if (isElsewhere || (origin !== undefined && originHost !== host))
    throw new FishboneError('FORBIDDEN', `a page of ${origin ?? 'another site'} may not do this`);
}

/**
 * A cookie goes along with whatever a browser sends, so what changes something has to show that a page of ours sent it:
 * by where it says that it comes from, and by a token that only our pages can read (`GET /v1/session`).
 * Has to come after `refuseForeignOrigin`.
 */
export function refuseForged({method, headers}: FastifyRequest, csrf: string): void {
  if (changesNothing(method)) return;
  const shown = headers['x-csrf-token'];
  const isOurs =
    (headers.origin !== undefined || headers['sec-fetch-site'] === 'same-origin') &&
    typeof shown === 'string' &&
    timingSafeEqual(digestOf(shown), digestOf(csrf));
  if (isOurs) return;
  throw new FishboneError('FORBIDDEN', 'with a session, what changes something needs the token of its page', {
    hint: 'send the csrf of GET /v1/session as x-csrf-token, from a page of this server; programs use a key',
  });
}
