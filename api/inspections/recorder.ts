import {setTimeout as delay} from 'node:timers/promises';
import {NO_EARLIER_DEFECTS} from '../../warehouse/canonical.ts';
import {Journal, readJournal, type Turned} from '../../warehouse/journal.ts';
import {latestTime} from '../../warehouse/skewed-times.ts';
import {recordedInspections} from '../../warehouse/table-rows.ts';
import type {App} from '../app.ts';
import {FishboneError} from '../errors.ts';
import {BatchMaker, isOfDisk, lastBatch} from './batch-maker.ts';
import {type Request, recordCarefully} from './carefully.ts';
import {InspectionInput, type InspectionsAnswer} from './input.ts';
import {refuseOtherStation} from './own-station.ts';
import {reasonOf} from './reason.ts';
import type {SetAside} from './set-aside.ts';

const REQUESTS_MAX = 2_000;
const INSPECTIONS_MAX = 20_000;
const CHARACTERS_MAX = 128_000_000;
/** What is longer is compared first: it fails alone if it fails. */
const PLAIN_CHARACTERS_MAX = 1_000_000;

/** Batches begin no sooner one after the other, unless somebody waits for what is in them. */
const BATCH_EVERY_MS = 500;
const AGAIN_MS = {first: 1_000, most: 30_000};
/** What does not pass with a second attempt, which looks for what fails, is waited for no more. */
const LASTING = 2;
/** How long a question waits for what was acknowledged before it: the writer may have a long file in hand. */
const ASKED_MS = 5_000;

/** New inspections, on the disk before anybody is told so. */
interface Acknowledged {
  inspections: readonly InspectionInput[];
  share: number;
  /** Resolves when they are in a batch, with its number, or null when that could not be done for now. */
  recorded: Promise<number | null>;
  settle: (batch: number | null) => void;
}

/** Of a request that has to be compared with what is stored. */
interface Compared extends Request {
  share: number;
}

/**
 * Records inspections as they happen. What nobody has heard of is written to the journal and acknowledged; what has come
 * meanwhile makes the next batch. Whatever may be a duplicate, a correction or a contradiction is compared first.
 */
export class Recorder {
  readonly #app: App;
  readonly #journal: Journal<Acknowledged>;
  readonly #batches: BatchMaker;
  /** Turned files whose batch could not be made yet. */
  #left: Turned<Acknowledged>[] = [];
  #waiting: Compared[] = [];
  /** On their way into the journal. */
  readonly #entering = new Set<Promise<unknown>>();
  /** Of all that is being recorded, how many requests speak of an id. */
  readonly #taken = new Map<string, number>();
  #last: Promise<unknown> = Promise.resolve();
  #isLearning = false;
  #room = 1;
  #isBusy = false;
  #begun = Number.NEGATIVE_INFINITY;
  #failures = 0;
  /** Since when a batch is being made; null when none is. */
  #makingSince: number | null = null;
  #isHurried = false;
  #rest = new AbortController();
  #isStopped = false;

  constructor(app: App) {
    this.#app = app;
    this.#batches = new BatchMaker(app);
    this.#journal = new Journal(app.warehouse.folder, ({inspections}) => inspections);
  }

  /** How many requests wait for a batch. */
  get waiting(): number {
    return this.#waiting.length + this.#unrecorded;
  }

  get #unrecorded(): number {
    return this.#left.reduce((sum, {values}) => sum + values.length, this.#journal.size);
  }

  /** What was acknowledged and no batch takes. */
  get aside(): SetAside {
    return this.#batches.aside;
  }

  /** What a process that died had acknowledged, and no batch has yet. To be called before anything else is recorded. */
  async recover(): Promise<void> {
    for (const {path, values, torn, altered} of await readJournal(this.#app.warehouse.folder)) {
      if (altered.length > 0) {
        throw new FishboneError('WAREHOUSE_DAMAGED', `${path} was altered: line ${altered.join(', ')}`, {
          hint: 'inspections were acknowledged in it that are nowhere else: keep the file, ask the stations to send again what they sent last, then move it elsewhere',
        });
      }
      if (torn > 0) this.#app.log(`${path}: the last ${torn} bytes were never acknowledged and are not taken`);
      const requests = values.map(value => toBeRecorded(InspectionInput.array().parse(value)));
      for (const {inspections, share, recorded} of requests) {
        this.#last = recorded;
        this.#room -= share;
        this.#take(inspections.map(({inspection}) => inspection));
      }
      this.#left.push({path, values: requests});
    }
    if (this.#left.length > 0) {
      const found = this.#left.map(({path, values}) => `${values.length} requests in ${path}`).join(', ');
      try {
        await this.#makeBatches(true);
        this.#app.log(`what was acknowledged before is recorded: ${found}`);
      } catch (error) {
        // With a full disk, questions are answered all the same; it is tried again until there is room.
        if (!isOfDisk(error, this.#app.warehouse.folder)) throw error;
        void this.#serve();
      }
    }
    await this.aside.replayAll();
  }

  /**
   * @param options.isBounded whoever asks has a limit of its own for what waits
   * @param options.station the only one that whoever asks may record of
   * @param options.waits answers when they are in a batch, with its number, not when they are on the disk
   */
  async record(
    inspections: readonly InspectionInput[],
    {isBounded = false, waits = true, station}: {isBounded?: boolean; waits?: boolean; station?: string} = {},
  ): Promise<InspectionsAnswer> {
    if (inspections.length === 0) return {batch: null, results: []};
    refuseOtherStation(
      station,
      inspections.map((row: InspectionInput & {station?: string | null}) => ({
        what: `inspection ${row.inspection}`,
        station: row.station,
      })),
    );
    if (this.#isStopped) throw new FishboneError('OVERLOADED', 'the server is stopping: nothing was recorded');
    const share = shareOf(inspections);
    // Who has a limit of its own for what waits waits for the batch, once much does.
    const isFull = this.#room <= 0;
    if (isFull && !isBounded) {
      const message = `${this.waiting} requests are waiting already: nothing of this one was recorded`;
      throw new FishboneError('OVERLOADED', message, {hint: 'send it again in a few seconds'});
    }
    this.#room -= share;
    const ids = new Set(inspections.map(({inspection}) => inspection));
    const isAlone = ids.size === inspections.length && inspections.every(row => this.#isPlain(row));
    const mayBeNew = isAlone && ![...ids].some(id => this.#taken.has(id));
    this.#take(ids);
    if (mayBeNew) {
      const entering = this.#enter(inspections, ids);
      this.#entering.add(entering);
      const acknowledged = await entering
        .catch((error: unknown) => {
          this.#release(ids, share);
          throw error;
        })
        .finally(() => this.#entering.delete(entering));
      if (acknowledged) {
        void this.#serve();
        if (waits || isFull) this.#urge();
        const batch = waits || isFull ? await acknowledged.recorded : null;
        return {batch, results: inspections.map(({inspection}) => ({inspection, status: 'accepted'}))};
      }
    }
    return this.#compared(inspections, share, station).finally(() => this.#release(ids, share));
  }

  /**
   * Resolves when all that was acknowledged until now is in the database, or will not be there for long: because nothing
   * can be recorded, or after `atMostMs`, because a long file is being loaded.
   * @returns how many acknowledged requests are not in the database
   */
  async recorded(atMostMs = ASKED_MS): Promise<number> {
    await Promise.allSettled(this.#entering);
    if (this.#unrecorded === 0) return 0;
    if (this.#failures < LASTING) {
      this.#urge();
      // A batch that waits for the writer for long already will hardly be made in the next moment.
      const waitedMs = this.#makingSince === null ? 0 : performance.now() - this.#makingSince;
      const patience = new AbortController();
      const before = this.#last.then(() => this.#failures >= LASTING);
      const late = delay(Math.max(0, atMostMs - waitedMs), true, {signal: patience.signal}).catch(() => true);
      const isLate = await Promise.race([before, late]);
      patience.abort();
      // Those that came meanwhile were not acknowledged before it was asked.
      if (!isLate) return 0;
    }
    return this.#unrecorded;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#urge();
    await Promise.allSettled(this.#entering);
    while (this.#isBusy) await delay(5);
    this.#letGo();
    await this.#journal.close();
  }

  /** @returns null where one of them is known */
  async #enter(inspections: readonly InspectionInput[], ids: ReadonlySet<string>): Promise<Acknowledged | null> {
    if (this.#app.warehouse.areNewInspections([]) === null) this.#learn();
    const known = await recordedInspections(this.#app.warehouse, [...ids]);
    if (known.size > 0) return null;
    const acknowledged = toBeRecorded(inspections);
    await this.#journal.append(acknowledged);
    this.#last = acknowledged.recorded;
    return acknowledged;
  }

  /** To ask the database of each request takes as long as what it has in hand: when they begin to come, all ids are read. */
  #learn(): void {
    if (this.#isLearning) return;
    this.#isLearning = true;
    const done = () => {
      this.#isLearning = false;
    };
    // Until it succeeds, the database is asked.
    this.#app.warehouse.learnInspections().then(done, done);
  }

  #compared(
    inspections: readonly InspectionInput[],
    share: number,
    station: string | undefined,
  ): Promise<InspectionsAnswer> {
    const answer = new Promise<InspectionsAnswer>((resolve, reject) => {
      this.#waiting.push({inspections, share, station, resolve, reject});
    });
    this.#urge();
    void this.#serve();
    return answer;
  }

  async #serve(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    while (this.waiting > 0 && !(this.#isStopped && this.#failures > 0)) {
      await this.#pause();
      const compared = this.#waiting.splice(0);
      // They may speak of what is on its way into the journal.
      if (compared.length > 0) await Promise.allSettled(this.#entering);
      try {
        await this.#makeBatches();
        await recordCarefully(this.#app, compared);
      } catch (error) {
        for (const {reject} of compared) reject(error);
      }
    }
    this.#isBusy = false;
  }

  /** What fails is not tried more often because somebody asks. */
  #urge(): void {
    if (this.#failures > 0 && this.#waiting.length === 0 && !this.#isStopped) return;
    this.#isHurried = true;
    this.#rest.abort();
  }

  /** Until it is time for a batch, or somebody is in a hurry. */
  async #pause(): Promise<void> {
    const after =
      this.#failures > 0 ? Math.min(AGAIN_MS.most, AGAIN_MS.first * 2 ** (this.#failures - 1)) : BATCH_EVERY_MS;
    const restMs = this.#begun + after - performance.now();
    if (restMs > 0 && !this.#isHurried) {
      await delay(restMs, null, {signal: this.#rest.signal}).catch(() => null);
    }
    this.#rest = new AbortController();
    this.#isHurried = false;
    this.#begun = performance.now();
  }

  /**
   * @param isCareful looks for what no batch takes
   * @throws when the warehouse cannot take them now: they stay in the journal
   */
  async #makeBatches(isCareful = this.#failures > 0): Promise<void> {
    this.#makingSince = performance.now();
    try {
      const turned = await this.#journal.turn();
      if (turned) this.#left.push(turned);
      for (let next = this.#left[0]; next; next = this.#left[0]) {
        const done = (request: Acknowledged, batch: number | null) => {
          next.values = next.values.filter(value => value !== request);
          this.#release(
            request.inspections.map(({inspection}) => inspection),
            request.share,
          );
          request.settle(batch);
        };
        if (isCareful) {
          await this.#batches.separate(next.values, done);
        } else {
          const batch = lastBatch(await this.#batches.load(next.values.map(({inspections}) => inspections)));
          for (const request of next.values) done(request, batch);
        }
        await this.#journal.remove(next);
        this.#left.shift();
      }
      this.#failures = 0;
      this.#app.troubles.over('journal', 'inspections that waited in the journal are recorded');
    } catch (error) {
      this.#failures++;
      const why = reasonOf(error);
      const waits = `${this.waiting} requests with inspections are acknowledged and wait in the journal: ${why}`;
      this.#app.troubles.began('journal', why, `${waits}; nothing is lost, and it is tried again by itself`);
      if (this.#failures >= LASTING) this.#letGo();
      throw error;
    } finally {
      this.#makingSince = null;
    }
  }

  /** Nobody waits any longer for the batch of what is in the journal. */
  #letGo(): void {
    for (const {settle} of [...this.#left.flatMap(({values}) => values), ...this.#journal.values]) settle(null);
  }

  #take(ids: Iterable<string>): void {
    for (const id of ids) this.#taken.set(id, (this.#taken.get(id) ?? 0) + 1);
  }

  #release(ids: Iterable<string>, share: number): void {
    this.#room += share;
    for (const id of ids) {
      const others = this.#taken.get(id)! - 1;
      if (others > 0) this.#taken.set(id, others);
      else this.#taken.delete(id);
    }
  }

  /** Whether it is sure to be accepted if its id is new; whatever may be refused is rehearsed first. */
  #isPlain({defects, ...row}: InspectionInput): boolean {
    const {inspected_at, recorded_at} = row;
    const {warehouse} = this.#app;
    const times = [inspected_at, recorded_at].flatMap(time => time ?? []);
    // The plant's first day begins at midnight of its own time zone.
    const [from, until] = [Date.parse(warehouse.since) + DAY_MS, Date.parse(latestTime(warehouse.ledger))];
    return (
      times.every(time => /(Z|[+-]\d\d:\d\d)$/.test(time) && Date.parse(time) >= from && Date.parse(time) <= until) &&
      defects.every(of => of.defect !== NO_EARLIER_DEFECTS && !Object.values<unknown>(of).includes(-(2 ** 31))) &&
      charactersOf([{defects, ...row}]) < PLAIN_CHARACTERS_MAX &&
      [row, ...defects].every(of => Object.values(of).every(value => typeof value !== 'string' || isText(value)))
    );
  }
}

const DAY_MS = 24 * 3600 * 1000;

function toBeRecorded(inspections: readonly InspectionInput[]): Acknowledged {
  const {promise, resolve} = withResolver<number | null>();
  return {inspections, share: shareOf(inspections), recorded: promise, settle: resolve};
}

/** A half of a character is none: the database takes whole ones only. */
const isText = (text: string): boolean => Buffer.from(text).toString() === text;

/** How much of the memory that the waiting may take a request takes: it is bounded, however requests are made up. */
function shareOf(inspections: readonly InspectionInput[]): number {
  const rows = inspections.reduce((sum, {defects}) => sum + 1 + defects.length, 0);
  return Math.max(1 / REQUESTS_MAX, rows / INSPECTIONS_MAX, charactersOf(inspections) / CHARACTERS_MAX);
}

/** As they are loaded: each defect repeats the id of its inspection. */
function charactersOf(inspections: readonly InspectionInput[]): number {
  const lengthOf = (row: object) =>
    Object.values(row).reduce((sum: number, value) => sum + (typeof value === 'string' ? value.length : 0), 0);
  return inspections.reduce(
    (sum, {defects, ...row}) =>
      defects.reduce((all, defect) => all + lengthOf(defect) + row.inspection.length, sum + lengthOf(row)),
    0,
  );
}

function withResolver<R>(): {promise: Promise<R>; resolve: (value: R) => void} {
  let resolve!: (value: R) => void;
  const promise = new Promise<R>(settle => {
    resolve = settle;
  });
  return {promise, resolve};
}
