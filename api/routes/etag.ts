import {createHash} from 'node:crypto';
import type {FastifyReply, FastifyRequest} from 'fastify';
import type {App} from '../app.ts';

/** Another process may run another version of the code, which may answer otherwise. */
const RUN = createHash('sha256').update(`${process.pid} ${Date.now()}`).digest('hex').slice(0, 8);

/**
 * For routes whose answer follows from the ledger and the question alone: the tag is those two, so that an unchanged
 * answer is recognised before anything is asked of the database.
 */
export function unchanged(app: App) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const {seq} = app.warehouse.ledger.head;
    const question = createHash('sha256').update(`${request.headers.accept} ${request.url}`).digest('hex').slice(0, 16);
    const tag = `"${RUN}-${seq}-${question}"`;
    reply.header('etag', tag).header('cache-control', 'private, no-cache');
    if (request.headers['if-none-match'] === tag) return reply.code(304).send();
    return undefined;
  };
}
