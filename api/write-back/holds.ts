import {createHash, randomBytes} from 'node:crypto';
import type {ContainAnswer} from '../../warehouse/answers.ts';
import type {Hold, HoldLot} from '../../warehouse/hold-answers.ts';
import {nearNames} from '../../warehouse/near-names.ts';
import {FishboneError} from '../errors.ts';
import {Book, type HoldLedger} from './book.ts';
import {type Deed, type InheritedLot, type LotAct, type LotAction, type LotShare, SYSTEM} from './entries.ts';
import {type ReasonCodes, requireKnown} from './reason-codes.ts';
import type {HoldRecord} from './record.ts';

/** A bare name is self-declared and recorded as such. */
export type Who = string | {name: string; authenticated: true};

export type Contained = Pick<ContainAnswer, 'id' | 'parts'> & {lots: LotShare[]; looseParts?: string[]};

/** The life of a hold: proposed → approved | refused, approved → released | scrapped. Every answer is read from the ledger. */
export class Holds {
  readonly #book: Book;
  readonly #plant: string;
  readonly #receivers: string[];
  readonly #reasonCodes: ReasonCodes;
  readonly #told: (evidence: unknown) => unknown;
  readonly #compared: (id: string) => Hold['compared'];
  readonly #now: () => Date;

  /**
   * @param settings.receivers who is told about a decision, by the names of the configuration
   * @param settings.reasonCodes what may be given as a reason; anything by default
   * @param settings.told the evidence as people see it; as it is kept by default
   * @param settings.compared up to where somebody has looked whether the facts behind a hold have changed
   */
  constructor(
    ledger: HoldLedger,
    settings: {
      plant: string;
      receivers: string[];
      reasonCodes?: ReasonCodes;
      told?: (evidence: unknown) => unknown;
      compared?: (id: string) => Hold['compared'];
      now?: () => Date;
    },
  ) {
    this.#told = settings.told ?? (evidence => evidence);
    this.#compared = settings.compared ?? (() => ({asOf: null, why: null}));
    this.#book = Book.of(ledger);
    this.#plant = settings.plant;
    this.#receivers = [...new Set(settings.receivers)];
    this.#reasonCodes = settings.reasonCodes ?? {};
    this.#now = settings.now ?? (() => new Date());
  }

  /**
   * @param proposal.contained the suspect population, frozen into the hold as its evidence
   * @param proposal.children whether the hold is also of what its lots go into later; it is by default
   * @throws FishboneError HOLD_INCOMPLETE without a lot, a reason or a name, HOLD_REASON_UNKNOWN
   */
  async propose(proposal: {
    contained: Contained;
    reason: string;
    text: string;
    by: Who;
    permalink: string;
    /** The message of a response rule that proposes it. */
    response?: string;
    children?: boolean;
  }): Promise<Hold> {
    const {contained, reason, text, permalink, children = true, response} = proposal;
    if (reason.trim() !== '') requireKnown(this.#reasonCodes, 'hold', reason);
    const at = this.#now().toISOString();
    const hold = `H-${at.slice(0, 10).replaceAll('-', '')}-${randomBytes(4).toString('hex')}`;
    const covers = mergeLots(contained.lots);
    return this.#decide(at, hold, proposal.by, {
      did: 'propose',
      reason,
      text,
      permalink,
      parts: contained.parts,
      lots: covers,
      looseParts: contained.looseParts?.length ?? 0,
      evidence: contained,
      children,
      refusedByAnother: true,
      ...(response !== undefined && {response}),
    });
  }

  /**
   * Puts the hold of every lot into the outbox, in the same ledger entry as the decision.
   * @throws FishboneError HOLD_SAME_PERSON for the proposer, HOLD_ALREADY_DECIDED when somebody was first
   */
  async approve(id: string, by: Who): Promise<Hold> {
    this.#known(id);
    return this.#decide(this.#now().toISOString(), id, by, () => ({
      did: 'approve',
      plant: this.#plant,
      receivers: this.#receivers,
      actions: this.#actions(id, 'hold', this.#book.holds.get(id)?.covers ?? []),
    }));
  }

  /** @throws FishboneError HOLD_SAME_PERSON for the proposer, HOLD_ALREADY_DECIDED when somebody was first */
  async refuse(id: string, by: Who, reason?: string): Promise<Hold> {
    this.#known(id);
    return this.#decide(this.#now().toISOString(), id, by, {did: 'refuse', why: reason ?? null});
  }

  /**
   * Puts the release of every lot that it holds, or of those that are named, into the outbox: but for lots that another
   * approved hold covers, and lots that were scrapped.
   * @throws FishboneError HOLD_INCOMPLETE without a reason, HOLD_REASON_UNKNOWN, HOLD_NOT_APPROVED, HOLD_ALREADY_DECIDED,
   *   HOLD_LOT_NOT_HELD
   */
  async release(id: string, {reason, by, lots}: {reason: string; by: Who; lots?: string[]}): Promise<Hold> {
    this.#known(id);
    if (reason.trim() !== '') requireKnown(this.#reasonCodes, 'release', reason);
    return this.#decide(this.#now().toISOString(), id, by, () => {
      const meant = this.#held(id, lots);
      const kept = meant
        .map(({lot}) => ({lot, coveredBy: this.#others(id, lot), scrappedBy: this.#book.scrapped.get(lot)}))
        .filter(({coveredBy, scrappedBy}) => coveredBy.length > 0 || scrappedBy !== undefined)
        .map(({scrappedBy, ...lot}) => (scrappedBy === undefined ? lot : {...lot, scrappedBy}));
      const stay = new Set(kept.map(({lot}) => lot));
      const free = meant.filter(({lot}) => !stay.has(lot));
      const actions = this.#actions(id, 'release', free);
      return {did: 'release', reason, plant: this.#plant, receivers: this.#receivers, actions, kept, ...named(lots)};
    });
  }

  /**
   * Puts the scrapping of every lot that it holds, or of those that are named, into the outbox.
   * @throws FishboneError as `release`
   */
  async scrap(id: string, {reason, by, lots}: {reason: string; by: Who; lots?: string[]}): Promise<Hold> {
    this.#known(id);
    if (reason.trim() !== '') requireKnown(this.#reasonCodes, 'scrap', reason);
    return this.#decide(this.#now().toISOString(), id, by, () => {
      const meant = this.#held(id, lots).filter(({lot}) => !this.#book.scrapped.has(lot));
      const actions = this.#actions(id, 'scrap', meant);
      return {did: 'scrap', reason, plant: this.#plant, receivers: this.#receivers, actions, ...named(lots)};
    });
  }

  /**
   * A person has looked at what changed.
   * @param seen.asOf up to which position; as the hold tells it now when absent
   * @throws FishboneError HOLD_REVIEW_NOT_OPEN, HOLD_INCOMPLETE without a reason, CONFLICT when more has changed meanwhile
   */
  async closeReview(id: string, {reason, by, asOf}: {reason: string; by: Who; asOf?: number}): Promise<Hold> {
    this.#known(id);
    return this.#decide(this.#now().toISOString(), id, by, () => {
      const seen = asOf ?? this.#book.holds.get(id)?.review?.asOf ?? 0;
      return {did: 'close-review', asOf: seen, reason};
    });
  }

  /** Whether a message of a response rule has proposed a hold. */
  isProposedBy(response: string): boolean {
    return this.#book.proposedBy.has(response);
  }

  /**
   * What the system found out at position `asOf`, when the hold had `fence` entries: lots that came from held ones, which
   * are held from now on, and reasons to look at the hold again. Nothing is ever let go by it.
   * @throws FishboneError CONFLICT when the hold was decided on meanwhile
   */
  async found(
    id: string,
    what: {fence: number; asOf: number; descendants: InheritedLot[]; reasons: string[]},
  ): Promise<void> {
    const {asOf, descendants, reasons} = what;
    let {fence} = what;
    const at = this.#now().toISOString();
    if (descendants.length > 0) {
      const [plant, receivers] = [this.#plant, this.#receivers];
      await this.#decide(at, id, SYSTEM, () => {
        const actions = this.#actions(id, 'hold', descendants);
        return {did: 'inherit', fence, asOf, plant, receivers, lots: descendants, actions};
      });
      fence++;
    }
    if (reasons.length > 0) await this.#decide(at, id, SYSTEM, {did: 'review', fence, asOf, reasons});
  }

  /** Newest first. */
  ids(): string[] {
    return [...this.#book.holds.keys()].reverse();
  }

  /** Newest first. */
  list(): Hold[] {
    return this.ids().map(id => this.show(id));
  }

  /** Those that are about a lot, the newest first. */
  about(lot: string): Hold[] {
    const holds = [...this.#book.holds.values()].filter(({covers}) => covers.some(cover => cover.lot === lot));
    return holds.reverse().map(hold => this.#shown(hold));
  }

  /** How many messages about lots are in each state. */
  countDeliveries(): Record<HoldLot['delivery'], number> {
    const states = {queued: 0, sending: 0, acknowledged: 0, rejected: 0, unknown: 0};
    for (const {deliveries} of this.#book.holds.values()) for (const {state} of deliveries) states[state]++;
    return states;
  }

  /** @throws FishboneError HOLD_NOT_FOUND */
  show(id: string): Hold {
    return this.#shown(this.#known(id));
  }

  /** What may still change: proposed and approved holds, as the ledger makes them. @throws FishboneError HOLD_NOT_FOUND */
  open(id?: string): HoldRecord[] {
    const holds = id === undefined ? [...this.#book.holds.values()] : [this.#known(id)];
    return holds.filter(({decision}) => decision === 'proposed' || decision === 'approved');
  }

  #held(id: string, lots: readonly string[] | undefined): LotShare[] {
    const held = (this.#book.holds.get(id)?.covers ?? []).filter(({state}) => state === 'held');
    return lots === undefined ? held : held.filter(({lot}) => lots.includes(lot));
  }

  /** Other approved holds of a lot. */
  #others(id: string, lot: string): string[] {
    return [...(this.#book.cover.get(lot) ?? [])].filter(other => other !== id);
  }

  #known(id: string): HoldRecord {
    const hold = this.#book.holds.get(id);
    if (hold) return hold;
    const ids = [...this.#book.holds.keys()].reverse();
    const near = nearNames(id, ids);
    const newest = near.length > 0 ? `near it: ${near.join(', ')}` : `the newest: ${ids.slice(0, 3).join(', ')}`;
    const hint = ids.length > 0 ? `${newest}; "fishbone hold list" has all` : 'no hold was proposed yet';
    throw new FishboneError('HOLD_NOT_FOUND', `there is no hold ${id}`, {hint});
  }

  async #decide(at: string, hold: string, who: Who, deed: Deed | (() => Deed)): Promise<Hold> {
    const [by, authenticated] = typeof who === 'string' ? [who, false] : [who.name, who.authenticated];
    const compose = () => ({hold, by: by.trim(), authenticated, ...(typeof deed === 'function' ? deed() : deed)});
    return this.#shown(await this.#book.decide(at, compose));
  }

  #shown(hold: HoldRecord): Hold {
    return {...shown(hold), evidence: this.#told(hold.evidence), compared: this.#compared(hold.id)};
  }

  #actions(hold: string, action: LotAct, lots: readonly LotShare[]): LotAction[] {
    return lots.map(({lot, parts}) => {
      const id = createHash('sha256')
        .update(JSON.stringify([this.#plant, lot, hold, action]))
        .digest('hex');
      return {id, lot, action, parts, sequence: (this.#book.sequences.get(lot) ?? 0) + 1};
    });
  }
}

function mergeLots(lots: readonly LotShare[]): LotShare[] {
  const parts = new Map<string, number>();
  for (const share of lots) parts.set(share.lot, (parts.get(share.lot) ?? 0) + share.parts);
  return [...parts].map(([lot, count]) => ({lot, parts: count}));
}

/** What the ledger keeps of lots that were named. */
const named = (lots: readonly string[] | undefined) => (lots === undefined ? {} : {lots: [...new Set(lots)]});

function shown(record: HoldRecord): Omit<Hold, 'compared'> {
  const {id, decision, reason, text, proposedBy, proposedAt, parts, evidence, children, review} = record;
  const lots = record.deliveries.map(({lot, action, state, receiver, seenAtMes, askPerson, why}) => {
    return {lot, action, delivery: state, receiver, seenAtMes, askPerson, why: state === 'acknowledged' ? null : why};
  });
  const [events, covers] = [[...record.events], record.covers.length];
  const coverage = record.covers.map(cover => ({...cover}));
  const told = {id, decision, reason, text, proposedBy, proposedAt, parts, evidence, events, covers, lots};
  return {...told, children, coverage, review};
}
