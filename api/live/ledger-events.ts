import {AlertBook, type AlertEntry} from '../../warehouse/alerts.ts';
import {batchInspections} from '../../warehouse/batch-inspections.ts';
import type {LedgerEntry} from '../../warehouse/ledger.ts';
import type {LiveData, LiveName} from '../../warehouse/live-answers.ts';
import {tellPersons} from '../../warehouse/person-texts.ts';
import type {BatchBody} from '../../warehouse/project.ts';
import type {Warehouse} from '../../warehouse/store.ts';
import type {DeliveryStep, HoldDecision, LotAction} from '../write-back/entries.ts';
import type {ResponseAction, ResponseEntry} from '../write-back/response-entries.ts';

/** How many of a batch's failing parts are named. */
const FAILING_MAX = 20;

export interface LedgerEvent<N extends LiveName = LiveName> {
  name: N;
  data: LiveData<N>;
}

/** What an entry of the ledger is to those who watch: the same whenever it is asked, so that nobody misses anything. */
export class LedgerEvents {
  readonly #warehouse: Warehouse;
  readonly #alerts = new AlertBook();
  /** By the ids of messages. */
  readonly #actions = new Map<string, {hold: string} & Pick<LotAction, 'lot' | 'action'>>();
  readonly #messages = new Map<
    string,
    {rule: string; batch: number | null} & Pick<ResponseAction, 'do' | 'receiver'>
  >();
  #read = 0;

  constructor(warehouse: Warehouse) {
    this.#warehouse = warehouse;
  }

  /** @returns null for what nobody watches */
  async of(entry: LedgerEntry): Promise<LedgerEvent | null> {
    this.#follow();
    const event = await this.#told(entry);
    return event && tellPersons(event, this.#warehouse.persons.names());
  }

  async #told({kind, at, body}: LedgerEntry): Promise<LedgerEvent | null> {
    if (kind === 'batch') return this.#batch(at, body as BatchBody);
    if (kind === 'hold') {
      const {hold, did, by} = body as HoldDecision;
      return event('hold', {hold, did, at, by});
    }
    if (kind === 'delivery') return this.#delivery(at, body as DeliveryStep);
    if (kind === 'response') return this.#response(at, body as ResponseEntry);
    if (kind === 'alert') return this.#alert(at, body as AlertEntry);
    return null;
  }

  async #batch(at: string, {batch, source, tables}: BatchBody): Promise<LedgerEvent | null> {
    if (batch === null) return null;
    const hasInspections = tables.some(({table, accepted}) => table === 'inspections' && accepted > 0);
    return event('batch', {
      batch,
      at,
      source,
      tables: tables.map(({table, accepted, rejected}) => ({table, accepted, rejected})),
      inspections: hasInspections ? await batchInspections(this.#warehouse, batch, FAILING_MAX) : null,
    });
  }

  #delivery(at: string, step: DeliveryStep): LedgerEvent | null {
    if (step.did === 'lease') return null;
    const why = 'why' in step ? (step.why ?? null) : null;
    const message = this.#messages.get(step.delivery);
    if (message) {
      const {rule, batch, do: action, receiver} = message;
      const nothing = {fired: 0, withheld: 0, parts: []};
      return event('response', {rule, did: 'deliver', at, batch, ...nothing, action, receiver, state: step.did, why});
    }
    const about = this.#actions.get(step.delivery);
    if (!about) return null;
    return event('delivery', {...about, receiver: step.receiver, state: step.did, at, why});
  }

  #response(at: string, entry: ResponseEntry): LedgerEvent | null {
    if (entry.did !== 'fire') return null;
    const {rule, batch, fired, withheld} = entry;
    const parts = fired.flatMap(({keys}) => keys.part ?? []).slice(0, FAILING_MAX);
    const none = {action: null, receiver: null, state: null, why: null};
    const counts = {fired: fired.length, withheld: withheld.length};
    return event('response', {rule, did: 'fire', at, batch, ...counts, parts, ...none});
  }

  #alert(at: string, entry: AlertEntry): LedgerEvent | null {
    if (entry.did === 'raise') {
      const {name, source, text, batch} = entry;
      return event('alert', {name, source, state: 'open', at, text, batch});
    }
    const alert = this.#alerts.find(entry.alert);
    if (!alert) return null;
    const {name, source, batch} = alert;
    return event('alert', {name, source, state: 'closed', at, text: entry.reason, batch});
  }

  /** What later entries refer to. */
  #follow(): void {
    const entries = this.#warehouse.entries();
    this.#alerts.follow(entries);
    for (; this.#read < entries.length; this.#read++) {
      const {kind, body} = entries[this.#read];
      if (kind === 'response') this.#followResponse(body as ResponseEntry);
      if (kind !== 'hold') continue;
      const decision = body as HoldDecision;
      if (!('actions' in decision)) continue;
      for (const {id, lot, action} of decision.actions) this.#actions.set(id, {hold: decision.hold, lot, action});
    }
  }

  #followResponse(entry: ResponseEntry): void {
    if (entry.did !== 'fire') return;
    const {rule, batch} = entry;
    for (const {actions} of entry.fired)
      for (const {id, do: action, receiver} of actions) this.#messages.set(id, {rule, batch, do: action, receiver});
  }
}

const event = <N extends LiveName>(name: N, data: LiveData<N>): LedgerEvent<N> => ({name, data});
