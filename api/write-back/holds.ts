import {createHash, randomBytes} from 'node:crypto';
import type {ContainAnswer, Hold} from '../../warehouse/answers.ts';
import {nearNames} from '../../warehouse/near-names.ts';
import {FishboneError} from '../errors.ts';
import {Book, type HoldLedger, type HoldRecord} from './book.ts';
import type {Deed, LotAction, LotShare} from './entries.ts';

/** A bare name is self-declared and recorded as such. */
export type Who = string | {name: string; authenticated: true};

export type Contained = Pick<ContainAnswer, 'id' | 'parts'> & {lots: LotShare[]; looseParts?: string[]};

/** The life of a hold: proposed → approved | refused, approved → released. Every answer is read from the ledger. */
export class Holds {
  readonly #book: Book;
  readonly #plant: string;
  readonly #receivers: string[];
  readonly #told: (evidence: unknown) => unknown;
  readonly #now: () => Date;

  /**
   * @param settings.receivers who is told about a decision, by the names of the configuration
   * @param settings.told the evidence as people see it; as it is kept by default
   */
  constructor(
    ledger: HoldLedger,
    settings: {plant: string; receivers: string[]; told?: (evidence: unknown) => unknown; now?: () => Date},
  ) {
    this.#told = settings.told ?? (evidence => evidence);
    this.#book = Book.of(ledger);
    this.#plant = settings.plant;
    this.#receivers = [...new Set(settings.receivers)];
    this.#now = settings.now ?? (() => new Date());
  }

  /**
   * @param proposal.contained the suspect population, frozen into the hold as its evidence
   * @throws FishboneError HOLD_INCOMPLETE without a lot, a reason or a name
   */
  async propose(proposal: {
    contained: Contained;
    reason: string;
    text: string;
    by: Who;
    permalink: string;
    /** The message of a response rule that proposes it. */
    response?: string;
  }): Promise<Hold> {
    const {contained, reason, text, permalink, response} = proposal;
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

  /** @throws FishboneError HOLD_ALREADY_DECIDED when somebody was first */
  async refuse(id: string, by: Who, reason?: string): Promise<Hold> {
    this.#known(id);
    return this.#decide(this.#now().toISOString(), id, by, {did: 'refuse', why: reason ?? null});
  }

  /**
   * Puts the release of every lot into the outbox that no other approved hold covers.
   * @throws FishboneError HOLD_INCOMPLETE without a reason, HOLD_NOT_APPROVED, HOLD_ALREADY_DECIDED
   */
  async release(id: string, {reason, by}: {reason: string; by: Who}): Promise<Hold> {
    this.#known(id);
    return this.#decide(this.#now().toISOString(), id, by, () => {
      const others = (lot: string) => [...(this.#book.cover.get(lot) ?? [])].filter(other => other !== id);
      const covers = this.#book.holds.get(id)?.covers ?? [];
      const free = covers.filter(({lot}) => others(lot).length === 0);
      const kept = covers.map(({lot}) => ({lot, coveredBy: others(lot)})).filter(({coveredBy}) => coveredBy.length > 0);
      const actions = this.#actions(id, 'release', free);
      return {did: 'release', reason, plant: this.#plant, receivers: this.#receivers, actions, kept};
    });
  }

  /** Whether a message of a response rule has proposed a hold. */
  isProposedBy(response: string): boolean {
    return this.#book.proposedBy.has(response);
  }

  /** Newest first. */
  list(): Hold[] {
    return [...this.#book.holds.values()].reverse().map(hold => this.#shown(hold));
  }

  /** @throws FishboneError HOLD_NOT_FOUND */
  show(id: string): Hold {
    return this.#shown(this.#known(id));
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
    return {...shown(hold), evidence: this.#told(hold.evidence)};
  }

  #actions(hold: string, action: 'hold' | 'release', lots: readonly LotShare[]): LotAction[] {
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

function shown({id, decision, reason, text, proposedBy, proposedAt, parts, evidence, ...record}: HoldRecord): Hold {
  const lots = record.deliveries.map(({lot, action, state, receiver, seenAtMes, askPerson, why}) => {
    return {lot, action, delivery: state, receiver, seenAtMes, askPerson, why: state === 'acknowledged' ? null : why};
  });
  const events = [...record.events];
  const covers = record.covers.length;
  return {id, decision, reason, text, proposedBy, proposedAt, parts, evidence, events, covers, lots};
}
