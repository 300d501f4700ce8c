/** Looks whether what open holds rest on is still so, whenever more is known: flags them for review, holds what their lots went into. */
import {setTimeout as wait} from 'node:timers/promises';
import type {ContainAnswer, Finding, ScreenQuestion} from '../warehouse/answers.ts';
import {BoundaryName} from '../warehouse/boundary-answers.ts';
import {changesOf, type PopulationAt, populationAt, type Rested} from '../warehouse/changed-population.ts';
import type {Hold} from '../warehouse/hold-answers.ts';
import type {App} from './app.ts';
import type {HoldRecord} from './write-back/record.ts';

const EVERY_MS = 30_000;
/** After a look it rests for so many times as long as that took: a large plant has other things to answer. */
const REST = 10;
/** Populations as holds rest on them: they never change, and are large. */
const KEPT = 20;

type Frozen = Partial<ContainAnswer> & {finding?: (Finding & {question: ScreenQuestion}) | null};

export class HoldWatch {
  readonly #app: App;
  /** By hold: what was compared last, and how it went. */
  readonly #seen = new Map<string, Hold['compared'] & {fence: number; position: number}>();
  readonly #bases = new Map<string, PopulationAt>();
  #timer: NodeJS.Timeout | null = null;
  #stopping = false;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(app: App) {
    this.#app = app;
  }

  /** Looks every half minute from now on, where anything has changed; less often where a look takes long. */
  start(everyMs = EVERY_MS): void {
    this.#stopping = false;
    const soon = (ms: number) => setTimeout(() => void look(), ms).unref();
    const look = async () => {
      const tookMs = await this.#lookAtAll().then(
        tookMs => {
          this.#app.troubles.over('holds', 'holds are compared with the facts again');
          return tookMs;
        },
        (error: unknown) => {
          const why = error instanceof Error ? error.message : String(error);
          this.#app.troubles.began('holds', why, `holds cannot be compared with the facts: ${why}; it is tried again`);
          return 0;
        },
      );
      if (this.#timer) this.#timer = soon(Math.max(everyMs, REST * tookMs));
    };
    this.#timer ??= soon(everyMs);
  }

  /** Waits for the hold that is being compared; what a look has not come to is left. */
  async stop(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#stopping = true;
    await this.#queue;
  }

  get isWatching(): boolean {
    return this.#timer !== null;
  }

  compared(id: string): Hold['compared'] {
    const {asOf = null, why = null} = this.#seen.get(id) ?? {};
    return {asOf, why};
  }

  /**
   * Compares open holds with the newest position; what is found stands in the ledger when this resolves. What cannot be
   * compared is logged and told with the hold, and never thrown: a hold is shown and decided whatever becomes of this.
   * @param id one hold only
   * @param budgetMs begins with no further hold after this time; the newest come first
   */
  async check(id?: string, budgetMs = Number.POSITIVE_INFINITY): Promise<void> {
    const untilMs = Date.now() + budgetMs;
    for (const hold of this.#newestFirst(id)) {
      if (this.#stopping || Date.now() > untilMs) break;
      await this.#inTurn(hold);
    }
  }

  /** One hold. Where holds are looked at anyway nobody waits for it: while many ask, a comparison takes a second. */
  async checkNext(id: string): Promise<void> {
    const compared = this.check(id);
    if (!this.isWatching) return compared;
    compared.catch((error: unknown) => this.#app.log(`hold ${id} could not be looked at: ${String(error)}`));
  }

  /**
   * All open holds, and after each a rest as long as it took: with thousands of them a look takes minutes, in which people
   * decide and deliveries leave.
   * @returns for how long it was at work, in ms
   */
  async #lookAtAll(): Promise<number> {
    let workedMs = 0;
    for (const hold of this.#newestFirst()) {
      if (this.#stopping) break;
      const sinceMs = Date.now();
      await this.#inTurn(hold);
      const tookMs = Date.now() - sinceMs;
      workedMs += tookMs;
      if (tookMs > 0) await wait(tookMs, undefined, {ref: false});
    }
    return workedMs;
  }

  #newestFirst(id?: string): HoldRecord[] {
    return this.#app.holds.open(id).toReversed();
  }

  /** One comparison after the other: whoever decides waits for the one that is under way, never for a look at all. */
  #inTurn(hold: HoldRecord): Promise<void> {
    const done = this.#queue.then(() => this.#compare(hold));
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #compare(hold: HoldRecord): Promise<void> {
    const {id} = hold;
    const {position} = this.#app.warehouse;
    const last = this.#seen.get(id);
    if (last?.fence === hold.fence && last.position === position) return;
    const note = (compared: Hold['compared']) => this.#seen.set(id, {...compared, fence: hold.fence, position});
    const frozen = (hold.evidence ?? {}) as Frozen;
    const base = hold.reviewedTo ?? frozen.asOf;
    const rested = restedOn(frozen, hold);
    if (base === undefined || rested === null) {
      note({asOf: null, why: 'what it rests on was not written down so that it could be asked again'});
      return;
    }
    if (base === position) {
      note({asOf: position, why: null});
      return;
    }
    try {
      const before = await this.#base(hold, rested, base);
      const covered = new Set(hold.covers.map(({lot}) => lot));
      const now = await populationAt(this.#app.warehouse, rested);
      await this.#record(hold, now.asOf, changesOf(before, now, {covered, heldSince: hold.approvedAt}));
      note({asOf: now.asOf, why: null});
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#app.log(`hold ${id} could not be compared with what is known now: ${why}`);
      note({asOf: last?.asOf ?? null, why});
    }
  }

  async #record(hold: HoldRecord, asOf: number, {reasons, descendants}: ReturnType<typeof changesOf>): Promise<void> {
    const covered = new Set(hold.covers.map(({lot}) => lot));
    const further = descendants.filter(({lot}) => !covered.has(lot));
    const isHeld = hold.decision === 'approved';
    const all =
      hold.children || further.length === 0
        ? reasons
        : [...reasons, ...further.map(({lot, through}) => `lot ${lot} came from ${through} since, and is not covered`)];
    const isTold = JSON.stringify(all) === JSON.stringify(hold.review?.reasons ?? []);
    const inherited = hold.children && isHeld ? further : [];
    const told = isTold ? [] : all;
    if (inherited.length + told.length === 0) return;
    await this.#app.holds.found(hold.id, {fence: hold.fence, asOf, descendants: inherited, reasons: told});
  }

  async #base(hold: HoldRecord, rested: Rested, asOf: number): Promise<PopulationAt> {
    const key = JSON.stringify([hold.id, asOf, rested.held]);
    const known = this.#bases.get(key);
    if (known) return known;
    const base = await populationAt(this.#app.warehouse, rested, asOf);
    this.#bases.set(key, base);
    for (const old of this.#bases.keys()) if (this.#bases.size > KEPT) this.#bases.delete(old);
    return base;
  }
}

/** What to ask again, from what was frozen; null where that does not say it. */
function restedOn({permalink, listed, finding}: Frozen, hold: HoldRecord): Rested | null {
  if (permalink === undefined) return null;
  const asked = new URL(permalink, 'http://here').searchParams;
  const said = (name: string) => asked.get(name) ?? undefined;
  const boundary = BoundaryName.safeParse(said('boundary'));
  const question = {
    target: said('target'),
    product: said('product'),
    where: said('where'),
    from: said('from'),
    to: said('to'),
    processedFrom: said('processedFrom'),
    processedTo: said('processedTo'),
    boundary: boundary.success ? boundary.data : undefined,
    ...(listed ? {parts: listed.parts, lots: listed.lots, sql: listed.sql ?? undefined} : {}),
  };
  const isAsked = question.target ?? listed ?? question.processedFrom ?? question.processedTo;
  if (isAsked === undefined) return null;
  const held = hold.covers.filter(({state}) => state === 'held' || state === 'proposed').map(({lot}) => lot);
  return {question, finding: finding ? {finding, question: finding.question} : undefined, held};
}
