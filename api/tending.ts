import {resolve} from 'node:path';
import {compact} from '../warehouse/compact.ts';
import {lastPublishedMs, publishedInto} from '../warehouse/publish/publish.ts';
import {packRawFiles} from '../warehouse/raw-files.ts';
import type {App} from './app.ts';
import {publishSnapshot} from './publish-operations.ts';
import {watchScores} from './watch-scores.ts';

const EVERY_MS = 10 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

/**
 * What a server does for its archive by itself: packs and merges every ten minutes, looks at the scores of inspectors and
 * applies the rules of retention at once and then daily, and publishes as often as it is configured. What fails is logged and tried again the next time.
 */
export class Tending {
  readonly #app: App;
  #timer: NodeJS.Timeout | null = null;
  #isBusy = false;
  #retainedMs = 0;
  #publishedMs: number | null = null;

  constructor(app: App) {
    this.#app = app;
  }

  start(everyMs = EVERY_MS): void {
    this.#timer ??= setInterval(() => void this.round(), everyMs).unref();
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  async round(nowMs = Date.now()): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      const {warehouse, log} = this.#app;
      const altered = await warehouse.tend(async care => {
        const packed = await packRawFiles(care);
        const merged = await compact(care);
        return [...packed.altered, ...merged.altered];
      });
      this.#app.troubles.over('care of the archive', 'care of the archive: done again');
      for (const path of altered) log(`${path} is not what it was: see "fishbone verify"`);
      // A folder that cannot be written to, a share that is not there, keeps nothing else from being done.
      await this.#publish(nowMs).catch(error => {
        this.#failed('publishing', error as Error);
      });
      if (nowMs - this.#retainedMs < DAY_MS) return;
      await watchScores(this.#app);
      await this.#app.applyRetention(false);
      this.#retainedMs = nowMs;
    } catch (error) {
      // Stopped in the middle because the warehouse is being closed: the next server goes on.
      this.#failed('care of the archive', error as Error);
    } finally {
      this.#isBusy = false;
    }
  }

  #failed(what: string, {message}: Error): void {
    if (this.#timer)
      this.#app.troubles.began(what, message, `${what}: ${message}; it is tried again every ten minutes`);
  }

  async #publish(nowMs: number): Promise<void> {
    const {warehouse, config, log} = this.#app;
    if (!config.publish) return;
    const {everyHours, folder: into, ...how} = config.publish;
    const folder = resolve(config.folder, into);
    // Another server may have done it before this one was started; whether it came as far as the bucket the folder does not say.
    this.#publishedMs ??= how.bucket ? 0 : await lastPublishedMs(publishedInto(warehouse, folder, how));
    if (nowMs - this.#publishedMs < everyHours * 3_600_000) return;
    const {position, already, bucket} = await publishSnapshot(this.#app, folder, how);
    if (!already) log(`published position ${position} in ${folder}`);
    if (bucket && bucket.files > 0) log(`and in ${bucket.to}`);
    this.#publishedMs = nowMs;
    this.#app.troubles.over('publishing', 'publishing: done again');
  }
}
