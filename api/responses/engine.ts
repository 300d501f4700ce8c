/**
 * Judges what happens, as soon as it is durable: the ledger is followed from where it was left. To judge again changes
 * nothing, as what was decided is known by its id; so the place is written down now and then only.
 */
import {setTimeout as wait} from 'node:timers/promises';
import {arrivedFails} from '../../warehouse/arrived-fails.ts';
import type {LedgerEntry} from '../../warehouse/ledger.ts';
import {hidePersons} from '../../warehouse/person-texts.ts';
import {givenAnswers} from '../../warehouse/screening/findings.ts';
import type {Warehouse} from '../../warehouse/store.ts';
import type {Troubles} from '../../warehouse/troubles.ts';
import type {Book} from '../write-back/book.ts';
import type {Firing, Withheld} from '../write-back/response-entries.ts';
import {type Active, inForce, remembering} from './active.ts';
import {alarmsAt, alarmTriggers} from './alarm-triggers.ts';
import {alertTriggers} from './alert-triggers.ts';
import {batchesOf} from './batches.ts';
import {Bell} from './bell.ts';
import {chartTriggers, drawn, NOTHING_DRAWN} from './chart-triggers.ts';
import {composed} from './compose.ts';
import {failTriggers} from './fail-triggers.ts';
import {findingTriggers} from './finding-triggers.ts';
import type {Trigger} from './judge.ts';
import {spanMs} from './period.ts';
import {RuleLog} from './rule-log.ts';
import type {Rule} from './settings.ts';

export interface Surroundings {
  warehouse: Warehouse;
  book: Book;
  plant: string;
  log: (line: string) => void;
  troubles: Troubles;
  /** Tells people that something was withheld or cannot be judged; null: that it is over. */
  tell: (what: 'withheld' | 'rule', rule: string, text: string | null) => Promise<void>;
}

/** So many accepted rows of inspections are looked at together. */
const ROWS_AT_ONCE = 20_000;
/** So many decisions stand in one entry. */
const IN_ONE_ENTRY = 200;
/** Of a longer backlog of batches, charts are drawn at the last one only. */
const CHARTS_EACH = 20;
const PLACE_EVERY = 500;
const PLACE_EVERY_MS = 600_000;
const AGAIN_MS = [1_000, 2_000, 5_000, 15_000, 60_000];

export class Engine {
  readonly #around: Surroundings;
  readonly #log = new RuleLog();
  readonly #bell = new Bell();
  readonly #stopping = new AbortController();
  #active: Active[] = [];
  #running: Promise<unknown> | null = null;
  #isAnswerNew = true;
  /** When the answers were given that were looked at, by their file. */
  readonly #seen = new Map<string, number>();
  /** The last entry judged, by the two that follow the ledger: charts take longer, and hold up nobody. */
  readonly #judged = {events: 0, charts: 0};
  #place = {seq: 0, ms: Date.now()};

  constructor(around: Surroundings) {
    this.#around = around;
  }

  problemOf(rule: string): string | null {
    return this.#active.find(({name}) => name === rule)?.problem ?? null;
  }

  /** Rules that are new or were changed begin here; the others go on where they were left. */
  async start(rules: Readonly<Record<string, Rule>>): Promise<void> {
    const {warehouse, log} = this.#around;
    this.#active = await inForce(this.#around, this.#log, rules);
    if (this.#active.length === 0) return;
    const from = Math.max(this.#log.judged, Math.min(...this.#active.map(({after}) => after)));
    Object.assign(this.#judged, {events: from, charts: from});
    this.#place.seq = from;
    warehouse.changes.addEventListener('change', this.#ring);
    this.#running = Promise.all([
      this.#recount()
        .catch((error: Error) => log(`responses: earlier fails could not be counted: ${error.message}`))
        .then(() => this.#follow('events', () => this.#events())),
      this.#follow('charts', () => this.#charts()),
    ]);
  }

  /** An answer was given that may hold findings. */
  lookForFindings(): void {
    this.#isAnswerNew = true;
    this.#bell.ring();
  }

  async stop(): Promise<void> {
    this.#around.warehouse.changes.removeEventListener('change', this.#ring);
    this.#stopping.abort();
    this.#bell.ring();
    await this.#running;
    if (this.#running) await this.#writePlace(0).catch(() => undefined);
    this.#running = null;
  }

  readonly #ring = (): void => this.#bell.ring();

  /** Looks whenever something may have come, until stopped. What fails is tried again: nothing is passed over. */
  async #follow(what: 'events' | 'charts', look: () => Promise<boolean>): Promise<void> {
    const {signal} = this.#stopping;
    for (let failures = 0; !signal.aborted; ) {
      const heard = this.#bell.rings;
      try {
        const isMore = await look();
        failures = 0;
        this.#around.troubles.over(`responses: ${what}`, `response rules judge ${what} again`);
        if (!isMore && !signal.aborted) await this.#bell.after(heard);
      } catch (error) {
        if (signal.aborted) return;
        const {message} = error as Error;
        this.#around.troubles.began(
          `responses: ${what}`,
          message,
          `response rules cannot judge ${what}: ${message}; it is tried again by itself`,
        );
        // What was judged and not recorded is to be judged again.
        for (const active of this.#active) active.judge = remembering(this.#around.book, active.name, active.rule);
        await wait(AGAIN_MS[Math.min(failures++, AGAIN_MS.length - 1)], undefined, {signal}).catch(() => undefined);
        await this.#recount().catch(() => undefined);
      }
    }
  }

  /** Fails, alerts and findings. @returns whether there may be more */
  async #events(): Promise<boolean> {
    const from = this.#judged.events;
    const found = this.#isAnswerNew ? await this.#findings() : false;
    const entries = this.#durable(from, ROWS_AT_ONCE);
    if (entries.length === 0) return found;
    const to = entries[entries.length - 1].seq;
    for (const active of this.#active) {
      const {alert} = active.rule.when;
      if (alert === undefined) continue;
      const bounds = {after: Math.max(from, active.after), to};
      const all = this.#around.warehouse.entries();
      await this.#decide(active, alertTriggers(this.#around.plant, active.name, alert, all, bounds));
    }
    const fails = this.#active.filter(({rule}) => rule.when.fail);
    if (fails.length > 0) await this.#fails(fails, entries);
    this.#judged.events = to;
    if (entries.some(({kind}) => kind !== 'response')) await this.#writePlace(PLACE_EVERY);
    return true;
  }

  async #fails(active: readonly Active[], entries: readonly LedgerEntry[]): Promise<void> {
    for (const one of active) {
      const triggers = await this.#failsOf(one, entries);
      for (const some of byBatch(triggers)) await this.#decide(one, some);
    }
  }

  /** What a rule of fails is about among batches. */
  async #failsOf(active: Active, entries: readonly LedgerEntry[]): Promise<Trigger[]> {
    const {warehouse, plant} = this.#around;
    const batches = batchesOf(entries, warehouse.position).filter(({rows, seq}) => rows > 0 && seq > active.after);
    if (batches.length === 0) return [];
    const came = new Map(batches.map(({batch, ms}) => [batch, ms]));
    const all = await arrivedFails(warehouse, batches[0].batch, batches[batches.length - 1].batch);
    const fails = all.filter(({arrived}) => came.has(arrived));
    const meant = () => failTriggers({warehouse, plant}, active.name, active.rule.when.fail!, fails, b => came.get(b)!);
    return (await this.#tried(active, meant)) ?? [];
  }

  async #charts(): Promise<boolean> {
    const active = this.#active.filter(({rule}) => rule.when.chart ?? rule.when.alarm);
    const from = this.#judged.charts;
    const entries = this.#durable(from, Number.POSITIVE_INFINITY);
    if (entries.length === 0) return false;
    const batches = batchesOf(entries, this.#around.warehouse.position);
    const looked = batches.length > CHARTS_EACH ? batches.slice(-1) : batches;
    for (const one of active)
      for (const {batch, ms, seq} of looked) {
        if (seq <= one.after) continue;
        const at = {batch, cameMs: ms};
        await (one.rule.when.chart ? this.#chart(one, from, at) : this.#alarm(one, from, at));
      }
    this.#judged.charts = entries[entries.length - 1].seq;
    return true;
  }

  async #chart(active: Active, from: number, at: {batch: number; cameMs: number}): Promise<void> {
    const {warehouse, plant} = this.#around;
    const when = active.rule.when.chart!;
    if (active.before === null) {
      const known = this.#judgedBatch(active, from);
      active.before = known ? await drawn(warehouse, when, known.batch) : NOTHING_DRAWN;
    }
    const now = await drawn(warehouse, when, at.batch);
    await this.#decide(active, chartTriggers({plant, rule: active.name, when}, active.before, now, at));
    active.before = now;
    active.problem = now.none;
  }

  async #alarm(active: Active, from: number, at: {batch: number; cameMs: number}): Promise<void> {
    const {warehouse, plant} = this.#around;
    const when = active.rule.when.alarm!;
    if (active.alarms === null) {
      const known = this.#judgedBatch(active, from);
      active.alarms = known ? await alarmsAt(warehouse, when, known.batch) : [];
    }
    const now = await alarmsAt(warehouse, when, at.batch);
    await this.#decide(active, alarmTriggers({plant, rule: active.name}, active.alarms, now, at));
    active.alarms = now;
    active.problem = null;
  }

  /** The last batch that a rule has judged, or that was there before it. */
  #judgedBatch(active: Active, from: number) {
    const {warehouse} = this.#around;
    return batchesOf(warehouse.entries().slice(0, Math.max(from, active.after)), warehouse.position).at(-1);
  }

  /** @returns whether there was anything new */
  async #findings(): Promise<boolean> {
    const {warehouse, plant} = this.#around;
    this.#isAnswerNew = false;
    const active = this.#active.filter(({rule}) => rule.when.finding);
    if (active.length === 0) return false;
    const sinceMs = Math.min(...active.map(({beganMs}) => beganMs));
    const names: [string, number][] = [];
    try {
      const given = await givenAnswers(warehouse.folder, (name, ms) => {
        if (ms < sinceMs || this.#seen.get(name) === ms) return false;
        names.push([name, ms]);
        return true;
      });
      for (const one of active) {
        const since = given.filter(({givenMs}) => givenMs >= one.beganMs);
        await this.#decide(one, findingTriggers(plant, one.name, one.rule.when.finding!, since));
      }
    } catch (error) {
      this.#isAnswerNew = true;
      throw error;
    }
    for (const [name, ms] of names) this.#seen.set(name, ms);
    return names.length > 0;
  }

  /** Judges triggers of one batch, or of none, and records what comes of them before anything leaves. */
  async #decide(active: Active, triggers: readonly Trigger[]): Promise<void> {
    const fires: Trigger[] = [];
    const withheld: Withheld[] = [];
    let isOverBudget = false;
    for (const trigger of triggers) {
      const verdict = active.judge.judge(trigger);
      if (verdict.is === 'fires') fires.push(trigger);
      if (verdict.is !== 'withheld') continue;
      isOverBudget ||= verdict.limit === 'budget';
      const {id, atMs, keys} = trigger;
      withheld.push({id, at: new Date(atMs).toISOString(), keys, why: verdict.why});
    }
    if (fires.length + withheld.length === 0) return;
    const {warehouse, book, plant} = this.#around;
    const {name, rule, digest} = active;
    const batch = triggers[0].batch;
    const all = await composed(warehouse, {name, rule}, fires, batch ?? warehouse.position);
    const fired = hidePersons(all, warehouse.persons.names());
    for (let k = 0; k < Math.max(fired.length, withheld.length); k += IN_ONE_ENTRY) {
      const some: {fired: Firing[]; withheld: Withheld[]} = {
        fired: fired.slice(k, k + IN_ONE_ENTRY),
        withheld: withheld.slice(k, k + IN_ONE_ENTRY),
      };
      await book.respond({did: 'fire', rule: name, digest, plant, batch, ...some});
    }
    if (!isOverBudget) return;
    const last = withheld[withheld.length - 1];
    await this.#around.tell('withheld', name, `${last.why}: see "fishbone responses log --rule ${name}"`);
  }

  /** A question that cannot be answered is told, and passed over; everything else is tried again. */
  async #tried<T>(active: Active, work: () => Promise<T>): Promise<T | null> {
    try {
      const answer = await work();
      if (active.problem !== null) await this.#around.tell('rule', active.name, null);
      active.problem = null;
      return answer;
    } catch (error) {
      if ((error as {code?: string}).code !== 'USAGE') throw error;
      active.problem = `responses.${active.name}.when: ${(error as Error).message}`;
      await this.#around.tell('rule', active.name, `it cannot be judged: ${active.problem}`);
      return null;
    }
  }

  /** Counts again what rules have counted that need several fails. */
  async #recount(): Promise<void> {
    const all = this.#around.warehouse.entries();
    for (const active of this.#active) {
      const {atLeast} = active.rule.when.fail ?? {};
      if (!atLeast) continue;
      const sinceMs = Date.now() - spanMs(atLeast.within) - spanMs(active.rule.limits.freshWithin);
      const entries = all.slice(active.after, this.#judged.events).filter(({at}) => Date.parse(at) >= sinceMs);
      for (const trigger of await this.#failsOf(active, entries)) active.judge.recount(trigger);
    }
  }

  /** What comes next in the ledger and can be asked of the database. */
  #durable(after: number, rowsMax: number): LedgerEntry[] {
    const {warehouse} = this.#around;
    const found: LedgerEntry[] = [];
    let rows = 0;
    for (const entry of warehouse.entries().slice(after)) {
      const {batch} = (entry.body ?? {}) as {batch?: unknown};
      // Acknowledged, but the database has not followed.
      if (entry.kind === 'batch' && typeof batch === 'number' && batch > warehouse.position) break;
      if (entry.kind === 'batch') rows += batchesOf([entry], warehouse.position)[0]?.rows ?? 0;
      if (rows > rowsMax && found.length > 0) break;
      found.push(entry);
    }
    return found;
  }

  async #writePlace(every: number): Promise<void> {
    const seq = Math.min(this.#judged.events, this.#judged.charts);
    const isDue = seq - this.#place.seq >= Math.max(every, 1) || Date.now() - this.#place.ms > PLACE_EVERY_MS;
    if (!isDue || seq <= this.#place.seq) return;
    this.#place = {seq, ms: Date.now()};
    await this.#around.book.respond({did: 'judged', seq});
  }
}

function byBatch(triggers: readonly Trigger[]): Trigger[][] {
  const batches = new Map<number | null, Trigger[]>();
  for (const trigger of triggers) {
    const some = batches.get(trigger.batch);
    if (some) some.push(trigger);
    else batches.set(trigger.batch, [trigger]);
  }
  return [...batches.values()];
}
