import {randomUUID} from 'node:crypto';
import type {IncomingMessage} from 'node:http';
import type {FastifyInstance} from 'fastify';

/** Whoever asks may name the request, so that logs of several machines can be laid side by side. */
const SANE = /^[\w.:-]{1,64}$/;

export function requestId({headers}: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && SANE.test(given) ? given : randomUUID();
}

/** Every answer bears its request's id; every request is one line of the log: no body, no query, no header. */
export function logRequests(http: FastifyInstance): void {
  http.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  http.addHook('onResponse', async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? null,
        path: request.url.split('?')[0].slice(0, 300),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        by: request.caller?.authenticated ?? null,
        from: request.ip,
      },
      'answered',
    );
  });
}
