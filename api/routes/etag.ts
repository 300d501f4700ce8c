import type {FastifyReply, FastifyRequest} from 'fastify';
import type {App} from '../app.ts';
import {stateOf} from '../recent-answers.ts';
import {tagOf} from './recent.ts';

/** As `recent`, for answers that are streamed: none is kept, an unchanged one is recognised. */
export function unchanged(app: App) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const tag = tagOf([request.headers.accept, request.url], stateOf(app));
    reply.header('etag', tag).header('cache-control', 'private, no-cache');
    if (request.headers['if-none-match'] === tag) return reply.code(304).send();
    return undefined;
  };
}
