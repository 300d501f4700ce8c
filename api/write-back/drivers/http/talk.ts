import {judge} from '../answer.ts';
import {type Answer, call} from '../call.ts';
import type {Outcome} from '../driver.ts';
import {Failed, Refused} from '../failure.ts';
import {allTrue, at, treeOf} from './answer-tree.ts';
import type {Credentials} from './credentials.ts';
import type {Plan, Request, Values} from './plan.ts';
import {fillHeader, fillJson, fillPath, fillXml} from './template.ts';

export interface Receiver {
  url: URL;
  plan: Plan;
  values: Values;
  credentials: Credentials;
  timeoutMs: number;
}

/** What is said to a receiver about one message: questions and writes, with what the answers told. */
export class Talk {
  readonly values: Values;
  readonly #to: Receiver;
  /** What the message is about, for what is said of a 404. */
  readonly #about: string;
  /** The tokens against forged requests, by the path that gave them. */
  readonly #csrf = new Map<string, Record<string, string>>();
  #wrote = false;

  constructor(to: Receiver, values: Values, about: string) {
    this.#to = to;
    this.#about = about;
    this.values = {...to.values, ...values};
  }

  /** @throws Refused, Failed */
  async write(requests: readonly Request[]): Promise<void> {
    for (const request of requests) {
      const answer = await this.#ask(request, true);
      const outcome: Outcome =
        answer.status === 412
          ? {is: 'not-delivered', why: 'HTTP 412: it was changed meanwhile', retryAfterMs: answer.retryAfterMs}
          : judge(answer);
      if (outcome.is === 'rejected') throw new Refused(outcome.why);
      if (outcome.is !== 'acknowledged') {
        throw new Failed(outcome.why, this.#wrote || outcome.is === 'unknown', outcome.retryAfterMs);
      }
      this.#wrote = true;
      await this.#understood(request, answer);
    }
  }

  /** @returns the answer's tree @throws Refused, Failed */
  async read(request: Request): Promise<unknown> {
    const answer = await this.#ask(request, false);
    const {status, retryAfterMs} = answer;
    if (status === 404) throw new Refused(`the receiver does not know ${this.#about}: HTTP 404`);
    if (status < 200 || status > 299) throw new Failed(`look-up: HTTP ${status}`, this.#wrote, retryAfterMs);
    return this.#understood(request, answer);
  }

  async #understood({keep = {}, expect = []}: Request, answer: Answer): Promise<unknown> {
    const tree = await treeOf(answer.body ?? '');
    for (const [name, path] of Object.entries(keep)) {
      const header = path.startsWith('header:')
        ? answer.headers[path.slice('header:'.length).toLowerCase()]
        : undefined;
      this.values[name] = path.startsWith('header:') ? header : at(tree, path);
    }
    if (allTrue(expect, tree, this.values)) return tree;
    throw new Refused(`HTTP ${answer.status}, but the body says: ${(answer.body ?? '').slice(0, 200)}`);
  }

  async #ask(request: Request, writes: boolean): Promise<Answer> {
    let answer = await this.#once(request, writes);
    const isForged = answer.status === 403 && /required/i.test(String(answer.headers['x-csrf-token']));
    if (isForged) this.#csrf.clear();
    // Not let in is not carried out.
    if (
      (answer.status === 401 && this.#to.credentials.renew()) ||
      (isForged && this.#csrfPath(request) !== undefined)
    ) {
      answer = await this.#once(request, writes);
    }
    return answer;
  }

  async #once(request: Request, writes: boolean): Promise<Answer> {
    const {url, plan, credentials, timeoutMs} = this.#to;
    const {path, method, json, xml} = request;
    const fixed = Object.entries({...plan.headers, ...request.headers}).map(([header, value]) => {
      return [header.toLowerCase(), fillHeader(value, this.values)];
    });
    const [kind, body] =
      json !== undefined
        ? ['application/json', JSON.stringify(fillJson(json, this.values))]
        : xml !== undefined
          ? ['application/xml', fillXml(xml, this.values)]
          : [null, ''];
    const who = await this.#orFailed(() => credentials.headers());
    const csrfPath = this.#csrfPath(request);
    const token = writes && csrfPath !== undefined ? await this.#csrfHeaders(csrfPath) : {};
    const said = {accept: 'application/json', ...(kind !== null && {'content-type': kind})};
    const headers = {...said, ...(Object.fromEntries(fixed) as Record<string, string>), ...who, ...token};
    const target = under(url, fillPath(path, this.values));
    const answer = await call(target, {method, headers, body, timeoutMs, longestAnswerBytes: 1024 * 1024});
    if ('trouble' in answer) throw new Failed(answer.trouble, this.#wrote || (writes && answer.sent));
    return answer;
  }

  #csrfPath(request: Request): string | undefined {
    return request.csrfPath ?? this.#to.plan.csrfPath;
  }

  async #csrfHeaders(path: string): Promise<Record<string, string>> {
    const known = this.#csrf.get(path);
    if (known) return known;
    const {url, credentials, timeoutMs} = this.#to;
    const headers = {...(await this.#orFailed(() => credentials.headers())), 'x-csrf-token': 'Fetch'};
    const answer = await call(under(url, path), {method: 'GET', headers, timeoutMs, longestAnswerBytes: 1024 * 1024});
    if ('trouble' in answer) throw new Failed(answer.trouble, this.#wrote);
    const token = answer.headers['x-csrf-token'];
    if (typeof token !== 'string') throw new Failed(`no CSRF token: HTTP ${answer.status}`, this.#wrote);
    // The token belongs to the session that the cookies name.
    const cookie = (answer.headers['set-cookie'] ?? []).map(line => line.split(';')[0]).join('; ');
    const fetched = {'x-csrf-token': token, ...(cookie !== '' && {cookie})};
    this.#csrf.set(path, fetched);
    return fetched;
  }

  async #orFailed<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (error) {
      if (error instanceof Failed && this.#wrote) throw new Failed(error.message, true, error.retryAfterMs);
      throw error;
    }
  }
}

function under(url: URL, path: string): URL {
  return new URL(`${url.origin}${url.pathname.replace(/\/$/, '')}${path}`);
}
