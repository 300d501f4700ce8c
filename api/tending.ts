import {resolve} from 'node:path';
import {compact} from '../warehouse/compact.ts';
import {lastPublishedMs, publish, publishedInto} from '../warehouse/publish/publish.ts';
import {packRawFiles} from '../warehouse/raw-files.ts';
import type {App} from './app.ts';
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
      for (const path of altered) log(`${path} is not what it was: see "fishbone verify"`);
      // A folder that cannot be written to, a share that is not there, keeps nothing else from being done.
      await this.#publish(nowMs).catch(error => {
        if (this.#timer) this.#app.log(`publishing: ${(error as Error).message}; it is tried again`);
      });
      if (nowMs - this.#retainedMs < DAY_MS) return;
      await watchScores(this.#app);
      await this.#app.applyRetention(false);
      this.#retainedMs = nowMs;
    } catch (error) {
      // Stopped in the middle because the warehouse is being closed: the next server goes on.
      if (this.#timer) this.#app.log(`care of the archive: ${(error as Error).message}; it is tried again`);
    } finally {
      this.#isBusy = false;
    }
  }

  async #publish(nowMs: number): Promise<void> {
    const {warehouse, config, log} = this.#app;
    if (!config.publish) return;
    const {everyHours, ...how} = config.publish;
    const folder = resolve(config.folder, config.publish.folder);
    // Another server may have done it before this one was started.
    this.#publishedMs ??= await lastPublishedMs(publishedInto(this.#app.warehouse, folder, config.publish));
    if (nowMs - this.#publishedMs < everyHours * 3_600_000) return;
    const {position, already} = await publish(warehouse, folder, how);
    if (!already) log(`published position ${position} in ${folder}`);
    this.#publishedMs = nowMs;
  }
}
