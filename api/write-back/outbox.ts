import type {LotAtMes} from '../../warehouse/hold-answers.ts';
import {LedgerWriteFailed} from '../../warehouse/ledger.ts';
import {Troubles} from '../../warehouse/troubles.ts';
import {FishboneError} from '../errors.ts';
import {Book, type Delivery, type HoldDelivery, type HoldLedger} from './book.ts';
import {type Driver, isResponse, type Outcome} from './drivers/driver.ts';
import type {Settled, Turn} from './entries.ts';
import {askReceivers} from './look.ts';
import {type Clock, Pauses, realClock} from './pauses.ts';

export interface DeliverySummary {
  /** Since this call began. */
  acknowledged: number;
  rejected: number;
  /** Still to be sent or looked up. */
  waiting: number;
  /** Of these, what no look-up can settle: a person decides. */
  askPerson: number;
  /** Why the first that waits does so. */
  why: string | null;
}

export interface OutboxSettings {
  /** By the receivers' names. */
  drivers: Record<string, Driver>;
  /** Messages at a time and receiver; what its driver says when absent. */
  concurrency?: number;
  clock?: Clock;
  /** Hears of what a person at the console should know. */
  log?: (line: string) => void;
}

const AT_ONCE = 8;
/** A receiver may acknowledge what it only then carries out, or carry out what nobody waits for any more. */
const LOOK_AFTER_MS = [200, 800, 3_000];
/** What nobody waited for is carried out no later, as far as anybody can tell. */
const LATEST_MS = 8_000;
/** Of a refusal after an attempt that nobody answered: longer, and again while the receiver does not say. */
const DONE_LATE_MS = [...LOOK_AFTER_MS, 4_000, 4_000];

/**
 * Brings decisions to their receivers: each once, those on one lot in their order. That something is being sent is on
 * the disk before the request leaves, so that nothing in flight is forgotten; what may have arrived is looked up before
 * it is sent again.
 */
export class Outbox {
  readonly #book: Book;
  readonly #drivers: Record<string, Driver>;
  readonly #concurrency: number | undefined;
  readonly #clock: Clock;
  readonly #log: (line: string) => void;
  readonly #pauses: Pauses;
  readonly #troubles: Troubles;
  readonly #flying = new Set<Delivery>();
  readonly #asked = new Set<string>();
  #fence = 0;
  #wake = new AbortController();
  #running: Promise<void> | null = null;
  #stopping = false;
  #broken: Error | null = null;
  #done = {acknowledged: 0, rejected: 0};

  constructor(ledger: HoldLedger, settings: OutboxSettings) {
    this.#book = Book.of(ledger);
    this.#drivers = settings.drivers;
    this.#concurrency = settings.concurrency;
    this.#clock = settings.clock ?? realClock;
    this.#log = settings.log ?? (() => undefined);
    this.#pauses = new Pauses(this.#log);
    this.#troubles = new Troubles(this.#log);
  }

  /** Delivers in the background, within milliseconds of a decision, until stopped. */
  start(): void {
    if (this.#running) throw new Error('the outbox is delivering already');
    this.#begin(Number.POSITIVE_INFINITY, true).catch((error: unknown) =>
      this.#log(`delivery stopped: ${String(error)}`),
    );
  }

  /** Starts nothing new and waits for what is in flight. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake.abort();
    await this.#running?.catch(() => undefined);
    this.#stopping = false;
  }

  /**
   * Delivers what waits: without `waitSeconds` all that can be tried at once, else until nothing is left to try or the
   * time is over. What is in flight then is waited for.
   * @throws LedgerWriteFailed when the ledger takes nothing any more
   */
  async deliver({waitSeconds = 0}: {waitSeconds?: number} = {}): Promise<DeliverySummary> {
    const before = {...this.#done};
    const untilMs = this.#clock.nowMs() + waitSeconds * 1000;
    if (this.#running) await this.#settle(untilMs);
    else await this.#begin(untilMs, waitSeconds > 0);
    const waiting = [...this.#book.lanes.values()].flat();
    return {
      acknowledged: this.#done.acknowledged - before.acknowledged,
      rejected: this.#done.rejected - before.rejected,
      waiting: waiting.length,
      askPerson: waiting.filter(({askPerson}) => askPerson).length,
      why: waiting.find(({why}) => why !== null)?.why ?? null,
    };
  }

  /**
   * A person settles what no look-up can, or gives a rejected delivery another chance.
   * @throws FishboneError DELIVERY_NOT_FOUND, DELIVERY_NOT_OPEN
   */
  async decide(
    settled: {hold: string; lot: string; action: HoldDelivery['action']; receiver: string} & Settled,
  ): Promise<void> {
    await this.#settleOne(() => this.#book.delivery(settled), settled);
  }

  /** The same for a message of a response rule. @param id of the message */
  async decideResponse({id, ...settled}: {id: string} & Settled): Promise<void> {
    await this.#settleOne(() => this.#book.responseDelivery(id), settled);
  }

  async #settleOne(find: () => Delivery, {as, by, why}: Settled): Promise<void> {
    await this.#book.inTurn(async () => {
      const delivery = find();
      const {receiver} = delivery;
      const refuse = (reason: string) =>
        new FishboneError('DELIVERY_NOT_OPEN', `the ${wordsFor(delivery)} at ${receiver} ${reason}`);
      if (!delivery.askPerson && delivery.state !== 'rejected') {
        throw refuse(`is ${delivery.state}: there is nothing to decide`);
      }
      if (as === 'send-again' && this.#book.isOvertaken(delivery)) {
        throw refuse(
          `cannot be sent again: a later action ${isResponse(delivery) ? 'of its lane' : 'on the lot'} was sent already`,
        );
      }
      const about = {fence: this.#book.fence, delivery: delivery.id, receiver, by, why};
      if (as === 'send-again') await this.#book.step({...about, did: 'queued'});
      else await this.#book.step({...about, did: 'acknowledged', how: 'person', seenAtMes: null});
    });
    this.#wake.abort();
  }

  /**
   * How the receivers say that the lots of a hold are now.
   * @throws FishboneError HOLD_NOT_FOUND
   */
  look(hold: string): Promise<LotAtMes[]> {
    const deliveries = this.#book.holds.get(hold)?.deliveries;
    if (!deliveries) throw new FishboneError('HOLD_NOT_FOUND', `there is no hold ${hold}`);
    const lots = new Map(deliveries.map(({lot, receiver}) => [JSON.stringify([receiver, lot]), {lot, receiver}]));
    const told = [...lots.values()].map(({lot, receiver}) => {
      return {lot, receiver, last: this.#book.lastSent(receiver, lot)};
    });
    return askReceivers(told, this.#drivers);
  }

  #begin(untilMs: number, insist: boolean): Promise<void> {
    this.#running = this.#run(untilMs, insist).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #run(untilMs: number, insist: boolean): Promise<void> {
    const stopListening = this.#book.onDecision(() => this.#wake.abort());
    let leased = false;
    try {
      while (!this.#stopping && !this.#broken) {
        this.#wake = new AbortController();
        if (leased && this.#fence !== this.#book.fence) {
          this.#log('another sender took over');
          break;
        }
        const idle = this.#book.lanes.size === 0;
        if (!leased && !idle) leased = await this.#takeLease();
        const nowMs = this.#clock.nowMs();
        const isOver = insist && nowMs >= untilMs;
        const nextMs = idle || isOver ? Number.POSITIVE_INFINITY : leased ? this.#launch(nowMs) : nowMs + 5_000;
        if (this.#flying.size === 0 && nextMs > (insist ? untilMs : nowMs)) break;
        await this.#clock.wait(nextMs - nowMs, this.#wake.signal);
      }
      while (this.#flying.size > 0) {
        this.#wake = new AbortController();
        await this.#clock.wait(Number.POSITIVE_INFINITY, this.#wake.signal);
      }
    } finally {
      stopListening();
    }
    if (this.#broken) throw this.#broken;
  }

  /**
   * From now on the words of earlier senders have no effect, and what they had in flight is unknown.
   * @returns false when the disk refuses for now
   */
  async #takeLease(): Promise<boolean> {
    let fence = 0;
    try {
      // One after the other: two that begin at the same time must not have the same number.
      await this.#book.inTurn(() => {
        fence = this.#book.fence + 1;
        return this.#book.step({did: 'lease', fence});
      });
    } catch (error) {
      if (!(error instanceof LedgerWriteFailed) || error.final) throw error;
      const why = `nothing can be delivered for now: ${error.message}`;
      this.#troubles.began('lease', error.message, `${why}; it is tried again by itself`);
      return false;
    }
    this.#fence = fence;
    this.#troubles.over('lease', 'it can be delivered again');
    return true;
  }

  /** Starts all that may go now. @returns when the next may go; infinity when none waits for time to pass */
  #launch(nowMs: number): number {
    let nextMs = Number.POSITIVE_INFINITY;
    const free = new Map<string, number>();
    for (const receiver of Object.keys(this.#drivers)) {
      const slots = this.#freeSlots(receiver);
      const pausedMs = this.#pauses.receiverOverMs(receiver);
      if (pausedMs > nowMs) nextMs = Math.min(nextMs, pausedMs);
      else if (slots > 0) free.set(receiver, slots);
    }
    for (const [delivery] of this.#book.lanes.values()) {
      if (free.size === 0) break;
      const {receiver, askPerson} = delivery;
      const slots = free.get(receiver);
      if (slots === undefined || askPerson || this.#flying.has(delivery)) continue;
      const dueMs = this.#pauses.overMs(delivery);
      if (dueMs > nowMs) {
        nextMs = Math.min(nextMs, dueMs);
        continue;
      }
      if (slots > 1) free.set(receiver, slots - 1);
      else free.delete(receiver);
      this.#fly(delivery);
    }
    return nextMs;
  }

  #freeSlots(receiver: string): number {
    const flying = [...this.#flying].filter(delivery => delivery.receiver === receiver).length;
    if (this.#pauses.isTrying(receiver)) return 1 - flying;
    return (this.#concurrency ?? this.#drivers[receiver].atOnce ?? AT_ONCE) - flying;
  }

  #fly(delivery: Delivery): void {
    this.#flying.add(delivery);
    this.#carry(delivery)
      .catch((error: unknown) => {
        if (error instanceof LeaseLost) return;
        if (error instanceof LedgerWriteFailed && error.final) this.#broken = error;
        // What is on the disk says at most that it is being sent, which is the safe thing to believe: it is looked up.
        const why = error instanceof Error ? error.message : String(error);
        const {receiver} = delivery;
        const line = `${wordsFor(delivery)} could not be brought to ${receiver}: ${why}; it is tried again by itself`;
        this.#troubles.began(receiver, why, line);
        this.#pauses.failed(delivery, why, this.#clock.nowMs());
      })
      .finally(() => {
        this.#flying.delete(delivery);
        this.#wake.abort();
      });
  }

  async #carry(delivery: Delivery): Promise<void> {
    const driver = this.#drivers[delivery.receiver];
    if (delivery.attempts > 0 && !(await this.#isNewToReceiver(delivery, driver))) return;
    const ready = (await driver.prepare?.(delivery, delivery.plan)) ?? {is: 'prepared', plan: undefined};
    if (ready.is !== 'prepared') return this.#settleBy(delivery, driver, ready);
    const {plan} = ready;
    await this.#record(delivery, {did: 'sending', attempt: delivery.attempts + 1, ...(plan !== undefined && {plan})});
    await this.#settleBy(delivery, driver, await driver.send(delivery, plan));
  }

  async #settleBy(delivery: Delivery, driver: Driver, outcome: Outcome): Promise<void> {
    if (outcome.is === 'acknowledged') {
      await this.#readBack(delivery, driver);
    } else if (outcome.is === 'rejected') {
      if (delivery.isUnanswered && (await this.#isDoneLate(delivery, driver))) {
        return this.#acknowledge(delivery, 'look-up', true);
      }
      await this.#record(delivery, {did: 'rejected', why: outcome.why});
      this.#asks(delivery, 'is rejected', outcome.why);
      this.#pauses.answered(delivery);
      this.#done.rejected++;
    } else {
      const {why, retryAfterMs} = outcome;
      if (outcome.is === 'unknown') await this.#record(delivery, {did: 'unknown', why, askPerson: false});
      else await this.#record(delivery, {did: 'queued', why});
      this.#pauses.failed(delivery, why, this.#clock.nowMs(), retryAfterMs);
    }
  }

  /** What was acknowledged has to be there. Where it is not, nobody but a person can say what became of it. */
  async #readBack(delivery: Delivery, driver: Driver): Promise<void> {
    let seen = await driver.lookUp(delivery, delivery.plan);
    for (const pauseMs of LOOK_AFTER_MS) {
      if (seen.is !== 'unknown') break;
      await this.#clock.wait(pauseMs, new AbortController().signal);
      seen = await driver.lookUp(delivery, delivery.plan);
    }
    if (seen.is !== 'unknown') return this.#acknowledge(delivery, 'answer', seen.is === 'known' ? true : null);
    const why = 'the receiver acknowledged it, but does not know it when it is asked';
    await this.#record(delivery, {did: 'unknown', why, askPerson: true});
    this.#asks(delivery, 'may not have been done', why);
    this.#pauses.answered(delivery);
  }

  /**
   * A refusal says nothing of an earlier attempt that was given up. Were it carried out after the next action on the lot,
   * the lot would be left as it should no longer be.
   */
  async #isDoneLate(delivery: Delivery, driver: Driver): Promise<boolean> {
    let waitedMs = 0;
    for (const pauseMs of DONE_LATE_MS) {
      await this.#clock.wait(pauseMs, new AbortController().signal);
      waitedMs += pauseMs;
      const seen = await driver.lookUp(delivery, delivery.plan);
      if (seen.is === 'known') return true;
      // Told that it is not there, at last: as long after it as anybody would carry it out.
      if (seen.is !== 'unreachable' && waitedMs >= LATEST_MS) return false;
    }
    return false;
  }

  /** Looks up what was sent before, whatever was said of it then. @returns true when it has to be sent */
  async #isNewToReceiver(delivery: Delivery, driver: Driver): Promise<boolean> {
    const found = await driver.lookUp(delivery, delivery.plan);
    if (found.is === 'impossible' && driver.isRepeatable) return true;
    if (found.is === 'known') await this.#acknowledge(delivery, 'look-up', true);
    if (found.is === 'impossible') {
      // It certainly was not carried out, or a person who looked wants it sent again.
      if (delivery.state === 'queued') return true;
      await this.#record(delivery, {did: 'unknown', why: found.why, askPerson: true});
      this.#asks(delivery, 'may not have been done', found.why);
    }
    if (found.is === 'unreachable') {
      this.#pauses.failed(delivery, found.why, this.#clock.nowMs(), found.retryAfterMs);
    }
    return found.is === 'unknown';
  }

  /** A person has to decide: the console hears of the first such lot of a hold, or message of a rule, and of no other. */
  #asks(delivery: Delivery, what: string, why: string): void {
    const {receiver} = delivery;
    const [whose, where] = isResponse(delivery)
      ? [`rule ${delivery.rule}`, 'fishbone responses log']
      : [`hold ${delivery.hold}`, `fishbone hold show ${delivery.hold}`];
    const key = `${receiver} ${whose} ${what}`;
    if (this.#asked.has(key)) return;
    this.#asked.add(key);
    this.#log(`${receiver}: ${wordsFor(delivery)} of ${whose} ${what}: ${why}; a person decides: see "${where}"`);
  }

  async #acknowledge(delivery: Delivery, how: 'answer' | 'look-up', seenAtMes: boolean | null): Promise<void> {
    await this.#record(delivery, {did: 'acknowledged', how, seenAtMes});
    this.#pauses.answered(delivery);
    this.#done.acknowledged++;
  }

  async #record({id, receiver}: Delivery, turn: Turn): Promise<void> {
    if (this.#fence !== this.#book.fence) throw new LeaseLost('another sender took over');
    await this.#book.step({...turn, fence: this.#fence, delivery: id, receiver});
    this.#troubles.over(receiver, `${receiver} is told again`);
  }

  /** Waits for the background to have nothing left to try. */
  async #settle(untilMs: number): Promise<void> {
    const never = new AbortController().signal;
    do await this.#clock.wait(20, never);
    while (this.#clock.nowMs() < untilMs && [...this.#book.lanes.values()].some(([{askPerson}]) => !askPerson));
  }
}

class LeaseLost extends Error {}

function wordsFor(delivery: Delivery): string {
  return isResponse(delivery)
    ? `${delivery.action} of rule ${delivery.rule}`
    : `${delivery.action} of lot ${delivery.lot}`;
}
