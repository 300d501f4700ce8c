import {createHash} from 'node:crypto';
import type {FastifyReply, FastifyRequest} from 'fastify';
import type {App} from '../app.ts';

/** Another process may run another version of the code, which may answer otherwise. */
const RUN = createHash('sha256').update(`${process.pid} ${Date.now()}`).digest('hex').slice(0, 8);

/** What kept answers may take, as texts. */
const KEPT_BYTES = 64 * 2 ** 20;

/** What an answer can know of: the ledger's last entry, and the last batch that the database has taken over from it. */
interface State {
  seq: number;
  position: number;
}

export const stateOf = ({warehouse}: App): State => ({seq: warehouse.ledger.head.seq, position: warehouse.position});

const isBehind = (a: State, b: State): boolean => a.seq < b.seq || a.position < b.position;

/** `etag` of an answer that follows from the ledger and the question alone. @param state when it was asked */
export function tagOf({headers, url}: FastifyRequest, {seq, position}: State): string {
  const question = createHash('sha256').update(`${headers.accept} ${url}`).digest('hex').slice(0, 16);
  return `"${RUN}-${seq}-${position}-${question}"`;
}

interface Answer {
  /** When it was asked. */
  state: State;
  askedMs: number;
  text: Promise<string>;
  /** Once it is there. */
  bytes: number | null;
}

/**
 * Answers to what pages ask, kept as long as they are right, and a while longer for those who would rather have an old
 * answer than wait. The same question asked by many is worked out once.
 */
class RecentAnswers {
  readonly #ready = new Map<string, Answer>();
  readonly #coming = new Map<string, Answer>();
  #bytes = 0;
  #isRenewing = false;

  /**
   * @param now what was asked then or later is right
   * @param allowed seconds that an answer may be behind; beyond `maxAge` a newer one is begun behind it
   */
  find(key: string, now: State, allowed: Allowed, make: () => Promise<string>): Answer {
    const ready = this.#ready.get(key);
    const coming = this.#coming.get(key);
    if (ready && !isBehind(ready.state, now)) return this.#used(key, ready);
    const isWithin = (answer: Answer, seconds: number) => Date.now() - answer.askedMs <= seconds * 1000;
    const mostS = allowed.maxAge + allowed.maxStale;
    if (ready && isWithin(ready, mostS)) {
      if (!coming && !isWithin(ready, allowed.maxAge)) this.#renew(key, now, make);
      return this.#used(key, ready);
    }
    if (coming && (!isBehind(coming.state, now) || isWithin(coming, mostS))) return coming;
    return this.#begin(key, now, make);
  }

  /** Behind the back of those who wait for an answer: one at a time, the others when somebody asks for them again. */
  #renew(key: string, now: State, make: () => Promise<string>): void {
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    const done = () => {
      this.#isRenewing = false;
    };
    this.#begin(key, now, make).text.then(done, done);
  }

  #begin(key: string, state: State, make: () => Promise<string>): Answer {
    const answer: Answer = {state, askedMs: Date.now(), text: make(), bytes: null};
    this.#coming.set(key, answer);
    const done = () => {
      if (this.#coming.get(key) === answer) this.#coming.delete(key);
    };
    answer.text.then(text => {
      done();
      this.#keep(key, answer, text.length);
    }, done);
    return answer;
  }

  #keep(key: string, answer: Answer, bytes: number): void {
    const before = this.#ready.get(key);
    if ((before && isBehind(answer.state, before.state)) || bytes > KEPT_BYTES / 4) return;
    this.#drop(key);
    answer.bytes = bytes;
    this.#bytes += bytes;
    this.#ready.set(key, answer);
    for (const oldest of this.#ready.keys()) {
      if (this.#bytes <= KEPT_BYTES) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#ready.get(key)?.bytes ?? 0;
    this.#ready.delete(key);
  }

  /** What was asked for last goes last. */
  #used(key: string, answer: Answer): Answer {
    this.#ready.delete(key);
    this.#ready.set(key, answer);
    return answer;
  }
}

const answers = new WeakMap<App, RecentAnswers>();

interface Allowed {
  maxAge: number;
  maxStale: number;
}

/** What RFC 9111 lets a client say of its own: nothing said is nothing allowed. */
function allowedBy(cacheControl: string | undefined): Allowed {
  const seconds = (name: string) =>
    Number(new RegExp(`(?:^|[\\s,])${name}=(\\d{1,6})(?:[\\s,]|$)`).exec(cacheControl ?? '')?.[1] ?? 0);
  return {maxAge: seconds('max-age'), maxStale: seconds('max-stale')};
}

/** What else an answer follows from. */
interface Bearing {
  who?: (request: FastifyRequest) => string;
  /** Whether it follows from the question alone: it was found at a position, and stays as it was found. */
  isFixed?: (request: FastifyRequest) => boolean;
}

/**
 * For routes whose answer follows from the ledger and the question alone: an
 * unchanged answer is recognised before anything is asked of the database. Who sends `Cache-Control: max-age=1, max-stale=600`
 * gets an answer at once that may be so many seconds behind; `Age` says how many, and a newer one is made meanwhile.
 */
export function recent(app: App, {who = () => '', isFixed = () => false}: Bearing = {}) {
  const kept = answers.get(app) ?? new RecentAnswers();
  answers.set(app, kept);
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const now = isFixed(request) ? {seq: 0, position: 0} : stateOf(app);
    const {headers, url, server, routeOptions} = request;
    reply.header('cache-control', 'private, no-cache').header('etag', tagOf(request, now));
    if (headers['if-none-match'] === tagOf(request, now)) return reply.code(304).send();
    const make = async () => reply.serialize(await routeOptions.handler.call(server, request, reply)) as string;
    const key = [app.warehouse.persons.edition, who(request), url].join(' ');
    const answer = kept.find(key, now, allowedBy(headers['cache-control']), make);
    const text = await answer.text;
    if (isBehind(answer.state, now)) reply.header('age', Math.max(1, Math.ceil((Date.now() - answer.askedMs) / 1000)));
    const tag = tagOf(request, answer.state);
    reply.header('etag', tag);
    if (headers['if-none-match'] === tag) return reply.code(304).send();
    return reply.type('application/json; charset=utf-8').send(text);
  };
}
