import {setTimeout as wait} from 'node:timers/promises';
import {z} from 'zod';
import {FishboneError} from '../../errors.ts';
import {allowedUrl} from './address.ts';
import {type Driver, isResponse, type LookUp, type Message, type Outcome, type ResponseMessage} from './driver.ts';
import {lookedUp, Refused, settled} from './failure.ts';
import {allTrue} from './http/answer-tree.ts';
import {AuthSettings, credentialsOf} from './http/credentials.ts';
import {MESSAGE_KINDS, type MessageKind, type Plan, PlanSettings, type Preset, type Values} from './http/plan.ts';
import {PRESETS, presetNames} from './http/presets.ts';
import {type Receiver, Talk} from './http/talk.ts';
import {kept, NONE, placeholders} from './http/template.ts';

export const HttpSettings = z.strictObject({
  driver: z.literal('http'),
  /** What the paths of the plan come after. */
  url: z.string(),
  preset: z.enum(presetNames).optional(),
  /** `false`: of a preset that knows holds, only what response rules have to say. */
  holds: z.boolean().optional(),
  /** Placeholders beside those of the message. */
  values: z.record(z.string().regex(/^\w+$/), z.union([z.string(), z.number()])).optional(),
  auth: AuthSettings.optional(),
  timeoutMs: z.number().int().positive().optional(),
  /** How many messages may be on their way to it at a time; 8 when absent. */
  atOnce: z.number().int().min(1).max(256).optional(),
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
    atOnce: config.atOnce,
    send: message =>
      settled(async () => {
        if (isResponse(message)) return tell(name, receiver, message);
        const talk = new Talk(receiver, {...message}, `lot ${message.lot}`);
        if ((await stateOf(talk, receiver.plan)) === message.action) return {is: 'acknowledged'};
        const requests = receiver.plan[message.action] ?? [];
        if (requests.length === 0) throw new Refused(`a person has to ${message.action} it at the receiver`);
        await talk.write(requests);
        return readBack(talk, receiver.plan, message);
      }),
    lookUp: message =>
      lookedUp(async () => {
        if (isResponse(message)) return isKnown(name, receiver, message);
        if (!canTell(receiver.plan, message))
          return {
            is: 'impossible',
            why: `${name} has no look-up configured${message.action === 'scrap' ? ' for scrapped lots' : ''}`,
          };
        const state = await stateOf(new Talk(receiver, {...message}, `lot ${message.lot}`), receiver.plan);
        return {is: state === message.action ? 'known' : 'unknown'} satisfies LookUp;
      }),
  };
}

/** What a receiver takes of response rules. */
export function messagesOf(config: HttpConfig): MessageKind[] {
  const preset: Partial<Preset> = config.preset === undefined ? {} : PRESETS[config.preset];
  const told = {...preset.messages, ...config.messages};
  return MESSAGE_KINDS.filter(kind => told[kind] !== undefined);
}

/** Whether it is told of holds: one that says only what responses are to say is not. */
export const takesHolds = ({preset, hold, holds}: HttpConfig): boolean =>
  holds !== false && (preset !== undefined || hold !== undefined);

const STATES = {hold: 'held', release: 'free', scrap: 'scrapped'};

/** The configuration's plan over the preset's. */
function planOf(name: string, config: HttpConfig): Plan {
  const preset: Partial<Preset> = config.preset === undefined ? {} : PRESETS[config.preset];
  const {hold = preset.hold, release = preset.release, find = preset.find, state = preset.state} = config;
  const {scrap = preset.scrap} = config;
  const headers = {...preset.headers, ...config.headers};
  const messages = {...preset.messages, ...config.messages};
  const plan = {hold, release, scrap, find, state, headers, messages, csrfPath: config.csrfPath ?? preset.csrfPath};
  const invalid = (why: string, hint: string) =>
    new FishboneError('RECEIVER_INVALID', `receiver ${name}: ${why}`, {hint});
  const isOnlyTold = !hold && !release && Object.keys(messages).length > 0;
  if ((!hold || !release) && !isOnlyTold)
    throw invalid('says not how to hold and release', 'name a preset, or give hold and release, or messages');
  const values = Object.keys(config.values ?? {});
  const ofHolds = {...plan, messages: undefined};
  const known = [...MESSAGE_FIELDS, ...values, ...kept(ofHolds)];
  const unknown = [...new Set([...(preset.needs ?? []), ...placeholders(ofHolds)])].filter(w => !known.includes(w));
  if (unknown.length > 0) throw invalid(`no value for ${unknown.join(', ')}`, 'give them in "values"');
  return plan;
}

/** Whether the receiver can be asked for what the message wants. */
function canTell({state}: Plan, {action}: Message): boolean {
  return action === 'scrap' ? state?.scrapped !== undefined : state !== undefined;
}

/** As the receiver tells it; null when it is none of these, or cannot be asked. */
async function stateOf(talk: Talk, {find = [], state}: Plan): Promise<Message['action'] | null> {
  for (const request of find) await talk.read(request);
  if (!state) return null;
  const tree = await talk.read(state);
  if (state.scrapped && allTrue(state.scrapped, tree, talk.values)) return 'scrap';
  if (allTrue(state.held, tree, talk.values)) return 'hold';
  return allTrue(state.free, tree, talk.values) ? 'release' : null;
}

async function readBack(talk: Talk, plan: Plan, message: Message): Promise<Outcome> {
  const {lot, action} = message;
  if (!canTell(plan, message)) return {is: 'acknowledged'};
  let state: Message['action'] | null = null;
  for (const pauseMs of READ_BACK_AFTER_MS) {
    await wait(pauseMs);
    state = await stateOf(talk, plan);
    if (state === action) return {is: 'acknowledged'};
  }
  const seen = state === null ? 'neither held nor free' : STATES[state];
  return {
    is: 'rejected',
    why: `the receiver answered without an error, but lot ${lot} is ${seen} there`,
  };
}

/** Says what a rule has to say. */
async function tell(name: string, to: Receiver, message: ResponseMessage): Promise<Outcome> {
  const requests = to.plan.messages?.[message.action as MessageKind]?.send;
  if (!requests) throw new Refused(`${name} takes no ${message.action}: give it in "messages"`);
  await new Talk(to, valuesOf(message), `what the ${message.action} is about`).write(requests);
  return {is: 'acknowledged'};
}

async function isKnown(name: string, to: Receiver, message: ResponseMessage): Promise<LookUp> {
  const look = to.plan.messages?.[message.action as MessageKind]?.lookUp;
  if (!look) return {is: 'impossible', why: `${name} has no look-up configured for ${message.action}`};
  const talk = new Talk(to, valuesOf(message), `what the ${message.action} is about`);
  return {is: allTrue(look.found, await talk.read(look), talk.values) ? 'known' : 'unknown'};
}

/** What a response rule may tell, whatever it fired on. */

const TELLABLE = [
  'id',
  'plant',
  'response',
  'rule',
  'action',
  'sequence',
  'decidedAt',
  'happenedAt',
  'kind',
  'text',
  'permalink',
  'inspection',
  'part',
  'product',
  'workOrder',
  'lot',
  'step',
  'station',
  'inspectedAt',
  'image',
  'result',
  'confidence',
  'model',
  'defect',
  'severity',
  'defects',
  'route',
  'code',
  'note',
  'subject',
  'good',
  'failed',
  'inspected',
  'quantity',
  'alert',
  'name',
  'source',
  'figures',
  'parameter',
  'chart',
  'point',
  'n',
  'value',
  'violations',
  'finding',
  'factor',
  'level',
  'branch',
  'verdict',
  'q',
  'where',
  'asOf',
];

/** Placeholders of what a rule would have sent that nothing fills. */
export function unfilled(config: HttpConfig, kind: MessageKind): string[] {
  const preset: Partial<Preset> = config.preset === undefined ? {} : PRESETS[config.preset];
  const told = {messages: {[kind]: config.messages?.[kind] ?? preset.messages?.[kind]}};
  const {send = [], lookUp} = told.messages[kind] ?? {};
  const known = [...TELLABLE, ...Object.keys(config.values ?? {}), ...kept({find: lookUp ? [...send, lookUp] : send})];
  return [...placeholders(told)].filter(name => !known.includes(name));
}

/** What nobody knows is nothing: null where it stands alone, no text within one. */
function valuesOf({content, ...message}: ResponseMessage): Values {
  const none = Object.fromEntries(TELLABLE.map(name => [name, NONE]));
  const known = Object.entries({...content, ...message}).filter(([, value]) => value !== null && value !== undefined);
  return {...none, ...Object.fromEntries(known)};
}
