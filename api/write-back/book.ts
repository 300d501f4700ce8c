import type {HoldLot} from '../../warehouse/hold-answers.ts';
import type {Ledger, LedgerEntry} from '../../warehouse/ledger.ts';
import {FishboneError} from '../errors.ts';
import {isResponse, type Message, type ResponseMessage} from './drivers/driver.ts';
import {type DeliveryStep, type HoldDecision, type LotAction, SYSTEM} from './entries.ts';
import {fold, type HoldRecord, proposedRecord} from './record.ts';
import type {Fired, Firing, ResponseEntry, Withheld} from './response-entries.ts';
import {refusal} from './rules.ts';

export type HoldLedger = Pick<Ledger, 'append' | 'entries'>;

/** One action on one lot on its way to one receiver: receiver and message id are its identity. */
export type HoldDelivery = Message & DeliveryState;
/** What a response rule has to say, on its way to one receiver. */
export type ResponseDelivery = ResponseMessage & DeliveryState;
export type Delivery = HoldDelivery | ResponseDelivery;

interface DeliveryState {
  receiver: string;
  state: HoldLot['delivery'];
  attempts: number;
  /** An attempt was given up without an answer: it may still be carried out. */
  isUnanswered: boolean;
  /** No look-up could tell what happened, so it waits for a person. */
  askPerson: boolean;
  seenAtMes: boolean | null;
  why: string | null;
  /** What the driver found before it was sent last. */
  plan?: unknown;
}

/** What a rule made of one thing that happened. */
export type ResponseRecord = {rule: string; recordedAt: string; batch: number | null} & (
  | {firing: Firing; deliveries: ResponseDelivery[]}
  | {withheld: Withheld}
);

/**
 * All holds and deliveries, folded from the ledger and from nothing else. There is one book a ledger, whoever asks, so
 * that checking a rule and recording the decision cannot be torn apart.
 */
export class Book {
  readonly holds = new Map<string, HoldRecord>();
  /** Messages of response rules by which holds were proposed. */
  readonly proposedBy = new Set<string>();
  /** What rules fired on and what was withheld, by its id. */
  readonly responses = new Map<string, ResponseRecord>();
  /** Deliveries that are not finished: those of one lot at one receiver in their sequence, so only the first may go. */
  readonly lanes = new Map<string, Delivery[]>();
  /** Approved holds of a lot. */
  readonly cover = new Map<string, Set<string>>();
  /** Lots that were decided to be scrapped, and by which hold. */
  readonly scrapped = new Map<string, string>();
  /** The number of the last action on a lot. */
  readonly sequences = new Map<string, number>();
  fence = 0;
  readonly #ledger: HoldLedger;
  readonly #deliveries = new Map<string, Delivery>();
  /** The last action in a lane that was sent. */
  readonly #sent = new Map<string, Delivery>();
  readonly #listeners = new Set<() => void>();
  #read = 0;
  #responseSequence = 0;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(ledger: HoldLedger) {
    this.#ledger = ledger;
  }

  static of(ledger: HoldLedger): Book {
    const book = books.get(ledger) ?? new Book(ledger);
    books.set(ledger, book);
    book.#catchUp();
    return book;
  }

  /**
   * Records a decision, one at a time.
   * @param compose makes it from the book as it stands then
   * @throws FishboneError when a rule forbids it; nothing is recorded then
   */
  decide(at: string, compose: () => HoldDecision): Promise<HoldRecord> {
    return this.inTurn(async () => {
      const decision = compose();
      const refused = refusal(this.holds.get(decision.hold), decision);
      if (refused) throw refused;
      await this.#ledger.append('hold', decision, at);
      this.#catchUp();
      for (const listener of this.#listeners) listener();
      return this.holds.get(decision.hold)!;
    });
  }

  /** Does what people decide one after the other: each sees the book as the one before has left it. */
  inTurn<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(task);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  /** Records what rules do: durable when it resolves, and what fired is on its way. */
  async respond(entry: ResponseEntry): Promise<void> {
    await this.#ledger.append('response', entry);
    this.#catchUp();
    for (const listener of this.#listeners) listener();
  }

  /** Records what became of a delivery; many may be under way at a time and share an fsync. */
  async step(step: DeliveryStep): Promise<void> {
    await this.#ledger.append('delivery', step);
    this.#catchUp();
  }

  /** @throws FishboneError DELIVERY_NOT_FOUND */
  delivery({hold, lot, action, receiver}: Pick<HoldDelivery, 'hold' | 'lot' | 'action' | 'receiver'>): HoldDelivery {
    const found = this.holds
      .get(hold)
      ?.deliveries.find(other => other.lot === lot && other.action === action && other.receiver === receiver);
    if (found) return found;
    const message = `nothing was queued for ${receiver}: ${action} of lot ${lot} by hold ${hold}`;
    throw new FishboneError('DELIVERY_NOT_FOUND', message);
  }

  /** @param id of the message @throws FishboneError DELIVERY_NOT_FOUND */
  responseDelivery(id: string): ResponseDelivery {
    for (const delivery of this.#deliveries.values()) if (delivery.id === id && isResponse(delivery)) return delivery;
    throw new FishboneError('DELIVERY_NOT_FOUND', `no response rule has sent a message ${id}`, {
      hint: 'see "fishbone responses log"',
    });
  }

  /** What the receiver was told last about a lot, or may have been. */
  lastSent(receiver: string, lot: string): HoldDelivery | null {
    const last = this.#sent.get(laneOfLot({receiver, lot}));
    return last && !isResponse(last) ? last : null;
  }

  /** Whether the receiver was sent a later action on the same lot, or in the same lane. */
  isOvertaken(delivery: Delivery): boolean {
    return (this.#sent.get(laneOf(delivery))?.sequence ?? 0) > delivery.sequence;
  }

  /** Calls back after each decision, and after each response. @returns how to stop that */
  onDecision(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #catchUp(): void {
    const entries = this.#ledger.entries();
    for (; this.#read < entries.length; this.#read++) {
      const entry = entries[this.#read];
      if (entry.kind === 'hold') this.#applyDecision(entry, entry.body as HoldDecision);
      if (entry.kind === 'response') this.#applyResponse(entry, entry.body as ResponseEntry);
      if (entry.kind === 'delivery') this.#applyStep(entry, entry.body as DeliveryStep);
    }
  }

  #applyDecision({at}: LedgerEntry, decision: HoldDecision): void {
    const {did, hold: id} = decision;
    const known = this.holds.get(id);
    if (refusal(known, decision)) return;
    if (did === 'propose') {
      this.holds.set(id, proposedRecord(at, decision));
      if (decision.response !== undefined) this.proposedBy.add(decision.response);
    }
    const hold = known ?? this.holds.get(id)!;
    const changed = fold(hold, at, decision);
    for (const lot of changed.held) this.cover.set(lot, (this.cover.get(lot) ?? new Set()).add(id));
    for (const lot of changed.let) this.cover.get(lot)?.delete(id);
    if (did === 'scrap') for (const lot of changed.let) this.scrapped.set(lot, id);
    if (did === 'release') {
      for (const {lot, coveredBy, scrappedBy} of decision.kept) {
        const why = scrappedBy
          ? `lot ${lot} was scrapped by ${scrappedBy}: its release was not sent`
          : `lot ${lot} is still held by ${coveredBy.join(', ')}: its release was not sent`;
        hold.events.push({at, by: SYSTEM, what: 'kept', why});
      }
    }
    if ('actions' in decision)
      this.#queueActions(hold, at, decision, 'reason' in decision ? decision.reason : hold.reason);
  }

  #queueActions(
    hold: HoldRecord,
    decidedAt: string,
    {plant, receivers, actions}: Extract<HoldDecision, {actions: LotAction[]}>,
    reason: string,
  ): void {
    if (receivers.length === 0) {
      hold.events.push({at: decidedAt, by: SYSTEM, what: 'not sent', why: 'no receiver is configured'});
    }
    const {id: holdId, text, permalink} = hold;
    for (const {id, lot, action, sequence, parts} of actions) {
      this.sequences.set(lot, Math.max(sequence, this.sequences.get(lot) ?? 0));
      for (const receiver of receivers) {
        const what = {
          id,
          receiver,
          plant,
          hold: holdId,
          lot,
          action,
          sequence,
          parts,
          reason,
          text,
          decidedAt,
          permalink,
        };
        const delivery: HoldDelivery = {...what, ...QUEUED};
        hold.deliveries.push(delivery);
        this.#queueInLane(delivery);
      }
    }
  }

  #applyResponse({at}: LedgerEntry, entry: ResponseEntry): void {
    if (entry.did !== 'fire') return;
    const {rule, batch, fired, withheld} = entry;
    const record = {rule, recordedAt: at, batch};
    for (const one of withheld) if (!this.responses.has(one.id)) this.responses.set(one.id, {...record, withheld: one});
    for (const firing of fired) {
      // What was recorded once is not sent twice, whoever recorded it.
      if (this.responses.has(firing.id)) continue;
      const deliveries = messagesOf(entry, firing, at).map(message => {
        return {...message, ...QUEUED, sequence: ++this.#responseSequence};
      });
      for (const delivery of deliveries) this.#queueInLane(delivery);
      this.responses.set(firing.id, {...record, firing, deliveries});
    }
  }

  #queueInLane(delivery: Delivery): void {
    this.#deliveries.set(`${delivery.receiver}/${delivery.id}`, delivery);
    const lane = this.lanes.get(laneOf(delivery));
    if (lane) lane.push(delivery);
    else this.lanes.set(laneOf(delivery), [delivery]);
  }

  #applyStep({at}: LedgerEntry, step: DeliveryStep): void {
    if (step.did === 'lease') {
      this.fence = Math.max(this.fence, step.fence);
      for (const [delivery] of this.lanes.values()) {
        if (delivery.state !== 'sending') continue;
        Object.assign(delivery, {
          state: 'unknown',
          isUnanswered: true,
          why: 'its sender stopped before the answer came',
        });
      }
      return;
    }
    const delivery = this.#deliveries.get(`${step.receiver}/${step.delivery}`);
    if (!delivery || step.fence < this.fence) return;
    delivery.state = step.did;
    delivery.why = 'why' in step ? (step.why ?? null) : null;
    delivery.askPerson = step.did === 'unknown' && step.askPerson;
    if (step.did === 'unknown') delivery.isUnanswered = true;
    if (step.did === 'rejected' || step.did === 'acknowledged') delivery.isUnanswered = false;
    if (step.did === 'sending') {
      Object.assign(delivery, {attempts: step.attempt, plan: step.plan});
      if (!this.isOvertaken(delivery)) this.#sent.set(laneOf(delivery), delivery);
    }
    if (step.did === 'acknowledged') delivery.seenAtMes = step.seenAtMes;
    if (step.did === 'rejected' || step.did === 'acknowledged') this.#leaveLane(delivery);
    if (step.did === 'queued') this.#enterLane(delivery);
    if (!isResponse(delivery)) this.#tell(delivery, at, step);
  }

  #leaveLane(delivery: Delivery): void {
    const rest = (this.lanes.get(laneOf(delivery)) ?? []).filter(other => other !== delivery);
    if (rest.length > 0) this.lanes.set(laneOf(delivery), rest);
    else this.lanes.delete(laneOf(delivery));
  }

  /** A rejected delivery that a person sends again takes its old place before later actions on the lot. */
  #enterLane(delivery: Delivery): void {
    const lane = this.lanes.get(laneOf(delivery)) ?? [];
    if (lane.includes(delivery)) return;
    this.lanes.set(
      laneOf(delivery),
      [...lane, delivery].sort((a, b) => a.sequence - b.sequence),
    );
  }

  /** The hold's events name what a person has to know of; that all went well is told by the lots themselves. */
  #tell({hold, receiver, lot, action}: HoldDelivery, at: string, step: Exclude<DeliveryStep, {did: 'lease'}>): void {
    const person = 'by' in step ? step.by : undefined;
    const matters = step.did === 'rejected' || (step.did === 'unknown' && step.askPerson) || person !== undefined;
    if (!matters || step.did === 'sending') return;
    const why = `${action} of lot ${lot}${step.why ? `: ${step.why}` : ''}`;
    this.holds.get(hold)!.events.push({at, by: person ?? receiver, what: step.did, why});
  }
}

const books = new WeakMap<HoldLedger, Book>();

const QUEUED = {
  state: 'queued',
  attempts: 0,
  isUnanswered: false,
  askPerson: false,
  seenAtMes: null,
  why: null,
} as const;

/** Deliveries in one lane follow one another: those on a lot, or those that a rule's action puts into one. */
function laneOf(delivery: Delivery): string {
  if (!isResponse(delivery)) return laneOfLot(delivery);
  return JSON.stringify([delivery.receiver, 'response', delivery.lane]);
}

function laneOfLot({receiver, lot}: Pick<HoldDelivery, 'receiver' | 'lot'>): string {
  return JSON.stringify([receiver, lot]);
}

/** What a firing has to say, a message an action; their sequence is given when they are queued. */
function messagesOf({rule, plant}: Fired, {id: response, at, about, actions}: Firing, decidedAt: string) {
  return actions.map(({id, do: action, receiver, lane, notAfter, content}) => {
    const said = {...about, happenedAt: at, ...content};
    return {id, plant, response, rule, action, receiver, lane, sequence: 0, decidedAt, notAfter, content: said};
  });
}
