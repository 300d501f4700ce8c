import type {ResponseDo} from '../response-entries.ts';

/** What a system outside is told about one lot. */
export interface Message {
  /** Stays the same over retries: what a receiver tells repetitions by. */
  id: string;
  plant: string;
  hold: string;
  lot: string;
  action: 'hold' | 'release' | 'scrap';
  /** Counts the actions on a lot, from 1. */
  sequence: number;
  /** Suspect parts of the lot. */
  parts: number;
  reason: string;
  text: string;
  decidedAt: string;
  permalink: string;
}

/** What a response rule has to say to a system outside. */
export interface ResponseMessage {
  /** Stays the same over retries. */
  id: string;
  plant: string;
  /** The firing that it is a part of. */
  response: string;
  rule: string;
  action: ResponseDo;
  /** Messages of one lane at one receiver follow one another. */
  lane: string;
  sequence: number;
  decidedAt: string;
  /** Not sent any more from then on; null: never too late. */
  notAfter: string | null;
  /** What is said, by name. */
  content: Readonly<Record<string, unknown>>;
}

export type AnyMessage = Message | ResponseMessage;

export const isResponse = (message: AnyMessage): message is ResponseMessage => 'response' in message;

/** The way to one kind of receiver. No function throws: whatever happens outside is an answer. */
export interface Driver {
  /**
   * Looks at what a message will change, before it is said that it is being sent: what it finds is kept with the message,
   * so that a repetition does the same and a look-up can tell before from after.
   * @param plan what it found before an earlier attempt, which may still arrive: what was to be done then stays the same
   */
  prepare?(message: AnyMessage, plan?: unknown): Promise<Prepared | Outcome>;
  /** Tells the receiver once. @param plan what `prepare` found */
  send(message: AnyMessage, plan?: unknown): Promise<Outcome>;
  /** Asks the receiver whether it knows the message. @param plan what `prepare` found when it was sent */
  lookUp(message: AnyMessage, plan?: unknown): Promise<LookUp>;
  /** There is no look-up, and none is needed: a repetition does no harm, so what may have arrived is sent again. */
  isRepeatable?: boolean;
  /** How many messages may be on their way to it at a time; 8 when absent. */
  atOnce?: number;
}

interface Prepared {
  is: 'prepared';
  /** JSON. */
  plan: unknown;
}

export type Outcome =
  /** The receiver took it over. */
  | {is: 'acknowledged'}
  /** The receiver will not do it, however often it is asked. */
  | {is: 'rejected'; why: string}
  /** It certainly was not carried out, and may be sent again. */
  | {is: 'not-delivered'; why: string; retryAfterMs?: number}
  /** It may have been carried out. */
  | {is: 'unknown'; why: string; retryAfterMs?: number};

export type LookUp =
  /** `says`: how it says that the lot is now, if it does. */
  | {is: 'known'; says?: string}
  | {is: 'unknown'}
  /** The receiver cannot tell; asking again will not help. */
  | {is: 'impossible'; why: string}
  /** The receiver could not be asked now. */
  | {is: 'unreachable'; why: string; retryAfterMs?: number};
