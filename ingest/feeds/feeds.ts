import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import type {Door, Open, Running, Surroundings} from './feed.ts';
import {type FeedSettings, fromOf} from './settings.ts';
import {type FeedState, Meter} from './state.ts';

const PAUSE_MIN_MS = 1_000;
const PAUSE_MAX_MS = 60_000;

/** All configured feeds of a warehouse: started, watched and stopped together; one that fails does not stop the others. */
export class Feeds {
  readonly #feeds: {name: string; settings: FeedSettings; meter: Meter}[];
  readonly #plant: {plant: string; folder: string};
  readonly #stopping = new AbortController();
  #running: Promise<void>[] = [];

  constructor(
    settings: Readonly<Record<string, FeedSettings>>,
    {plant, folder, log}: {plant: string; folder: string; log: (line: string) => void},
  ) {
    this.#plant = {plant, folder};
    this.#feeds = Object.entries(settings).map(([name, one]) => ({
      name,
      settings: one,
      meter: new Meter({name, kind: one.kind, from: fromOf(one)}, log),
    }));
  }

  states(): FeedState[] {
    return this.#feeds.map(({meter}) => meter.told);
  }

  /** @param only the names of those that are started; all by default */
  start(door: Door, only?: readonly string[]): void {
    const meant = this.#feeds.filter(({name}) => only?.includes(name) ?? true);
    this.#running = meant.map(({name, settings, meter}) => {
      const {plant, folder} = this.#plant;
      const memory = join(folder, 'feeds', name);
      return this.#keepRunning(settings, {name, door, meter, memory, plant, home: folder});
    });
  }

  /** Resolves when what they took is settled. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running);
  }

  async #keepRunning(settings: FeedSettings, around: Surroundings): Promise<void> {
    const {signal} = this.#stopping;
    const stopped = new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), {once: true}));
    for (let pauseMs = PAUSE_MIN_MS; !signal.aborted; pauseMs = Math.min(2 * pauseMs, PAUSE_MAX_MS)) {
      around.meter.is('starting');
      try {
        await mkdir(around.memory, {recursive: true});
        const running = await open(settings, around);
        await stopped;
        await running.stop();
      } catch (error) {
        around.meter.failed(error);
        around.meter.is('disconnected');
        await wait(pauseMs, undefined, {signal}).catch(() => undefined);
      }
    }
    around.meter.is('stopped');
  }
}

/** Every kind of feed. What a kind needs is loaded only where it is configured. */
const KINDS: {[K in FeedSettings['kind']]: () => Promise<Open<Extract<FeedSettings, {kind: K}>>>} = {
  folder: async () => (await import('./folder.ts')).openFolder,
  images: async () => (await import('./images.ts')).openImages,
  mqtt: async () => (await import('./mqtt.ts')).openMqtt,
  opcua: async () => (await import('./opcua.ts')).openOpcua,
};

async function open(settings: FeedSettings, around: Surroundings): Promise<Running> {
  const start = (await KINDS[settings.kind]()) as Open<FeedSettings>;
  return start(settings, around);
}
