/** Response rules of one warehouse: what they are, what they did, and what they would have done. */
import {tellPersons} from '../../warehouse/person-texts.ts';
import type {Warehouse} from '../../warehouse/store.ts';
import type {Troubles} from '../../warehouse/troubles.ts';
import {FishboneError} from '../errors.ts';
import type {Book, ResponseRecord} from '../write-back/book.ts';
import type {ReceiverConfig} from '../write-back/drivers/drivers.ts';
import {decidedOn} from './active.ts';
import type {ResponseRow, RuleRow, TryAnswer, TryQuestion} from './answers.ts';
import {checkRules} from './check-rules.ts';
import {Engine, type Surroundings} from './engine.ts';
import {digestOf, RuleLog} from './rule-log.ts';
import {ResponsesSettings, type Rule} from './settings.ts';
import {tryRules} from './try.ts';

export interface Settings {
  plant: string;
  rules: Readonly<Record<string, Rule>>;
  receivers: Readonly<Record<string, ReceiverConfig>>;
  log: (line: string) => void;
  troubles: Troubles;
  tell: Surroundings['tell'];
}

export class Responses {
  readonly #warehouse: Warehouse;
  readonly #book: () => Book;
  readonly #settings: Settings;
  readonly #log = new RuleLog();
  #engine: Engine | null = null;

  /** @param book as it stands now */
  constructor(warehouse: Warehouse, book: () => Book, settings: Settings) {
    this.#warehouse = warehouse;
    this.#book = book;
    this.#settings = settings;
  }

  /** From now on rules fire. Only a server does that. */
  async start(): Promise<void> {
    const {plant, rules, log, troubles, tell} = this.#settings;
    const engine = new Engine({warehouse: this.#warehouse, book: this.#book(), plant, log, troubles, tell});
    await engine.start(rules);
    this.#engine = engine;
  }

  async stop(): Promise<void> {
    await this.#engine?.stop();
    this.#engine = null;
  }

  /** Screening has answered: among the findings may be one that a rule waits for. */
  lookForFindings(): void {
    this.#engine?.lookForFindings();
  }

  list(): RuleRow[] {
    const log = this.#log.follow(this.#warehouse.entries());
    const records = [...this.#book().responses.values()];
    return Object.entries(this.#settings.rules).map(([name, rule]) => {
      const mine = records.filter(record => record.rule === name);
      const fired = mine.flatMap(record => ('firing' in record ? [record] : []));
      const messages = fired.flatMap(({deliveries}) => deliveries);
      const begun = log.begun.get(name);
      const isBegun = begun?.digest === digestOf(rule);
      const problem = this.#engine?.problemOf(name) ?? null;
      return {
        rule: name,
        when: Object.entries(rule.when).find(([, said]) => said !== undefined)![0],
        actions: rule.then.map(action => (action.do === 'hold' ? 'hold' : `${action.do} to ${action.to}`)),
        since: isBegun ? begun.at : null,
        state: !this.#engine || !isBegun ? 'waits for a server' : problem === null ? 'in force' : 'cannot judge',
        problem,
        fired: fired.length,
        withheld: mine.length - fired.length,
        failed: messages.filter(({state}) => state === 'rejected').length,
        open: messages.filter(({state}) => state !== 'rejected' && state !== 'acknowledged').length,
        askPerson: messages.filter(({askPerson}) => askPerson).length,
        last: fired.reduce<string | null>(
          (last, {recordedAt}) => (recordedAt > (last ?? '') ? recordedAt : last),
          null,
        ),
      };
    });
  }

  /** What rules did and what was withheld, the newest first, with the names of persons who are not erased. */
  log({rule, fired, askPerson}: {rule?: string; fired?: boolean; askPerson?: boolean} = {}): ResponseRow[] {
    const names = this.#warehouse.persons.names();
    return [...this.#book().responses.values()]
      .filter(record => (rule ?? record.rule) === record.rule)
      .filter(record => fired === undefined || 'firing' in record === fired)
      .filter(record => !askPerson || ('firing' in record && record.deliveries.some(one => one.askPerson)))
      .reverse()
      .map(record => tellPersons(rowOf(record), names));
  }

  /** What rules would have done. @throws FishboneError CONFIGURATION_INVALID for rules that are not right */
  try(
    {name, rules: given, ...window}: TryQuestion,
    how: {signal?: AbortSignal; onProgress?: (done: number, total: number, what: string) => void} = {},
  ): Promise<TryAnswer> {
    const {plant, receivers} = this.#settings;
    const rules = given === undefined ? this.#settings.rules : rulesOf(given, receivers);
    if (name !== undefined && !Object.hasOwn(rules, name)) {
      const known = Object.keys(rules).join(', ') || 'none';
      throw new FishboneError('NOT_FOUND', `there is no rule "${name}"`, {hint: `the rules are: ${known}`});
    }
    const chosen = name === undefined ? rules : {[name]: rules[name]};
    return tryRules({warehouse: this.#warehouse, plant, ...how}, chosen, window).then(answer =>
      tellPersons(answer, this.#warehouse.persons.names()),
    );
  }
}

function rulesOf(given: unknown, receivers: Settings['receivers']): Record<string, Rule> {
  const parsed = ResponsesSettings.safeParse(given);
  if (!parsed.success) {
    const {path, message} = parsed.error.issues[0];
    throw new FishboneError('USAGE', `rules: ${path.join('.')}: ${message}`, {hint: 'correct it, then try again'});
  }
  checkRules(parsed.data, receivers, 'rules');
  return parsed.data;
}

function rowOf(record: ResponseRecord): ResponseRow {
  const {rule, recordedAt, batch} = record;
  const {id, at, keys} = decidedOn(record);
  const {part = null, lot = null, station = null} = keys as Partial<Record<string, string>>;
  const shown = {id, at, batch, part, lot, station, rule, recordedAt};
  if ('withheld' in record) {
    return {
      ...shown,
      text: part === null ? (keys.cause ?? '') : `part ${part}`,
      withheld: record.withheld.why,
      deliveries: [],
      lacking: [],
    };
  }
  const {about, lacking} = record.firing;
  const deliveries = record.deliveries.map(({id: message, action, receiver, state, askPerson, attempts, why}) => {
    return {id: message, do: action, receiver, state, askPerson, attempts, why: state === 'acknowledged' ? null : why};
  });
  return {...shown, text: about.text as string, withheld: null, deliveries, lacking};
}
