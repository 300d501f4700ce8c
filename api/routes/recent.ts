import {createHash} from 'node:crypto';
import type {FastifyReply, FastifyRequest} from 'fastify';
import type {App} from '../app.ts';
import type {Http} from '../http.ts';
import {type Allowed, isBehind, type State, stateOf} from '../recent-answers.ts';

/** Another process may run another version of the code, which may answer otherwise. */
const RUN = createHash('sha256').update(`${process.pid} ${Date.now()}`).digest('hex').slice(0, 8);

/** `etag` of an answer. @param question all that it follows from besides the ledger @param state when it was asked */
export function tagOf(question: readonly (string | number | undefined)[], {seq, position}: State): string {
  const asked = createHash('sha256').update(JSON.stringify(question)).digest('hex').slice(0, 16);
  return `"${RUN}-${seq}-${position}-${asked}"`;
}

/** What RFC 9111 lets a client say of its own: nothing said is nothing allowed. */
function allowedBy(cacheControl: string | undefined): Allowed {
  const seconds = (name: string) =>
    Number(new RegExp(`(?:^|[\\s,])${name}=(\\d{1,6})(?:[\\s,]|$)`).exec(cacheControl ?? '')?.[1] ?? 0);
  return {maxAge: seconds('max-age'), maxStale: seconds('max-stale')};
}

/** Who comes in, records or decides asks nothing of the facts: a long file that is being loaded holds up none of them. */
const ASK_NOTHING = new Set(['append', 'open', 'any-role', 'decide']);

/** Says how many acknowledged requests an answer does not see yet; absent where it sees all. */
const UNRECORDED = 'fishbone-unrecorded';

/**
 * Whatever is asked sees what was acknowledged before, unless an older answer will do. Where that takes long, because a
 * long file is being loaded or nothing can be recorded, it is answered without, and says so; who says `no-cache` waits.
 */
export function seeAcknowledged(http: Http, app: App): void {
  http.addHook('preHandler', async ({url, headers, routeOptions}, reply) => {
    const {access} = routeOptions.config;
    if (!url.startsWith('/v1/') || access === undefined || ASK_NOTHING.has(access)) return;
    const said = headers['cache-control'];
    if (allowedBy(said).maxStale > 0) return;
    const left = await app.recorder.recorded(
      /(?:^|[\s,])no-cache(?:[\s,]|$)/.test(said ?? '') ? LONGEST_MS : undefined,
    );
    if (left > 0) reply.header(UNRECORDED, left);
  });
}

/** Of a timer. */
const LONGEST_MS = 2 ** 31 - 1;

/** What else an answer follows from. */
interface Bearing {
  who?: (request: FastifyRequest) => string;
  /** Whether it follows from the question alone: it was found at a position, and stays as it was found. */
  isFixed?: (request: FastifyRequest) => boolean;
}

/**
 * For routes whose answer follows from the ledger and the question alone: an unchanged answer is recognised before anything
 * is asked of the database. Who sends `Cache-Control: max-age=1, max-stale=600` gets an answer
 * at once that may be so many seconds behind; `Age` says how many, and a newer one is made meanwhile.
 */
export function recent(app: App, {who = () => '', isFixed = () => false}: Bearing = {}) {
  const kept = app.recentAnswers;
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const now = isFixed(request) ? {seq: 0, position: 0} : stateOf(app);
    const {headers, url, server, routeOptions} = request;
    // Names and retention bear on what is fixed, too.
    const question = [kept.forgotten, app.warehouse.persons.edition, who(request), url];
    reply.header('cache-control', 'private, no-cache').header('etag', tagOf(question, now));
    if (headers['if-none-match'] === tagOf(question, now)) return reply.code(304).send();
    // As bytes: a text of megabytes would be encoded anew for each who asks, while nobody else is served.
    const make = async () =>
      Buffer.from(reply.serialize(await routeOptions.handler.call(server, request, reply)) as string);
    const answer = kept.find(JSON.stringify(question), now, allowedBy(headers['cache-control']), make);
    const body = await answer.body;
    if (isBehind(answer.state, now)) reply.header('age', Math.max(1, Math.ceil((Date.now() - answer.askedMs) / 1000)));
    const tag = tagOf(question, answer.state);
    reply.header('etag', tag);
    if (headers['if-none-match'] === tag) return reply.code(304).send();
    return reply.type('application/json; charset=utf-8').send(body);
  };
}
