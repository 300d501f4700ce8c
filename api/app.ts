import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {Feeds} from '../ingest/feeds/feeds.ts';
import type {Plant} from '../warehouse/answers.ts';
import {contain, contained} from '../warehouse/contain.ts';
import {DriftBook} from '../warehouse/drift-book.ts';
import type {Hold, LotAtMes} from '../warehouse/hold-answers.ts';
import {applyImageRetention, type RetainedImages} from '../warehouse/image-retention.ts';
import type {Ledger} from '../warehouse/ledger.ts';
import {hidePersons, tellPersons} from '../warehouse/person-texts.ts';
import {plant} from '../warehouse/plant.ts';
import {RejectRates} from '../warehouse/reject-rates.ts';
import {applyRetention, type Retained} from '../warehouse/retention.ts';
import {findFinding} from '../warehouse/screening/findings.ts';
import {Warehouse} from '../warehouse/store.ts';
import {Troubles} from '../warehouse/troubles.ts';
import {Keys} from './access/keys.ts';
import {People} from './access/people.ts';
import {Alerts, raiseAlert} from './alerts.ts';
import {Audit} from './audit/audit.ts';
import {anchorsIn} from './audit/verify-audit.ts';
import {type Config, readConfig} from './config.ts';
import {FishboneError} from './errors.ts';
import {feedDoor} from './feed-door.ts';
import {HoldWatch} from './hold-watch.ts';
import {Inference} from './inference.ts';
import {Recorder} from './inspections/recorder.ts';
import {Live} from './live/live.ts';
import {Queries} from './queries.ts';
import {Receipts} from './receipts.ts';
import {RecentAnswers} from './recent-answers.ts';
import {OWN_ALERTS} from './responses/alert-triggers.ts';
import {checkRules} from './responses/check-rules.ts';
import {holdDriver} from './responses/hold-driver.ts';
import {Responses} from './responses/responses.ts';
import {tellingDriver} from './responses/telling-driver.ts';
import {Tending} from './tending.ts';
import {Book} from './write-back/book.ts';
import type {Driver, ResponseMessage} from './write-back/drivers/driver.ts';
import {isToldOfHolds, openDrivers} from './write-back/drivers/drivers.ts';
import {Holds, type Who} from './write-back/holds.ts';
import {type DeliverySummary, Outbox} from './write-back/outbox.ts';
import {WITHIN} from './write-back/response-entries.ts';
import {underHold} from './write-back/under-hold.ts';

export interface OpenOptions {
  /** Makes the warehouse if there is none in the folder; otherwise that is an error. */
  make?: boolean;
  /** Goes before what is configured. */
  config?: Partial<
    Pick<
      Config,
      | 'plant'
      | 'receivers'
      | 'reasonCodes'
      | 'allowHosts'
      | 'responses'
      | 'company'
      | 'feeds'
      | 'inference'
      | 'reviews'
      | 'retention'
      | 'sql'
      | 'oidc'
      | 'sessions'
      | 'limits'
      | 'proxies'
    >
  >;
  /** Hears what a person at the console should know. */
  log?: (line: string) => void;
}

/** One warehouse with all that can be done to it, whoever asks: the command line, HTTP or a test. */
export class App {
  readonly warehouse: Warehouse;
  readonly config: Config;
  readonly plantId: string;
  readonly keys: Keys;
  /** Who signs in without a key. */
  readonly people: People;
  readonly audit: Audit;
  readonly holds: Holds;
  /** Sees when the facts behind a hold change. */
  readonly holdWatch: HoldWatch;
  readonly alerts: Alerts;
  /** What is done by itself when something happens. */
  readonly responses: Responses;
  /** How much each source rejects. */
  readonly rejectRates = new RejectRates();
  readonly #drift = new DriftBook();
  /** What was answered to requests that may be sent again. */
  readonly receipts: Receipts;
  /** What takes in by itself, as configured. */
  readonly feeds: Feeds;
  /** Models at work on images as they come. */
  readonly inference: Inference;
  /** People's SQL. */
  readonly queries: Queries;
  /** Inspections as they happen. */
  readonly recorder: Recorder;
  readonly recentAnswers = new RecentAnswers();
  /** Tells those who watch. */
  readonly live: Live;
  readonly log: (line: string) => void;
  /** The same, for what is tried again and again. */
  readonly troubles: Troubles;
  readonly #ledger: Pick<Ledger, 'append' | 'entries'>;
  readonly #tending = new Tending(this);
  #outbox: Promise<Outbox> | null = null;

  constructor(warehouse: Warehouse, config: Config, plantId: string, log: (line: string) => void) {
    this.warehouse = warehouse;
    this.config = config;
    this.plantId = plantId;
    this.log = log;
    this.troubles = new Troubles(log);
    this.#ledger = {append: (kind, body) => warehouse.note(kind, body), entries: () => warehouse.entries()};
    this.people = new People(this.#ledger);
    this.keys = new Keys(this.#ledger, name => this.people.has(name));
    this.audit = new Audit(config.folder, {
      anchored: anchorsIn(warehouse.entries()).at(-1) ?? null,
      anchor: ({seq, hash}) => warehouse.append('audit', {seq, hash}),
      log,
    });
    this.receipts = new Receipts(this.#ledger);
    this.alerts = new Alerts(warehouse);
    this.recorder = new Recorder(this);
    this.live = new Live(warehouse);
    this.rejectRates.follow(warehouse.entries());
    this.feeds = new Feeds(config.feeds, {plant: plantId, folder: config.folder, log});
    this.inference = new Inference(config.folder, config.inference);
    this.queries = new Queries(warehouse, config.sql);
    this.holdWatch = new HoldWatch(this);
    this.holds = new Holds(this.#ledger, {
      plant: plantId,
      receivers: Object.keys(config.receivers).filter(name => isToldOfHolds(config.receivers[name])),
      reasonCodes: config.reasonCodes,
      compared: id => this.holdWatch.compared(id),
      told: evidence => tellPersons(evidence, warehouse.persons.names()),
    });
    this.responses = new Responses(warehouse, () => Book.of(this.#ledger), {
      plant: plantId,
      rules: config.responses,
      receivers: config.receivers,
      log,
      troubles: this.troubles,
      tell: async (what, rule, text) => {
        const name = `${OWN_ALERTS}${what}`;
        if (text === null) await this.alerts.over(name, rule, 'it can be judged again');
        else await raiseAlert(this, {name, source: rule, text, figures: {}, batch: null});
      },
    });
  }

  /** What was accepted from each source, up to now. */
  get drift(): DriftBook {
    return this.#drift.follow(this.warehouse.entries());
  }

  /** Proposes to hold what an earlier `contain` found, frozen as it was then. */
  async proposeHold(proposal: {
    contained: string;
    reason: string;
    text: string;
    by: Who;
    response?: string;
    children?: boolean;
  }): Promise<Hold> {
    const population = await contained(this.warehouse, proposal.contained);
    const target = new URL(population.permalink, 'http://here').searchParams.get('target') ?? '';
    const found = await findFinding(this.warehouse.folder, target);
    // The ledger does not say whom the data are about.
    const {basis, permalink, widenedBy, listed} = population;
    const finding = found && {...found.finding, question: found.question, asOf: found.asOf};
    const hidden = hidePersons({basis, permalink, widenedBy, listed, finding}, this.warehouse.persons.names());
    return this.holds.propose({...proposal, contained: {...population, ...hidden}, permalink: hidden.permalink});
  }

  /** From now on response rules fire. */
  startResponses(): Promise<void> {
    return this.responses.start();
  }

  /** A person settles a message of a response rule. @throws as `settleDelivery` */
  async settleResponse(settled: Parameters<Outbox['decideResponse']>[0]): Promise<void> {
    await (await this.#openOutbox()).decideResponse(settled);
  }

  /** @throws FishboneError RECEIVER_INVALID */
  async deliver(waitSeconds?: number): Promise<DeliverySummary> {
    return (await this.#openOutbox()).deliver({waitSeconds});
  }

  /** A person settles a delivery. @throws FishboneError RECEIVER_INVALID, DELIVERY_NOT_FOUND, DELIVERY_NOT_OPEN */
  async settleDelivery(settled: Parameters<Outbox['decide']>[0]): Promise<void> {
    await (await this.#openOutbox()).decide(settled);
  }

  /** Asks the receivers about the lots of a hold. @throws FishboneError RECEIVER_INVALID, HOLD_NOT_FOUND */
  async lookAtMes(hold: string): Promise<LotAtMes[]> {
    this.holds.show(hold);
    return (await this.#openOutbox()).look(hold);
  }

  /** Sends decisions in the background from now on. @throws FishboneError RECEIVER_INVALID */
  async startDelivery(): Promise<void> {
    (await this.#openOutbox()).start();
  }

  /** Packs, merges and applies the rules of retention in the background from now on. */
  startTending(): void {
    this.#tending.start();
    this.holdWatch.start();
  }

  /** @param only the names of those that are meant; all by default */
  startFeeds(only?: readonly string[]): void {
    this.feeds.start(feedDoor(this), only);
  }

  async applyRetention(dryRun: boolean): Promise<Retained & {images: RetainedImages}> {
    const now = new Date().toISOString();
    const {failImages, passImages, ...rules} = this.config.retention;
    // While nobody makes a backup of what is about to go.
    const retained = await this.warehouse.tend(async care => {
      const all = await applyRetention(care, rules, {dryRun, now});
      const held = underHold(this.holds.open());
      const images = await applyImageRetention(this.warehouse, {failImages, passImages}, {dryRun, now, held});
      return {...all, images};
    });
    if (!dryRun) {
      this.recentAnswers.forget();
      await this.queries.forgetOld();
    }
    return retained;
  }

  plant(): Promise<Omit<Plant, 'access'>> {
    return plant(this.warehouse, {plant: this.plantId, timeZone: this.config.timeZone});
  }

  async close(): Promise<void> {
    this.#tending.stop();
    await this.holdWatch.stop();
    await this.feeds.stop();
    await this.inference.close();
    await this.recorder.stop();
    await this.responses.stop();
    if (this.#outbox) await (await this.#outbox.catch(() => null))?.stop();
    await this.queries.close();
    await this.audit.close();
    await this.warehouse.close();
  }

  /** Receivers are told persons by their names; holds are proposed here. */
  #withinAnd(drivers: Record<string, Driver>): Record<string, Driver> {
    const telling = Object.entries(drivers).map(([name, driver]) => [
      name,
      tellingDriver(driver, content => tellPersons(content, this.warehouse.persons.names())),
    ]);
    const propose = async (message: ResponseMessage) => {
      const {target, reason, note, text} = message.content as Record<string, string>;
      const {id} = await contain(this.warehouse, {target});
      const why = [note, text].filter(Boolean).join('; ');
      const by = `response rule ${message.rule}`;
      return this.proposeHold({contained: id, reason, text: why, by, response: message.id});
    };
    const within = holdDriver(propose, id => this.holds.isProposedBy(id));
    return {...(Object.fromEntries(telling) as Record<string, Driver>), [WITHIN]: within};
  }

  #openOutbox(): Promise<Outbox> {
    const {receivers, allowHosts, folder} = this.config;
    this.#outbox ??= openDrivers({receivers, allowHosts, folder}).then(
      drivers => new Outbox(this.#ledger, {drivers: this.#withinAnd(drivers), log: this.log}),
    );
    return this.#outbox;
  }
}

/**
 * Opens the warehouse in a folder and all that belongs to it.
 * @throws FishboneError WAREHOUSE_ABSENT, CONFIGURATION_INVALID; WarehouseUnusable, LedgerDamaged
 */
export async function openApp(folder: string, {make, config: overrides, log}: OpenOptions = {}): Promise<App> {
  if (!make && !hasWarehouse(folder)) {
    throw new FishboneError('WAREHOUSE_ABSENT', `there is no warehouse in ${folder}`, {
      hint: 'name another folder with --warehouse, or make one here: "fishbone ingest FILE..." or "fishbone demo"',
    });
  }
  if (hasBatches(folder) && !existsSync(join(folder, 'ledger', 'ledger.ndjson'))) {
    throw new FishboneError('WAREHOUSE_DAMAGED', `the ledger of the warehouse in ${folder} is gone`, {
      hint: `restore ${join(folder, 'ledger')} from a backup; the archive beside it is as it was`,
    });
  }
  const given = Object.fromEntries(Object.entries(overrides ?? {}).filter(([, value]) => value !== undefined));
  const config: Config = {...(await readConfig(folder)), ...given};
  checkRules(config.responses, config.receivers, join(folder, 'fishbone.json'));
  const {timeZone, since, memoryLimitMb, variables} = config;
  const warehouse = await Warehouse.open(folder, {timeZone, since, memoryLimitMb, variables});
  try {
    for (const notice of warehouse.ledger.notices) log?.(notice);
    for (const {where, what, hint} of warehouse.problems) log?.(`${where} ${what}: ${hint}`);
    for (const {name, reason} of warehouse.variables.troubles) {
      log?.(`fishbone.json: variables: ${name} is not used: ${reason}`);
    }
    const app = new App(warehouse, config, await settlePlant(warehouse, config), log ?? (() => undefined));
    await app.recorder.recover();
    return app;
  } catch (error) {
    await warehouse.close();
    throw error;
  }
}

export function hasWarehouse(folder: string): boolean {
  return existsSync(join(folder, 'ledger')) || hasBatches(folder);
}

function hasBatches(folder: string): boolean {
  const batches = join(folder, 'archive', 'batches');
  return existsSync(batches) && readdirSync(batches).length > 0;
}

/** The plant's id is written down when the warehouse is made: ids of holds sent to the MES are made from it. */
async function settlePlant(warehouse: Warehouse, config: Config): Promise<string> {
  const settled = warehouse.entries().find(({kind}) => kind === 'plant');
  if (!settled) {
    const id = config.plant ?? 'plant-1';
    await warehouse.append('plant', {plant: id});
    return id;
  }
  const {plant: id} = settled.body as {plant: string};
  if (config.plant !== null && config.plant !== id) {
    const message = `the warehouse in ${config.folder} belongs to plant ${id}, but the configuration says ${config.plant}`;
    throw new FishboneError('CONFIGURATION_INVALID', message, {
      hint: `a plant's id is fixed when its warehouse is made: set it back to "${id}", or use another folder`,
    });
  }
  return id;
}
