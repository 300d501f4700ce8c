/**
 * The dry run: what rules would have done with what the warehouse has, as if they had been in force and everything had
 * come in time. It judges by the code that judges what happens now, in the order of the ledger; nothing is written.
 */
import {arrivedFails} from '../../warehouse/arrived-fails.ts';
import type {Alarm} from '../../warehouse/chart-answers.ts';
import {frozenBaselines} from '../../warehouse/charts/frozen.ts';
import {momentOf} from '../../warehouse/moment.ts';
import {givenAnswers} from '../../warehouse/screening/findings.ts';
import type {Warehouse} from '../../warehouse/store.ts';
import {alarmsAt, alarmTriggers} from './alarm-triggers.ts';
import {alertTriggers} from './alert-triggers.ts';
import type {Tried, TryAnswer} from './answers.ts';
import {batchesOf} from './batches.ts';
import {chartTriggers, drawn, NOTHING_DRAWN} from './chart-triggers.ts';
import {composed} from './compose.ts';
import {failTriggers} from './fail-triggers.ts';
import {findingTriggers} from './finding-triggers.ts';
import {Judge, type Trigger, type Verdict} from './judge.ts';
import {spanMs} from './period.ts';
import type {AlarmTrigger, Rule} from './settings.ts';

interface History {
  warehouse: Warehouse;
  plant: string;
  onProgress?: (done: number, total: number, what: string) => void;
  signal?: AbortSignal;
}

/** So many accepted rows of inspections are looked at together. */
const ROWS_AT_ONCE = 20_000;
const LISTED = 1_000;

/** @throws what a rule's filter throws, with the place of the filter */
export async function tryRules(
  history: History,
  rules: Readonly<Record<string, Rule>>,
  {from, to, list = LISTED}: {from?: string; to?: string; list?: number},
): Promise<TryAnswer> {
  const asOf = history.warehouse.position;
  const bounds = {fromMs: from ? momentOf(from) : -Infinity, toMs: to ? momentOf(to) : Infinity};
  const tried: Tried[] = [];
  for (const [name, rule] of Object.entries(rules)) {
    const runs = new Run(name, rule, bounds, list);
    for await (const triggers of triggersOf(history, name, rule, runs.notes)) {
      history.signal?.throwIfAborted();
      runs.take(triggers);
    }
    tried.push(await runs.told(history.warehouse));
  }
  return {asOf, from: from ?? null, to: to ?? null, rules: tried};
}

async function* triggersOf(history: History, name: string, rule: Rule, notes: string[]): AsyncGenerator<Trigger[]> {
  const {warehouse, plant} = history;
  const {fail, alert, alarm, chart, finding} = rule.when;
  const entries = warehouse.entries();
  if (fail) yield* failHistory(history, name, rule);
  if (alert !== undefined) yield alertTriggers(plant, name, alert, entries, {after: 0, to: entries.length});
  if (finding) yield findingTriggers(plant, name, finding, await givenAnswers(warehouse.folder, () => true));
  if (alarm) yield* alarmHistory(history, name, alarm, notes);
  if (!chart) return;
  let before = NOTHING_DRAWN;
  const batches = batchesOf(entries, warehouse.position);
  for (const [k, {batch, ms}] of batches.entries()) {
    const now = await drawn(warehouse, chart, batch);
    history.onProgress?.(k + 1, batches.length, 'batches');
    yield chartTriggers({plant, rule: name, when: chart}, before, now, {batch, cameMs: ms});
    before = now;
  }
  if (before.none !== null) notes.push(`there is no such chart: ${before.none}`);
}

async function* alarmHistory(
  {warehouse, plant, onProgress}: History,
  name: string,
  when: AlarmTrigger,
  notes: string[],
): AsyncGenerator<Trigger[]> {
  let before: Alarm[] = [];
  const batches = batchesOf(warehouse.entries(), warehouse.position);
  for (const [k, {batch, ms}] of batches.entries()) {
    const now = await alarmsAt(warehouse, when, batch);
    onProgress?.(k + 1, batches.length, 'batches');
    yield alarmTriggers({plant, rule: name}, before, now, {batch, cameMs: ms});
    before = now;
  }
  if (frozenBaselines(warehouse, warehouse.position).length === 0)
    notes.push('no baseline is frozen: alarms watch the charts whose limits somebody chose');
}

async function* failHistory(
  {warehouse, plant, onProgress}: History,
  name: string,
  rule: Rule,
): AsyncGenerator<Trigger[]> {
  const batches = batchesOf(warehouse.entries(), warehouse.position).filter(({rows}) => rows > 0);
  const came = new Map(batches.map(({batch, ms}) => [batch, ms]));
  for (let k = 0; k < batches.length; ) {
    const first = k;
    for (let rows = 0; k < batches.length && (k === first || rows + batches[k].rows <= ROWS_AT_ONCE); k++)
      rows += batches[k].rows;
    const fails = await arrivedFails(warehouse, batches[first].batch, batches[k - 1].batch);
    yield await placed(name, () =>
      failTriggers({warehouse, plant}, name, rule.when.fail!, fails, batch => came.get(batch)!),
    );
    onProgress?.(k, batches.length, 'batches');
  }
}

/** What cannot be judged is said with its place in the configuration. */
async function placed<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && (error as {code?: string}).code === 'USAGE')
      error.message = `responses.${name}.when.fail.where: ${error.message}`;
    throw error;
  }
}

/** One rule on its way through history. */
class Run {
  readonly notes: string[] = [];
  readonly #name: string;
  readonly #rule: Rule;
  readonly #bounds: {fromMs: number; toMs: number};
  readonly #list: number;
  readonly #judge: Judge;
  readonly #fires: Trigger[] = [];
  readonly #held: Tried['held'] = [];
  readonly #counts = {fired: 0, late: 0, once: 0, budget: 0, counted: 0, placeless: 0};

  constructor(name: string, rule: Rule, bounds: {fromMs: number; toMs: number}, list: number) {
    this.#name = name;
    this.#rule = rule;
    this.#bounds = bounds;
    this.#list = list;
    this.#judge = new Judge(rule, {freshOnly: false});
  }

  take(triggers: readonly Trigger[]): void {
    const {fromMs, toMs} = this.#bounds;
    for (const trigger of triggers)
      if (trigger.atMs >= fromMs && trigger.atMs < toMs) this.#note(trigger, this.#judge.judge(trigger));
  }

  async told(warehouse: Warehouse): Promise<Tried> {
    const {fired, late, once, budget, counted, placeless} = this.#counts;
    if (placeless > 0)
      this.notes.push(`${placeless} fails name no ${this.#rule.when.fail?.atLeast?.per}, so they were not counted`);
    const left = fired - this.#fires.length;
    if (left > 0) this.notes.push(`the first ${this.#fires.length} of ${fired} firings are listed`);
    return {
      rule: this.#name,
      fired,
      withheld: {once, budget},
      late,
      counted,
      placeless,
      firings: await this.#firings(warehouse),
      held: this.#held,
      notes: this.notes,
    };
  }

  async #firings(warehouse: Warehouse): Promise<Tried['firings']> {
    const batches = new Map<number | null, Trigger[]>();
    for (const trigger of this.#fires) {
      const some = batches.get(trigger.batch);
      if (some) some.push(trigger);
      else batches.set(trigger.batch, [trigger]);
    }
    const told: Tried['firings'] = [];
    for (const [batch, some] of batches) {
      const firings = await composed(
        warehouse,
        {name: this.#name, rule: this.#rule},
        some,
        batch ?? warehouse.position,
      );
      for (const [k, {about, actions, lacking}] of firings.entries())
        told.push({
          ...shown(some[k]),
          about,
          actions: actions.map(({do: what, receiver, content}) => ({do: what, receiver, content})),
          lacking,
        });
    }
    return told;
  }

  #note(trigger: Trigger, verdict: Verdict): void {
    const counts = this.#counts;
    if (verdict.is === 'counted' || verdict.is === 'placeless') counts[verdict.is]++;
    if (verdict.is === 'fires') {
      counts.fired++;
      if (trigger.cameMs - trigger.atMs > spanMs(this.#rule.limits.freshWithin)) counts.late++;
      if (this.#fires.length < this.#list) this.#fires.push(trigger);
    }
    if (verdict.is !== 'withheld' || verdict.limit === 'late') return;
    counts[verdict.limit]++;
    if (this.#held.length < this.#list) this.#held.push({...shown(trigger), why: verdict.why});
  }
}

function shown({id, atMs, batch, keys, about}: Trigger) {
  const {part = null, lot = null, station = null} = keys as Partial<Record<string, string>>;
  return {id, at: new Date(atMs).toISOString(), batch, part, lot, station, text: about.text as string};
}
