/**
 * A few processes for people's SQL, each for one query: what one leaves behind (memory, a setting, a broken engine) never
 * meets the next. One is kept ready, because starting takes longer than most queries.
 */
import {mkdir, mkdtemp, rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {Job} from './job.ts';
import {type Answer, SandboxProcess} from './process.ts';
import {QueriesWaiting, QueryStopped} from './refused.ts';

export interface SandboxLimits {
  /** On the wall clock, from when it is run; then it is killed. */
  seconds: number;
  memoryMb: number;
  /** Run at once. */
  processes: number;
  /** May wait for their turn; the next is refused. */
  waiting: number;
}

/** What the engine and JavaScript need beyond what the engine counts, and an answer's bytes. */
const BESIDE_THE_ENGINE_MB = 700;
const MAX_BYTES = 64_000_000;
const TEMPORARY_MB = 2_000;
const IDLE_MS = 30_000;

type Question = Pick<Job, 'sql' | 'params' | 'form' | 'database' | 'asOf' | 'timeZone' | 'names' | 'maxRows'>;

export class Sandbox {
  readonly #limits: SandboxLimits;
  readonly #folder: string;
  readonly #running = new Set<SandboxProcess>();
  readonly #queue: (() => void)[] = [];
  #taken = 0;
  #spare: {process: SandboxProcess; idle: NodeJS.Timeout} | null = null;
  #closed = false;

  /** @param folder where queries that need it write what does not fit into memory */
  constructor(folder: string, limits: SandboxLimits) {
    this.#folder = folder;
    this.#limits = limits;
  }

  /**
   * @param signal aborted when nobody waits for the answer any more: the process is killed, or its place in the queue given up
   * @throws QueriesWaiting, SqlRefused, QueryStopped
   */
  async run(question: Question, signal?: AbortSignal): Promise<Answer> {
    await this.#turn(signal);
    try {
      signal?.throwIfAborted();
      return await this.#answer(question, signal);
    } finally {
      const next = this.#queue.shift();
      // A turn is handed on, so that nobody who comes in between takes it as well.
      if (next) next();
      else this.#taken--;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const stopped = new QueryStopped('the server is stopping', 'ask again when it is back');
    const all = [...this.#running, ...(this.#spare ? [this.#spare.process] : [])];
    clearTimeout(this.#spare?.idle);
    this.#spare = null;
    for (const process of all) process.kill(stopped);
    await Promise.all(all.map(process => process.ended()));
  }

  async #turn(signal?: AbortSignal): Promise<void> {
    const {processes, waiting} = this.#limits;
    if (this.#taken < processes) {
      this.#taken++;
      return;
    }
    if (this.#queue.length >= waiting) {
      throw new QueriesWaiting(`${this.#taken} queries are running and ${this.#queue.length} waiting already`);
    }
    await new Promise<void>((resolve, reject) => {
      const go = () => {
        signal?.removeEventListener('abort', gone);
        resolve();
      };
      const gone = () => {
        this.#queue.splice(this.#queue.indexOf(go), 1);
        reject(signal?.reason as Error);
      };
      this.#queue.push(go);
      signal?.addEventListener('abort', gone, {once: true});
    });
  }

  async #answer(question: Question, signal?: AbortSignal): Promise<Answer> {
    if (this.#closed) throw new QueryStopped('the server is stopping', 'ask again when it is back');
    const {seconds, memoryMb} = this.#limits;
    await mkdir(this.#folder, {recursive: true});
    const temporaryFolder = await mkdtemp(join(this.#folder, 'sql-'));
    const process = this.#takeSpare();
    this.#running.add(process);
    const tooLong = setTimeout(() => {
      const message = `the query took longer than ${seconds} s and was stopped`;
      process.kill(new QueryStopped(message, 'ask for less; sql.seconds in fishbone.json raises the limit'));
    }, seconds * 1000);
    const gone = () => process.kill(signal?.reason as Error);
    signal?.addEventListener('abort', gone, {once: true});
    if (signal?.aborted) gone();
    try {
      const limits = {maxBytes: MAX_BYTES, memoryLimitMb: memoryMb, maxTemporaryMb: TEMPORARY_MB};
      return await process.answer({...question, ...limits, temporaryFolder});
    } finally {
      clearTimeout(tooLong);
      signal?.removeEventListener('abort', gone);
      this.#running.delete(process);
      await rm(temporaryFolder, {recursive: true, force: true});
      this.#makeSpare();
    }
  }

  #start(): SandboxProcess {
    return new SandboxProcess(this.#limits.memoryMb + BESIDE_THE_ENGINE_MB);
  }

  #takeSpare(): SandboxProcess {
    const spare = this.#spare;
    this.#spare = null;
    clearTimeout(spare?.idle);
    return spare?.process.isAlive ? spare.process : this.#start();
  }

  /** Whoever asks once mostly asks again. */
  #makeSpare(): void {
    if (this.#closed || this.#spare) return;
    const process = this.#start();
    const idle = setTimeout(() => {
      if (this.#spare?.process !== process) return;
      this.#spare = null;
      process.kill(new Error('not needed'));
    }, IDLE_MS);
    idle.unref();
    this.#spare = {process, idle};
  }
}
