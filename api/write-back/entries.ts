/**
 * What the ledger keeps of holds: decisions (entries of kind 'hold') and what became of their deliveries (kind
 * 'delivery'). Old entries are read for ever: fields may be added here, never renamed.
 */

/** What the id of a hold looks like: receivers find by it what holds have done. */
export const HOLD_ID = /^H-\d{8}-[0-9a-f]{8}$/;

/** A decision and what it puts into the outbox: one entry, so that neither exists without the other. */
export type HoldDecision = {hold: string; by: string; authenticated: boolean} & Deed;

export type Deed =
  | {
      did: 'propose';
      reason: string;
      text: string;
      permalink: string;
      parts: number;
      lots: LotShare[];
      looseParts: number;
      evidence: unknown;
      /** Whether the hold is also of what the lots go into later. Absent in early entries: it is not. */
      children?: boolean;
      /** Since there is one, nobody refuses what they proposed. */
      refusedByAnother?: boolean;
      /** The message of a response rule that proposed it. */
      response?: string;
    }
  | {did: 'approve'; plant: string; receivers: string[]; actions: LotAction[]}
  | {did: 'refuse'; why: string | null}
  | {
      did: 'release';
      reason: string;
      plant: string;
      receivers: string[];
      actions: LotAction[];
      kept: KeptLot[];
      /** These lots only; all that it holds when absent. */
      lots?: string[];
    }
  | {did: 'scrap'; reason: string; plant: string; receivers: string[]; actions: LotAction[]; lots?: string[]}
  /**
   * By the system: lots that came from held ones since, so that they are held too. `fence`: it was found out when the hold had
   * so many entries; with any more it has no effect, and is found out anew.
   */
  | {
      did: 'inherit';
      fence: number;
      asOf: number;
      plant: string;
      receivers: string[];
      lots: InheritedLot[];
      actions: LotAction[];
    }
  /** By the system: what the hold rests on has changed. */
  | {did: 'review'; fence: number; asOf: number; reasons: string[]}
  /** A person has looked at what changed up to `asOf`. */
  | {did: 'close-review'; asOf: number; reason: string};

export interface InheritedLot extends LotShare {
  /** What of the held lots went into it. */
  through: string;
}

/** Who makes the entries that no person decides. */
export const SYSTEM = 'fishbone';

export interface LotShare {
  lot: string;
  /** Suspect parts of the lot. */
  parts: number;
}

export type LotAct = 'hold' | 'release' | 'scrap';

/** What every receiver is to be told about one lot. */
export interface LotAction extends LotShare {
  /** The webhook-id: sha256 over plant, lot, hold and action. */
  id: string;
  action: LotAct;
  /** Counts the actions on a lot over all holds, from 1. */
  sequence: number;
}

/** A lot of a released hold that other approved holds still cover, or that was scrapped. */
interface KeptLot {
  lot: string;
  coveredBy: string[];
  scrappedBy?: string;
}

/** `fence` numbers the senders: what an earlier sender writes after a later one took over has no effect. */
export type DeliveryStep = {did: 'lease'; fence: number} | ({fence: number; delivery: string; receiver: string} & Turn);

export type Turn =
  /** `plan`: what the driver found before, for the look-up. */
  | {did: 'sending'; attempt: number; plan?: unknown}
  | {did: 'acknowledged'; how: 'answer' | 'look-up' | 'person'; seenAtMes: boolean | null; by?: string; why?: string}
  | {did: 'rejected'; why: string}
  | {did: 'unknown'; why: string; askPerson: boolean}
  | {did: 'queued'; why: string; by?: string};

/** Who may be sent what once more, and what is settled by whom. */
export interface Settled {
  as: 'acknowledged' | 'send-again';
  by: string;
  why: string;
}

/** The messages that a decision put into the outbox. @param body of an entry of kind 'hold' */
export function deliveriesOf(body: unknown): string[] {
  const {actions = []} = body as {actions?: LotAction[]};
  return actions.map(({id}) => id);
}
