/**
 * What the ledger keeps of response rules (entries of kind 'response'); what became of their messages are entries of kind
 * 'delivery', as for holds. Old entries are read for ever: fields may be added here, never renamed.
 */

export type ResponseEntry =
  /** From entry `after` on, a rule is in force; one that was changed is another rule. */
  | {did: 'begin'; rule: string; digest: string; after: number}
  /** A rule is not configured any more. */
  | {did: 'end'; rule: string; digest: string}
  /** All rules have judged what the ledger has up to entry `seq`. */
  | {did: 'judged'; seq: number}
  /** What a rule made of something that happened, before anything of it leaves. */
  | ({did: 'fire'} & Fired);

export interface Fired {
  rule: string;
  digest: string;
  plant: string;
  /** The batch that it is about; null where it is about none. */
  batch: number | null;
  fired: Firing[];
  withheld: Withheld[];
}

export interface Firing {
  /** sha256 over plant, rule and what made it fire: the same whenever it is judged. */
  id: string;
  /** When it happened, ISO 8601 UTC: when the part was inspected, say. */
  at: string;
  /** By what it may be told apart: part, lot, station, workOrder, product, cause. */
  keys: Record<string, string>;
  /** What is known of it, as every receiver is told it. */
  about: Record<string, unknown>;
  actions: ResponseAction[];
  /** Actions of the rule that cannot be made of this. */
  lacking: {do: string; why: string}[];
}

export interface ResponseAction {
  /** The webhook-id: sha256 over the firing, the action's place in the rule and its receiver. */
  id: string;
  do: ResponseDo;
  /** 'fishbone' for what is done within: proposing a hold. */
  receiver: string;
  /** What follows one another: actions of one lane at one receiver. */
  lane: string;
  /** Not sent any more from then on; null: never too late. */
  notAfter: string | null;
  /** What is said beyond `about`. */
  content: Record<string, unknown>;
}

export type ResponseDo = 'result' | 'rework' | 'nonconformance' | 'notify' | 'completion' | 'hold' | 'adjust';

export interface Withheld {
  id: string;
  at: string;
  keys: Record<string, string>;
  why: string;
}

/** The receiver of what is done within; none that is configured may have its name. */
export const WITHIN = 'fishbone';
