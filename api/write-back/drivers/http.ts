import {setTimeout as wait} from 'node:timers/promises';
import {z} from 'zod';
import {FishboneError} from '../../errors.ts';
import {allowedUrl} from './address.ts';
import {judge} from './answer.ts';
import {type Answer, call} from './call.ts';
import type {Driver, LookUp, Message, Outcome} from './driver.ts';
import {Failed, lookedUp, Refused, settled} from './failure.ts';
import {allTrue, at, treeOf} from './http/answer-tree.ts';
import {AuthSettings, type Credentials, credentialsOf} from './http/credentials.ts';
import {type Plan, PlanSettings, type Preset, type Request, type Values} from './http/plan.ts';
import {PRESETS, presetNames} from './http/presets.ts';
import {fillHeader, fillJson, fillPath, fillXml, kept, placeholders} from './http/template.ts';

export const HttpSettings = z.strictObject({
  driver: z.literal('http'),
  /** What the paths of the plan come after. */
  url: z.string(),
  preset: z.enum(presetNames).optional(),
  /** Placeholders beside those of the message. */
  values: z.record(z.string().regex(/^\w+$/), z.union([z.string(), z.number()])).optional(),
  auth: AuthSettings.optional(),
  timeoutMs: z.number().int().positive().optional(),
  /** Said here, it goes before what the preset says. */
  ...PlanSettings.shape,
});

type HttpConfig = z.output<typeof HttpSettings>;

const MESSAGE_FIELDS = [
  'id',
  'plant',
  'hold',
  'lot',
  'action',
  'sequence',
  'parts',
  'reason',
  'text',
  'decidedAt',
  'permalink',
];
/** Some receivers answer before they have done it. */
const READ_BACK_AFTER_MS = [0, 300, 1_500];

/**
 * Tells a receiver by HTTP as a plan says: look up, write, read back, and only then call it done.
 * @throws FishboneError RECEIVER_INVALID for a plan that lacks something, a host that is not allowed, a secret that is not there
 */
export async function httpDriver(
  name: string,
  config: HttpConfig,
  allowHosts: readonly string[],
  folder: string,
): Promise<Driver> {
  const url = allowedUrl(name, config.url, allowHosts);
  const timeoutMs = config.timeoutMs ?? 10_000;
  const credentials = await credentialsOf(name, config.auth, {allowHosts, folder, timeoutMs});
  const receiver = {url, plan: planOf(name, config), values: config.values ?? {}, credentials, timeoutMs};

  return {
    send: message =>
      settled(async () => {
        const talk = new Talk(receiver, message);
        if ((await talk.state()) === message.action) return {is: 'acknowledged'};
        await talk.write();
        return talk.readBack();
      }),
    lookUp: message =>
      lookedUp(async () => {
        const talk = new Talk(receiver, message);
        if (!talk.canTell)
          return {
            is: 'impossible',
            why: `${name} has no look-up configured${message.action === 'scrap' ? ' for scrapped lots' : ''}`,
          };
        const state = await talk.state();
        return {is: state === message.action ? 'known' : 'unknown'} satisfies LookUp;
      }),
  };
}

const STATES = {hold: 'held', release: 'free', scrap: 'scrapped'};

/** The configuration's plan over the preset's. */
function planOf(name: string, config: HttpConfig): Plan {
  const preset: Partial<Preset> = config.preset === undefined ? {} : PRESETS[config.preset];
  const {hold = preset.hold, release = preset.release, find = preset.find, state = preset.state} = config;
  const {scrap = preset.scrap} = config;
  const headers = {...preset.headers, ...config.headers};
  const plan = {hold, release, scrap, find, state, headers, csrfPath: config.csrfPath ?? preset.csrfPath};
  const invalid = (why: string, hint: string) =>
    new FishboneError('RECEIVER_INVALID', `receiver ${name}: ${why}`, {hint});
  if (!hold || !release) throw invalid('says not how to hold and release', 'name a preset, or give hold and release');
  const known = [...MESSAGE_FIELDS, ...Object.keys(config.values ?? {}), ...kept(plan)];
  const unknown = [...new Set([...(preset.needs ?? []), ...placeholders(plan)])].filter(word => !known.includes(word));
  if (unknown.length > 0) throw invalid(`no value for ${unknown.join(', ')}`, 'give them in "values"');
  return plan;
}

interface Receiver {
  url: URL;
  plan: Plan;
  values: Values;
  credentials: Credentials;
  timeoutMs: number;
}

/** What is said to a receiver about one message. */
class Talk {
  readonly #to: Receiver;
  readonly #message: Message;
  readonly #values: Values;
  #csrf: Record<string, string> | null = null;
  #wrote = false;

  constructor(to: Receiver, message: Message) {
    this.#to = to;
    this.#message = message;
    this.#values = {...to.values, ...message};
  }

  /** Whether the receiver can be asked for what the message wants. */
  get canTell(): boolean {
    const {state} = this.#to.plan;
    return this.#message.action === 'scrap' ? state?.scrapped !== undefined : state !== undefined;
  }

  /** As the receiver tells it; null when it is none of these, or cannot be asked. */
  async state(): Promise<Message['action'] | null> {
    const {find = [], state} = this.#to.plan;
    for (const request of find) await this.#read(request);
    if (!state) return null;
    const tree = await this.#read(state);
    if (state.scrapped && allTrue(state.scrapped, tree, this.#values)) return 'scrap';
    if (allTrue(state.held, tree, this.#values)) return 'hold';
    return allTrue(state.free, tree, this.#values) ? 'release' : null;
  }

  async write(): Promise<void> {
    const requests = this.#to.plan[this.#message.action] ?? [];
    if (requests.length === 0) throw new Refused(`a person has to ${this.#message.action} it at the receiver`);
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

  async readBack(): Promise<Outcome> {
    if (!this.canTell) return {is: 'acknowledged'};
    let state: Message['action'] | null = null;
    for (const pauseMs of READ_BACK_AFTER_MS) {
      await wait(pauseMs);
      state = await this.state();
      if (state === this.#message.action) return {is: 'acknowledged'};
    }
    const seen = state === null ? 'neither held nor free' : STATES[state];
    return {
      is: 'rejected',
      why: `the receiver answered without an error, but lot ${this.#message.lot} is ${seen} there`,
    };
  }

  async #read(request: Request): Promise<unknown> {
    const answer = await this.#ask(request, false);
    const {status, retryAfterMs} = answer;
    if (status === 404) throw new Refused(`the receiver does not know lot ${this.#message.lot}: HTTP 404`);
    if (status < 200 || status > 299) throw new Failed(`look-up: HTTP ${status}`, this.#wrote, retryAfterMs);
    return this.#understood(request, answer);
  }

  async #understood({keep = {}, expect = []}: Request, answer: Answer): Promise<unknown> {
    const tree = await treeOf(answer.body ?? '');
    for (const [name, path] of Object.entries(keep)) {
      const header = path.startsWith('header:')
        ? answer.headers[path.slice('header:'.length).toLowerCase()]
        : undefined;
      this.#values[name] = path.startsWith('header:') ? header : at(tree, path);
    }
    if (allTrue(expect, tree, this.#values)) return tree;
    throw new Refused(`HTTP ${answer.status}, but the body says: ${(answer.body ?? '').slice(0, 200)}`);
  }

  async #ask(request: Request, writes: boolean): Promise<Answer> {
    let answer = await this.#once(request, writes);
    const isForged = answer.status === 403 && /required/i.test(String(answer.headers['x-csrf-token']));
    if (isForged) this.#csrf = null;
    // Not let in is not carried out.
    if ((answer.status === 401 && this.#to.credentials.renew()) || (isForged && this.#to.plan.csrfPath !== undefined)) {
      answer = await this.#once(request, writes);
    }
    return answer;
  }

  async #once(request: Request, writes: boolean): Promise<Answer> {
    const {url, plan, credentials, timeoutMs} = this.#to;
    const {path, method, json, xml} = request;
    const fixed = Object.entries({...plan.headers, ...request.headers}).map(([header, value]) => {
      return [header.toLowerCase(), fillHeader(value, this.#values)];
    });
    const [kind, body] =
      json !== undefined
        ? ['application/json', JSON.stringify(fillJson(json, this.#values))]
        : xml !== undefined
          ? ['application/xml', fillXml(xml, this.#values)]
          : [null, ''];
    const who = await this.#orFailed(() => credentials.headers());
    const token = writes && plan.csrfPath !== undefined ? await this.#csrfHeaders(plan.csrfPath) : {};
    const said = {accept: 'application/json', ...(kind !== null && {'content-type': kind})};
    const headers = {...said, ...(Object.fromEntries(fixed) as Record<string, string>), ...who, ...token};
    const target = under(url, fillPath(path, this.#values));
    const answer = await call(target, {method, headers, body, timeoutMs, longestAnswerBytes: 1024 * 1024});
    if ('trouble' in answer) throw new Failed(answer.trouble, this.#wrote || (writes && answer.sent));
    return answer;
  }

  async #csrfHeaders(path: string): Promise<Record<string, string>> {
    if (this.#csrf) return this.#csrf;
    const {url, credentials, timeoutMs} = this.#to;
    const headers = {...(await this.#orFailed(() => credentials.headers())), 'x-csrf-token': 'Fetch'};
    const answer = await call(under(url, path), {method: 'GET', headers, timeoutMs, longestAnswerBytes: 1024 * 1024});
    if ('trouble' in answer) throw new Failed(answer.trouble, this.#wrote);
    const token = answer.headers['x-csrf-token'];
    if (typeof token !== 'string') throw new Failed(`no CSRF token: HTTP ${answer.status}`, this.#wrote);
    // The token belongs to the session that the cookies name.
    const cookie = (answer.headers['set-cookie'] ?? []).map(line => line.split(';')[0]).join('; ');
    this.#csrf = {'x-csrf-token': token, ...(cookie !== '' && {cookie})};
    return this.#csrf;
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
