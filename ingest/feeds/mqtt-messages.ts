import type {Sent} from './feed.ts';
import type {Subscription} from './settings.ts';
import {type Filter, filterOf} from './topics.ts';

/** A message as the broker gave it. */
export interface Message {
  topic: string;
  payload: Buffer;
}

/** What a message holds for the warehouse. */
export type Holding =
  | {takes: 'inspections'; body: unknown[]}
  | {takes: 'rows'; rows: Sent[]}
  | {takes: 'cfx'; lines: string[]}
  | {takes: 'nothing'; table: string; reason: string};

const PAYLOAD_BYTES_MAX = 8_000_000;

/** Tells what messages are by the subscriptions that they came for; the first that matches says. */
export class Messages {
  readonly #subscriptions: (Subscription & Filter)[];

  constructor(subscriptions: readonly Subscription[]) {
    this.#subscriptions = subscriptions.map(one => ({...one, ...filterOf(one.topic)}));
  }

  get filters(): string[] {
    return this.#subscriptions.map(({filter}) => filter);
  }

  read({topic, payload}: Message): Holding {
    for (const subscription of this.#subscriptions) {
      const said = subscription.columnsOf(topic);
      if (said) return read(subscription, said, topic, payload);
    }
    return {takes: 'nothing', table: 'inspections', reason: `topic ${topic}: of no subscription of this feed`};
  }
}

function read(
  {takes, table = 'inspections', columns}: Subscription,
  said: Readonly<Record<string, string>>,
  topic: string,
  payload: Buffer,
): Holding {
  const refused = (reason: string): Holding => ({takes: 'nothing', table, reason: `topic ${topic}: ${reason}`});
  if (payload.length > PAYLOAD_BYTES_MAX) return refused(`is longer than ${PAYLOAD_BYTES_MAX / 1e6} MB`);
  const parsed = parse(payload);
  if ('fault' in parsed) return refused(parsed.fault);
  const objects = Array.isArray(parsed.value) ? parsed.value : [parsed.value];
  const stranger = objects.findIndex(one => typeof one !== 'object' || one === null || Array.isArray(one));
  if (stranger >= 0) return refused('not a JSON object, or an array of objects');
  if (objects.length === 0) return refused('an empty array');
  if (takes === 'cfx') {
    const fault = objects.map(one => envelopeFault(one as Record<string, unknown>)).find(one => one !== null);
    if (fault) return refused(fault);
    return {takes, lines: objects.map(one => JSON.stringify(one))};
  }
  // What the payload says goes before what its topic says, and that before constants.
  const rows = objects.map(one => ({...columns, ...said, ...(one as Record<string, unknown>)}));
  return takes === 'inspections' ? {takes, body: rows} : {takes, rows: rows.map(row => ({table, row, topic}))};
}

/** What lacks these would make a whole batch of other messages unreadable, or be nobody's. */
function envelopeFault({MessageName, UniqueID, TimeStamp, MessageBody}: Record<string, unknown>): string | null {
  const isText = (value: unknown) => typeof value === 'string' && value !== '';
  if (!isText(MessageName) || !String(MessageName).startsWith('CFX.'))
    return 'not an IPC-CFX message in its envelope (MessageName "CFX....")';
  if (!isText(UniqueID)) return `${String(MessageName)} without UniqueID`;
  if (!isText(TimeStamp)) return `${String(MessageName)} without TimeStamp`;
  return typeof MessageBody === 'object' && MessageBody !== null ? null : `${String(MessageName)} without MessageBody`;
}

function parse(payload: Buffer): {value: unknown} | {fault: string} {
  let text: string;
  try {
    text = new TextDecoder('utf-8', {fatal: true}).decode(payload);
  } catch {
    return {fault: 'not UTF-8 text'};
  }
  try {
    return {value: JSON.parse(text)};
  } catch (error) {
    return {fault: text === '' ? 'an empty payload' : `not JSON: ${(error as Error).message}`};
  }
}
