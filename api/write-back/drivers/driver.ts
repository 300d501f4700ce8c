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

/** The way to one kind of receiver. Neither function throws: whatever happens outside is an answer. */
export interface Driver {
  /** Tells the receiver once. */
  send(message: Message): Promise<Outcome>;
  /** Asks the receiver whether it knows the message. */
  lookUp(message: Message): Promise<LookUp>;
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
