import {type ChildProcess, fork} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import type {Job, Judged} from './judge.ts';
import {type Model, ModelRefused} from './registry.ts';
import type {FromWorker, ToWorker} from './worker.ts';

export interface Labour {
  /** Processes that decode and run the model; 2 by default. */
  workers?: number;
  /** Images that go through the model together at most; 8 by default. */
  batchSize?: number;
  /** The runtime's name of what it computes on; "cpu" by default. */
  executionProvider?: string;
}

interface Waiting {
  job: Job;
  /** How many processes died with it in their hands. */
  deaths: number;
  resolve: (judged: Judged) => void;
}

/** Two batches a process: one in the model, one being decoded. */
const IN_FLIGHT = 2;
/** A process that is silent for longer is stopped. */
const SILENT_MS = 300_000;
/** Where one dies after the other, whatever it is given, no more are started. */
const DEATHS_MAX = 10;

/**
 * Has images judged in processes of their own: what native code does to them does not reach this one. A process that dies
 * is replaced; each image that it held is tried once more, alone, so that only the one at fault goes without a verdict.
 */
export class Judges {
  readonly model: Model;
  readonly #labour: Required<Labour>;
  readonly #hands = new Set<Hand>();
  readonly #waiting: Waiting[] = [];
  #deathsInRow = 0;
  #isClosed = false;

  private constructor(model: Model, {workers = 2, batchSize = 8, executionProvider = 'cpu'}: Labour) {
    this.model = model;
    this.#labour = {workers: Math.max(1, workers), batchSize: Math.max(1, batchSize), executionProvider};
  }

  /** @throws ModelRefused if the runtime cannot open the model, or the process that tried died of it */
  static async open(model: Model, labour: Labour = {}): Promise<Judges> {
    const judges = new Judges(model, labour);
    await judges.#employ();
    return judges;
  }

  /** How many images are on their way at once when all processes are busy. */
  get capacity(): number {
    return this.#labour.workers * IN_FLIGHT * this.#labour.batchSize;
  }

  get pids(): number[] {
    return [...this.#hands].flatMap(({process: {pid}}) => pid ?? []);
  }

  /** @returns what became of the image: also for one that cannot be read, and one that no process survives */
  judge(job: Job): Promise<Judged> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(new Error('the judges were dismissed'));
      this.#waiting.push({job, deaths: 0, resolve});
      // After all that come in the same breath, so that they go together.
      queueMicrotask(() => this.#share());
    });
  }

  /** Ends all processes; what they hold is not judged any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#hands].map(hand => hand.end()));
    this.#failAll('the judges were dismissed');
  }

  async #employ(): Promise<void> {
    const hand = new Hand(this.model, this.#labour.executionProvider, {
      freed: () => {
        this.#deathsInRow = 0;
        this.#share();
      },
      died: (reason, held) => this.#bury(hand, reason, held),
    });
    this.#hands.add(hand);
    try {
      await hand.ready;
    } catch (error) {
      this.#hands.delete(hand);
      await hand.end();
      throw error;
    }
  }

  #share(): void {
    if (this.#isClosed) return;
    const free = () => [...this.#hands].filter(hand => hand.canTake).sort((a, b) => a.batches - b.batches);
    for (let [hand] = free(); hand && this.#waiting.length > 0; [hand] = free()) {
      // One that a process died with is looked at alone.
      const isSuspect = this.#waiting[0].deaths > 0;
      if (isSuspect && hand.batches > 0) break;
      const next = this.#waiting.findIndex(({deaths}) => deaths > 0);
      const count = isSuspect ? 1 : Math.min(this.#labour.batchSize, next < 0 ? this.#waiting.length : next);
      hand.take(this.#waiting.splice(0, count), isSuspect);
    }
    if (this.#waiting.length > 0 && this.#hands.size < this.#labour.workers) this.#replace();
  }

  #bury(hand: Hand, reason: string, held: readonly Waiting[]): void {
    this.#hands.delete(hand);
    if (this.#isClosed) return;
    this.#deathsInRow++;
    const isOver = this.#deathsInRow >= DEATHS_MAX;
    for (const one of held) {
      one.deaths++;
      if (one.deaths > 1 || isOver) one.resolve(unjudged(`${reason}, twice with this image`));
      else this.#waiting.unshift(one);
    }
    if (isOver) this.#failAll(`${DEATHS_MAX} inference processes died one after the other: ${reason}`);
    else if (this.#waiting.length > 0) this.#replace();
  }

  #replace(): void {
    this.#employ().then(
      () => this.#share(),
      error => {
        // Others may still be at work.
        if (this.#hands.size === 0) this.#failAll((error as Error).message);
      },
    );
  }

  #failAll(reason: string): void {
    for (const {resolve} of this.#waiting.splice(0)) resolve(unjudged(reason));
  }
}

const unjudged = (reason: string): Judged => ({digest: null, timings: {decodeMs: 0, modelMs: 0}, reason});

interface Employer {
  freed(): void;
  died(reason: string, held: Waiting[]): void;
}

/** One process, and what it holds. */
class Hand {
  readonly process: ChildProcess;
  readonly ready: Promise<void>;
  readonly #employer: Employer;
  readonly #batches: Waiting[][] = [];
  #isReady = false;
  #isAlone = false;
  #errors = '';
  #isSilent: NodeJS.Timeout | null = null;
  readonly #ended: Promise<void>;

  constructor(model: Model, provider: string, employer: Employer) {
    this.#employer = employer;
    this.process = fork(fileURLToPath(new URL('boot.js', import.meta.url)), {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.process.stderr?.on('data', (text: Buffer) => {
      this.#errors = `${this.#errors}${text.toString()}`.slice(-2000);
    });
    this.#ended = new Promise(resolve => this.process.once('exit', () => resolve()));
    this.ready = new Promise((resolve, reject) => {
      const refuse = (reason: string) =>
        reject(new ModelRefused(`model '${model.card.name}' refused by the runtime: ${reason}`));
      this.process.on('message', (message: FromWorker) => {
        if (message.kind === 'refused') refuse(message.reason);
        else if (message.kind === 'ready') {
          this.#isReady = true;
          resolve();
        } else this.#answered(message.images);
      });
      this.process.once('exit', (code, signal) => {
        const reason = `the inference process died (${signal ?? `code ${code}`}${this.#lastWords()})`;
        if (this.#isReady) this.#die(reason);
        else refuse(reason);
      });
      this.process.once('error', error => refuse(error.message));
    });
    // One that never opens is as good as one that died.
    const opening = setTimeout(() => this.process.kill('SIGKILL'), SILENT_MS).unref();
    this.ready.then(
      () => clearTimeout(opening),
      () => clearTimeout(opening),
    );
    this.#send({kind: 'open', model, provider});
  }

  get batches(): number {
    return this.#batches.length;
  }

  get canTake(): boolean {
    return this.#isReady && !this.#isAlone && this.#batches.length < IN_FLIGHT;
  }

  take(batch: Waiting[], isAlone: boolean): void {
    this.#isAlone = isAlone;
    this.#batches.push(batch);
    this.#watch();
    this.#send({kind: 'judge', jobs: batch.map(({job}) => job)});
  }

  async end(): Promise<void> {
    if (this.#isSilent) clearTimeout(this.#isSilent);
    this.process.kill('SIGKILL');
    await this.#ended;
  }

  #answered(images: readonly Judged[]): void {
    const batch = this.#batches.shift() ?? [];
    this.#isAlone = false;
    this.#watch();
    for (const [k, {resolve}] of batch.entries()) resolve(images[k]);
    this.#employer.freed();
  }

  #die(reason: string): void {
    if (this.#isSilent) clearTimeout(this.#isSilent);
    this.#isReady = false;
    this.#employer.died(reason, this.#batches.flat());
  }

  #watch(): void {
    if (this.#isSilent) clearTimeout(this.#isSilent);
    this.#isSilent =
      this.#batches.length === 0 ? null : setTimeout(() => this.process.kill('SIGKILL'), SILENT_MS).unref();
  }

  /** What it said on its way out. */
  #lastWords(): string {
    const line = this.#errors.split('\n').find(text => /\berror\b|exception|terminate/i.test(text));
    return line ? `: ${line.trim().slice(0, 200)}` : '';
  }

  #send(message: ToWorker): void {
    // One that is gone says so by its end.
    this.process.send(message, () => undefined);
  }
}
