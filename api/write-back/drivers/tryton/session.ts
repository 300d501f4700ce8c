import {type Answer, call} from '../call.ts';
import {Failed, Refused} from '../failure.ts';

export interface TrytonLogin {
  /** `http://host:8000/<database>/` */
  url: URL;
  user: string;
  password: string;
  timeoutMs: number;
}

/** One user at one Tryton; logs in when it has to. */
export class TrytonSession {
  readonly #login: TrytonLogin;
  #open: Promise<Opened> | null = null;

  constructor(login: TrytonLogin) {
    this.#login = login;
  }

  /** What belongs to one delivery: it remembers whether anything was written. */
  begin(): TrytonCalls {
    return new TrytonCalls(this);
  }

  /** @throws Refused, Failed */
  async call(method: string, params: unknown[], context: object, writes: boolean): Promise<unknown> {
    const opened = await this.#opened();
    const ask = async ({authorization, company}: Opened) =>
      this.#post(authorization, `model.${method}`, [...params, {company, ...context}]);
    let answer = await ask(opened);
    if (isStatus(answer, 401)) {
      // The session ran out: nothing was done.
      if (this.#open && (await this.#open.catch(() => null)) === opened) this.#open = null;
      answer = await ask(await this.#opened());
    }
    return result(method, answer, writes);
  }

  #opened(): Promise<Opened> {
    this.#open ??= this.#logIn().catch((error: unknown) => {
      this.#open = null;
      throw error;
    });
    return this.#open;
  }

  async #logIn(): Promise<Opened> {
    const {user, password} = this.#login;
    const answer = await this.#post('', 'common.db.login', [user, {password}, 'en']);
    if (isStatus(answer, 401)) throw new Failed(`Tryton does not let ${user} in: is the password right?`, false);
    const session = result('login', answer, false) as [number, string] | null;
    if (!Array.isArray(session)) throw new Failed(`Tryton asks ${user} for more than a password`, false);
    const authorization = `Session ${Buffer.from(`${user}:${session[0]}:${session[1]}`).toString('base64')}`;
    const preferences = await this.#post(authorization, 'model.res.user.get_preferences', [true, {}]);
    const {company} = result('get_preferences', preferences, false) as {company?: number};
    if (company === undefined) throw new Failed(`the Tryton user ${user} belongs to no company`, false);
    return {authorization, company};
  }

  #post(authorization: string, method: string, params: unknown[]): ReturnType<typeof call> {
    const {url, timeoutMs} = this.#login;
    const headers = {'content-type': 'application/json', ...(authorization && {authorization})};
    const body = JSON.stringify({id: 1, method, params});
    return call(url, {method: 'POST', headers, body, timeoutMs, longestAnswerBytes: 4 * 1024 * 1024});
  }
}

/** The calls of one delivery. */
export class TrytonCalls {
  readonly #session: TrytonSession;
  #wrote = false;

  constructor(session: TrytonSession) {
    this.#session = session;
  }

  /** Reads: nothing happens in Tryton. */
  ask<T>(method: string, params: unknown[], context: object = {}): Promise<T> {
    return this.#call(method, params, context, false) as Promise<T>;
  }

  /** Writes. That it was answered does not mean that it was done: read back. */
  async write<T>(method: string, params: unknown[]): Promise<T> {
    const answer = (await this.#call(method, params, {}, true)) as T;
    this.#wrote = true;
    return answer;
  }

  async #call(method: string, params: unknown[], context: object, writes: boolean): Promise<unknown> {
    try {
      return await this.#session.call(method, params, context, writes);
    } catch (error) {
      if (error instanceof Failed && this.#wrote) throw new Failed(error.message, true, error.retryAfterMs);
      throw error;
    }
  }
}

interface Opened {
  authorization: string;
  company: number;
}

function isStatus(answer: Awaited<ReturnType<typeof call>>, status: number): answer is Answer {
  return 'status' in answer && answer.status === status;
}

/** Tryton answers 200 to nearly all, with what went wrong in the body. */
function result(method: string, answer: Awaited<ReturnType<typeof call>>, writes: boolean): unknown {
  if ('trouble' in answer) throw new Failed(answer.trouble, writes && answer.sent);
  const {status, body, retryAfterMs} = answer;
  const failed = (why: string, mayBeDone: boolean) => new Failed(`${method}: ${why}`, mayBeDone, retryAfterMs);
  // Not carried out: it was not let in, or told to come later.
  if ([401, 403, 404, 429].includes(status)) throw failed(`HTTP ${status}`, false);
  if (status !== 200) throw failed(`HTTP ${status}`, writes);
  const told = parsed(body);
  if (!told || !('result' in told || 'error' in told)) throw failed('no answer of Tryton', writes);
  if (told.error === undefined) return told.result;
  const [kind, detail] = Array.isArray(told.error) ? (told.error as unknown[]) : [JSON.stringify(told.error), null];
  if (kind === 'UserError') throw new Refused(`Tryton refuses ${method}: ${words(detail)}`);
  if (kind === 'UserWarning') throw new Refused(`Tryton wants ${method} confirmed by a person: ${words(detail)}`);
  // The transaction was rolled back because somebody else was at it.
  if (kind === 'ConcurrencyException') throw failed(words(detail), false);
  throw failed(String(kind).slice(0, 300), writes);
}

function parsed(body: string | null): {result?: unknown; error?: unknown} | null {
  try {
    const value: unknown = JSON.parse(body ?? '');
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null; // A proxy's page, say: the caller tells that it is not Tryton's.
  }
}

function words(detail: unknown): string {
  const texts = (Array.isArray(detail) ? detail : [detail]).filter(text => typeof text === 'string' && text !== '');
  return texts.join(' ').replace(/\s+/g, ' ').slice(0, 400);
}
